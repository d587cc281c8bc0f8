"""Asks the API server whether it would take a step, before what the step says cannot be undone any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from govcloud.cluster.client import StatusError
from govcloud.hub import acts
from govcloud.hub.acts import Act
from govcloud.hub.lifecycle import Phase
from govcloud.hub.record import Record
from govcloud.hub.refusals import explained
from govcloud.hub.register import TENANCIES, Register
from govcloud.model import API_VERSION


def check_move(
    register: Register, record: Record, target: Phase, reason: str, changes: Mapping[str, Any]
) -> None:
    """Have a step checked by the API server, by its rules and its clock, without making it.

    Raises:
        RefusedError: it would be refused.
    """
    caller = register.caller()
    act = Act(caller.name, caller.side, datetime.now(UTC), reason)
    status = acts.step(record, target, act, {k: v for k, v in changes.items() if v is not None})
    manifest = {**record.manifest, "apiVersion": API_VERSION, "kind": TENANCIES.kind, "status": status}
    path = f"{TENANCIES.path(record.namespace, record.name)}/status"
    try:
        register.cluster.request("PUT", path, {"dryRun": "All", "fieldManager": "govcloud"}, manifest)
    except StatusError as error:
        raise explained(error, f"Tenancy {record.namespace}/{record.name}") from error
