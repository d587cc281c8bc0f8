"""Which tenancies there is anything to do in, and in which of their regions, as the register says."""

from __future__ import annotations

from govcloud.errors import InputError, RefusedError
from govcloud.hub.lifecycle import Phase
from govcloud.hub.record import Record

RUNNING: tuple[Phase, ...] = ("active", "changing", "cordoned")
"""Phases in which a tenancy runs."""

_RUNNING_ON: tuple[Phase, ...] = ("approved", "provisioning")
"""Phases in which one that was brought about before runs on while a change comes about."""


def check_running(record: Record) -> None:
    """Refuse a tenancy in which nothing runs, or nothing new may be done any more.

    Raises:
        RefusedError: it is not active, changing or cordoned, and no change of a running one is under way.
    """
    if record.phase in RUNNING or (record.phase in _RUNNING_ON and places(record)):
        return
    raise RefusedError(
        f"it is {record.phase}: there are no credentials for it",
        where=f"Tenancy {record.namespace}/{record.name}",
        expected=f"a tenancy that is {', '.join(RUNNING[:-1])} or {RUNNING[-1]}",
        mend=f"see what comes next with `govcloud tenancy show {record.name}`",
    )


def places(record: Record) -> dict[str, str]:
    """The role of each region in which a tenancy was brought about, the primary first."""
    found = record.status.get("regions", ())
    named = {str(place["name"]): str(place["role"]) for place in found if place["state"] != "destroying"}
    return dict(sorted(named.items(), key=lambda item: item[1] != "primary"))


def region_of(record: Record, named: str | None) -> str:
    """The region that is meant: the one that is named, else the primary.

    Raises:
        InputError: the tenancy is not there.
    """
    known = places(record)
    if named in known:
        return str(named)
    if named is None and known:
        return next(iter(known))
    raise InputError(
        f"it is not in region {named}" if named else "it is in no region yet",
        where=f"Tenancy {record.namespace}/{record.name}",
        expected=f"one of: {', '.join(known)}" if known else "a tenancy that was brought about",
        mend="name one of its regions with --region" if known else "wait until it is active",
    )
