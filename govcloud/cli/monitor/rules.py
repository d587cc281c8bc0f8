"""``govcloud monitor rules``: recording and alerting rules of Prometheus, and the tests that promtool runs on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from govcloud.cli.output import say, to_yaml

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--output-dir", type=_FOLDER, metavar="FOLDER", help="Write the files there; made if absent.")
@click.option("--tests", is_flag=True, help="Also the tests: `promtool test rules FOLDER/*.test.yaml`.")
@click.option("--job", default="govcloud", show_default=True, help="Job of the scrape of the exporter.")
@click.option("--runbooks", metavar="URL", help="Address of the page of runbooks that alerts link to.")
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="NAME=VALUE",
    help="A number of your own in the alerts; several times.",
)
def rules(
    output_dir: Path | None, tests: bool, job: str, runbooks: str | None, thresholds: tuple[str, ...]
) -> None:
    """Write the rules of Prometheus to a folder, or print them.

    There are two files, recordings and alerts. docs/monitoring.md says how Prometheus is told of them, docs/runbooks.md what
    to do about each alert.
    """
    from monitors.rules.examples import promtool_tests
    from monitors.rules.loading import RUNBOOKS, Settings
    from monitors.rules.rendering import rule_files
    from monitors.rules.thresholds import Thresholds

    settings = Settings(job, runbooks or RUNBOOKS, Thresholds.of(dict(map(_pair, thresholds))))
    found: dict[str, Any] = rule_files(settings) | (promtool_tests(settings) if tests else {})
    if output_dir is None:
        click.echo("---\n".join(f"# {name}\n{to_yaml(data)}" for name, data in found.items()), nl=False)
    else:
        _write(output_dir, found)


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--threshold")
    return name, value


def _write(folder: Path, found: dict[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in found.items():
        (folder / name).write_text(to_yaml(data), encoding="utf-8")
        say(f"wrote {folder / name}")
