"""Writes the decision log: what the histories of tenancies say, once each, in a chain a department.

The histories are true already: the API server holds whoever acts to that. The recorder, which belongs to the platform, makes
of them what cannot be changed any more. It may be killed at any moment and run anew: an entry is recorded before its tenancy
says so, and an entry that is in the log is never recorded twice. Two recorders at once do no harm, since both would write a
decision of the same name, and one of them is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from govcloud.cluster import Kind
from govcloud.cluster.client import StatusError
from govcloud.hub.acts import written
from govcloud.hub.hashes import Algorithm
from govcloud.hub.log import Manifest, decision
from govcloud.hub.names import department_namespace
from govcloud.hub.record import Record
from govcloud.hub.refusals import explained
from govcloud.hub.register import Register
from govcloud.model import API_VERSION

DECISIONS = Kind(API_VERSION, "Decision", "decisions", namespaced=True)
_KEPT = 30
"""So many recorded entries stay in a tenancy's own history; older ones are in the log alone."""


class DecisionLog:
    """The decision logs of the departments, through the API server of the hub.

    Args:
        register: the register.
        algorithm: of the digests that are written from now on.
        clock: tells the time.
    """

    def __init__(
        self,
        register: Register,
        algorithm: Algorithm = "sha256",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._register = register
        self._algorithm = algorithm
        self._clock = clock
        self._chains: dict[str, _Chain] = {}

    def read(self, department: str | None = None) -> list[Manifest]:
        """The decisions of a department, or of all departments one after the other, the oldest first.

        Raises:
            RefusedError: the caller may not see them.
        """
        namespace = department_namespace(department) if department else None
        where = f"the decision log of department {department}" if department else "the decision log"
        try:
            items = self._register.cluster.request("GET", DECISIONS.path(namespace))["items"]
        except StatusError as error:
            raise explained(error, where) from error
        return sorted(items, key=lambda item: (item["metadata"]["namespace"], item["metadata"]["name"]))

    def record(self, records: Iterable[Record]) -> int:
        """Record what these tenancies' histories have and the log has not; how many entries that were.

        Raises:
            RefusedError: the caller is not the platform.
        """
        return sum(self._record(record) for record in records)

    def _record(self, record: Record) -> int:
        logged = int(record.status.get("logged", 0))
        new = [entry for entry in record.history if int(entry["seq"]) > logged]
        if not new:
            return 0
        chain = self._chains.get(record.department) or self._load(record.department)
        count = 0
        for entry in new:
            while not chain.has(record, entry):
                if self._append(chain, record, entry):
                    count += 1
                else:  # somebody else recorded meanwhile
                    chain = self._load(record.department)
        self._mark(record, int(new[-1]["seq"]))
        return count

    def _load(self, department: str) -> _Chain:
        chain = self._chains[department] = _Chain(self.read(department))
        return chain

    def _append(self, chain: _Chain, record: Record, entry: Any) -> bool:
        made = decision(record, entry, chain.last, written(self._clock()), self._algorithm)
        try:
            self._register.cluster.request(
                "POST", DECISIONS.path(record.namespace), {"fieldManager": "govcloud"}, made
            )
        except StatusError as error:
            if error.status == 409:
                return False
            raise explained(error, f"the decision log of department {record.department}") from error
        chain.add(made)
        return True

    def _mark(self, record: Record, seq: int) -> None:
        """Say in the tenancy what is recorded, and let go of what is old."""

        def changes(now: Record) -> dict[str, Any]:
            old = [entry for entry in now.history if int(entry["seq"]) <= seq][:-_KEPT]
            return {"logged": seq, "history": [entry for entry in now.history if entry not in old]}

        self._register.note(record, changes)


class _Chain:
    """The decisions of a department that are known here: the last one, and which entries are recorded."""

    def __init__(self, decisions: Iterable[Manifest]) -> None:
        self.last: Manifest | None = None
        self._recorded: set[tuple[str, int]] = set()
        for one in decisions:
            self.add(one)

    def add(self, made: Manifest) -> None:
        """Take note of the decision that is now the last."""
        self.last = made
        self._recorded.add((made["spec"]["uid"], int(made["spec"]["entry"]["seq"])))

    def has(self, record: Record, entry: Any) -> bool:
        """Whether an entry is recorded."""
        return (record.uid, int(entry["seq"])) in self._recorded
