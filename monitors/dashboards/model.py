"""What a dashboard is before Grafana: panels with questions in PromQL, titles in English and Chinese.

So the questions can be asked of a real Prometheus in tests, and nothing but one module knows Grafana's schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

Kind = Literal["stat", "timeseries", "bars", "table"]
"""One number; a course over time; bars side by side; rows."""

Unit = Literal["percentunit", "bytes", "short", "s", "watt", "none", "dateTimeFromNow"]
"""Units of Grafana. Moments are in milliseconds there."""


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    en: str
    zh: str

    def said(self, language: Language) -> str:
        """In one of them."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Query:
    """A question in PromQL; ``$name`` in it is a variable of the dashboard. ``legend`` names its series."""

    expr: str
    legend: Text


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel. ``width`` is in columns of 24, ``height`` in rows of Grafana."""

    title: Text
    kind: Kind
    unit: Unit
    queries: tuple[Query, ...]
    width: int = 12
    height: int = 8


@dataclass(frozen=True, slots=True)
class Variable:
    """What a person chooses from: the values that a label has in a metric."""

    name: str
    title: Text
    metric: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard. ``name`` is its file and, after ``govcloud-``, its identifier."""

    name: str
    title: Text
    variables: tuple[Variable, ...]
    rows: tuple[Row, ...]

    def queries(self) -> tuple[str, ...]:
        """All questions that it asks."""
        panels = (panel for row in self.rows for panel in row.panels)
        return tuple(query.expr for panel in panels for query in panel.queries)


REGION = Variable("resource_region", Text("Region", "区域"), "govcloud_region_up", "resource_region")
DEPARTMENT = Variable("department", Text("Department", "部门"), "govcloud_tenancy_info", "department")
TENANCY = Variable("tenancy", Text("Tenancy", "租户"), "govcloud_tenancy_info", "tenancy")


def one(expr: str, en: str, zh: str) -> tuple[Query, ...]:
    """A panel's only question."""
    return (Query(expr, Text(en, zh)),)
