"""``govcloud report``: what goes to those who pay and those who check."""

from __future__ import annotations

from typing import Any

import click

from govcloud.cli.output import emit

ledger_option = click.option(
    "--ledger",
    envvar="GOVCLOUD_LEDGER",
    metavar="URL",
    help="The ledger: sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE; the one in the state folder by default.",
)


@click.group()
def report() -> None:
    """Reports: what departments held and used."""


@report.command()
@click.option("--department", metavar="NAME", help="Only this department; all of them by default.")
@click.option("--month", metavar="YYYY-MM", help="The month; this one by default.")
@click.option(
    "--time-zone", default="Asia/Shanghai", show_default=True, help="Whose days and months are meant."
)
@ledger_option
@click.option("--lang", type=click.Choice(["en", "zh"]), default="en", help="What an HTML page shows first.")
@click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json", "csv", "html", "yaml"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
def usage(
    department: str | None, month: str | None, time_zone: str, ledger: str | None, lang: str, output: str
) -> None:
    """Print what a department held and used in a month, in units of resources: used, allocated, quota and idle.

    What was estimated over short gaps is told apart, and so are gaps that are not charged.
    """
    import time

    from monitors.ledger import Ledger
    from monitors.statement import current_month, make_statement

    now = time.time()
    with Ledger.open(ledger) as opened:
        made = make_statement(
            opened, department, month or current_month(now, time_zone), now=now, zone=time_zone
        )
    _print(made, output, lang)


def _print(made: Any, output: str, lang: str) -> None:
    from monitors.statement_page import write_page
    from monitors.statement_plain import plain, write_csv

    if output == "csv":
        click.echo(write_csv(made), nl=False)
    elif output == "html":
        click.echo(write_page(made, "zh" if lang == "zh" else "en"), nl=False)
    else:
        emit(plain(made), output, lambda: _table(made))


def _table(made: Any) -> Any:
    from rich.table import Table

    from monitors.statement_plain import ITEMS, figure, kilowatt_hours

    energy = made.total.energy
    gaps = sum(not gap.estimated for gap in made.gaps)
    table = Table(
        title=f"{made.department or 'all departments'}, {made.month} ({made.zone})",
        caption=f"{kilowatt_hours(energy.drawn):,.2f} kWh; {gaps} gaps not charged"
        f"{'' if made.complete else '; the month is not over'}",
    )
    for column in ("tenancy", "region", "role", "resource"):
        table.add_column(column)
    for column in ("used", "allocated", "estimated", "quota", "idle"):
        table.add_column(column, justify="right")
    named = [((one.account.tenancy, one.account.region, one.account.role), one.sums) for one in made.lines]
    for names, sums in [*named, (("total", "", ""), made.total)]:
        for item in ITEMS:
            parts = sums.resources[item.resource]
            if parts.allocated + parts.idle == 0:
                continue
            counts = (parts.allocated, parts.estimated, parts.quota, parts.idle)
            used = f"{figure(item, parts.used):,.2f}" if item.use_is_known else "-"
            figures = (f"{figure(item, count):,.2f}" for count in counts)
            table.add_row(*names, f"{item.resource} {item.unit}", used, *figures)
    return table
