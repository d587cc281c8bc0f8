"""Runs of the engine: which units go into which run.

A stack that exists has a run of its own. New tenancies of a region are founded together: one engine and one provider make
all their objects under a passing stack, whose checkpoint is then divided among their own stacks. That costs a fifth of
what a run for each would, since most of a run's cost does not depend on its size. It is safe because the division writes
each stack's checkpoint whole or not at all, because the passing stack is removed only after the last one is written, and
because objects without a record are adopted by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from govcloud.engine.checkpoint import Checkpoints, Resource, component_of
from govcloud.engine.observe import by_region
from govcloud.engine.run import Program
from govcloud.engine.survey import Standing
from govcloud.engine.units import Unit
from stacks.components import platform_program, tenancies_program
from stacks.names import StackName

FOUNDING = "founding."
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
    def founds(self) -> bool:
        """Whether it founds the stacks of several units."""
        return self.stack.startswith(FOUNDING)

    @property
    def size(self) -> int:
        """The number of objects."""
        return sum(len(unit.manifests) for unit in self.units)

    def unit_of(self, urn: str) -> Unit | None:
        """The unit that a resource belongs to; None for what is common to all, or unknown."""
        if len(self.units) == 1:
            return self.units[0]
        namespaces = {
            m["metadata"]["name"]: u for u in self.units for m in u.manifests if m["kind"] == "Namespace"
        }
        name = urn.rsplit("::", 1)[-1].split("/", 1)[0]
        return namespaces.get(name)


def jobs_of(standings: Sequence[Standing], checkpoints: Checkpoints | None) -> tuple[list[Job], list[Job]]:
    """The runs for units that are not in sync: those of platforms, and those of tenancies, which come after them."""
    platforms = [_own(s) for s in standings if s.unit.name.tenancy is None]
    tenancies = [s for s in standings if s.unit.name.tenancy is not None]
    own = [_own(s) for s in tenancies if not (s.new and checkpoints)]
    return platforms, [*_foundings([s.unit for s in tenancies if s.new and checkpoints]), *own]


def _own(standing: Standing) -> Job:
    unit = standing.unit
    if unit.name.tenancy is None:
        program: Program = partial(platform_program, unit.target, unit.manifests)
    else:
        program = partial(tenancies_program, unit.target, {unit.name.tenancy: unit.manifests})
    return Job(str(unit.name), (unit,), program, refresh=not standing.new)


def _foundings(units: Iterable[Unit]) -> Iterator[Job]:
    for region, group in by_region(units).items():
        if len(group) <= _FEW:
            yield from (_own(Standing(unit, known=False)) for unit in group)
            continue
        for number, start in enumerate(range(0, len(group), _MANY)):
            some = tuple(group[start : start + _MANY])
            manifests = {str(unit.name.tenancy): unit.manifests for unit in some}
            program = partial(tenancies_program, some[0].target, manifests)
            yield Job(f"{FOUNDING}{region}.{number}", some, program, refresh=False)


def settle_foundings(checkpoints: Checkpoints, *, only: str | None = None) -> None:
    """Divide what passing stacks hold among the tenancies' own stacks, and remove the passing ones.

    Called after a founding, and before any work for those that a crash left behind.
    """
    for stack in checkpoints.names():
        if stack.startswith(FOUNDING) and only in (None, stack):
            region = stack.removeprefix(FOUNDING).rsplit(".", 1)[0]
            checkpoints.divide(stack, partial(_owner, region, _components(checkpoints.resources(stack))))
            checkpoints.remove(stack)


def _components(resources: Iterable[Resource]) -> dict[str, str]:
    """The tenancy of each component, by URN."""
    return {r["urn"]: name for r in resources if not r.get("custom") and (name := component_of(r))}


def _owner(region: str, components: dict[str, str], resource: Resource) -> str | None:
    tenancy = components.get(resource["urn"]) or components.get(resource.get("parent", ""))
    return str(StackName(region, tenancy)) if tenancy else None
