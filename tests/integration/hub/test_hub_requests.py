"""What departments may ask for, tried past govcloud with raw calls."""

import pytest
from hub_people import Answer, document

from govcloud.hub.register import TENANCIES
from govcloud.model import Tenancy

OWN, OTHERS = TENANCIES.path("d-mee"), TENANCIES.path("d-mem")


def _refused(answer: Answer, words: str, status: int = 403) -> None:
    assert (answer.status, words in answer.words) == (status, True), answer


@pytest.mark.parametrize("who", ["wang", "zhao", "liu", "security", "auditor", "stranger"])
def test_nobody_but_its_owners_asks_in_a_departments_namespace(people, who):
    _refused(people[who].raw("POST", OWN, document("mee-foreign")), 'cannot create resource "tenancies"')


def test_the_platform_asks_for_nobody(people):
    answer = people["operator"].raw("POST", OWN, document("mee-imposed"))
    _refused(answer, "[GC-REG-02] Tenancy mee-imposed: ops@sic is no owner of department mee")
    assert "ask an owner of the department" in answer.words


@pytest.mark.parametrize(
    ("name", "department"), [("mem-water", "mee"), ("mee-water", "mem"), ("water", "mem"), ("memo", "mem")]
)
def test_a_tenancy_is_of_the_department_in_whose_namespace_and_name_it_is(people, name, department):
    _refused(people["wang"].raw("POST", OTHERS, document(name, department=department)), "GC-REG-01")


def test_a_tenancy_is_requested_by_who_writes_it(people):
    answer = people["zhang"].raw("POST", OWN, document("mee-forged", requestedBy="chen.jie@mee"))
    _refused(answer, "spec.requestedBy is not zhang.wei@mee")


def test_who_requested_a_tenancy_stays_so(people, desk):
    record = desk.draft()
    _refused(people["chen"].patch(record, {"spec": {"requestedBy": "chen.jie@mee"}}), "GC-REG-03")
    rewritten = {**record.manifest, "spec": document(record.name, title="新系统")["spec"]}
    assert people["chen"].raw("PUT", f"{OWN}/{record.name}", rewritten).status == 200
    now = people["zhang"].get(record.name)
    assert (now.spec["title"], now.spec["requestedBy"]) == ("新系统", "zhang.wei@mee")
    assert now.manifest["metadata"]["annotations"]["govcloud.dev/changed-by"] == "chen.jie@mee"


@pytest.mark.parametrize("grade", [1, 4])
def test_the_register_takes_a_tenancy_as_the_model_writes_it(people, grade):
    name = f"mee-modelled-{grade}"
    spec = {**document(name, grade=grade)["spec"], "regions": None}
    modelled = Tenancy.model_validate({"metadata": {"name": name}, "spec": spec})
    written = modelled.model_dump(mode="json", by_alias=True)
    assert written["spec"]["requestedBy"] is None
    assert people["zhang"].raw("POST", OWN, written, fieldValidation="Strict").status == 200
    record = people["zhang"].get(name)
    assert record.document().spec == modelled.spec.model_copy(update={"requested_by": "zhang.wei@mee"})
    record = people["zhang"].move(record, "requested", "we need it")
    record = people["both"].review(record, approve=True, reason="fine", role="platform")
    if grade == 4:
        record = people["security"].review(record, approve=True, reason="fine")
    assert (record.phase, record.approved()) == ("approved", record.document())


@pytest.mark.parametrize("name", ["mee-a.b", "mee-" + "x" * 47])
def test_a_name_that_can_be_no_namespace_is_refused(people, name):
    _refused(people["zhang"].raw("POST", OWN, document(name)), "a name is of lower-case letters", 422)


@pytest.mark.parametrize("amount", ["much", "-4", "4 cores"])
def test_an_amount_that_is_no_quantity_is_refused(people, amount):
    resources = {"cpu": amount, "memory": "1Gi", "storage": "1Gi", "pods": 1}
    _refused(
        people["zhang"].raw("POST", OWN, document("mee-odd", resources=resources)), "spec.resources.cpu", 422
    )


def test_a_status_that_comes_with_a_new_tenancy_counts_for_nothing(people, desk):
    forged = document("mee-precocious") | {"status": {"phase": "active"}}
    assert people["zhang"].raw("POST", OWN, forged).status == 200
    assert people["zhang"].get("mee-precocious").phase == "draft"


