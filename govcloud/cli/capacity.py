"""``govcloud capacity``: what pools have left, and when it will be gone."""

from __future__ import annotations

import math
from typing import Any

import click

from govcloud.cli.output import emit, output_option, say
from govcloud.cli.report import ledger_option

_RESOURCES = ("cpu", "memory", "storage", "accelerators")
_UNITS = {"cpu": "cores", "memory": "GiB", "storage": "GiB", "accelerators": "cards"}


@click.group()
def capacity() -> None:
    """What pools have left, and when it will be gone."""


@capacity.command()
@click.argument("path", required=False)
@ledger_option
@output_option
def show(path: str | None, ledger: str | None, output: str) -> None:
    """Print what each pool offers, what is requested of it and what is left.

    With PATH, an estate, its regions are asked now; without it, the ledger tells of each region's last sample. Left N-1 is
    what is left when the largest ready node fails; overcommit is granted quota over what can be allocated.
    """
    rows = _present_rows(path) if path else _kept_rows(ledger)
    emit(rows, output, lambda: _table("Capacity", rows, _told))


@capacity.command()
@click.option("--of", type=click.Choice(["pool", "region", "tenancy"]), default="pool", show_default=True)
@click.option("--resource", type=click.Choice(_RESOURCES), help="Only this resource; all of them by default.")
@click.option("--region", "-r", "regions", multiple=True, help="Only in this region (repeatable).")
@click.option("--name", "names", multiple=True, help="Only the pool or tenancy of this name (repeatable).")
@click.option(
    "--days", type=click.IntRange(1, 730), default=180, show_default=True, help="How far to look ahead."
)
@ledger_option
@output_option
def forecast(
    of: Any,
    resource: str | None,
    regions: tuple[str, ...],
    names: tuple[str, ...],
    days: int,
    ledger: str | None,
    output: str,
) -> None:
    """Print in how many days pools, regions or tenancies run out, soonest first, and how good such forecasts were.

    Earliest and latest bound what happens in eight of ten cases. At least seven days of history are needed.
    """
    import time

    from monitors.ledger import Ledger, Only
    from monitors.outlook import look_ahead

    if names and of == "region":
        raise click.UsageError("Choose regions with --region; --name is for pools and tenancies.")
    now = time.time()
    with Ledger.open(ledger) as opened:
        resources = [resource] if resource else _RESOURCES
        found = [
            look_ahead(opened, of, one, now=now, days=days, keys=Only(regions, names)) for one in resources
        ]
    rows = [_outlook_row(of, one.resource, row) for one in found for row in one.rows]
    tested = {one.resource: dict(one.tested) for one in found if one.tested}
    emit({"forecasts": rows, "backTest": tested}, output, lambda: _forecast_table(rows, tested))


def _kept_rows(ledger: str | None) -> list[dict[str, Any]]:
    """Pools as the ledger knows them."""
    from monitors.ledger import Ledger

    with Ledger.open(ledger) as opened:
        found = opened.pools()
    return [
        _pool_row(key, pool, number, pool.rates[4 * number : 4 * number + 4], pool.largest[number])
        for key, pool in sorted(found.items())
        for number in range(len(_RESOURCES))
        if pool.rates[4 * number] > 0
    ]


def _present_rows(path: str) -> list[dict[str, Any]]:
    """Pools as the regions of an estate tell them now.

    Raises:
        OutsideError: no region answers.
    """
    from govcloud.cli.estates import read_estate
    from govcloud.cli.monitor.regions import present
    from govcloud.errors import OutsideError
    from monitors.glance import PATIENCE, look_once

    estate = read_estate(path)
    found = look_once(estate, present(estate))
    silent = [one.region for one in found.regions if not one.fresh]
    expected = f"regions that tell what they hold and use within {PATIENCE:.0f} s"
    if len(silent) == len(found.regions):
        raise OutsideError(
            "no region answers",
            where=", ".join(silent) or estate.name,
            expected=expected,
            mend="look at them with `govcloud region status`",
        )
    if silent:
        say(f"left out, since they did not answer: {', '.join(silent)}")
    return [
        _pool_row(pool, pool, number, figures, pool.largest.values()[number])
        for region in found.regions
        if region.fresh
        for pool in sorted(region.pools, key=lambda one: one.pool)
        for number, figures in _figures(pool)
        if figures[0] > 0
    ]


def _figures(pool: Any) -> list[tuple[int, tuple[float, ...]]]:
    """(allocatable, requested, used, quota) of each resource of a pool's facts, by its number."""
    amounts = [one.values() for one in (pool.allocatable, pool.requested, pool.used, pool.quota)]
    return list(enumerate(zip(*amounts, strict=True)))[: len(_RESOURCES)]


def _pool_row(key: Any, pool: Any, number: int, figures: tuple[float, ...], largest: float) -> dict[str, Any]:
    resource = _RESOURCES[number]
    allocatable, requested, used, quota = figures
    left = allocatable - requested
    amounts = {
        "allocatable": allocatable,
        "requested": requested,
        "used": used,
        "left": left,
        "leftN1": left - largest,
    }
    return {
        "region": key.region,
        "pool": key.pool,
        "zone": key.zone,
        "grade": key.grade,
        "nodes": f"{pool.ready}/{pool.nodes}",
        "resource": f"{resource} {_UNITS[resource]}",
        **{name: _shown(resource, amount) for name, amount in amounts.items()},
        "overcommit": round(quota / allocatable, 3),
    }


def _outlook_row(of: str, resource: str, row: Any) -> dict[str, Any]:
    named = {"region": row.key} if of == "region" else row.key._asdict()
    days = {"days": row.days, "earliest": row.earliest, "latest": row.latest}
    return {
        **named,
        "resource": f"{resource} {_UNITS[resource]}",
        "present": _shown(resource, row.present),
        "limit": _shown(resource, row.limit),
        **{name: int(value) if math.isfinite(value) else None for name, value in days.items()},
        "model": row.model or "history too short",
    }


def _shown(resource: str, amount: float) -> float:
    return round(amount / 1024**3 if _UNITS[resource] == "GiB" else amount, 3)


def _table(title: str, rows: list[dict[str, Any]], told: Any) -> Any:
    from rich.table import Table

    table = Table(title=title)
    for name, value in (rows[0] if rows else {}).items():
        table.add_column(name, justify="left" if isinstance(value, str) else "right")
    for row in rows:
        table.add_row(*(told(name, value) for name, value in row.items()))
    return (
        table if rows else "The ledger knows nothing of this yet: samples come from govcloud monitor serve."
    )


def _told(_name: str, value: Any) -> str:
    return f"{value:,}" if isinstance(value, float) else str(value)


def _forecast_table(rows: list[dict[str, Any]], tested: dict[str, dict[str, Any]]) -> Any:
    table = _table("Days until exhaustion", rows, _day)
    if rows:
        table.caption = "\n".join(_tested(resource, one) for resource, one in tested.items())
    return table


def _day(name: str, value: Any) -> str:
    return (
        "not in sight" if value is None and name == "days" else "-" if value is None else _told(name, value)
    )


def _tested(resource: str, one: dict[str, Any]) -> str:
    if not one["series"]:
        return f"{resource}: not enough history, or no change in it, to test forecasts on"
    return (
        f"{resource}: on the last week of {one['series']} series the error was {one['mase']} (naive: {one['naive']}) "
        f"times the usual change of a day; intervals held {one['coverage']:.0%} of days, {one['meant']:.0%} are meant"
    )
