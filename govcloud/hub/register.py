"""The register of an estate, through the API server of its hub, as the person who calls.

Nothing is decided here: every write is a proposal that the API server takes or refuses, whoever sends it and however. A
write names the version that it is based on, so that none is lost; where somebody else was faster it is made anew from what
is there now, unless that is no longer what the caller saw.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.errors import InputError, RefusedError
from govcloud.hub import acts
from govcloud.hub.acts import Act, Status
from govcloud.hub.lifecycle import ROLES, Decision, Phase, ReviewerRole, Side
from govcloud.hub.listing import Row, in_phase, rows
from govcloud.hub.names import PLATFORM, REVIEWERS, department_namespace
from govcloud.hub.record import Manifest, Record
from govcloud.hub.refusals import ConflictError, UnlimitedError, explained
from govcloud.model import API_VERSION, Tenancy

TENANCIES = Kind(API_VERSION, "Tenancy", "tenancies", namespaced=True)
_TRIES = 10
_SETTLED = 5.0
"""Seconds in which an API server has taken up the ceilings of a register that was just established."""
_POLL = 0.1
_DRY: Mapping[bool, dict[str, str]] = {True: {"dryRun": "All"}, False: {}}
Make = Callable[[Record, Act], Status | None]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the API server knows them."""

    name: str
    groups: tuple[str, ...]

    @property
    def roles(self) -> tuple[ReviewerRole, ...]:
        """The roles in which the caller may review."""
        return tuple(role for role in ROLES if f"{REVIEWERS}{role}" in self.groups)

    @property
    def side(self) -> Side:
        """For whom the caller closes a tenancy: for the platform as one of it, else for a department."""
        return "platform" if PLATFORM in self.groups else "department"