def test_labels_say_what_the_spec_says_and_follow_it(people, desk):
    record = desk.draft(grade=2, tier=3)
    labels = record.manifest["metadata"]["labels"]
    said = {"department": "mee", "grade": "2", "zone": "dedicated", "tier": "3"}
    assert labels == {f"govcloud.dev/{key}": value for key, value in said.items()}
    changed = people["zhang"].amend(record, {**record.spec, "recovery": {"tier": 4}})
    assert changed.manifest["metadata"]["labels"]["govcloud.dev/tier"] == "4"


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"govcloud.dev/grade": "1"}},
        {"labels": {"govcloud.dev/department": "mem"}},
        {"labels": {"govcloud.dev/tier": None, "govcloud.dev/role": "primary"}},
        {"annotations": {"govcloud.dev/changed-by": "chen.jie@mee"}},
        {"annotations": {"govcloud.dev/owners": "user:li"}},
        {"finalizers": ["example.org/keep"]},
        {"ownerReferences": [{"apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "1"}]},
    ],
    ids=lambda metadata: next(iter(metadata)),
)
def test_the_metadata_that_govcloud_goes_by_is_not_for_departments(people, desk, metadata):
    _refused(people["zhang"].patch(desk.draft(), {"metadata": metadata}), "GC-REG-05")


def test_a_tenancy_is_not_passed_off_as_made_by_govcloud(people, desk):
    forged = {"metadata": {"labels": {"app.kubernetes.io/managed-by": "govcloud"}}}
    assert people["zhang"].patch(desk.draft(), forged).status == 403


def test_labels_of_its_own_are_for_a_department(people, desk):
    free = {"metadata": {"labels": {"team": "air"}, "annotations": {"note": "second attempt"}}}
    assert people["zhang"].patch(desk.draft(), free).status == 200


@pytest.mark.parametrize("phase", ["approved", "active", "cordoned", "retiring", "retired"])
def test_what_was_approved_stays_as_it_was_approved(people, desk, phase):
    record = getattr(desk, phase)()
    answer = people["zhang"].patch(record, {"spec": {"title": "another"}})
    _refused(answer, f"its spec may not change while it is {phase}")


@pytest.mark.parametrize("phase", ["draft", "requested", "in_review", "changing"])
def test_a_department_changes_its_request_until_it_is_approved(people, desk, phase):
    assert people["chen"].patch(getattr(desk, phase)(), {"spec": {"title": "another"}}).status == 200


@pytest.mark.parametrize("who", ["security", "liu", "wang", "auditor"])
def test_nobody_else_changes_a_request(people, desk, who):
    assert people[who].patch(desk.requested(), {"spec": {"title": "another"}}).status == 403


def test_the_platform_changes_no_request(people, desk):
    _refused(people["operator"].patch(desk.requested(), {"spec": {"title": "another"}}), "GC-REG-02")


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"zone": "extranet"}, "the zone of a tenancy"),
        ({"grading": {"information": 2}}, "the grade of information of a tenancy"),
        ({"grading": {"service": 2}}, "the grade of service of a tenancy"),
    ],
    ids=["zone", "information", "service"],
)
@pytest.mark.parametrize("phase", ["requested", "changing"])
def test_grade_and_zone_never_change_in_place(people, desk, change, word, phase):
    answer = people["zhang"].patch(getattr(desk, phase)(), {"spec": change})
    _refused(answer, f"{word} never changes in place", 422)


def test_the_department_never_changes(people, desk):
    assert people["zhang"].patch(desk.draft(), {"spec": {"department": "mem"}}).status == 403


def test_a_draft_is_free_in_grade_and_zone(people, desk):
    change = {"spec": {"zone": "extranet", "grading": {"information": 2}}}
    record = desk.draft()
    assert people["zhang"].patch(record, change).status == 200
    assert people["zhang"].get(record.name).manifest["metadata"]["labels"]["govcloud.dev/grade"] == "2"


def test_a_department_deletes_nothing(people, desk):
    record = desk.draft()
    path = TENANCIES.path(record.namespace, record.name)
    _refused(people["zhang"].raw("DELETE", path), 'cannot delete resource "tenancies"')


@pytest.mark.parametrize("phase", ["requested", "in_review", "approved", "active", "changing", "retiring"])
def test_the_record_of_a_tenancy_outlives_what_there_is_of_it(people, desk, phase):
    record = getattr(desk, phase)()
    path = TENANCIES.path(record.namespace, record.name)
    _refused(people["operator"].raw("DELETE", path), f"may not delete it while it is {record.phase}")
    _refused(people["operator"].raw("DELETE", OWN), "GC-REG-06")


def test_the_platform_clears_away_what_came_to_nothing(people, desk):
    record = people["zhang"].move(desk.requested(), "withdrawn", "no money")
    people["operator"].delete(record)
    assert people["zhang"].raw("GET", TENANCIES.path(record.namespace, record.name)).status == 404
