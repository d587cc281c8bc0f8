from dataclasses import replace
from datetime import datetime

import pytest

from govcloud.cluster import Kind
from govcloud.hub.listing import Row, age, pages, row_of, rows

TENANCIES = Kind("govcloud.dev/v1", "Tenancy", "tenancies", namespaced=True)
COLUMNS = (
    "Name",
    "Department",
    "Zone",
    "Grade",
    "Tier",
    "Phase",
    "Primary",
    "Title",
    "Requested By",
    "Last Error",
    "Age",
)


class Hub:
    """Answers with tables, page after page."""

    def __init__(self, *pages):
        self.pages, self.queries = list(pages), []

    def request(self, method, path, query, *, accept):
        assert (method, accept.startswith("application/json;as=Table")) == ("GET", True)
        self.queries.append((path, query))
        cells = self.pages.pop(0)
        found = [{"cells": row} for row in cells] if cells else None
        metadata = {"resourceVersion": "9"}
        if self.pages:
            metadata["continue"] = f"page {len(self.queries) + 1}"
        return {
            "columnDefinitions": [{"name": name} for name in COLUMNS],
            "rows": found,
            "metadata": metadata,
        }


def _cells(name, grade="3", phase="active"):
    return [name, "mee", "dedicated", grade, 5, phase, "north", "系统", "zhang.wei@mee", None, "4m"]


def test_a_page_follows_the_other():
    hub = Hub([_cells("mee-air")], [_cells("mee-water")], [])
    assert [row.name for row in rows(hub, TENANCIES, "d-mee")] == ["mee-air", "mee-water"]
    assert [query.get("continue") for _, query in hub.queries] == [None, "page 2", "page 3"]
    assert {path for path, _ in hub.queries} == {"/apis/govcloud.dev/v1/namespaces/d-mee/tenancies"}


def test_a_row_says_what_its_columns_say_and_a_new_tenancy_is_a_draft():
    (row,) = rows(Hub([_cells("mee-air", grade=None, phase=None)]), TENANCIES, None)
    assert row == Row(
        name="mee-air",
        department="mee",
        zone="dedicated",
        grade=None,
        tier=5,
        phase="draft",
        primary="north",
        title="系统",
        requested_by="zhang.wei@mee",
        last_error=None,
        age="4m",
    )


def test_a_phase_is_selected_by_the_server():
    hub = Hub([])
    assert list(rows(hub, TENANCIES, None, "in-review")) == []
    assert hub.queries[0][1]["fieldSelector"] == "status.phase=in-review"


def test_a_listing_tells_the_version_from_which_it_can_be_watched():
    hub = Hub([_cells("mee-air")], [_cells("mee-water")])
    assert [version for _, version in pages(hub, TENANCIES, None)] == ["9", "9"]


def test_a_tenancy_that_was_read_whole_has_the_same_row(make_record):
    record = make_record({"phase": "active"}, grading={"information": 3, "service": 2})
    record.manifest["metadata"]["creationTimestamp"] = "2026-11-24T12:00:00Z"
    made = row_of(record, datetime.fromisoformat("2026-11-24T12:04:00Z"))
    (row,) = rows(Hub([_cells("mee-air")]), TENANCIES, None)
    assert made == replace(row, title="大气环境监测系统", primary=None)
    assert made.age == row.age
    assert made == replace(made, age="5m")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0s"),
        (119, "119s"),
        (120, "2m"),
        (599, "9m59s"),
        (10799, "179m"),
        (10800, "3h"),
        (3600 * 7 + 300, "7h5m"),
        (3600 * 47, "47h"),
        (86400 * 7 + 3600 * 3, "7d3h"),
        (86400 * 300, "300d"),
        (86400 * (365 * 3 + 20), "3y20d"),
        (86400 * 365 * 9, "9y"),
    ],
)
def test_an_age_reads_as_kubectl_writes_it(seconds, words):
    assert age(seconds) == words
