"""Cordon, retirement and destruction: each is undone or agreed to by whoever may, and by nobody else."""

from datetime import UTC, datetime, timedelta

import pytest
from hub_people import Answer

from govcloud.errors import RefusedError
from govcloud.hub import acts
from govcloud.hub.acts import Act


def _refused(answer: Answer, words: str, status: int = 403) -> None:
    assert (answer.status, words in answer.words) == (status, True), answer


def _act(person, side) -> Act:
    return Act(person.name, side, datetime.now(UTC), "for a reason")


def test_a_department_lifts_its_own_cordon(people, desk):
    record = people["chen"].move(desk.cordoned(), "approved", "still in use")
    assert desk.activate(record).phase == "active"
    assert "cordon" not in record.status


def test_a_cordon_of_the_platform_is_lifted_by_the_platform(people, desk):
    operator = people["operator"]
    record = operator.move(desk.active(), "cordoned", "it attacks its neighbours")
    for target in ("approved", "changing"):
        with pytest.raises(RefusedError, match=r"GC-REG-40.*its cordon was set by the platform"):
            people["zhang"].move(record, target, "we are innocent")
    assert operator.move(record, "approved", "they are innocent").phase == "approved"


def test_a_change_that_was_cordoned_is_taken_up_again(people, desk):
    zhang = people["zhang"]
    record = desk.changing()
    record = zhang.amend(record, {**record.spec, "title": "another"})
    record = zhang.move(record, "cordoned", "not now")
    with pytest.raises(RefusedError, match="its spec is not what was approved"):
        zhang.move(record, "approved", "as it is")
    assert zhang.move(record, "changing", "now").phase == "changing"


@pytest.mark.parametrize("forged", [{"side": "platform"}, {"by": "ops@sic"}, {"at": "2020-01-01T00:00:00Z"}])
def test_who_set_a_cordon_is_not_forged(people, desk, forged):
    record, zhang = desk.active(), people["zhang"]
    status = acts.step(record, "cordoned", _act(zhang, "department"))
    status["cordon"] |= forged
    _refused(zhang.put_status(record, **status), "status.cordon is not what the step makes of it")


def test_a_cordon_comes_and_goes_with_its_phase(people, desk):
    zhang, operator = people["zhang"], people["operator"]
    for record in (desk.cordoned(), desk.retiring()):
        for cordon in (None, {**record.status["cordon"], "side": "platform"}):
            _refused(operator.patch(record, {"status": {"cordon": cordon}}, "/status"), "GC-REG-41")
    record = desk.active()
    early = {"by": zhang.name, "side": "department", "at": "2026-01-01T00:00:00Z"}
    _refused(operator.patch(record, {"status": {"cordon": early}}, "/status"), "GC-REG-41")


def test_only_the_department_asks_for_the_end(people, desk):
    record, operator = desk.cordoned(), people["operator"]
    _refused(
        operator.put_status(record, **acts.retire(record, _act(operator, "platform"))),
        "may not take it from cordoned to retiring, which is for the department",
    )


def test_a_department_may_keep_what_it_wanted_to_end(people, desk):
    record = people["platform"].consent(desk.retiring(), "agreed")
    record = people["chen"].move(record, "cordoned", "it is needed after all")
    assert "retirement" not in record.status
    again = people["chen"].retire(record, "now for good", datetime.now(UTC))
    with pytest.raises(RefusedError, match="nobody has agreed to its destruction"):
        people["operator"].move(again, "retired", "gone", {"regions": []})


def test_retention_is_that_of_the_tier_at_least(people, desk):
    record, zhang = desk.cordoned(tier=6), people["zhang"]
    with pytest.raises(RefusedError, match=r"GC-REG-43.*leaves less than the 1 days of its tier"):
        zhang.retire(record, "replaced", datetime.now(UTC) + timedelta(hours=23))
    record = zhang.retire(record, "replaced", datetime.now(UTC) + timedelta(hours=25))
    record = people["platform"].consent(record, "agreed")
    with pytest.raises(RefusedError, match=r"GC-REG-43.*it is kept until"):
        people["operator"].move(record, "retired", "gone", {"regions": []})


@pytest.mark.parametrize("field", ["by", "at", "until"])
def test_what_was_asked_for_retirement_stays_so(people, desk, field):
    record = desk.retiring()
    forged = {"by": "ops@sic", "at": "2020-01-01T00:00:00Z", "until": "2020-01-01T00:00:00Z"}[field]
    for who in ("operator", "zhang"):
        answer = people[who].patch(record, {"status": {"retirement": {field: forged}}}, "/status")
        assert answer.status == 403
        assert "GC-REG-41" in answer.words or "GC-REG-12" in answer.words


