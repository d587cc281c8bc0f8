"""What people see of the register: their own, or all that they decide on or audit. Who may do what is in docs/access.md."""

import pytest

from govcloud.errors import InputError, RefusedError
from govcloud.hub.register import TENANCIES


def test_a_department_sees_its_own_tenancies_and_no_others(people, desk):
    record = desk.draft()
    for who in ("zhang", "liu"):
        assert record.name in [found.name for found in people[who].records("mee")]
        assert people[who].get(record.name).uid == record.uid
    for who in ("wang", "zhao", "stranger"):
        with pytest.raises(RefusedError, match="may not list tenancies in namespace d-mee"):
            people[who].records("mee")
        with pytest.raises(InputError, match="has no tenancy"):
            people[who].get(record.name)
    with pytest.raises(RefusedError, match=r"may not list tenancies.*members of the department in its own"):
        people["zhang"].records()


@pytest.mark.parametrize("who", ["security", "platform", "auditor", "operator"])
def test_who_decides_or_audits_sees_all_departments(people, desk, who):
    assert desk.draft().name in [record.name for record in people[who].records()]


def test_a_department_finds_its_drafts_the_first_and_the_later_ones(people, desk):
    zhang = people["zhang"]
    again = zhang.move(zhang.move(desk.draft(), "withdrawn", "not now"), "draft", "now")
    expected = {desk.draft().name, again.name}
    requested = desk.requested().name
    for found in (zhang.records("mee", phase="draft"), zhang.rows("mee", phase="draft")):
        names = {one.name for one in found}
        assert expected <= names
        assert requested not in names
        assert {one.phase for one in found} == {"draft"}


def test_a_reviewer_finds_what_waits(people, desk):
    waiting, decided = desk.requested(), desk.approved()
    found = [record.name for record in people["security"].records(phase="requested")]
    assert waiting.name in found
    assert decided.name not in found


def test_a_listing_reads_well(people, desk):
    record = desk.approved(grade=3, tier=5)
    table = people["liu"].cluster.request(
        "GET", TENANCIES.path("d-mee"), accept="application/json;as=Table;v=v1;g=meta.k8s.io"
    )
    shown = [column["name"] for column in table["columnDefinitions"] if not column["priority"]]
    assert shown == ["Name", "Department", "Zone", "Grade", "Tier", "Phase", "Primary", "Age"]
    (cells,) = [row["cells"] for row in table["rows"] if row["cells"][0] == record.name]
    assert cells[1:7] == ["mee", "dedicated", "3", 5, "approved", "north"]


def test_rows_say_of_each_record_what_people_look_for(people, desk):
    desk.draft(grade=1, tier=2, regions=None)
    reviewer = people["security"]
    records = {record.name: record for record in reviewer.records("mee")}
    rows = reviewer.rows("mee")
    assert [row.name for row in rows] == sorted(records)
    for row in rows:
        record = records[row.name]
        assert (row.department, row.grade, row.phase) == ("mee", record.grade, record.phase)
        assert row.primary == (record.spec.get("regions") or {}).get("primary")
        assert (row.title, row.requested_by) == (record.spec["title"], record.spec["requestedBy"])
    with pytest.raises(RefusedError, match="may not list tenancies"):
        people["wang"].rows("mee")


def test_a_tenancy_is_found_by_what_it_is(people, desk):
    record = desk.draft(grade=2, tier=4)
    path = TENANCIES.path("d-mee")
    for query in (
        {"labelSelector": "govcloud.dev/grade=2,govcloud.dev/tier=4"},
        {"fieldSelector": "spec.zone=dedicated,spec.department=mee"},
    ):
        names = [i["metadata"]["name"] for i in people["liu"].cluster.request("GET", path, query)["items"]]
        assert record.name in names