class Register:
    """The register of an estate.

    Args:
        cluster: the API server of the hub, as somebody.
        clock: tells the time.
    """

    def __init__(self, cluster: Cluster, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._cluster = cluster
        self._clock = clock
        self._caller: Caller | None = None

    @property
    def cluster(self) -> Cluster:
        """The API server of the hub."""
        return self._cluster

    def caller(self) -> Caller:
        """Who calls; asked once."""
        if self._caller is None:
            review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
            answer = self._call(
                "the caller", "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", review
            )
            user = answer["status"]["userInfo"]
            self._caller = Caller(user["username"], tuple(user.get("groups", ())))
        return self._caller

    def records(self, department: str | None = None, *, phase: Phase | None = None) -> list[Record]:
        """The tenancies of a department, or of all where none is named, in the order of department and name.

        Raises:
            RefusedError: the caller may not see them.
        """
        namespace = department_namespace(department) if department else None
        where = f"department {department}" if department else "the register"
        query = {"fieldSelector": in_phase(phase)} if phase else None
        answer = self._call(where, "GET", TENANCIES.path(namespace), query=query)
        return sorted(map(Record, answer["items"]), key=lambda record: (record.namespace, record.name))

    def rows(self, department: str | None = None, *, phase: Phase | None = None) -> list[Row]:
        """What people want to see of the same tenancies, far quicker where they are many.

        Raises:
            RefusedError: the caller may not see them.
        """
        namespace = department_namespace(department) if department else None
        try:
            return list(rows(self._cluster, TENANCIES, namespace, phase))
        except StatusError as error:
            raise explained(error, f"department {department}" if department else "the register") from error

    def get(self, name: str, department: str | None = None) -> Record:
        """A tenancy by its name.

        Raises:
            InputError: there is none, or none that the caller may see.
        """
        refusals: list[Exception] = []
        for candidate in [department] if department else _departments_of(name):
            try:
                return Record(self._read(candidate, name))
            except (RefusedError, InputError) as error:
                refusals.append(error)
        raise InputError(
            f"the register has no tenancy {name!r} that {self.caller().name} may see",
            expected="the name of a tenancy, <department>-<system>",
            mend="see the names with `govcloud tenancy list`",
        ) from refusals[0]

    def create(self, tenancy: Tenancy | Mapping[str, Any], *, dry_run: bool = False) -> Record:
        """Write a tenancy down as a draft of its department; it is not requested by that.

        Args:
            tenancy: what is asked for.
            dry_run: only let the API server say whether it would take it.

        Raises:
            InputError: the register does not take it.
            RefusedError: the caller may not ask for it.
        """
        document = _plain(tenancy)
        namespace = department_namespace(document["spec"]["department"])
        document["metadata"] = {**document["metadata"], "namespace": namespace}
        where = f"Tenancy {namespace}/{document['metadata']['name']}"
        query = {"fieldValidation": "Strict", "fieldManager": "govcloud", **_DRY[dry_run]}
        return Record(self._call(where, "POST", TENANCIES.path(namespace), document, query))

    def amend(self, record: Record, spec: Mapping[str, Any], *, dry_run: bool = False) -> Record:
        """Write another spec; the reviews of before no longer count.

        Args:
            record: the tenancy as the caller saw it.
            spec: what is asked for now.
            dry_run: only let the API server say whether it would take it.

        Raises:
            RefusedError: it may not be changed, not by the caller, or somebody changed it meanwhile.
        """

        def write(now: Record) -> Record:
            return self._write(now, "", {**now.manifest, "spec": dict(spec)}, dry_run=dry_run)

        return self._again(record, write, generation=True, phase=True)

    def move(
        self, record: Record, target: Phase, reason: str, changes: Mapping[str, Any] | None = None
    ) -> Record:
        """Take a tenancy to another phase.

        Args:
            record: the tenancy as the caller saw it.
            target: the phase.
            reason: why, for the history.
            changes: other fields of the status that go with the step; the platform's alone.

        Raises:
            RefusedError: the step may not be made, or not by the caller.
        """
        return self._act(record, reason, lambda now, act: acts.step(now, target, act, changes))

    def review(
        self, record: Record, *, approve: bool, reason: str, role: ReviewerRole | None = None
    ) -> Record:
        """Approve or reject what the caller saw; with the last approval that was missing, the tenancy is approved.

        Args:
            record: the tenancy as the caller saw it.
            approve: or else reject.
            reason: why, for the department and the history.
            role: in which role, for a reviewer who has both.

        Raises:
            RefusedError: the caller may not review it, or it changed since the caller saw it.
        """
        chosen = role or self._role(record)
        decision: Decision = "approve" if approve else "reject"
        done = self._act(record, reason, lambda now, act: acts.review(now, decision, chosen, act), seen=True)
        if acts.conclusion(done) is None:
            return done
        return self._act(done, reason, acts.conclude, seen=True)

    def retire(self, record: Record, reason: str, until: datetime | None = None) -> Record:
        """Ask for the end of a cordoned tenancy; all is kept until then, by default for the period of its tier."""
        return self._act(record, reason, lambda now, act: acts.retire(now, act, until))

    def consent(self, record: Record, reason: str, role: ReviewerRole | None = None) -> Record:
        """Agree, as the second person, that a tenancy is destroyed when its retention is over."""
        chosen = role or self._role(record)
        return self._act(record, reason, lambda now, act: acts.consent(now, chosen, act))

    def note(
        self, record: Record, changes: Callable[[Record], Mapping[str, Any]], *, steady: bool = False
    ) -> Record:
        """Write fields of the status that only the platform writes: regions, conditions, what went wrong.

        Args:
            record: the tenancy.
            changes: from the newest record to the fields, None for one that is to go.
            steady: only while its phase is the one that the caller saw.

        Raises:
            RefusedError: the caller may not write it, or its phase is another now.
        """

        def make(now: Record) -> Status:
            fields = {**now.status, "phase": now.phase, **changes(now)}
            return {key: value for key, value in fields.items() if value is not None}

        return self._persist(record, make, steady=steady)

    def delete(self, record: Record) -> None:
        """Clear a record away; the platform's, for a tenancy of which nothing exists any more."""
        path = TENANCIES.path(record.namespace, record.name)
        body = {"preconditions": {"uid": record.uid}}
        self._call(_where(record), "DELETE", path, body)

    def _act(self, record: Record, reason: str, make: Make, *, seen: bool = False) -> Record:
        caller = self.caller()
        act = Act(caller.name, caller.side, self._clock(), reason)
        return self._persist(record, lambda now: make(now, act), seen=seen)

    def _persist(
        self,
        record: Record,
        make: Callable[[Record], Status | None],
        *,
        seen: bool = False,
        steady: bool = True,
    ) -> Record:
        """Write a status made from the newest record.

        Args:
            record: the tenancy as the caller saw it.
            make: from a record to the status to write, None where nothing is left to write.
            seen: whether the spec must still be the one that the caller saw.
            steady: whether the phase must be, which a review may find moved on by another.
        """

        def write(now: Record) -> Record:
            status = make(now)
            return now if status is None else self._write(now, "/status", {**now.manifest, "status": status})

        return self._again(record, write, generation=seen, phase=steady and not seen)

    def _again(
        self, record: Record, write: Callable[[Record], Record], *, generation: bool, phase: bool
    ) -> Record:
        """Write until nobody else wrote in between, as long as what must be the same still is."""
        now = record
        for attempt in range(1, _TRIES + 1):
            try:
                return write(now)
            except ConflictError:
                if attempt == _TRIES:
                    raise
            time.sleep(random.uniform(0, 0.02 * attempt))  # noqa: S311  # only to spread those who collide
            now = Record(self._read(record.department, record.name))
            _check_same(record, now, generation=generation, phase=phase)
        return now

    def _write(
        self, record: Record, subresource: str, manifest: Manifest, *, dry_run: bool = False
    ) -> Record:
        path = TENANCIES.path(record.namespace, record.name) + subresource
        query = {"fieldValidation": "Strict", "fieldManager": "govcloud", **_DRY[dry_run]}
        typed = {**manifest, "apiVersion": API_VERSION, "kind": TENANCIES.kind}  # items of a list are untyped
        end = time.monotonic() + _SETTLED
        while True:
            try:
                return Record(self._call(_where(record), "PUT", path, typed, query))
            except UnlimitedError:
                if time.monotonic() > end:
                    raise
            time.sleep(_POLL)

    def _read(self, department: str, name: str) -> Manifest:
        namespace = department_namespace(department)
        return self._call(f"Tenancy {namespace}/{name}", "GET", TENANCIES.path(namespace, name))

    def _role(self, record: Record) -> ReviewerRole:
        """The caller's role, of two the one that is still missing."""
        roles = self.caller().roles
        for role in roles:
            if role in record.missing:
                return role
        return roles[0] if roles else ROLES[0]  # the API server says what is wrong with a caller who has none

    def _call(
        self, where: str, method: str, path: str, body: Any = None, query: dict[str, str] | None = None
    ) -> Manifest:
        try:
            return self._cluster.request(method, path, query, body)
        except StatusError as error:
            raise explained(error, where) from error


def _where(record: Record) -> str:
    return f"Tenancy {record.namespace}/{record.name}"


def _departments_of(name: str) -> list[str]:
    """The departments that a tenancy of this name can be of, the likeliest first."""
    parts = name.split("-")
    return ["-".join(parts[: length + 1]) for length in range(len(parts))]


def _plain(tenancy: Tenancy | Mapping[str, Any]) -> Manifest:
    if isinstance(tenancy, Tenancy):
        return tenancy.model_dump(mode="json", by_alias=True, exclude_none=True)
    return dict(tenancy)


def _check_same(seen: Record, now: Record, *, generation: bool, phase: bool) -> None:
    """Refuse to go on where the tenancy is no longer the one that was looked at."""
    other = now.uid != seen.uid
    if other or (phase and now.phase != seen.phase) or (generation and now.generation != seen.generation):
        raise RefusedError(
            f"it has changed meanwhile: it is {now.phase} at generation {now.generation}, "
            f"and was {seen.phase} at {seen.generation}",
            where=_where(seen),
            expected="the tenancy that you looked at",
            mend="look at it again, then decide",
        )
