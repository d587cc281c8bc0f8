"""A controller that is killed, that waits, that cannot do what it should: the register always says how things are."""

import json
import time

import psutil
import pytest
from controller_desk import document, until

from govcloud.paths import estate_state

pytestmark = pytest.mark.usefixtures("ended")


def _ready(record):
    return next((c["status"], c["reason"]) for c in record.status["conditions"] if c["type"] == "Ready")


def _engines(desk):
    mark, found = str(estate_state(desk.estate.name)), []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "pulumi" and process.environ().get("GOVCLOUD_ENGINE_STATE") == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


def _steps(record):
    return [(entry["from"], entry["to"]) for entry in record.history]


def _begun(desk, name):
    """A controller whose engine is bringing a tenancy about."""
    running = desk.controller()
    until(
        lambda: (
            desk.get(name).phase == "active" or (desk.get(name).phase == "provisioning" and _engines(desk))
        )
    )
    return running


def test_killed_at_several_moments_it_goes_on_and_says_what_is_not_ready(desk):
    record = desk.approved("mee-killed")
    for moment in (0.0, 0.7):
        running = _begun(desk, record.name)
        time.sleep(moment)
        running.kill()
        left = desk.get(record.name)
        if left.phase != "active":
            assert (left.phase, _ready(left)) == ("provisioning", ("False", "Provisioning"))
            assert {place["state"] for place in left.status["regions"]} == {"provisioning"}
    code, said = desk.bring_about(record.name)
    assert code == 0, said
    done = desk.get(record.name)
    assert (done.phase, _ready(done)) == ("active", ("True", "AsApproved"))
    assert [desk.quota(place["name"], record.name) != "" for place in done.status["regions"]] == [True, True]
    assert _steps(done)[-2:] == [("approved", "provisioning"), ("provisioning", "active")]
    assert done.status["logged"] == len(done.history)
    assert _engines(desk) == []


def test_a_signal_ends_it_safely_in_the_middle(desk):
    record = desk.approved("mee-stopped")
    running = _begun(desk, record.name)
    assert running.end() == 0
    assert "Traceback" not in running.said
    assert _engines(desk) == []
    left = desk.get(record.name)
    assert (left.phase, _ready(left)[0]) in (("provisioning", "False"), ("active", "True"))
    assert desk.bring_about(record.name)[0] == 0
    assert desk.get(record.name).phase == "active"


def test_of_two_one_works_and_the_other_takes_over(desk):
    first = desk.controller()
    until(lambda: "leading" in first.said)
    second = desk.controller()
    until(lambda: "another controller leads" in second.said)
    code, said = desk.bring_about()
    assert (code, "another controller leads" in said) == (1, True)
    record = desk.approved()
    until(lambda: f"{record.name}: active" in first.said)
    assert desk.get(record.name).phase == "active"
    assert record.name not in second.said
    first.kill()
    until(lambda: "\nleading\n" in second.said)
    assert second.end() == 0
    assert "stopped" in second.said


def test_what_the_estate_cannot_carry_says_so_and_stops_no_other(desk):
    wanted = {"cpu": "100k", "memory": "1Gi", "storage": "1Gi", "pods": 1}
    large, small = desk.approved(resources=wanted), desk.approved()
    code, _ = desk.bring_about(large.name, small.name)
    assert code == 1
    found = desk.get(large.name)
    assert (found.phase, _ready(found)) == ("approved", ("False", "NotPossible"))
    assert "no region can be its primary" in found.status["lastError"]
    assert desk.get(small.name).phase == "active"


def test_by_hand_nothing_of_the_register_is_taken_away_unasked(desk):
    record = desk.approved()
    code, out, err = desk.run(
        "up", str(desk.file), "--register", "--tenancy", record.name, "--output", "json"
    )
    assert (code, record.name in out) == (0, True), err
    code, _, err = desk.run("up", str(desk.file))
    assert (code, "not in the estate" in err) == (0, False), err
    code, _, err = desk.run("destroy", str(desk.file), "--tenancy", record.name, "--yes")
    assert code == 1
    assert f"tenancies are of the register: {record.name}" in err
    code, _, err = desk.run("destroy", str(desk.file), "--region", "west", "--platform", "--yes")
    assert (code, "tenancies are of the register" in err) == (1, True)
    names = [word for one in desk.person("operator").records() for word in ("--with-register", one.name)]
    code, _, err = desk.run("destroy", str(desk.file), "--region", "east", "--platform", "--yes", *names)
    assert code == 1
    assert "which would go with its platform" in err
    assert desk.namespace("east", record.name) is not None


def test_the_files_and_the_register_do_not_both_say_what_runs(desk):
    record = desk.approved()
    text = desk.file.read_text(encoding="utf-8")
    planned = document(record.name, regions={"primary": "east", "standby": ["west"]})
    try:
        desk.file.write_text(f"{text}\n---\n{json.dumps(planned, ensure_ascii=False)}\n", encoding="utf-8")
        code, said = desk.bring_about(record.name)
    finally:
        desk.file.write_text(text, encoding="utf-8")
    assert (code, "the files of the estate have a tenancy of this name too" in said) == (1, True)
    assert desk.get(record.name).phase == "approved"
