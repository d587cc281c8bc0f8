"""``govcloud monitor serve``: watches an estate's regions and serves what it sees, until Ctrl-C."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govcloud.cli.estates import estate_argument, read_estate
from govcloud.cli.output import say

if TYPE_CHECKING:
    from govcloud.model import Estate
    from monitors.serving import Access
    from monitors.watch import ApiServer, EstateWatch

_FILE = click.Path(dir_okay=False, path_type=Path)
_OVERDUE = 4
"""Sampling intervals without facts after which the server calls itself unhealthy."""


@click.command()
@estate_argument
@click.option(
    "--address", default="127.0.0.1:9464", show_default=True, help="Where to listen: host:port, or :port."
)
@click.option(
    "--token-file", type=_FILE, help="A file with the token that whoever asks has to show.", metavar="FILE"
)
@click.option("--tls-cert", type=_FILE, metavar="FILE", help="Certificate of the server (PEM).")
@click.option("--tls-key", type=_FILE, metavar="FILE", help="Its key (PEM).")
@click.option("--client-ca", type=_FILE, metavar="FILE", help="Let in whoever has a certificate of this CA.")
@click.option(
    "--ledger",
    "ledger_url",
    envvar="GOVCLOUD_LEDGER",
    metavar="URL",
    help="Where accounting is kept: sqlite:///FILE or postgresql+psycopg://…; in the state folder by default.",
)
@click.option(
    "--sampling",
    type=click.FloatRange(1, 300),
    default=15,
    show_default=True,
    metavar="SECONDS",
    help="How often kubelets are asked for usage.",
)
def serve(
    path: str,
    address: str,
    token_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    client_ca: Path | None,
    ledger_url: str | None,
    sampling: float,
) -> None:
    """Serve the metrics and the portal of an estate.

    PATH is the estate; its regions that exist are watched. Metrics are under /metrics (?tenancy= and ?department= choose),
    the portal under /, probes under /livez, /readyz and /healthz. On any address that others can reach, TLS is demanded, and
    a token or certificates of clients.
    """
    access = _access(address, token_file, tls_cert, tls_key, client_ca)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _run(read_estate(path), access, ledger_url, sampling)


def _run(estate: Estate, access: Access, ledger_url: str | None, sampling: float) -> None:
    import time
    from importlib.metadata import version

    from monitors.ledger import Ledger
    from monitors.portal import Sources, ledger_foresight, portal_routes
    from monitors.serving import application
    from monitors.serving import serve as listen
    from monitors.serving.documents import documented
    from monitors.serving.keeping import Keeper
    from monitors.text import Exposition
    from monitors.watch import EstateWatch, Tempo

    watch = EstateWatch(estate, _clusters(estate), tempo=Tempo(sampling, stale=3 * sampling))
    with Ledger.open(ledger_url) as ledger:
        keeper = Keeper(ledger)
        exposition = Exposition(version("govcloud"), keeper.totals, [partial(documented, estate)])
        watch.on_facts(keeper.take)
        watch.on_facts(exposition.tell)
        app = application(
            access,
            exposition.scrape,
            ready=lambda: watch.ready,
            healthy=lambda: time.time() - watch.facts().at < _OVERDUE * sampling,
            routes=portal_routes(
                Sources(watch.facts, estate=estate, ledger=ledger, outlook=ledger_foresight(ledger))
            ),
        )
        _watched(watch, lambda: listen(app, access, _tell))


def _watched(watch: EstateWatch, serve_until_end: Callable[[], None]) -> None:
    watch.start()
    try:
        serve_until_end()
    finally:
        watch.stop()


def _tell(url: str) -> None:
    say(f"metrics: {url}/metrics")
    say(f"portal:  {url}/")
    say("Ctrl-C ends it")


def _clusters(estate: Estate) -> dict[str, Callable[[], ApiServer]]:
    """A client for each region that exists: whose kubeconfig is there.

    Raises:
        InputError: none does.
    """
    from govcloud.errors import InputError
    from monitors.watch import ApiServer
    from stacks.desired import target_of

    found: dict[str, Callable[[], ApiServer]] = {}
    for name in estate.regions:
        target = target_of(estate, name)
        if Path(target.kubeconfig).expanduser().exists():
            found[name] = partial(ApiServer, target.kubeconfig, target.context)
    if not found:
        raise InputError(
            f"no region of {estate.name} exists yet",
            expected="a region with a kubeconfig",
            mend="bring one up: govcloud region up NAME",
        )
    say(f"watching {', '.join(found)}" + _left_out(len(estate.regions) - len(found)))
    return found


def _left_out(count: int) -> str:
    return f"; {count} regions of the estate have no kubeconfig yet and are left out" if count else ""


def _access(
    address: str,
    token_file: Path | None,
    certificate: Path | None,
    key: Path | None,
    clients: Path | None,
) -> Access:
    from monitors.serving import Access, Listen, Tls
    from monitors.serving.access import read_token

    if (certificate is None) != (key is None):
        raise click.UsageError("Give --tls-cert and --tls-key together.")
    if clients is not None and certificate is None:
        raise click.UsageError("--client-ca needs --tls-cert and --tls-key.")
    token = read_token(token_file) if token_file else None
    tls = Tls(certificate, key, clients) if certificate and key else None
    return Access(Listen.parse(address), token, tls)
