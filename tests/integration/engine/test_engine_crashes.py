"""Whatever is killed in the middle of `up`, the next one finishes: nothing lost, doubled, orphaned or locked."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable

import psutil
import pytest
from engine_estate import EstateUnderTest, kill

from govcloud.local.region import LocalRegion
from govcloud.paths import estate_state

Make = Callable[[str, int], EstateUnderTest]
TENANCIES = 3


def _whole(estate: EstateUnderTest) -> None:
    """Every tenancy stands in both regions exactly once, every stack has its record, nothing is left over."""
    for number in range(1, TENANCIES + 1):
        for region in ("north", "south"):
            assert len(estate.live(region, estate.tenancy(number))) == 20
    stacks = estate_state(estate.name) / "state" / ".pulumi" / "stacks" / "govcloud"
    names = {path.stem for path in stacks.glob("*.json")}
    wanted = {f"tenancy.{estate.tenancy(n)}.{r}" for n in range(1, TENANCIES + 1) for r in ("north", "south")}
    assert names == wanted | {"platform.north", "platform.south"}
    for name in wanted:
        latest = json.loads((stacks / f"{name}.json").read_text())["checkpoint"]["latest"]
        assert len(latest["resources"]) == 21 + 3
        assert not latest.get("pending_operations")
    assert not estate.processes()


def _again(estate: EstateUnderTest) -> None:
    ran = estate.up()
    assert ran.code == 0, ran.err
    _whole(estate)
    assert set(estate.up().states().values()) == {"unchanged"}


def _victim(estate: EstateUnderTest, started: subprocess.Popen[str], what: str) -> psutil.Process | None:
    """The process to kill, once it is there; None where the command ended before."""
    if what == "command":
        return psutil.Process(started.pid)
    wanted = {"engine": "pulumi", "provider": "pulumi-resource-"}[what]
    while started.poll() is None:
        for process in estate.processes():
            name = process.info["name"]
            if name == wanted or (what == "provider" and name.startswith(wanted)):
                return process
        time.sleep(0.01)
    return None


def _up_and_kill(estate: EstateUnderTest, what: str, moment: float) -> None:
    started = estate.start("up")
    victim = _victim(estate, started, what)
    if victim is not None:
        time.sleep(moment)
        with contextlib.suppress(ProcessLookupError):  # the run was quicker than this moment
            kill(victim)
    started.communicate(timeout=120)


# How long after it is there the process is killed, in seconds: from before the first object to the end of the run.
MOMENTS = [0.0, 0.5, 1.2, 2.2]


@pytest.mark.parametrize("what", ["command", "engine", "provider"])
def test_killed_while_founding_tenancies(make_estate: Make, what: str) -> None:
    estate = make_estate(f"killed-{what}", TENANCIES)
    for moment in MOMENTS:
        _up_and_kill(estate, what, moment)
    _again(estate)


@pytest.mark.parametrize("what", ["command", "engine", "provider"])
def test_killed_while_changing_tenancies(make_estate: Make, what: str) -> None:
    estate = make_estate(f"changed-{what}", TENANCIES)
    assert estate.up().code == 0
    for round_, moment in enumerate(MOMENTS):
        estate.write(cpu={estate.tenancy(n): 5 + round_ for n in range(1, TENANCIES + 1)})
        _up_and_kill(estate, what, moment)
    _again(estate)
    assert {estate.quota("north", estate.tenancy(n)) for n in range(1, TENANCIES + 1)} == {"8"}


def test_an_api_server_killed_in_the_middle(make_estate: Make, regions: dict[str, LocalRegion]) -> None:
    estate = make_estate("server", TENANCIES)
    for seed in range(3):
        estate.write(cpu={estate.tenancy(n): 5 + seed for n in range(1, TENANCIES + 1)})
        started = estate.start("up")
        estate.when(lambda started=started: estate.processes() or started.poll() is not None)
        time.sleep(random.Random(seed).uniform(0.3, 2.0))  # noqa: S311  # a moment, no secret
        server = next(c for c in regions["north"].status().components if c.name == "kube-apiserver")
        kill(psutil.Process(server.pid))
        regions["north"].up()
        _, err = started.communicate(timeout=240)
        assert "Traceback" not in err
    assert regions["north"].status().state == "up"
    _again(estate)


def test_two_at_once_one_waits_and_both_end_well(make_estate: Make) -> None:
    estate = make_estate("both", TENANCIES)
    first, second = estate.start("up"), estate.start("up")
    said = [command.communicate(timeout=240) for command in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sum("waiting for another change of this estate to end (process" in err for _, err in said) == 1
    _whole(estate)


def test_who_would_not_wait_is_told_who_is_at_it(make_estate: Make) -> None:
    estate = make_estate("refusing", TENANCIES)
    first = estate.start("up")
    estate.when(estate.processes)
    ran = estate.run("up", "--no-wait")
    assert ran.code == 1
    assert f"process {first.pid}" in ran.err
    first.communicate(timeout=240)
    assert first.returncode == 0


def test_a_lock_that_a_dead_engine_left_in_the_backend_is_taken_away(make_estate: Make) -> None:
    estate = make_estate("locked", 1)
    assert estate.up().code == 0
    started = estate.start("up")
    started.communicate(timeout=120)
    estate.write(cpu={estate.tenancy(1): 7})
    started = estate.start("up")
    kill(estate.when(lambda: _victim(estate, started, "engine")))
    started.communicate(timeout=120)
    assert estate.up().code == 0
    assert estate.quota("north", estate.tenancy(1)) == "7"


def test_interrupting_leaves_a_state_from_which_up_goes_on(make_estate: Make) -> None:
    estate = make_estate("ctrl-c", TENANCIES)
    started = estate.start("up")
    estate.when(estate.processes)
    time.sleep(0.8)
    os.killpg(started.pid, signal.SIGINT)
    _, err = started.communicate(timeout=120)
    assert "Traceback" not in err
    _again(estate)
