"""``govcloud tenancy kubeconfig``: a credential of one's own in a tenancy, for some hours, and what became of those taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, output_option, say
from govcloud.cli.tenancy.names import name_argument

if TYPE_CHECKING:
    from rich.table import Table

    from govcloud.access.credentials import Credential, Credentials, Issued
    from govcloud.access.regions import Way
    from govcloud.planner.credentials import Part

_HELD = ""  # --revoke without a value: the one in the file


@click.command()
@name_argument
@click.option(
    "--role",
    type=click.Choice(["owner", "operator", "viewer"]),
    help="What it gives, at most your own part, which is the default.",
)
@click.option("--region", help="A region of the tenancy; its primary by default.")
@click.option(
    "--region-kubeconfig",
    help="Your kubeconfig of that region; needed unless it is the hub or runs on this machine.",
)
@click.option("--for", "life", default="8h", show_default=True, help="How long it is good for, 10m to 12h.")
@click.option(
    "--output-file",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it; in govcloud's own folder by default.",
)
@click.option("--list", "listing", is_flag=True, help="List the credentials of the tenancy, for its owners.")
@click.option(
    "--revoke",
    "revoked",
    metavar="[ID]",
    is_flag=False,
    flag_value=_HELD,
    help="Revoke a credential; the one in the file where none is named.",
)
@hub_options
@output_option
def kubeconfig(
    name: str,
    role: Part | None,
    region: str | None,
    region_kubeconfig: str | None,
    life: str,
    file: Path | None,
    listing: bool,
    revoked: str | None,
    hub: Hub,
    output: str,
) -> None:
    """Take a credential for the tenancy NAME, and print where its kubeconfig is.

    It acts in your part of the tenancy and nowhere else, ends by itself, and can be revoked before; whoever reads the file
    can use it. The one that the file held before is revoked.
    """
    from govcloud.access.credentials import Credentials
    from govcloud.access.running import check_running, region_of

    if listing and revoked is not None:
        raise click.UsageError("--list and --revoke are two things: give one of them.")
    seconds = _seconds(life)
    record = hub.register.get(name)
    if not listing and revoked is None:
        check_running(record)
    chosen = region_of(record, region)
    namespace = f"t-{name}"
    place = file or _own_file(name, chosen)
    with _way(hub, chosen, namespace, region_kubeconfig) as way:
        credentials = Credentials(way.cluster(), namespace)
        if listing:
            _list(credentials, output)
        elif revoked is not None:
            _revoke(credentials, revoked, place)
        else:
            row = _take(credentials, way, (name, chosen, namespace), role, seconds, place)
            emit(row, output, lambda: str(place))


def _take(
    credentials: Credentials,
    way: Way,
    names: tuple[str, str, str],
    role: Part | None,
    seconds: int,
    file: Path,
) -> dict[str, Any]:
    from govcloud.access.kubeconfig import held
    from govcloud.access.kubeconfig import kubeconfig as text_of

    tenancy, region, namespace = names
    before = held(file)
    issued = credentials.take(role or credentials.part(), seconds)
    try:
        _write(file, text_of(tenancy, region, namespace, way.endpoint(), issued))
    except BaseException:
        credentials.revoke(issued.credential.id)
        raise
    if before and before[0] == f"{tenancy}@{region}":
        credentials.revoke(before[1])
    if issued.credential.part == "owner":
        credentials.sweep()
    _tell(issued, tenancy, region, file)
    return _row(issued.credential) | {"tenancy": tenancy, "region": region, "kubeconfig": str(file)}


def _tell(issued: Issued, tenancy: str, region: str, file: Path) -> None:
    import shlex

    one = issued.credential
    say(f"{one.user} acts as {one.part} of {tenancy} in {region} until {one.until:%Y-%m-%d %H:%M} UTC")
    where = "" if file == _own_file(tenancy, region) else f" --output-file {shlex.quote(str(file))}"
    say(f"to revoke it before: govcloud tenancy kubeconfig {tenancy} --region {region}{where} --revoke")


def _list(credentials: Credentials, output: str) -> None:
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    rows = [_row(one) | {"ended": one.until < now} for one in credentials.list()]
    emit(rows, output, lambda: _table(rows))


def _revoke(credentials: Credentials, identity: str, file: Path) -> None:
    """Revoke a credential; the file that held it goes as well."""
    from govcloud.access.kubeconfig import held
    from govcloud.errors import InputError

    found = held(file) if identity == _HELD or file.exists() else None
    chosen = identity or (found[1] if found else "")
    if not chosen:
        raise InputError(
            "there is no credential in the file",
            where=str(file),
            expected="a kubeconfig that this command wrote",
            mend="name the file with --output-file, or the credential: --revoke ID",
        )
    credentials.revoke(chosen)
    if found and found[1] == chosen:
        file.unlink()
    say(f"revoked {chosen}; the API server forgets a token within ten seconds")


@contextmanager
def _way(hub: Hub, region: str, namespace: str, named: str | None) -> Iterator[Way]:
    """How the caller comes to the region.

    Raises:
        InputError: nothing leads there.
    """
    from govcloud.access.regions import Way, check_region, introduced, region_of
    from govcloud.cli.region.choice import on_this_machine
    from govcloud.errors import InputError
    from govcloud.paths import regions_root

    if named:
        way = Way(named)
        check_region(way, region, namespace)
        yield way
    elif region_of(hub.cluster, namespace) == region:
        yield _to_hub(hub)
    elif (regions_root() / region / "region.json").exists():
        with introduced(hub.cluster, on_this_machine((region,), False)[0].issue) as way:
            check_region(way, region, namespace)
            yield way
    else:
        raise InputError(
            f"nothing says how you come to region {region}",
            expected="your kubeconfig of that region: it is not the hub, or you have no part in the tenancy there",
            mend="name it with --region-kubeconfig",
        )


def _to_hub(hub: Hub) -> Way:
    from govcloud.access.regions import Way
    from stacks.desired import target_of

    if hub.kubeconfig:
        return Way(hub.kubeconfig, hub.context)
    target = target_of(hub.estate, hub.estate.head.spec.hub)
    return Way(target.kubeconfig, hub.context or target.context)


def _write(file: Path, text: str) -> None:
    from govcloud.errors import InputError
    from govcloud.local.region.layout import write_private

    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, text)
    except OSError as error:
        raise InputError(
            f"the kubeconfig cannot be written: {error.strerror}",
            where=str(file),
            expected="a folder that may be written to",
            mend="name another place with --output-file",
        ) from error


def _own_file(tenancy: str, region: str) -> Path:
    from govcloud.paths import state_home

    return state_home() / "kubeconfigs" / f"{tenancy}@{region}.kubeconfig"


def _seconds(life: str) -> int:
    """Seconds of a life such as 30m or 8h.

    Raises:
        click.BadParameter: it is none.
        InputError: it is shorter or longer than credentials are.
    """
    import re

    from govcloud.access.credentials import check_life
    from govcloud.model.tenancy import duration_seconds

    if not re.fullmatch(r"[1-9][0-9]{0,8}[smhd]", life):
        raise click.BadParameter("a duration such as 30m or 8h is meant", param_hint="--for")
    seconds = duration_seconds(life)
    check_life(seconds)
    return seconds


def _row(one: Credential) -> dict[str, Any]:
    return {"id": one.id, "user": one.user, "role": one.part, "until": one.until.isoformat()}


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    from rich.table import Table

    table = Table("USER", "ROLE", "UNTIL", "ID", box=None)
    for row in rows:
        until = f"{row['until'][:16].replace('T', ' ')} UTC"
        table.add_row(row["user"], row["role"], f"{until}, over" if row["ended"] else until, row["id"])
    return table
