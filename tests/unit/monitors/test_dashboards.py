"""The dashboards as data and as Grafana imports them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from grafana_foundation_sdk.models.dashboard import Dashboard as Schema

from monitors import families
from monitors.dashboards.catalog import BOARDS
from monitors.dashboards.grafana import grafana_json
from monitors.dashboards.model import LANGUAGES, Board, Language
from monitors.rules.loading import Settings
from monitors.rules.rendering import RECORDINGS_FILE, rule_files

GROUPS = rule_files(Settings())[RECORDINGS_FILE]["groups"]
RECORDED = {rule["record"] for group in GROUPS for rule in group["rules"]}
FAMILIES = {family.name for family in families.ALL}
COLUMNS = 24
BOTH = [(board, language) for board in BOARDS for language in LANGUAGES]
_RECORDED = re.compile(r"\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def panels_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_queries_ask_about_what_is_exported_or_recorded(board: Board) -> None:
    for query in board.queries():
        assert set(_RECORDED.findall(query)) <= RECORDED
        assert set(re.findall(r"\bgovcloud_\w+", _RECORDED.sub("", query))) <= FAMILIES
    assert {variable.metric for variable in board.variables} <= FAMILIES


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_queries_name_the_variables_that_there_are(board: Board) -> None:
    named = {name for query in board.queries() for name in re.findall(r"\$(\w+)", query)}
    assert named == {variable.name for variable in board.variables}


@pytest.mark.parametrize(("board", "language"), BOTH)
def test_a_dashboard_is_what_the_schema_of_grafana_says(board: Board, language: Language) -> None:
    made = grafana_json(board, language)
    read = Schema.from_json(made)
    assert read.title == board.title.said(language)
    assert len(read.panels or []) == len(made["panels"])


@pytest.mark.parametrize(("board", "language"), BOTH)
def test_panels_fill_their_rows_and_lie_on_nothing(board: Board, language: Language) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in grafana_json(board, language)["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= COLUMNS
        cells = {
            (place["x"] + across, place["y"] + down)
            for across in range(place["w"])
            for down in range(place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_both_languages_ask_the_same_and_say_it_in_their_own_words(board: Board) -> None:
    english, chinese = (panels_of(grafana_json(board, language)) for language in LANGUAGES)
    assert [[target["expr"] for target in panel["targets"]] for panel in english] == [
        [target["expr"] for target in panel["targets"]] for panel in chinese
    ]
    assert not any(_CHINESE.search(panel["title"]) for panel in english)
    assert all(_CHINESE.search(panel["title"]) or panel["title"].isupper() for panel in chinese)


def test_identifiers_and_panel_numbers_are_given_once() -> None:
    made = [grafana_json(board, language) for board, language in BOTH]
    identifiers = [dashboard["uid"] for dashboard in made]
    assert len(set(identifiers)) == len(identifiers) == len(BOARDS) * len(LANGUAGES)
    for dashboard in made:
        numbers = [panel["id"] for panel in dashboard["panels"]]
        assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(("board", "language"), BOTH)
def test_every_question_goes_to_the_source_that_a_person_chooses(board: Board, language: Language) -> None:
    made = grafana_json(board, language)
    assert made["templating"]["list"][0]["type"] == "datasource"
    for panel in panels_of(made):
        assert panel["targets"]
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])
