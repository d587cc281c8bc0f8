"""Runs of the engine: which units go into which run.

A run costs a second of CPU before it touches an object: Pulumi starts, derives its key, starts the provider.
Where many tenancies of a region need one, they are run together: a passing stack gathers what their own stacks hold, one
engine and one provider do all the work, and the result is divided among their own stacks again. Fifty new tenancies take a
fifth of the time so.

It is safe because nothing but the passing stack is written until the run has ended; because the division writes each
checkpoint whole or not at all, and the passing stack goes only after the last one; because a run that was killed in between
is divided by the next command, whatever it had reached; and because objects that no checkpoint knows are adopted by the
next server-side apply, or pruned where nothing plans them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from govcloud.engine.checkpoint import Checkpoints, Resource, component_of
from govcloud.engine.outcome import Program
from govcloud.engine.survey import Standing
from govcloud.engine.units import Unit
from stacks.names import StackName

PASSING = "passing."
_FEW = 3  # up to this many, runs of their own are as fast
_MANY = 64  # bounds the memory of a run and what one failure can touch


@dataclass(frozen=True)
class Job:
    """One run of the engine: the stack that it runs on and the units that it brings about."""

    stack: str
    units: tuple[Unit, ...]
    program: Program
    refresh: bool

    @property
    def region(self) -> str:
        """The region that it works on."""
        return self.units[0].name.region

    @property
    def passing(self) -> bool:
        """Whether it runs several units together, on a passing stack."""
        return self.stack.startswith(PASSING)

    @property
    def size(self) -> int:
        """The number of objects."""
        return sum(len(unit.manifests) for unit in self.units)

    def unit_of(self, resource: str) -> Unit | None:
        """The unit that a resource belongs to, by its name; None for what is common to all, or unknown."""
        if len(self.units) == 1:
            return self.units[0]
        return self._by_namespace.get(resource.split("/", 1)[0])

    @cached_property
    def _by_namespace(self) -> dict[str, Unit]:
        return {m["metadata"]["name"]: u for u in self.units for m in u.manifests if m["kind"] == "Namespace"}


def jobs_of(standings: Sequence[Standing], *, together: bool) -> tuple[list[Job], list[Job]]:
    """The runs for units: those of platforms, and those of tenancies, which stand on them.

    Args:
        standings: the units to run.
        together: whether many may be run together; only a file backend can gather and divide.
    """
    platforms = [_own(s) for s in standings if s.unit.name.tenancy is None]
    groups: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.unit.name.tenancy is not None:
            groups.setdefault(standing.unit.name.region, []).append(standing)
    jobs: list[Job] = []
    for region, group in groups.items():
        few = len(group) <= _FEW or not together
        jobs += map(_own, group) if few else _together(region, group)
    return platforms, jobs


def _own(standing: Standing) -> Job:
    from stacks.components import platform_program, tenancies_program  # with Pulumi's library: half a second

    unit = standing.unit
    if unit.name.tenancy is None:
        program: Program = partial(platform_program, unit.target, unit.manifests)
    else:
        program = partial(tenancies_program, unit.target, {unit.name.tenancy: unit.manifests})
    return Job(str(unit.name), (unit,), program, refresh=not standing.new)


def _together(region: str, group: Sequence[Standing]) -> Iterator[Job]:
    from stacks.components import tenancies_program

    for number, start in enumerate(range(0, len(group), _MANY)):
        some = group[start : start + _MANY]
        manifests = {str(s.unit.name.tenancy): s.unit.manifests for s in some}
        program = partial(tenancies_program, some[0].unit.target, manifests)
        refresh = not all(s.new for s in some)
        yield Job(f"{PASSING}{region}.{number}", tuple(s.unit for s in some), program, refresh)


def region_of(stack: str) -> str:
    """The region that a stack is in, a passing one too.

    Raises:
        InputError: it is no stack of govcloud.
    """
    if stack.startswith(PASSING):
        return stack.removeprefix(PASSING).rsplit(".", 1)[0]
    return StackName.parse(stack).region


def begin(checkpoints: Checkpoints, job: Job) -> None:
    """Begin the stacks of a job's units that do not exist yet.

    Then a tenancy that is killed off while it is founded is known by its stack, and can be taken away, even if the estate
    drops it before the next run.
    """
    for unit in job.units:
        checkpoints.begin(str(unit.name))


def gather(checkpoints: Checkpoints, job: Job) -> None:
    """Begin a job's passing stack with what the stacks of its units hold."""
    stacks = [str(unit.name) for unit in job.units]
    checkpoints.gather(job.stack, [stack for stack in stacks if checkpoints.exists(stack)])


def settle_passing(checkpoints: Checkpoints, *, only: str | None = None) -> set[str]:
    """Divide what passing stacks hold among the tenancies' own stacks, and remove the passing ones.

    Called after a run, and before any work for those that a crash left behind.

    Returns:
        The stacks that were given something.
    """
    given: set[str] = set()
    for stack in checkpoints.names():
        if stack.startswith(PASSING) and only in (None, stack):
            owner = partial(_owner, region_of(stack), _components(checkpoints.resources(stack)))
            given.update(checkpoints.divide(stack, owner))
            checkpoints.remove(stack)
    return given


def _components(resources: Iterable[Resource]) -> dict[str, str]:
    """The tenancy of each component, by URN."""
    return {r["urn"]: name for r in resources if not r.get("custom") and (name := component_of(r))}


def _owner(region: str, components: dict[str, str], resource: Resource) -> str | None:
    tenancy = components.get(resource["urn"]) or components.get(resource.get("parent", ""))
    return str(StackName(region, tenancy)) if tenancy else None
