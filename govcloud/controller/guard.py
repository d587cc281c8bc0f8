"""What of an estate is not for `destroy` to take away, since its register says how it ends.

A tenancy of the register ends by retirement: asked for by its department, agreed to by a second person, after its retention.
And with the platform of the hub go the definitions of the register, and with them all that it keeps, the decision log
included, retired tenancies too: evidence that nobody could bring back. So any entry at all stands against that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.controller.hubs import hub_cluster
from govcloud.engine.units import Unit
from govcloud.errors import RefusedError
from govcloud.hub.record import Record
from govcloud.hub.recorder import DECISIONS
from govcloud.hub.register import TENANCIES
from govcloud.model import Estate


def governed(cluster: Cluster) -> dict[str, Record]:
    """The tenancies of a register by name; none where the hub has no register.

    Raises:
        ClusterError: the hub does not answer.
    """
    return {record.name: record for record in map(Record, _all(cluster, TENANCIES))}


def refuse_register(estate: Estate, units: Sequence[Unit], named: Collection[str]) -> None:
    """Refuse to take away what the register keeps or governs, unless it is named.

    Args:
        estate: the estate.
        units: what is to go.
        named: tenancies, or the estate for its register, that are to go all the same.

    Raises:
        RefusedError: naming what stands against it.
        ClusterError: the hub does not answer, so that nobody can say what its register has.
    """
    hub = any(unit.name.region == estate.head.spec.hub and unit.name.tenancy is None for unit in units)
    unplanned = {unit.name.tenancy for unit in units if unit.name.tenancy} - set(estate.tenancies)
    if not hub and not unplanned - set(named):
        return
    cluster = hub_cluster(estate)
    records = governed(cluster)
    _refuse_tenancies(unplanned & set(records) - set(named))
    if hub and estate.name not in named:
        decisions = sum(1 for _ in _all(cluster, DECISIONS))
        if records or decisions:
            raise RefusedError(
                f"the register of the hub has {len(records)} tenancies and {decisions} decisions, which would go with "
                "its platform",
                where=f"platform.{estate.head.spec.hub}",
                expected="a hub whose register is empty",
                mend="export the decision log and keep it elsewhere, then name the estate: "
                f"--with-register {estate.name}",
            )


def _refuse_tenancies(names: Iterable[str]) -> None:
    if found := sorted(names):
        raise RefusedError(
            f"tenancies are of the register: {', '.join(found)}",
            expected="a tenancy that was retired: by its department, and agreed to by a second person",
            mend=f"have it retired, or name it: --with-register {found[0]}",
        )


def _all(cluster: Cluster, kind: Kind) -> list[dict[str, Any]]:
    try:
        return list(cluster.list(kind))
    except StatusError as error:
        if error.status == 404:
            return []
        raise
