"""The register of an estate's hub: where each tenancy stands, and the documents that the files do not have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from pydantic import ValidationError

from govcloud.cluster import Cluster
from govcloud.errors import RefusedError
from govcloud.hub.record import Record
from govcloud.hub.register import TENANCIES, Register
from govcloud.model import API_VERSION, Placement, Sharing, Tenancy
from govcloud.waivers import registered_waivers
from monitors.families import Extra
from monitors.sources.known import Known, Registered


def register_reader(known: Known, connect: Callable[[], Cluster]) -> Callable[[], Iterable[Extra]]:
    """What reads the register, for a `Source`.

    Args:
        known: is told the documents of the register.
        connect: makes a client of the hub's API server.
    """

    def read() -> Iterable[Extra]:
        """Since when each tenancy is in its phase; nothing where the hub has no register."""
        cluster = connect()
        if (TENANCIES.api_version, TENANCIES.kind) not in cluster.kinds:
            known.registered(Registered())
            return ()
        records = Register(cluster).records()
        known.registered(_documents(cluster, records))
        return [_phase(one) for one in records]

    return read


def _documents(cluster: Cluster, records: Iterable[Record]) -> Registered:
    return Registered(
        tenancies={one.name: one for one in filter(None, map(_running, records))},
        sharings={one.name: one for one in _sharings(cluster)},
        waivers={one.name: one for one in registered_waivers(cluster)},
    )


def _phase(record: Record) -> Extra:
    labels = (record.name, record.department, record.phase)
    entries = [one for one in record.history if one["to"] == record.phase != one["from"]]
    moment = entries[-1]["at"] if entries else record.manifest["metadata"]["creationTimestamp"]
    since = datetime.fromisoformat(str(moment)).timestamp()
    return "govcloud_tenancy_phase_timestamp_seconds", labels, since


def _running(record: Record) -> Tenancy | None:
    """What was approved of a tenancy that is in a region, with its regions; None for any other.

    What is not what was approved is left out too: the controller reports it.
    """
    places = record.status.get("regions") or ()
    primary = next((one["name"] for one in places if one["role"] == "primary"), None)
    try:
        approved = record.approved()
    except (RefusedError, ValidationError):
        return None
    if approved is None or primary is None:
        return None
    standby = tuple(one["name"] for one in places if one["role"] == "standby")
    spec = approved.spec.model_copy(update={"regions": Placement(primary=primary, standby=standby)})
    return approved.model_copy(update={"spec": spec})


def _sharings(cluster: Cluster) -> Iterator[Sharing]:
    """One that the model does not take is the rules' to speak of."""
    kind = cluster.kinds.get((API_VERSION, "Sharing"))
    for item in () if kind is None else cluster.list(kind):
        document = {"metadata": {"name": item["metadata"]["name"]}, "spec": item.get("spec")}
        with suppress(ValidationError):
            yield Sharing.model_validate(document)
