"""What was found, printed: for people by rule, the gravest first, and in every form that a report has."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import emit, say
from govcloud.cli.policy.language import chinese, text

if TYPE_CHECKING:
    from datetime import datetime

    from govcloud.audit import Audit
    from govcloud.check import Checked
    from govcloud.report import Report
    from policies.finding import Finding

_Command = Callable[..., Any]
_FORMS = ("table", "json", "yaml", "sarif", "junit", "oscal", "html", "html-zh")
_SEVERITIES = ("low", "medium", "high", "critical")
_SHOWN = 10
_STYLES = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}


def report_options(command: _Command) -> _Command:
    """The options of every command that reports findings: --output, --output-file and --fail-on."""
    command = click.option(
        "--fail-on",
        type=click.Choice(_SEVERITIES),
        help="End with exit code 1 for findings of at least this severity; by default for those that refuse.",
    )(command)
    command = click.option(
        "--output-file",
        type=click.Path(dir_okay=False, writable=True),
        help="Write the document there, and show the table here.",
    )(command)
    return click.option(
        "--output",
        "-o",
        type=click.Choice(_FORMS),
        default="table",
        show_default=True,
        help="How to print what was found.",
    )(command)


def report_of(
    checked: Iterable[Checked | Audit], estate: str, now: datetime, more: Sequence[Finding] = ()
) -> Report:
    """The report of one or more looks at an estate, and of what else was found."""
    from importlib.metadata import version

    from govcloud.report import Report
    from policies.loading import shipped_rules
    from policies.waiver_rules import WAIVER_RULES

    looks = tuple(checked)
    return Report(
        findings=(*(finding for one in looks for finding in one.findings), *more),
        rules=(*shipped_rules().values(), *WAIVER_RULES.values()),
        points=tuple(point for one in looks for point in one.points),
        estate=estate,
        at=now,
        version=version("govcloud"),
        objects=sum(one.objects for one in looks),
        looks=tuple(look for one in looks for look in one.looks),
        tenancies=tuple({each.tenancy: each for one in looks for each in one.tenancies}.values()),
        regions=tuple(dict.fromkeys(region for one in looks for region in one.regions)),
    )


def tell(report: Report, output: str, output_file: str | None) -> None:
    """Print a report in the form asked for, and in one line on standard error what it comes to."""
    if output_file:
        _write(report, output, output_file)
        output = "table"
    if output == "table":
        if report.findings:
            emit(None, "table", lambda: _by_rule(report))
    elif output == "yaml":
        from govcloud.report.plain import plain

        emit(plain(report), "yaml", lambda: None)
    else:
        from govcloud.report import write

        click.echo(write(report, output), nl=False)
    say(summary(report))


def say_findings(findings: Sequence[Finding], command: str = "") -> None:
    """Tell findings beside the data of another command: a line each, the first of many, and which command tells all."""
    for finding in findings[:_SHOWN]:
        state = f" (waived until {finding.waived.until:%Y-%m-%d})" if finding.waived else ""
        word = "refused" if finding.blocks else "noted" if finding.waived else "warning"
        place = f"{finding.subject.source}: " if finding.subject.source else ""
        say(f"{word}: {place}{finding.subject}: {finding.message}{state}")
    if len(findings) > _SHOWN:
        say(f"and {len(findings) - _SHOWN} more; all of them with `{command}`")


def end(report: Report, fail_on: str | None) -> None:
    """End the command with exit code 1 where findings demand it."""
    if fails(report.findings, fail_on):
        sys.exit(1)


def fails(findings: Sequence[Finding], fail_on: str | None) -> bool:
    """Whether findings demand exit code 1: any that refuses, or any of a severity that no waiver excuses."""
    if fail_on is None:
        return any(finding.blocks for finding in findings)
    least = _SEVERITIES.index(fail_on)
    return any(one.waived is None and _SEVERITIES.index(one.severity) >= least for one in findings)


def summary(report: Report) -> str:
    """What a report comes to, in a line."""
    if not report.findings:
        return f"no findings in {_count(report.objects, 'object')}"
    grave = "to be mended" if report.points == ("audit",) else "refused"
    parts = {grave: len(report.blocking), "only told": len(report.warnings), "waived": len(report.waived)}
    words = ", ".join(f"{number} {word}" for word, number in parts.items() if number)
    return f"{_count(len(report.findings), 'finding')} in {_count(report.objects, 'object')}: {words}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _write(report: Report, output: str, path: str) -> None:
    from pathlib import Path

    from govcloud.errors import InputError

    try:
        Path(path).write_text(_document(report, output), encoding="utf-8")
    except OSError as error:
        raise InputError(f"the report cannot be written: {error.strerror}", where=path) from error


def _document(report: Report, output: str) -> str:
    if output == "table":
        from io import StringIO

        from rich.console import Console

        target = StringIO()
        Console(file=target, width=120, markup=False, highlight=False).print(_by_rule(report))
        return target.getvalue()
    if output == "yaml":
        from govcloud.cli.output import to_yaml
        from govcloud.report.plain import plain

        return to_yaml(plain(report))
    from govcloud.report import write

    return write(report, output)


def _by_rule(report: Report) -> Any:
    from rich.console import Group

    from govcloud.report.report import by_rule

    ordered = sorted(report.findings, key=lambda one: one.rule)
    groups = by_rule(ordered)
    return Group(*(part for rule, found in groups.items() for part in _of_rule(report, rule, found)))


def _of_rule(report: Report, rule: str, found: Sequence[Finding]) -> Iterator[Any]:
    from rich.padding import Padding
    from rich.text import Text

    first, known = found[0], report.by_id.get(rule)
    title = text(known.title) if known else first.title
    remedy = text(known.remedy) if known else first.remedy
    yield Text.assemble((first.severity, _STYLES[first.severity]), "  ", (f"{rule}  {title}", "bold"))
    clauses = dict.fromkeys(str(clause) for finding in found for clause in finding.clauses)
    body: list[Any] = [Text(", ".join(clauses), style="dim"), _objects(found)]
    if len(found) > _SHOWN:
        body.append(Text(f"and {len(found) - _SHOWN:,} more like these; all of them with --output json"))
    body.append(Text(f"{'整改：' if chinese() else 'to mend it: '}{remedy}"))
    yield from (Padding(part, (0, 0, 0, 2), expand=False) for part in body)
    yield Text()


def _objects(found: Sequence[Finding]) -> Any:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=2)
    table.add_column(overflow="fold", ratio=3)
    for finding in found[:_SHOWN]:
        table.add_row(_state(finding), _place(finding), _offence(finding))
    return table


def _state(finding: Finding) -> str:
    if finding.waived:
        return f"waived until {finding.waived.until:%Y-%m-%d}"
    if finding.action == "warn":
        return "warning"
    return "violation" if finding.point == "audit" else "refused"


def _place(finding: Finding) -> str:
    from govcloud.report.text import printable

    region = f"{finding.region}: " if finding.region else ""
    source = f"\n{finding.subject.source}" if finding.subject.source else ""
    return "\n".join(printable(line) for line in f"{region}{finding.subject}{source}".split("\n"))


def _offence(finding: Finding) -> str:
    from govcloud.report.text import printable

    if finding.error:
        return printable(finding.message)
    first, *others = finding.offences
    return printable(first) + (f" (and {len(others)} more)" if others else "")
