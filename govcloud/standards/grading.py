"""Grades of the multi-level protection scheme (GB/T 22240-2020): their names and how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from govcloud.standards.load import standards_data


@cache
def grade_names() -> Mapping[int, str]:
    """The Chinese name of each grade from 1 to 5."""
    return MappingProxyType(dict(standards_data("grading")["level_names"]))


def grade_text(information: int, service: int) -> str:
    """A grading as it is written: S3A2G3, the overall grade being the higher of the two."""
    return f"S{information}A{service}G{max(information, service)}"


def assessment_months(grade: int) -> int | None:
    """Months after which a system has to be assessed anew (公通字〔2007〕43号, art. 14); None where none are fixed.

    Of grade 2 they are practice and no statutory interval; the data tells how sure each is.
    """
    months = standards_data("grading")["assessment"][grade].get("frequency_months")
    return None if months is None else int(months)
