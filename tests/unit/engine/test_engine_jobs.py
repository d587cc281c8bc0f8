"""Which units share a run, and how a shared run's record comes to its tenancies whatever crashes."""

from pathlib import Path

import pytest
from engine_samples import manifest, platform, record, resources, tenancy

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.jobs import Job, begin, gather, jobs_of, region_of, settle_passing
from govcloud.engine.survey import Standing
from govcloud.engine.units import Unit
from govcloud.errors import InputError


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path)


def new(*units: Unit) -> list[Standing]:
    return [Standing(unit, known=False) for unit in units]


def known(*units: Unit) -> list[Standing]:
    return [Standing(unit, known=True) for unit in units]


def tenancies(count: int, region: str = "north") -> list[Unit]:
    return [tenancy(f"t{number}", region) for number in range(count)]


def runs(*standings: Standing, together: bool = True) -> list[Job]:
    return jobs_of(standings, together=together)[1]


def test_a_few_tenancies_have_runs_of_their_own() -> None:
    jobs = runs(*new(*tenancies(3)))
    assert [job.stack for job in jobs] == ["tenancy.t0.north", "tenancy.t1.north", "tenancy.t2.north"]
    assert not any(job.passing for job in jobs)


def test_many_tenancies_of_a_region_are_run_together() -> None:
    (job,) = runs(*new(*tenancies(4)))
    assert (job.stack, job.passing, job.region) == ("passing.north.0", True, "north")
    assert [str(unit.name) for unit in job.units] == [f"tenancy.t{n}.north" for n in range(4)]
    assert job.size == 8


def test_regions_are_run_apart() -> None:
    jobs = runs(*new(*tenancies(4), *tenancies(5, "south"), *tenancies(1, "west")))
    assert [(job.stack, len(job.units)) for job in jobs] == [
        ("passing.north.0", 4),
        ("passing.south.0", 5),
        ("tenancy.t0.west", 1),
    ]


def test_never_more_than_64_are_run_together() -> None:
    assert [(job.stack, len(job.units)) for job in runs(*new(*tenancies(130)))] == [
        ("passing.north.0", 64),
        ("passing.north.1", 64),
        ("passing.north.2", 2),
    ]


def test_stacks_that_exist_look_at_the_live_objects_first() -> None:
    one, other = tenancies(2)
    assert [job.refresh for job in runs(*known(one), *new(other))] == [True, False]
    assert [job.refresh for job in runs(*new(*tenancies(4)))] == [False]
    assert [job.refresh for job in runs(*known(one), *new(*tenancies(4)))] == [True]


def test_on_another_backend_nothing_is_run_together() -> None:
    assert [job.passing for job in runs(*known(*tenancies(5)), together=False)] == [False] * 5


def test_platforms_are_apart_from_tenancies() -> None:
    platforms, jobs = jobs_of(new(platform("north"), tenancy("air"), platform("south")), together=True)
    assert [job.stack for job in platforms] == ["platform.north", "platform.south"]
    assert [job.stack for job in jobs] == ["tenancy.air.north"]


def test_a_passing_stack_begins_with_what_its_units_hold_already(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    units = tenancies(4)
    for unit in units[1:3]:
        record(tmp_path, str(unit.name), str(unit.name.tenancy))
    (job,) = runs(*known(*units))
    gather(checkpoints, job)
    assert checkpoints.resources(job.stack) == resources(job.stack, "t1", "t2")


def test_the_stacks_of_a_shared_run_can_be_begun_before_it(checkpoints: Checkpoints, tmp_path: Path) -> None:
    (job,) = runs(*new(*tenancies(4)))
    record(tmp_path, "tenancy.t1.north", "t1")
    begin(checkpoints, job)
    assert checkpoints.names() == [str(unit.name) for unit in job.units]
    assert [len(checkpoints.resources(name)) > 0 for name in checkpoints.names()] == [
        False,
        True,
        False,
        False,
    ]


def passing(*units: Unit) -> Job:
    return Job("passing.north.0", units, lambda: None, refresh=False)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("t-air", "air"),
        ("t-air/facts", "air"),
        ("t-water/facts", "water"),
        ("govcloud-passing.north.0", None),
        ("region", None),
        ("t-airship/facts", None),
        ("", None),
    ],
)
def test_an_object_belongs_to_the_unit_whose_namespace_it_is_in(name: str, found: str | None) -> None:
    unit = passing(tenancy("air"), tenancy("water")).unit_of(name)
    assert (unit.name.tenancy if unit else None) == found


