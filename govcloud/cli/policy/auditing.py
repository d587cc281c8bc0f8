"""``govcloud policy audit``: the live objects of the estate's regions, asked all rules."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.estates import estate_argument, read_estate, selection_options
from govcloud.cli.output import emit, say
from govcloud.cli.policy.found import end, report_of, report_options, tell

if TYPE_CHECKING:
    from datetime import datetime

    from govcloud.audit import Audit
    from govcloud.model import Estate, Waiver
    from govcloud.report import Report
    from policies.waivers import Excuse


@click.command()
@estate_argument
@selection_options
@click.option(
    "--coverage", is_flag=True, help="Show which controls of the standards each tenancy meets, too."
)
@report_options
def audit(
    path: str,
    tenancies: tuple[str, ...],
    regions: tuple[str, ...],
    coverage: bool,
    output: str,
    output_file: str | None,
    fail_on: str | None,
) -> None:
    """Ask the rules about what is live in the regions of an estate, and about its waivers.

    Every object that rules are about, in one order. The waivers that count are those that the regions know. A region
    that does not answer is told, and the exit code is then 3.
    """
    from datetime import UTC, datetime

    from govcloud.waivers import excuses_of, review

    estate, now = read_estate(path), datetime.now(UTC)
    documents = excuses_of(estate, registered(estate))
    audits, silent = audited(estate, regions, tenancies, documents, now)
    about = [one for one in documents if not tenancies or one.tenancy in tenancies]
    found = review(estate, about, audits, now=now, whole=not (regions or silent))
    report = report_of(audits, estate.name, now, found)
    tell(report, output, output_file)
    if coverage and output == "table":
        _show_coverage(report, tenancies)
    if silent:
        sys.exit(3)
    end(report, fail_on)


def audited(
    estate: Estate,
    regions: Sequence[str],
    tenancies: Sequence[str],
    documents: Sequence[Excuse],
    now: datetime,
) -> tuple[list[Audit], list[str]]:
    """A look at each region with tenancies that answers, and the names of those that do not."""
    from govcloud.audit import audit as look
    from govcloud.engine.survey import connect
    from govcloud.engine.units import Selection, units_of
    from govcloud.errors import ClusterError
    from policies.evaluation import Evaluator
    from policies.loading import shipped_rules
    from stacks.desired import target_of

    units = units_of(estate, Selection(tuple(regions), tuple(tenancies)))
    settings = {unit.name.region: unit.settings for unit in units}
    audits, silent = [], []
    for region, values in settings.items():
        begun = time.monotonic()
        evaluator = Evaluator(list(shipped_rules().values()), values)
        try:
            cluster = connect(target_of(estate, region))
            found = look(cluster, evaluator, now=now, region=region, tenancies=tenancies, waivers=documents)
        except ClusterError as error:
            say(f"region {region}: {error}")
            silent.append(region)
            continue
        audits.append(found)
        say(_told(found, time.monotonic() - begun))
    return audits, silent


def registered(estate: Estate) -> list[Waiver]:
    """The waivers in the register of the estate's hub; none, with a word about it, where the hub does not answer."""
    from govcloud.engine.survey import connect
    from govcloud.errors import ClusterError
    from govcloud.waivers import registered_waivers
    from stacks.desired import target_of

    hub = estate.head.spec.hub
    try:
        return registered_waivers(connect(target_of(estate, hub)))
    except ClusterError as error:
        say(f"the register in {hub} is not asked for waivers: {error}")
        return []


def _told(found: Audit, seconds: float) -> str:
    lacking = f"; not served there: {', '.join(found.lacking)}" if found.lacking else ""
    return f"region {found.region}: {found.objects:,} objects looked at in {seconds:.1f} s{lacking}"


def _show_coverage(report: Report, tenancies: Sequence[str]) -> None:
    from govcloud.report import coverage_rows, summary_rows

    emit(None, "table", partial(_rows_table, summary_rows(report), "Controls by tenancy"))
    for name in (one for one in tenancies if one in report.coverage):
        emit(None, "table", partial(_rows_table, coverage_rows(report, name), name))


def _rows_table(rows: Sequence[dict[str, str]], title: str) -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for column in rows[0] if rows else ():
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row.values())
    return table
