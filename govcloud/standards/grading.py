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
