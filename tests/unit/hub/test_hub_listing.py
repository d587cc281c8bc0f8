from govcloud.cluster import Kind
from govcloud.hub.listing import Row, rows

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
        token = {"continue": f"page {len(self.queries) + 1}"} if self.pages else {}
        return {"columnDefinitions": [{"name": name} for name in COLUMNS], "rows": found, "metadata": token}


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
