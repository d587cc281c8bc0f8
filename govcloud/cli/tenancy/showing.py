"""``govcloud tenancy show``: one tenancy, whole, for whoever asks what became of it and what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, output_option
from govcloud.cli.tenancy.names import name_argument

if TYPE_CHECKING:
    from rich.console import RenderableType

    from govcloud.cli.tenancy.portrait import Part
    from govcloud.cli.tenancy.usage import Usage
    from govcloud.hub.prospects import Prospect
    from govcloud.hub.record import Record


@click.command()
@name_argument
@hub_options
@output_option
def show(name: str, hub: Hub, output: str) -> None:
    """Show the tenancy NAME: what is asked for, who decided, where it runs, what it uses, and who must do what next.

    Its use is read from its regions, as you; what you cannot read there is told. As JSON or YAML the document itself stands
    under "tenancy".
    """
    from govcloud.cli.tenancy.usage import usage_of
    from govcloud.hub.prospects import prospects

    record = hub.register.get(name)
    found, usages = prospects(record), usage_of(record, hub)
    emit(_plain(record, found, usages), output, lambda: _portrait(record, found, usages))


def _plain(record: Record, found: list[Prospect], usages: list[Usage]) -> dict[str, Any]:
    from govcloud.model import API_VERSION

    document = {"apiVersion": API_VERSION, "kind": "Tenancy", **record.manifest}
    document["metadata"] = {
        key: value for key, value in document["metadata"].items() if key != "managedFields"
    }
    return {
        "tenancy": document,
        "next": [asdict(one) for one in found],
        "usage": [asdict(one) for one in usages],
    }


def _portrait(record: Record, found: list[Prospect], usages: list[Usage]) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from govcloud.cli.tenancy import portrait
    from govcloud.hub.lifecycle import PHASES
    from govcloud.report.text import printable

    head = Text.assemble((record.name, "bold"), f"  {printable(record.spec['title'])}\n")
    head.append(f"{record.phase}: {PHASES[record.phase]}", "bold")
    parts = (
        portrait.next_part(record, found),
        *portrait.request_parts(record),
        *portrait.place_parts(record, usages),
        *portrait.decision_parts(record),
    )
    return Group(head, *sections(parts))


def sections(parts: Iterable[Part]) -> Iterable[RenderableType]:
    """Parts under their headings."""
    from rich.padding import Padding
    from rich.text import Text

    for title, body in parts:
        yield Text(f"\n{title}", style="cyan")
        yield Padding(body, (0, 0, 0, 2), expand=False)
