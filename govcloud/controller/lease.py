"""One leader at a time: a Lease on the hub, which its holder renews, and what its holder may write while it does.

Nobody's clock is compared with anybody else's: who waits counts, on its own clock, how long the lease has not changed. Who
holds it believes so for two thirds of its time after the last renewal, so that it stops before another one can begin.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import Patience, StatusError
from govcloud.controller.holder import is_dead
from govcloud.errors import ClusterError, RefusedError

NAMESPACE = "govcloud-system"
NAME = "govcloud-controller"
LEASES = Kind("coordination.k8s.io/v1", "Lease", "leases", namespaced=True)
_BELIEF = 2 / 3
_READ = 15.0
"""Seconds for a read at least: what is large takes its time, however short the lease."""

_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def since_boot() -> float:
    """Seconds that are never set back and, where the system counts so, go on while the machine sleeps."""
    return time.clock_gettime(_BOOT_CLOCK)


def patience_of(seconds: float) -> Patience:
    """How long a holder of a lease waits for an answer: a write that hangs is given up before another may begin."""
    return Patience(read=max(seconds, _READ), again=1, write=seconds * (1 - _BELIEF))


class Lease:
    """The lease, as one who would hold it.

    Args:
        cluster: the hub, as the platform.
        holder: tells this process from all others.
        seconds: after so long without a renewal, another may take it.
        clock: counts seconds; never set back.

    Attributes:
        other: who else held it when it was last asked for.
        is_renewed: whether that one was seen to renew it.
    """

    def __init__(
        self,
        cluster: Cluster,
        holder: str,
        seconds: float = 15.0,
        clock: Callable[[], float] = since_boot,
    ) -> None:
        self._cluster = cluster
        self._holder = holder
        self._seconds = seconds
        self._clock = clock
        self._until = float("-inf")
        self._term = 0
        self._lock = threading.Lock()
        self._seen: tuple[str, float] = ("", 0.0)
        self.other = ""
        self.is_renewed = False

    @property
    def held(self) -> bool:
        """Whether this process may still take itself for the leader."""
        return bool(self.term)

    @property
    def term(self) -> int:
        """Numbers the times of leading without a gap; 0 while this process does not lead."""
        with self._lock:
            return self._term if self._clock() < self._until else 0

    def attempt(self) -> bool:
        """Take or renew the lease; whether that worked.

        Raises:
            ClusterError: the hub does not answer.
        """
        begun = self._clock()
        found = self._read()
        if not self._is_free(found, begun):
            self._believe(float("-inf"))
            return False
        try:
            self._write(found)
        except StatusError as error:
            if error.status != 409:
                raise
            return False  # somebody else was faster
        self._believe(begun + self._seconds * _BELIEF)
        return self.held

    def release(self) -> None:
        """Let go, so that another can begin at once."""
        held = self.held
        self._believe(float("-inf"))
        if held:
            found = self._read()
            if found and found["spec"].get("holderIdentity") == self._holder:
                found["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
                self._cluster.request("PUT", LEASES.path(NAMESPACE, NAME), None, found)

    def _believe(self, until: float) -> None:
        """Lead until then; who led no longer, for however short a time, begins anew."""
        with self._lock:
            now = self._clock()
            self._term += self._until <= now < until
            self._until = until

    def _read(self) -> dict[str, Any] | None:
        return self._cluster.get(LEASES, NAME, NAMESPACE)

    def _is_free(self, found: dict[str, Any] | None, now: float) -> bool:
        if found is None:
            return True
        self.other = found["spec"].get("holderIdentity") or ""
        if self.other in ("", self._holder) or is_dead(self.other):
            return True
        version = found["metadata"]["resourceVersion"]
        if version != self._seen[0]:
            self.is_renewed = bool(self._seen[0])
            self._seen = (version, now)
        return now - self._seen[1] > float(found["spec"].get("leaseDurationSeconds") or self._seconds)

    def _write(self, found: dict[str, Any] | None) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = found["spec"] if found else {}
        mine = before.get("holderIdentity") == self._holder
        spec = {
            "holderIdentity": self._holder,
            "leaseDurationSeconds": max(1, round(self._seconds)),
            "acquireTime": before["acquireTime"] if mine else now,
            "renewTime": now,
            "leaseTransitions": int(before.get("leaseTransitions") or 0) + (0 if mine or not found else 1),
        }
        if found:
            body = {**found, "spec": spec}
            self._cluster.request("PUT", LEASES.path(NAMESPACE, NAME), None, body)
            return
        self._make_namespace()
        metadata = {"name": NAME, "namespace": NAMESPACE}
        body = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": metadata, "spec": spec}
        self._cluster.request("POST", LEASES.path(NAMESPACE), None, body)

    def _make_namespace(self) -> None:
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
        try:
            self._cluster.request("POST", "/api/v1/namespaces", None, body)
        except StatusError as error:
            if error.status != 409:
                raise


class Leader(Cluster):
    """The hub as its leader: who no longer leads writes nothing, whatever they were about to do.

    Args:
        kubeconfig: of the hub.
        context: a context of it.
        patience: how long it may take.
        leads: whether this process leads.
    """

    def __init__(
        self, kubeconfig: Path | str, context: str | None, patience: Patience, leads: Callable[[], bool]
    ) -> None:
        super().__init__(kubeconfig, context, patience=patience)
        self._leads = leads

    def request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        *,
        accept: str = "application/json",
        content: str = "application/json",
        acting: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One call; a write only while this process leads.

        Raises:
            RefusedError: it no longer does.
        """
        if method != "GET" and not self._leads():
            raise RefusedError(
                "this controller leads no more, and writes nothing",
                where=f"{method} {path}",
                mend="another one goes on; see the Lease of the hub",
            )
        return super().request(method, path, query, body, accept=accept, content=content, acting=acting)


class Campaign(threading.Thread):
    """Tries to lead, goes on renewing, and says at once when that is over.

    Args:
        lease: the lease.
        every: seconds between two attempts.
        lost: called with the term that is over, when this process no longer leads in it.
        tell: hears what a person should know.
    """

    def __init__(
        self, lease: Lease, every: float, lost: Callable[[int], None], tell: Callable[[str], None]
    ) -> None:
        super().__init__(name="lease", daemon=True)
        self._lease = lease
        self._every = every
        self._lost = lost
        self._tell = tell
        self._over = threading.Event()
        self._guard = threading.Thread(target=self._watch, name="lease-guard", daemon=True)

    def run(self) -> None:
        """Attempt again and again, until the end."""
        self._guard.start()
        told = ""
        while not self._over.is_set():
            said = self._attempt()
            if said not in ("", told):
                self._tell(said)
            told = said
            self._over.wait(self._every)

    def end(self) -> None:
        """Stop renewing and let go."""
        self._over.set()
        self.join()
        self._guard.join()
        try:
            self._lease.release()
        except ClusterError as error:
            self._tell(f"the lease could not be let go, and runs out by itself: {error}")

    def _attempt(self) -> str:
        """Take or renew the lease; why that did not work, nothing where it did."""
        try:
            if self._lease.attempt():
                return ""
        except ClusterError as error:
            return f"the lease could not be renewed: {error}"
        return f"another controller leads: {self._lease.other}; waiting"

    def _watch(self) -> None:
        """Apart from the attempts, since one of them may hang."""
        led = 0
        while not self._over.wait(0.1):
            term = self._lease.term
            if led and term != led:
                self._lost(led)
            led = term
