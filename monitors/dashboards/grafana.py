"""Dashboards as Grafana imports them; the only module that knows Grafana's schema.

Its types come from the SDK that Grafana generates from that schema, so that a field that does not exist is found by mypy.
"""

from __future__ import annotations

import json
from itertools import count
from typing import Any, TypeAlias

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as dashboards
from grafana_foundation_sdk.builders.common import ReduceDataOptions
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import BarGaugeDisplayMode, VizOrientation
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from monitors.dashboards.model import Board, Language, Panel, Query, Text, Variable

_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_TAG = "govcloud"
_ALL = "$__all"
_OTHERS = Text("Other dashboards", "其他看板")
_SOURCE_TITLE = Text("Prometheus", "数据源")

_Panel: TypeAlias = stat.Panel | timeseries.Panel | bargauge.Panel | table.Panel


def grafana_json(board: Board, language: Language) -> dict[str, Any]:
    """A dashboard in one language as plain data, to be imported or provisioned.

    Its identifier is ``govcloud-<name>``, in Chinese ``govcloud-<name>-zh``: both can stand side by side.
    """
    builder = (
        dashboards.Dashboard(board.title.said(language))
        .uid(identifier(board, language))
        .tags([_TAG, language])
        .readonly()
        .timezone("browser")
        .time("now-24h", "now")
        .refresh("1m")
        .with_variable(_source(language))
        .link(_others(language))
    )
    for variable in board.variables:
        builder.with_variable(_variable(variable, language))
    numbers = count(1)
    for row in board.rows:
        builder.with_row(dashboards.Row(row.title.said(language)).id(next(numbers)))
        for panel in row.panels:
            builder.with_panel(_panel(panel, language).id(next(numbers)))
    plain: dict[str, Any] = json.loads(json.dumps(builder.build(), cls=JSONEncoder))
    return plain


def identifier(board: Board, language: Language) -> str:
    """The identifier of a dashboard, and the name of its file."""
    return f"govcloud-{board.name}" + ("-zh" if language == "zh" else "")


def _source(language: Language) -> dashboards.DatasourceVariable:
    return dashboards.DatasourceVariable("datasource").label(_SOURCE_TITLE.said(language)).type("prometheus")


def _others(language: Language) -> dashboards.DashboardLink:
    link = dashboards.DashboardLink(_OTHERS.said(language)).type(DashboardLinkType.DASHBOARDS)
    return link.tags([_TAG, language]).as_dropdown(True).include_vars(True).keep_time(True)


def _variable(variable: Variable, language: Language) -> dashboards.QueryVariable:
    return (
        dashboards.QueryVariable(variable.name)
        .label(variable.title.said(language))
        .datasource(_SOURCE)
        .query(f"label_values({variable.metric}, {variable.label})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(VariableOption(text="All", value=_ALL))
    )


def _panel(panel: Panel, language: Language) -> _Panel:
    shaped = _shape(panel)
    shaped.title(panel.title.said(language)).datasource(_SOURCE).unit(panel.unit)
    shaped.span(panel.width).height(panel.height)
    for letter, query in zip("ABCDEFGH", panel.queries, strict=False):
        shaped.with_target(_target(query, panel, letter, language))
    return shaped


def _shape(panel: Panel) -> _Panel:
    if panel.kind == "timeseries":
        return timeseries.Panel().min(0) if panel.unit == "bytes" else timeseries.Panel()
    if panel.kind == "table":
        return table.Panel()
    last = ReduceDataOptions().calcs(["lastNotNull"])
    if panel.kind == "stat":
        return stat.Panel().reduce_options(last)
    bars = bargauge.Panel().orientation(VizOrientation.HORIZONTAL).display_mode(BarGaugeDisplayMode.BASIC)
    return bars.reduce_options(last)


def _target(query: Query, panel: Panel, letter: str, language: Language) -> Dataquery:
    target = Dataquery().expr(query.expr).legend_format(query.legend.said(language)).ref_id(letter)
    target.datasource(_SOURCE)
    if panel.kind == "timeseries":
        return target.range()
    return target.instant().format(
        PromQueryFormat.TABLE if panel.kind == "table" else PromQueryFormat.TIME_SERIES
    )
