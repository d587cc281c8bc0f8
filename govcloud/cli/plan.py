"""``govcloud plan``: every manifest of an estate, offline, without an engine."""

from __future__ import annotations

import sys
from typing import Any

import click

from govcloud.cli.estates import estate_argument, read_estate, selection_options
from govcloud.cli.output import emit, output_option


@click.command()
@estate_argument
@selection_options
@output_option
def plan(path: str, tenancies: tuple[str, ...], regions: tuple[str, ...], output: str) -> None:
    """Print the manifests that PATH asks for, region by region; no cluster and no engine is asked.

    PATH is a file or folder, - for standard input, and by default $GOVCLOUD_ESTATE or estates/national. What rules find
    in the manifests is told beside them, with exit code 1 where it would be refused.
    """
    from datetime import UTC, datetime

    from govcloud.check import check_plan
    from govcloud.cli.policy.found import fails, say_findings
    from govcloud.engine.units import Selection, units_of
    from policies.loading import shipped_rules

    units = units_of(read_estate(path), Selection(regions, tenancies))
    manifests = [manifest for unit in units for manifest in unit.manifests]
    emit(manifests, output, lambda: _table(units))
    findings = check_plan(units, shipped_rules().values(), now=datetime.now(UTC)).findings
    say_findings(findings, f"govcloud policy check {path} --plan")
    if fails(findings, None):
        sys.exit(1)


def _table(units: Any) -> Any:
    from rich.table import Table

    table = Table(title="Plan", caption="Print the manifests with --output yaml")
    for column in ("stack", "role", "objects", "kinds"):
        table.add_column(column, justify="right" if column == "objects" else "left")
    for unit in units:
        labels = unit.manifests[0]["metadata"].get("labels", {}) if unit.name.tenancy else {}
        kinds: dict[str, int] = {}
        for manifest in unit.manifests:
            kinds[manifest["kind"]] = kinds.get(manifest["kind"], 0) + 1
        words = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        table.add_row(str(unit.name), labels.get("govcloud.dev/role", ""), str(len(unit.manifests)), words)
    return table
