"""``govcloud monitor serve``: watches an estate's regions and serves what it sees, until Ctrl-C."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from govcloud.cli.estates import estate_argument
from govcloud.cli.monitor.options import serving_options
from govcloud.cli.output import say

if TYPE_CHECKING:
    from govcloud.cli.monitor.sources import Beside
    from monitors.ledger import Ledger
    from monitors.portal import Sources
    from monitors.serving import Access
    from monitors.watch import EstateWatch

_OVERDUE = 4
"""Sampling intervals without facts after which the server calls itself unhealthy."""


@click.command()
@estate_argument
@serving_options
def serve(
    path: str,
    address: str,
    token_file: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    client_ca: Path | None,
    ledger_url: str | None,
    sampling: float,
    audit_every: float,
) -> None:
    """Serve the metrics and the portal of an estate.

    PATH is the estate; its regions that exist are watched, and each that comes later. Metrics are under /metrics (?tenancy=
    and ?department= choose), the portal under /, probes under /livez, /readyz and /healthz. On any address that others can
    reach, TLS is demanded, and a token or certificates of clients.
    """
    access = _access(address, token_file, tls_cert, tls_key, client_ca)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    _run(path, access, ledger_url, sampling, audit_every)


def _run(path: str, access: Access, ledger_url: str | None, sampling: float, audit_every: float) -> None:
    import time
    from importlib.metadata import version

    from govcloud.cli.estates import read_estate
    from govcloud.cli.monitor.regions import present
    from govcloud.cli.monitor.sources import Beside
    from monitors.ledger import Ledger
    from monitors.portal import portal_routes
    from monitors.serving import application
    from monitors.serving import serve as listen
    from monitors.serving.keeping import Keeper
    from monitors.sources import Known
    from monitors.text import Exposition
    from monitors.watch import EstateWatch, Tempo

    estate = read_estate(path)
    known = Known(estate)
    watch = EstateWatch(
        estate, present(estate, lambda: known.files), tempo=Tempo(sampling, stale=3 * sampling)
    )
    with Ledger.open(ledger_url) as ledger, ExitStack() as ending:
        beside = Beside(path, known, ledger, watch, audit_every)
        keeper = Keeper(ledger)
        exposition = Exposition(version("govcloud"), keeper.totals, beside.samples)
        watch.on_facts(keeper.take)
        watch.on_facts(exposition.tell)
        app = application(
            access,
            exposition.scrape,
            ready=lambda: watch.ready,
            healthy=lambda: time.time() - watch.facts().at < _OVERDUE * sampling,
            routes=portal_routes(_sources(watch, ledger, beside)),
        )
        for part in (keeper, watch, beside):
            ending.callback(part.stop)
            part.start()
        listen(app, access, _tell)


def _sources(watch: EstateWatch, ledger: Ledger, beside: Beside) -> Sources:
    """What the portal reads; documents as the files and the register have them now."""
    from monitors.portal import Sources, ledger_foresight

    known = beside.known
    return Sources(
        watch.facts,
        documents=lambda: known.estate,
        ledger=ledger,
        outlook=ledger_foresight(ledger),
        report=beside.report,
    )


def _tell(url: str) -> None:
    say(f"metrics: {url}/metrics")
    say(f"portal:  {url}/")
    say("Ctrl-C ends it")


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
