"""What may be taken away: stacks that stand, in the estate or no longer in it; never running workloads unasked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.survey import connect
from govcloud.engine.units import Selection, Unit, units_of
from govcloud.engine.workloads import workloads_in
from govcloud.errors import InputError, RefusedError
from govcloud.model import Estate
from stacks.desired import region_of, role_in, target_of, tenancy_manifests, tenancy_of
from stacks.names import StackName


def standing_stacks(checkpoints: Checkpoints) -> list[StackName]:
    """The stacks of govcloud that stand; others in the backend are not its business."""
    return [name for text in checkpoints.names() if (name := StackName.read(text))]


def strays(estate: Estate, checkpoints: Checkpoints | None) -> list[StackName]:
    """Tenancies' stacks that stand although the estate has no such tenancy in that region any more."""
    standing = standing_stacks(checkpoints) if checkpoints else []
    return [name for name in standing if name.tenancy and not _planned(estate, name)]


def departing(
    estate: Estate, selection: Selection, checkpoints: Checkpoints | None, *, platform: bool
) -> list[Unit]:
    """The stacks to take away: the selected ones that stand, tenancies first, platforms only where asked for.

    Raises:
        InputError: a name means nothing here, nothing selected stands, or a platform would go from under the
            tenancies that were not named.
    """
    if platform and selection.tenancies:
        raise InputError(
            "--platform and --tenancy do not go together",
            expected="a platform to go with all tenancies of its region",
            mend="leave --platform out, or name the region instead: --region NAME --platform",
        )
    if checkpoints is None:
        units = units_of(estate, selection)
    else:
        standing = standing_stacks(checkpoints)
        _check_names(estate, selection, standing)
        units = [_unit(estate, n) for n in standing if _selected(n, selection) and n.region in estate.regions]
    tenancies = [unit for unit in units if unit.name.tenancy]
    platforms = [unit for unit in units if not unit.name.tenancy] if platform else []
    if not tenancies and not platforms:
        raise InputError(
            "nothing to take away: no stack of the selection stands",
            expected="a tenancy that stands in a region",
            mend="see what stands with `pulumi stack ls` (after `govcloud env`)",
        )
    return [*tenancies, *platforms]


def refuse_workloads(units: Sequence[Unit], named: Iterable[str]) -> None:
    """Refuse tenancies with workloads that were not named.

    Raises:
        RefusedError: naming each tenancy and what it still runs.
        ClusterError: a region does not answer, so that nobody can say what it runs.
    """
    busy = []
    for unit in units:
        tenancy = unit.name.tenancy
        if tenancy is None or tenancy in named:
            continue
        found = workloads_in(connect(unit.target), f"t-{tenancy}")
        if found:
            words = ", ".join(f"{count} {kind}" for kind, count in found.items())
            busy.append(f"{tenancy} in {unit.name.region} ({words})")
    if busy:
        raise RefusedError(
            f"tenancies still have workloads: {'; '.join(busy)}",
            expected="a tenancy whose department has taken its workloads away",
            mend="remove the workloads, or name the tenancy: --with-workloads NAME",
        )


def _planned(estate: Estate, name: StackName) -> bool:
    tenancy = estate.tenancies.get(name.tenancy or "")
    return bool(tenancy and role_in(tenancy, name.region))


def _unit(estate: Estate, name: StackName) -> Unit:
    """What destroying needs to know; of a stray, what it holds is known to its checkpoint alone."""
    manifests = (
        tenancy_manifests(estate, name.tenancy, name.region)
        if name.tenancy and _planned(estate, name)
        else []
    )
    return Unit(name, target_of(estate, name.region), manifests)


def _selected(name: StackName, selection: Selection) -> bool:
    return (not selection.regions or name.region in selection.regions) and (
        not selection.tenancies or name.tenancy in selection.tenancies
    )


def _check_names(estate: Estate, selection: Selection, standing: Sequence[StackName]) -> None:
    """Every name must mean something: in the estate, or among the stacks that outlived it."""
    known = {name.tenancy for name in standing}
    for tenancy in selection.tenancies:
        if tenancy not in known:
            tenancy_of(estate, tenancy)
    for region in selection.regions:
        region_of(estate, region)
