"""``govcloud estate``: check an estate, and show what is in it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import emit, output_option

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from govcloud.errors import Problem
    from govcloud.model import Estate, Region, Tenancy
    from policies.finding import Finding

_KINDS = ("regions", "departments", "tenancies", "sharings", "waivers")
_path = click.argument("path", metavar="PATH")


@click.group()
def estate() -> None:
    """Check an estate, and show what is in it. PATH is a file, a folder, or - for standard input."""


@estate.command()
@_path
@output_option
def validate(path: str, output: str) -> None:
    """Report every problem of an estate at once, each with file, line and how to mend it.

    Rules are asked about its requests: for tenancies, sharings and waivers. Exit code 1 where one would be refused.
    """
    from govcloud.cli.policy.found import fails, say_findings
    from govcloud.errors import EstateError
    from govcloud.report.plain import plain_finding

    try:
        loaded = _load(path)
    except EstateError as error:
        if output == "table":
            raise
        problems = [_problem(problem) for problem in error.problems]
        emit({"valid": False, "problems": problems, "findings": []}, output, lambda: "")
        click.get_current_context().exit(error.exit_code)
    findings = _findings(loaded)
    counts = {kind: len(getattr(loaded, kind)) for kind in _KINDS}
    summary = f"estate {loaded.name} is valid: " + ", ".join(f"{n} {kind}" for kind, n in counts.items())
    told = {"problems": [], "findings": [plain_finding(one) for one in findings]}
    emit({"valid": True, **told, "estate": loaded.name, **counts}, output, lambda: summary)
    say_findings(findings, f"govcloud policy check {path}")
    if fails(findings, None):
        sys.exit(1)


@estate.command()
@_path
@output_option
def show(path: str, output: str) -> None:
    """Show the regions and tenancies of an estate; as JSON or YAML, all of its documents."""
    loaded = _load(path)
    emit(_documents(loaded), output, lambda: _tables(loaded))


def _load(path: str) -> Estate:
    from govcloud.model.loader import load_estate

    return load_estate("<stdin>", text=sys.stdin.read()) if path == "-" else load_estate(path)


def _findings(loaded: Estate) -> Sequence[Finding]:
    from datetime import UTC, datetime

    from govcloud.check import check_requests
    from policies.loading import shipped_rules

    return check_requests(loaded, shipped_rules().values(), now=datetime.now(UTC)).findings


def _problem(problem: Problem) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(problem)


def _documents(loaded: Estate) -> dict[str, Any]:
    by_kind = {kind: [_plain(d) for d in getattr(loaded, kind).values()] for kind in _KINDS}
    return {"estate": _plain(loaded.head), **by_kind}


def _plain(document: Any) -> dict[str, Any]:
    data: dict[str, Any] = document.model_dump(mode="json", exclude_none=True)
    return data


def _tables(loaded: Estate) -> RenderableType:
    from rich.console import Group

    return Group(_region_table(loaded), _tenancy_table(loaded))


def _region_table(loaded: Estate) -> Table:
    from rich.table import Table

    table = Table(title=f"Regions of {loaded.name} ({loaded.network})", title_justify="left")
    for heading in ("region", "level", "zones", "ceiling"):
        table.add_column(heading)
    for heading in ("pools", "nodes", "cpu", "memory"):
        table.add_column(heading, justify="right")
    for region in loaded.regions.values():
        table.add_row(*_region_row(region))
    return table


def _region_row(region: Region) -> tuple[str, ...]:
    from govcloud.model import format_quantity, parse_quantity

    spec = region.spec
    cpu = sum((parse_quantity(pool.shape.cpu) * pool.nodes for pool in spec.pools), Decimal(0))
    memory = sum((parse_quantity(pool.shape.memory) * pool.nodes for pool in spec.pools), Decimal(0))
    nodes = sum(pool.nodes for pool in spec.pools)
    return (
        region.name,
        spec.level,
        " ".join(spec.zones),
        str(spec.grade_ceiling),
        str(len(spec.pools)),
        str(nodes),
        f"{cpu.normalize():f}",
        format_quantity(memory),
    )


def _tenancy_table(loaded: Estate) -> Table:
    from rich.table import Table

    table = Table(title=f"Tenancies of {loaded.name}", title_justify="left")
    for heading in ("tenancy", "department", "zone", "grade", "tier", "isolation", "regions"):
        table.add_column(heading)
    for heading in ("cpu", "memory"):
        table.add_column(heading, justify="right")
    for tenancy in loaded.tenancies.values():
        table.add_row(*_tenancy_row(tenancy))
    return table


def _tenancy_row(tenancy: Tenancy) -> tuple[str, ...]:
    from govcloud.standards import grade_text

    spec = tenancy.spec
    regions = " > ".join((spec.regions.primary, *spec.regions.standby)) if spec.regions else "not placed"
    return (
        tenancy.name,
        spec.department,
        spec.zone,
        grade_text(spec.grading.information, spec.grading.service),
        str(spec.recovery.tier),
        tenancy.isolation,
        regions,
        spec.resources.cpu,
        spec.resources.memory,
    )
