"""Data on standard output as a table, JSON or YAML; everything else a command says goes to standard error.

So a pipe gets data and nothing else, whatever a command reports on the way.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

output_option = click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="How to print data.",
)


def emit(data: Any, output: str, table: Callable[[], Any]) -> None:
    """Print data in the form asked for.

    Args:
        data: plain data (dicts, lists, scalars), printed as JSON or YAML.
        output: ``table``, ``json`` or ``yaml``.
        table: makes the rich renderable (or text) for ``table``; not called for the other forms.
    """
    if output == "json":
        click.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
    elif output == "yaml":
        click.echo(to_yaml(data), nl=False)
    else:
        from rich.console import Console

        width = None if sys.stdout.isatty() else 200
        # Brackets in data are data, not markup.
        Console(width=width, markup=False, highlight=False).print(table())


def to_yaml(data: Any) -> str:
    """YAML of plain data; a list of manifests becomes many documents."""
    import yaml

    base: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    # Values that stand in several places are written out in each: kubectl and people read anchors badly.
    dumper = type("PlainDumper", (base,), {"ignore_aliases": lambda *_: True})
    dump_all = isinstance(data, list) and all(isinstance(item, dict) and "kind" in item for item in data)
    documents = data if dump_all and data else [data]
    return str(
        yaml.dump_all(
            documents,
            Dumper=dumper,
            allow_unicode=True,
            sort_keys=False,
            explicit_start=dump_all,
            default_flow_style=False,
        )
    )


def say(message: str) -> None:
    """Tell a person something that is not data."""
    click.echo(message, err=True)
