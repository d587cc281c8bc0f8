"""What may be taken away: stacks of the estate, and those that are no longer in it; never running workloads unasked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.survey import connect
from govcloud.engine.units import Selection, Unit, units_of
from govcloud.engine.workloads import workloads_in
from govcloud.errors import InputError, RefusedError
from govcloud.model import Estate
from stacks.desired import target_of
from stacks.names import StackName


def departing(
    estate: Estate, selection: Selection, checkpoints: Checkpoints | None, *, platform: bool
) -> list[Unit]:
    """The stacks to take away: the selected ones that exist, tenancies first, platforms only where asked for.

    Raises:
        RefusedError: a platform would go from under tenancies that stay.
        InputError: nothing of the kind exists.
    """
    wanted = [*_planned(estate, selection), *_strays(estate, selection, checkpoints)]
    if checkpoints:
        wanted = [unit for unit in wanted if checkpoints.exists(str(unit.name))]
    tenancies = [unit for unit in wanted if unit.name.tenancy]
    platforms = [unit for unit in wanted if not unit.name.tenancy] if platform else []
    if platforms and checkpoints:
        _refuse_orphans(platforms, tenancies, checkpoints)
    if not tenancies and not platforms:
        raise InputError(
            "nothing to take away: no stack of the selection exists",
            expected="a tenancy that stands in a region",
            mend="see what stands with `govcloud up` or `pulumi stack ls`",
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


def _planned(estate: Estate, selection: Selection) -> list[Unit]:
    known = tuple(name for name in selection.tenancies if name in estate.tenancies)
    if selection.tenancies and not known:
        return []
    return units_of(estate, Selection(selection.regions, known))


def _strays(estate: Estate, selection: Selection, checkpoints: Checkpoints | None) -> list[Unit]:
    """Stacks of tenancies that are not in the estate any more; only those named, or all where none is named."""
    if not checkpoints:
        return []
    names = [StackName.parse(text) for text in checkpoints.names()]
    return [
        Unit(name, target_of(estate, name.region), ())
        for name in names
        if name.tenancy
        and name.tenancy not in estate.tenancies
        and name.region in estate.regions
        and (not selection.tenancies or name.tenancy in selection.tenancies)
        and (not selection.regions or name.region in selection.regions)
    ]


def _refuse_orphans(platforms: Sequence[Unit], going: Sequence[Unit], checkpoints: Checkpoints) -> None:
    gone = {unit.name for unit in going}
    regions = {unit.name.region for unit in platforms}
    standing = [StackName.parse(text) for text in checkpoints.names()]
    staying = [str(n) for n in standing if n.tenancy and n.region in regions and n not in gone]
    if staying:
        raise RefusedError(
            f"tenancies would lose their platform: {', '.join(staying)}",
            mend="take the tenancies away too, or leave --platform out",
        )
