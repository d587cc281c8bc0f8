"""The forms that a report can be written in, by the names that a command offers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from govcloud.errors import InputError
from govcloud.report.junit import write_junit
from govcloud.report.oscal import write_oscal
from govcloud.report.page import write_html
from govcloud.report.plain import write_json
from govcloud.report.report import Report
from govcloud.report.sarif import write_sarif


def _chinese(report: Report) -> str:
    return write_html(report, "zh")


FORMATS: Mapping[str, Callable[[Report], str]] = MappingProxyType(
    {
        "json": write_json,
        "sarif": write_sarif,
        "junit": write_junit,
        "oscal": write_oscal,
        "html": write_html,
        "html-zh": _chinese,
    }
)
"""Writers by format; ``html`` and ``html-zh`` are the same page, which shows one language or the other at first."""


def write(report: Report, form: str) -> str:
    """The report as the text of a document.

    Args:
        report: the report.
        form: one of `FORMATS`.

    Raises:
        InputError: there is no such form.
    """
    if form not in FORMATS:
        raise InputError(f"a report cannot be written as {form!r}", expected=f"one of {', '.join(FORMATS)}")
    return FORMATS[form](report)
