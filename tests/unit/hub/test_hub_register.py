import pytest
from hub_samples import NOON, Hub

from govcloud.cluster.client import StatusError
from govcloud.errors import RefusedError
from govcloud.hub import register
from govcloud.hub.refusals import LIMITS_POLICY, ConflictError, UnlimitedError
from govcloud.hub.register import Register


def _register(hub):
    return Register(hub, clock=lambda: NOON)


def _entry(seq, to):
    return {"seq": seq, "from": "requested", "to": to, "by": "zhou", "decision": "approve"}


def test_a_write_that_another_one_outran_is_made_anew_from_what_is_there_now(make_record):
    seen = make_record({"phase": "requested"})
    theirs = {
        "phase": "in-review",
        "history": [_entry(1, "in-review")],
        "reviews": [{"by": "zhou", "role": "platform", "decision": "approve", "generation": 1}],
    }
    hub = Hub(seen.manifest, {"status": theirs})
    done = _register(hub).review(seen, approve=True, reason="fine")
    assert done.phase == "approved"
    assert [(entry["seq"], entry["by"]) for entry in done.history] == [(1, "zhou"), (2, "sun.li@cac")]
    assert [review["by"] for review in done.reviews] == ["zhou", "sun.li@cac"]


def test_a_review_is_not_written_about_what_the_reviewer_did_not_see(make_record):
    seen = make_record({"phase": "requested"})
    hub = Hub(seen.manifest, {"metadata": {"generation": 2}})
    with pytest.raises(RefusedError, match="it has changed meanwhile: it is requested at generation 2"):
        _register(hub).review(seen, approve=True, reason="fine")
    assert hub.written == []


@pytest.mark.parametrize("change", [{"status": {"phase": "withdrawn"}}, {"metadata": {"uid": "another"}}])
def test_a_step_is_not_made_from_another_phase_or_of_another_tenancy(make_record, change):
    seen = make_record({"phase": "requested"})
    hub = Hub(seen.manifest, change)
    with pytest.raises(RefusedError, match="it has changed meanwhile"):
        _register(hub).move(seen, "in-review", "I look at it")
    assert hub.written == []


def test_the_platform_keeps_its_books_whatever_the_phase(make_record):
    seen = make_record({"phase": "active", "lastError": "no room"})
    hub = Hub(seen.manifest, {"status": {"phase": "changing", "lastError": "no room"}})
    done = _register(hub).note(seen, lambda now: {"observedGeneration": now.generation, "lastError": None})
    assert done.status == {"phase": "changing", "observedGeneration": 1}


def test_a_write_that_is_always_outrun_is_given_up(make_record):
    seen = make_record({"phase": "requested"})
    hub = Hub(seen.manifest, *[{"status": {"phase": "requested", "logged": n}} for n in range(20)])
    with pytest.raises(ConflictError, match="the object has been modified"):
        _register(hub).move(seen, "in-review", "I look at it")


def test_the_caller_is_who_the_server_says(make_record):
    caller = _register(Hub(make_record().manifest)).caller()
    assert (caller.name, caller.roles, caller.side) == ("sun.li@cac", ("security",), "department")


class Beginning(Hub):
    """A hub whose API server takes up its ceilings after some writes."""

    def __init__(self, manifest, refusals):
        super().__init__(manifest)
        self.refusals = refusals

    def _take(self, path, body):
        if self.refusals:
            self.refusals -= 1
            raise StatusError(f"ValidatingAdmissionPolicy '{LIMITS_POLICY}' denied", where=path, status=403)
        super()._take(path, body)


def test_a_register_that_was_just_established_is_waited_for(make_record):
    seen = make_record({"phase": "requested"})
    hub = Beginning(seen.manifest, 2)
    assert _register(hub).review(seen, approve=True, reason="fine").phase == "in-review"
    assert len(hub.written) == 1


def test_a_register_without_ceilings_is_not_waited_for_without_end(make_record, monkeypatch):
    monkeypatch.setattr(register, "_SETTLED", 0.0)
    seen = make_record({"phase": "requested"})
    hub = Beginning(seen.manifest, 1000)
    with pytest.raises(UnlimitedError, match="does not know the ceilings"):
        _register(hub).review(seen, approve=True, reason="fine")
    assert hub.written == []