def test_everything_of_a_run_for_one_unit_belongs_to_it() -> None:
    unit = tenancy("air")
    job = Job(str(unit.name), (unit,), lambda: None, refresh=True)
    assert job.unit_of("") is unit
    assert job.unit_of("govcloud-tenancy.air.north") is unit


class CrashError(Exception):
    pass


@pytest.mark.parametrize("point", [0, 1, 2, 3])
def test_a_passing_stack_is_divided_wherever_a_crash_stopped_it(
    checkpoints: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    """Before the first, after the first, after the second stack is written, and after the third, before the removal."""
    names = ("air", "water", "soil")
    record(tmp_path, "passing.north.0", *names)
    with monkeypatch.context() as patched:
        crash_after(patched, writes=point)
        with pytest.raises(CrashError):
            settle_passing(checkpoints)
    assert checkpoints.exists("passing.north.0")
    settle_passing(checkpoints)
    assert checkpoints.names() == sorted(f"tenancy.{name}.north" for name in names)
    for name in names:
        stack = f"tenancy.{name}.north"
        assert checkpoints.resources(stack) == resources(stack, name)


def crash_after(patched: pytest.MonkeyPatch, writes: int) -> None:
    """Let so many files of the division reach the disk, then die."""
    left = iter(range(writes))
    write = Checkpoints._write

    def failing(self: Checkpoints, stack: str, latest: dict[str, object] | None) -> None:
        if next(left, None) is None:
            raise CrashError
        write(self, stack, latest)

    def refuse(self: Checkpoints, stack: str) -> None:
        raise CrashError

    patched.setattr(Checkpoints, "_write", failing)
    patched.setattr(Checkpoints, "remove", refuse)


def test_only_the_named_passing_stack_is_settled(checkpoints: Checkpoints, tmp_path: Path) -> None:
    record(tmp_path, "passing.north.0", "air")
    record(tmp_path, "passing.north.1", "water")
    settle_passing(checkpoints, only="passing.north.1")
    assert checkpoints.names() == ["passing.north.0", "tenancy.water.north"]


def test_a_passing_stack_that_holds_nothing_goes_without_a_trace(checkpoints: Checkpoints) -> None:
    checkpoints.begin("passing.north.0")
    settle_passing(checkpoints)
    assert checkpoints.names() == []


def test_a_region_with_a_dash_keeps_its_name(checkpoints: Checkpoints, tmp_path: Path) -> None:
    record(tmp_path, "passing.north-east.12", "air")
    settle_passing(checkpoints)
    assert checkpoints.names() == ["tenancy.air.north-east"]


def test_stacks_of_others_are_left_alone(checkpoints: Checkpoints, tmp_path: Path) -> None:
    record(tmp_path, "tenancy.air.north", "air")
    checkpoints.begin("sandbox")
    settle_passing(checkpoints)
    assert checkpoints.names() == ["sandbox", "tenancy.air.north"]


@pytest.mark.parametrize("stack", ["platform.north-2", "tenancy.air.north-2", "passing.north-2.0"])
def test_every_stack_names_its_region(stack: str) -> None:
    assert region_of(stack) == "north-2"


def test_a_stack_of_others_has_no_region() -> None:
    with pytest.raises(InputError, match="names no stack of govcloud"):
        region_of("production")


def test_an_object_of_no_namespace_is_counted_for_nobody() -> None:
    unit = Unit(tenancy("air").name, tenancy("air").target, [manifest("ClusterRole", "x")])
    assert passing(unit, tenancy("water")).unit_of("x") is None
