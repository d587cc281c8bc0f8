"""A controller that is killed, that waits, that cannot do what it should: the register always says how things are."""

import json
import os
import signal
import time

import psutil
import pytest
from click.testing import CliRunner
from controller_desk import document, until
from wires import wired

from govcloud.cli.main import cli
from govcloud.errors import RefusedError
from govcloud.paths import estate_state

pytestmark = pytest.mark.usefixtures("ended")
_OURS = ("provisioning", "active")
_BROUGHT_ABOUT = [("approved", "provisioning"), ("provisioning", "active")]


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
    """A controller whose engine is bringing a tenancy about; what an earlier one left running is gone when it leads."""
    running = desk.controller()
    until(lambda: "leading" in running.said.splitlines())
    until(
        lambda: (
            desk.get(name).phase == "active" or (desk.get(name).phase == "provisioning" and _engines(desk))
        )
    )
    return running


def test_killed_or_ended_in_the_middle_it_goes_on_and_says_what_is_not_ready(desk):
    record = desk.approved("mee-killed")
    for moment in (0.0, 0.7):
        running = _begun(desk, record.name)
        time.sleep(moment)
        running.kill()
        left = desk.get(record.name)
        if left.phase != "active":
            assert (left.phase, _ready(left)) == ("provisioning", ("False", "Provisioning"))
            assert {place["state"] for place in left.status["regions"]} == {"provisioning"}
    running = _begun(desk, record.name)
    assert running.end() == 0
    assert "Traceback" not in running.said
    assert _engines(desk) == []
    left = desk.get(record.name)
    assert (left.phase, _ready(left)[0]) in (("provisioning", "False"), ("active", "True"))
    code, said = desk.bring_about(record.name)
    assert code == 0, said
    done = desk.get(record.name)
    assert (done.phase, _ready(done)) == ("active", ("True", "AsApproved"))
    assert [desk.quota(place["name"], record.name) != "" for place in done.status["regions"]] == [True, True]
    assert _steps(done)[-2:] == _BROUGHT_ABOUT
    assert done.status["logged"] == len(done.history)
    assert _engines(desk) == []


def _waits(running):
    """Whoever says last that another one leads, does not lead."""
    return running.said.rfind("another controller leads") > running.said.rfind("\nleading\n")


def _leads(running):
    said = "\n" + running.said
    return said.rfind("\nleading\n") > max(
        said.rfind("leading no more"), said.rfind("another controller leads")
    )


def test_of_two_one_works_and_the_other_takes_over_when_the_first_is_cut_off_stopped_or_killed(
    desk, tmp_path
):
    lease = ("--lease", "6")
    with wired(desk.kubeconfigs["operator", "east"], tmp_path) as (wire, kubeconfig):
        first = desk.controller(*lease, estate=desk.through(kubeconfig))
        until(lambda: _leads(first))
        second = desk.controller(*lease)
        until(lambda: _waits(second))
        code, said = desk.bring_about()
        assert (code, "another controller leads" in said) == (1, True)

        wire.cut()
        record = desk.approved()
        until(lambda: f"{record.name}: active" in second.said)
        assert "leading no more" in first.said
        wire.mend()
        until(lambda: _waits(first))
        assert record.name not in first.said
        assert [step for step in _steps(desk.quiet(record.name)) if step[1] in _OURS] == _BROUGHT_ABOUT

        record = desk.approved()
        until(lambda: desk.get(record.name).phase == "provisioning" and _engines(desk))
        os.kill(second.process.pid, signal.SIGSTOP)
        until(lambda: "waiting for another change of this estate" in first.said.rpartition("waiting\n")[2])
        os.kill(second.process.pid, signal.SIGCONT)
        until(lambda: f"{record.name}: active" in first.said)
        until(lambda: _waits(second))
        assert f"{record.name}: active" not in second.said
        done = desk.quiet(record.name)
        assert [step for step in _steps(done) if step[1] in _OURS] == _BROUGHT_ABOUT
        assert _ready(done) == ("True", "AsApproved")

        first.kill()
        until(lambda: _leads(second))
        assert second.end() == 0
        assert "Traceback" not in first.said + second.said


def test_what_cannot_be_brought_about_says_so_and_stops_no_other(desk):
    """Of three: one is larger than every region, one is in the files of the estate too, and one is fine."""
    wanted = {"cpu": "100k", "memory": "1Gi", "storage": "1Gi", "pods": 1}
    large, twice, small = desk.approved(resources=wanted), desk.approved(), desk.approved()
    text = desk.file.read_text(encoding="utf-8")
    planned = document(twice.name, regions={"primary": "east", "standby": ["west"]})
    try:
        desk.file.write_text(f"{text}\n---\n{json.dumps(planned, ensure_ascii=False)}\n", encoding="utf-8")
        code, said = desk.bring_about(large.name, twice.name, small.name)
    finally:
        desk.file.write_text(text, encoding="utf-8")
    assert (code, "the files of the estate have a tenancy of this name too" in said) == (1, True)
    for name in (large.name, twice.name):
        found = desk.get(name)
        assert (found.phase, _ready(found)) == ("approved", ("False", "NotPossible"))
    assert "no region can be its primary" in desk.get(large.name).status["lastError"]
    assert desk.get(small.name).phase == "active"


def test_by_hand_nothing_of_the_register_is_taken_away_unasked(desk):
    record = desk.approved()
    code, out, err = desk.run(
        "up", str(desk.file), "--register", "--tenancy", record.name, "--output", "json"
    )
    assert (code, record.name in out) == (0, True), err
    code, _, err = desk.run("up", str(desk.file))
    assert (code, "not in the estate" in err) == (0, False), err
    for words in (("--tenancy", record.name), ("--region", "west", "--platform")):
        assert "tenancies are of the register" in _refused("destroy", str(desk.file), *words, "--yes")
    names = [word for one in desk.person("operator").records() for word in ("--with-register", one.name)]
    whole = ("--region", "east", "--platform", "--yes", *names)
    assert "which would go with its platform" in _refused("destroy", str(desk.file), *whole)
    assert desk.namespace("east", record.name) is not None


def _refused(*words):
    """What a command is refused with that starts no program."""
    error = CliRunner().invoke(cli, words).exception
    assert isinstance(error, RefusedError), error
    return str(error)