def test_the_platform_may_keep_longer(people, desk):
    later = {"status": {"retirement": {"until": "2120-01-01T00:00:00Z"}}}
    assert people["operator"].patch(desk.retiring(), later, "/status").status == 200


def _places(record, state, *names):
    """The regions of a tenancy, some of them in another state."""
    return [{**one, "state": state} if one["name"] in names else one for one in record.status["regions"]]


def test_once_its_destruction_has_begun_nobody_keeps_a_tenancy_any_more(people, desk):
    operator = people["operator"]
    record = people["platform"].consent(desk.retiring(), "agreed")
    doomed = _places(record, "destroying", "north")
    record = operator.note(record, lambda now: {"regions": doomed}, steady=True)
    with pytest.raises(RefusedError, match=r"GC-REG-45.*its destruction has begun in north"):
        people["zhang"].move(record, "cordoned", "it is needed after all")
    later = {"retirement": {**record.status["retirement"], "until": "2120-01-01T00:00:00Z"}}
    for changes in ({"regions": _places(record, "ready", "north")}, later):
        _refused(operator.put_status(record, **changes), "GC-REG-45")
    record = operator.note(record, lambda now: {"regions": _places(record, "destroying", "south")})
    assert operator.move(record, "retired", "gone", {"regions": []}).phase == "retired"


def test_a_destruction_begins_when_it_is_agreed_to_and_its_time_has_come(people, desk):
    operator = people["operator"]
    later = desk.cordoned(tier=6)
    later = people["zhang"].retire(later, "replaced", datetime.now(UTC) + timedelta(hours=25))
    for record, why in (
        (desk.active(), "it is active, and nobody has agreed"),
        (desk.retiring(), "it is retiring, and nobody has agreed"),
        (people["platform"].consent(later, "agreed"), "or kept until later"),
    ):
        doomed = _places(record, "destroying", "north", "south")
        _refused(operator.put_status(record, regions=doomed), "GC-REG-45")
        assert why in operator.put_status(record, regions=doomed).words


def test_who_keeps_a_tenancy_in_time_is_not_overtaken_by_its_destruction(people, desk):
    record = people["platform"].consent(desk.retiring(), "agreed")
    doomed = _places(record, "destroying", "north", "south")
    people["zhang"].move(record, "cordoned", "it is needed after all")
    with pytest.raises(RefusedError, match="it has changed meanwhile: it is cordoned"):
        people["operator"].note(record, lambda now: {"regions": doomed}, steady=True)


@pytest.mark.parametrize("who", ["zhang", "chen", "insider", "operator"])
def test_destruction_is_agreed_to_by_a_reviewer_of_no_party(people, desk, who):
    record, person = desk.retiring(), people[who]
    status = acts.consent(record, "security", _act(person, "department"))
    _refused(person.put_status(record, **status), "GC-REG-42")


@pytest.mark.parametrize(
    "forged", [{"by": "sun.li@cac"}, {"role": "security"}, {"at": "2020-01-01T00:00:00Z"}]
)
def test_an_agreement_to_destroy_is_not_forged(people, desk, forged):
    record, platform = desk.retiring(), people["platform"]
    status = acts.consent(record, "platform", _act(platform, "reviewer"))
    status["retirement"]["consent"] |= forged
    _refused(platform.put_status(record, **status), "GC-REG-42")


def test_an_agreement_to_destroy_is_given_once_and_not_taken_over(people, desk):
    record = people["platform"].consent(desk.retiring(), "agreed")
    with pytest.raises(RefusedError, match="GC-REG-42"):
        people["security"].consent(record, "agreed too")
    for who in ("operator", "platform"):
        answer = people[who].patch(record, {"status": {"retirement": {"consent": None}}}, "/status")
        assert answer.status == 403


def test_nothing_is_destroyed_before_its_time(people, desk):
    record, operator = desk.retiring(), people["operator"]
    with pytest.raises(RefusedError, match="nobody has agreed to its destruction"):
        operator.move(record, "retired", "gone", {"regions": []})
    consent = {"by": operator.name, "role": "platform", "at": "2026-01-01T00:00:00Z"}
    forged = {"regions": [], "retirement": {**record.status["retirement"], "consent": consent}}
    with pytest.raises(RefusedError, match="GC-REG-42"):
        operator.move(record, "retired", "gone", forged)


def test_the_end_is_final(people, desk):
    record = desk.retired()
    for who, side in (("zhang", "department"), ("operator", "platform"), ("security", "reviewer")):
        person = people[who]
        for target in ("draft", "active", "retiring", "cordoned", "approved"):
            status = acts.step(record, target, _act(person, side))
            _refused(person.put_status(record, **status), "it can go to no other phase")
    assert people["zhang"].patch(record, {"spec": {"title": "again"}}).status == 403
