"""From an estate and the register to what the engine works on: each approved tenancy in its regions.

The estate's files say which regions and departments there are; which tenancies there are, the register alone says. A tenancy
that is in the files too is refused, so that never two places say what runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from govcloud.controller.agenda import is_closed
from govcloud.engine.units import Selection, Unit, units_of
from govcloud.errors import EstateError, RefusedError
from govcloud.hub.record import Record
from govcloud.model import Estate, Placement, Tenancy, Waiver
from govcloud.model.checks import check_estate
from govcloud.placement import place
from govcloud.planner.cordon import cordoned
from govcloud.waivers import with_registered


class Land:
    """The regions and departments of an estate, and what stands on them.

    Args:
        estate: the estate of the files, every tenancy placed.
        registered: tells the waivers that the register has now.
    """

    def __init__(self, estate: Estate, registered: Callable[[], Iterable[Waiver]] = tuple) -> None:
        self.estate = estate
        self._registered = registered

    def tenancy(self, record: Record, standing: Iterable[Record]) -> Tenancy:
        """What was approved, with its regions: those it has, else those it names, else those with room.

        Args:
            record: the tenancy.
            standing: all records, whose tenancies take room.

        Raises:
            RefusedError: it is not what was reviewed, or is in the estate's files too.
            EstateError: the estate cannot carry it.
        """
        approved = record.approved()
        if approved is None:
            raise RefusedError("nothing of it was approved", where=f"Tenancy {record.name}")
        if record.name in self.estate.tenancies:
            raise RefusedError(
                "the files of the estate have a tenancy of this name too",
                where=f"Tenancy {record.name}",
                expected="one place that says what runs",
                mend="remove it from the files; what stands is then taken over from them as it is",
            )
        placement = _kept(record, approved) or approved.spec.regions
        found = _in(approved, placement) if placement else self._placed(approved, standing)
        if problems := check_estate(self._with({found.name: found})):
            raise EstateError(problems)
        return found

    def units(self, tenancies: Mapping[str, Tenancy], records: Mapping[str, Record]) -> list[Unit]:
        """The units of some tenancies and the platforms under them; those of cordoned ones are closed."""
        if not tenancies:
            return []
        closed = {name for name in tenancies if is_closed(records[name])}
        excused = with_registered(self.estate, self._registered())
        units = units_of(self._with(tenancies, excused), Selection(tenancies=tuple(tenancies)))
        return [
            replace(unit, manifests=cordoned(unit.manifests)) if unit.name.tenancy in closed else unit
            for unit in units
        ]

    def hub(self) -> list[Unit]:
        """The unit of the hub's platform."""
        return units_of(self._with({}), Selection(regions=(self.estate.head.spec.hub,)))

    def _placed(self, tenancy: Tenancy, standing: Iterable[Record]) -> Tenancy:
        """A tenancy with regions that have room beside all that stands already."""
        others = {record.name: found for record in standing if (found := _standing(record))}
        everyone = {**self.estate.tenancies, **others, tenancy.name: tenancy}
        return place(replace(self.estate, tenancies=everyone)).tenancies[tenancy.name]

    def _with(self, tenancies: Mapping[str, Tenancy], estate: Estate | None = None) -> Estate:
        """The estate with these tenancies alone, and what in it is about them."""
        estate = estate or self.estate
        waivers = {k: one for k, one in estate.waivers.items() if one.spec.tenancy in tenancies}
        return replace(estate, tenancies=tenancies, sharings={}, waivers=waivers)


def _kept(record: Record, approved: Tenancy) -> Placement | None:
    """The regions that it has already, and further standbys that were approved since; regions are never left."""
    places = record.status.get("regions", ())
    primary = next((place["name"] for place in places if place["role"] == "primary"), None)
    if primary is None:
        return None
    standby = [place["name"] for place in places if place["role"] == "standby"]
    asked = approved.spec.regions.standby if approved.spec.regions else ()
    standby += [name for name in asked if name != primary and name not in standby]
    return Placement(primary=primary, standby=tuple(standby))


def _standing(record: Record) -> Tenancy | None:
    """A tenancy of the register that has regions, None for any other."""
    if not record.status.get("regions"):
        return None
    try:
        approved = record.approved()
    except RefusedError:  # its own reconciliation says so
        return None
    placement = _kept(record, approved) if approved else None
    return _in(approved, placement) if approved and placement else None


def _in(tenancy: Tenancy, placement: Placement) -> Tenancy:
    return tenancy.model_copy(update={"spec": tenancy.spec.model_copy(update={"regions": placement})})
