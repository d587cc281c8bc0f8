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
from itertools import count

import psutil
import pytest
from engine_estate import EstateUnderTest, kill

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.paths import estate_state

Make = Callable[[str, int], EstateUnderTest]
TENANCIES = 3
_AMOUNTS = count(5)


@pytest.fixture(scope="module")
def founded(clusters: dict[str, Cluster], tmp_path_factory: pytest.TempPathFactory) -> EstateUnderTest:
    """An estate that stands; what a test changes and leaves half done, it brings to its end."""
    file = tmp_path_factory.mktemp("crashed") / "crashed.yaml"
    estate = EstateUnderTest("crashed", file, TENANCIES, clusters)
    estate.write()
    assert estate.up().code == 0
    return estate


def _change(estate: EstateUnderTest) -> str:
    """Give every tenancy another processor quota, in the estate's file."""
    amount = next(_AMOUNTS)
    estate.write(cpu={estate.tenancy(n): amount for n in range(1, TENANCIES + 1)})
    return str(amount)


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
    assert ran.code == 0, ran.out + ran.err
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
def test_killed_while_changing_tenancies(founded: EstateUnderTest, what: str) -> None:
    for moment in MOMENTS:
        amount = _change(founded)
        _up_and_kill(founded, what, moment)
    _again(founded)
    assert {founded.quota("north", founded.tenancy(n)) for n in range(1, TENANCIES + 1)} == {amount}


def test_an_api_server_killed_in_the_middle(
    founded: EstateUnderTest, regions: dict[str, LocalRegion]
) -> None:
    for seed in range(3):
        _change(founded)
        started = founded.start("up")
        founded.when(lambda started=started: founded.processes() or started.poll() is not None)
        time.sleep(random.Random(seed).uniform(0.3, 2.0))  # noqa: S311  # a moment, no secret
        server = next(c for c in regions["north"].status().components if c.name == "kube-apiserver")
        kill(psutil.Process(server.pid))
        regions["north"].up()
        _, err = started.communicate(timeout=240)
        assert "Traceback" not in err
    assert regions["north"].status().state == "up"
    _again(founded)


def test_two_at_once_one_waits_and_both_end_well(founded: EstateUnderTest) -> None:
    _change(founded)
    first, second = founded.start("up"), founded.start("up")
    said = [command.communicate(timeout=240) for command in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sum("waiting for another change of this estate to end (process" in err for _, err in said) == 1
    _whole(founded)


def test_who_would_not_wait_is_told_who_is_at_it(founded: EstateUnderTest) -> None:
    _change(founded)
    first = founded.start("up")
    founded.when(founded.processes)
    first.send_signal(signal.SIGSTOP)
    ran = founded.run("up", "--no-wait")
    first.send_signal(signal.SIGCONT)
    assert ran.code == 1
    assert f"process {first.pid}" in ran.err
    first.communicate(timeout=240)
    assert first.returncode == 0


def test_a_lock_that_a_dead_engine_left_in_the_backend_is_taken_away(founded: EstateUnderTest) -> None:
    amount = _change(founded)
    started = founded.start("up", "--tenancy", founded.tenancy(1))
    kill(founded.when(lambda: _victim(founded, started, "engine")))
    started.communicate(timeout=120)
    assert founded.up().code == 0
    assert founded.quota("north", founded.tenancy(1)) == amount


def test_interrupting_leaves_a_state_from_which_up_goes_on(founded: EstateUnderTest) -> None:
    _change(founded)
    started = founded.start("up")
    founded.when(founded.processes)
    time.sleep(0.8)
    os.killpg(started.pid, signal.SIGINT)
    _, err = started.communicate(timeout=120)
    assert "Traceback" not in err
    _again(founded)
