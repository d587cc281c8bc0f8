"""``govcloud monitor dashboards``: the dashboards of Grafana as JSON, to be imported or provisioned."""

from __future__ import annotations

import json
from pathlib import Path

import click

from govcloud.cli.output import say

_FOLDER = click.Path(file_okay=False, path_type=Path)
_NAMES = ("estate", "region", "department", "tenancy", "recovery")


@click.command()
@click.argument("name", required=False, type=click.Choice(_NAMES))
@click.option("--output-dir", type=_FOLDER, metavar="FOLDER", help="Write the files there; made if absent.")
@click.option(
    "--language", type=click.Choice(["en", "zh"]), help="Only in this language; by default in both."
)
def dashboards(name: str | None, output_dir: Path | None, language: str | None) -> None:
    """Write the dashboards of Grafana to a folder, or print them.

    NAME chooses one of them. Both languages are dashboards of their own. Printed, one is its JSON, several are a JSON list.
    """
    from monitors.dashboards.catalog import BOARDS
    from monitors.dashboards.grafana import grafana_json
    from monitors.dashboards.model import LANGUAGES

    found = [
        grafana_json(board, spoken)
        for board in BOARDS
        for spoken in LANGUAGES
        if name in (None, board.name) and language in (None, spoken)
    ]
    if output_dir is None:
        click.echo(_json(found[0] if len(found) == 1 else found))
        return
    output_dir.mkdir(parents=True, exist_ok=True)
    for dashboard in found:
        path = output_dir / f"{dashboard['uid']}.json"
        path.write_text(_json(dashboard) + "\n", encoding="utf-8")
        say(f"wrote {path}")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
