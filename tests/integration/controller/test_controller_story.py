"""The story of a tenancy: asked for, reviewed by two, brought about in two regions, changed, and ended by a second person."""

from datetime import timedelta

import pytest
from controller_desk import PEOPLE, document, now, until

from govcloud.cluster.client import StatusError
from govcloud.errors import RefusedError
from govcloud.hub.log import compare, verify
from govcloud.hub.recorder import DecisionLog
from govcloud.model import Waiver
from govcloud.waivers import plain, register_waiver

pytestmark = pytest.mark.usefixtures("ended")
RULE = "GC-POD-02"


def _phase(desk, name, phase):
    return until(lambda: (found := desk.get(name)).phase == phase and found)


def _conditions(record):
    return {one["type"]: (one["status"], one["reason"]) for one in record.status["conditions"]}


def _pods(desk, who, region, tenancy):
    cluster = desk.at(who, region)
    return list(cluster.list(cluster.kinds["v1", "Pod"], namespace=f"t-{tenancy}"))


def _config_map(tenancy, name):
    metadata = {"name": name, "namespace": f"t-{tenancy}"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}


def _excused(desk, tenancy):
    return f"waiver.govcloud.dev/{RULE}" in (desk.namespace("east", tenancy)["metadata"]["annotations"] or {})


def _is_excused_as_long_as_a_reviewer_says_so(desk, tenancy):
    """By a running controller, which looks at everything in ten minutes again."""
    spec = {
        "rule": RULE,
        "tenancy": tenancy,
        "department": tenancy.partition("-")[0],
        "reason": "the images move to the registry of the cloud by then",
        "ticket": "OA-2026-118",
        "approvedBy": PEOPLE["security"][0],
        "until": now() + timedelta(days=30),
    }
    waiver = Waiver.model_validate({"metadata": {"name": "images"}, "spec": spec})
    cluster = desk.at("security", "east")
    register_waiver(cluster, waiver)
    until(lambda: _excused(desk, tenancy))
    cluster.delete(plain(waiver))
    until(lambda: not _excused(desk, tenancy))


def test_a_tenancy_from_its_request_to_its_end(desk):
    zhang, security, platform = (desk.person(name) for name in ("zhang", "security", "platform"))
    running = desk.controller()
    neighbour = desk.person("wang").create(document("mem-alarms"))
    desk.review(desk.person("wang").move(neighbour, "requested", "for alarms"))

    record = zhang.move(zhang.create(document("mee-air")), "requested", "the old system is at its end")
    with pytest.raises(RefusedError, match="GC-REG-21"):
        zhang.review(record, approve=True, reason="I know that it is good", role="security")
    record = security.review(record, approve=True, reason="graded and filed")
    with pytest.raises(RefusedError, match="lacks the approval of a reviewer of role platform"):
        security.move(record, "approved", "it has my approval")
    platform.review(record, approve=True, reason="there is room")

    record = _phase(desk, "mee-air", "active")
    assert [(p["name"], p["state"]) for p in record.status["regions"]] == [
        ("east", "ready"),
        ("west", "ready"),
    ]
    assert _conditions(record) == {"Ready": ("True", "AsApproved")}
    assert (desk.quota("east", "mee-air"), record.status["observedGeneration"]) == ("8", 1)
    standby = desk.quota("west", "mee-air")
    _phase(desk, "mem-alarms", "active")
    for region in ("east", "west"):
        assert _pods(desk, "zhang", region, "mee-air") == []
        with pytest.raises(StatusError, match="forbidden"):
            _pods(desk, "zhang", region, "mem-alarms")

    _is_excused_as_long_as_a_reviewer_says_so(desk, "mem-alarms")

    zhang.move(record, "changing", "twice the stations")
    record = desk.quiet("mee-air")
    wanted = {**record.spec, "resources": {**record.spec["resources"], "cpu": "16"}}
    record = zhang.amend(record, wanted)
    with pytest.raises(RefusedError):
        desk.person("operator").move(record, "approved", "it is small")
    assert desk.quota("east", "mee-air") == "8"
    desk.review(record)
    record = _phase(desk, "mee-air", "active")
    assert record.status["observedGeneration"] == record.generation
    assert desk.quota("east", "mee-air") == "16"
    assert desk.quota("west", "mee-air") != standby

    desk.at("zhang", "east").apply(_config_map("mee-air", "before"), manager="mee")
    record = zhang.move(record, "cordoned", "the data moved")
    until(lambda: _conditions(desk.get("mee-air")).get("Cordoned") == ("True", "cordoned"))

    def closed() -> bool:
        try:
            desk.at("zhang", "east").apply(_config_map("mee-air", "after"), manager="mee", dry_run=True)
        except StatusError as error:
            return "is cordoned: ConfigMap after would be new in it" in error.what
        return False

    until(closed)
    desk.hurry()
    record = zhang.retire(zhang.get("mee-air"), "replaced", now())
    with pytest.raises(RefusedError, match="GC-REG-42"):
        zhang.consent(record, "me too", "security")
    platform.consent(zhang.get("mee-air"), "the archive has what it needs")
    record = _phase(desk, "mee-air", "retired")
    assert record.status["regions"] == []
    assert [desk.namespace(region, "mee-air") for region in ("east", "west")] == [None, None]
    assert desk.namespace("east", "mem-alarms") is not None

    desk.quiet("mee-air")
    log = DecisionLog(desk.person("operator")).read("mee")
    assert verify(log) == compare(log, desk.person("operator").records("mee")) == []
    assert running.end() == 0
    assert "Traceback" not in running.said
