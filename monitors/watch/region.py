"""The watch of one region: informers for what it holds, rounds through its kubelets for what it uses, one value of both.

A region that does not answer troubles nobody else: its facts stay as they were and say that they are not fresh.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from govcloud.errors import ClusterError
from govcloud.model import Region
from monitors.facts import RegionFacts
from monitors.watch.api import Feed
from monitors.watch.assemble import Assembler
from monitors.watch.complaints import Complaints
from monitors.watch.informer import Informer, wait_for
from monitors.watch.kubelets import Kubelets, asked
from monitors.watch.power import PowerModel
from monitors.watch.recognition import cluster_of
from monitors.watch.state import KINDS, RegionState

_HEARTBEAT = "/livez"
_BEGINNING = 1.0
_LISTING = 0.1
_METERING = 0.5
"""Seconds between rounds until processors are known: kubelets tell sums, and some of them new ones only now and then."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How often, in seconds.

    Attributes:
        sampling: kubelets are asked for usage, and the API server whether it lives.
        settle: facts are made anew at most this often, however many events there are.
        stale: a node whose kubelet has been silent for so long makes the region's facts not fresh.
        reconnect: the client of the API server is made anew, so that a certificate that is soon over is exchanged in time.
    """

    sampling: float = 15.0
    settle: float = 1.0
    stale: float = 45.0
    reconnect: float = 6 * 3600.0


class RegionWatch:
    """One region, watched in threads of its own.

    Args:
        region: its document.
        connect: makes a client of its API server; called again after failures, so that new certificates and ports are
            taken up.
        changed: called whenever its facts may be others; has to return at once.
        back: called where it is fresh and was not, so that its facts are told without delay; the same.
        tempo: how often.
        model: how much power its nodes draw.
    """

    def __init__(
        self,
        region: Region,
        connect: Callable[[], Feed],
        changed: Callable[[], None],
        back: Callable[[], None],
        tempo: Tempo | None = None,
        model: PowerModel | None = None,
    ) -> None:
        self.region = region
        self.state = RegionState()
        self._connect = connect
        self._changed = changed
        self._back = back
        self._tempo = tempo or Tempo()
        self._complaints = Complaints(region.name)
        self._informers = [
            Informer(
                kind, self._feed, self.state, changed, failed=self._complaints.failed, recognise=cluster_of
            )
            for kind in KINDS
        ]
        self._kubelets = Kubelets(self._feed, self.state)
        self._assembler = Assembler(region, model or PowerModel())
        self._stopped = threading.Event()
        self._opening = threading.Lock()
        self._client: Feed | None = None
        self._connected = 0.0
        self._alive = False
        self._heard = 0.0
        self._sampled = 0.0
        self._errors = 0
        self._first = 0.0
        self._metered = False
        self._thread = threading.Thread(target=self._run, name=f"sample {region.name}", daemon=True)

    def start(self) -> None:
        """Begin."""
        for one in self._informers:
            one.start()
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End all threads; waits for them for so many seconds at most."""
        self._stopped.set()
        self._kubelets.stop()
        for one in self._informers:
            one.stop()
        wait_for(self._informers, seconds)
        self._thread.join(seconds)

    def take(self, region: Region) -> None:
        """Its document is another now: its pools, its energy, and how it is reached count from here on."""
        if region == self.region:
            return
        with self.state.lock:  # facts are made of one document, not of two
            self.region = region
            self._assembler.take(region)
        self._disconnect()
        self._changed()

    @property
    def listed(self) -> bool:
        """Whether everything was read once, so that sums are whole."""
        return all(one.standing.listed for one in self._informers)

    @property
    def tried(self) -> bool:
        """Whether there is something to tell: it was read and sampled once, or does not answer."""
        return (self.listed and self._sampled > 0) or self._count_errors() > 0

    def facts(self) -> RegionFacts:
        """The region as it is known now; without tenancies and pools until everything was read once."""
        tenancies, pools = self._assembler.assemble(self.state) if self.listed else ((), ())
        return RegionFacts(
            region=self.region.name,
            title=self.region.spec.title,
            observed=self._heard,
            sampled=self._sampled,
            fresh=self._is_fresh(),
            pue=self.region.spec.energy.pue,
            tenancies=tenancies,
            pools=pools,
            watch_errors=self._count_errors(),
        )

    def _count_errors(self) -> int:
        return self._errors + sum(one.standing.errors for one in self._informers)

    def _is_fresh(self) -> bool:
        watching = all(one.standing.open for one in self._informers)
        return self._alive and watching and self.listed and self._metered and not self._silent()

    def _silent(self) -> bool:
        """Whether the kubelet of a ready node has not been heard of for too long."""
        oldest = time.time() - self._tempo.stale
        with self.state.lock:
            return any(max(one.sampled, one.seen) < oldest for _, one in asked(self.state).values())

    def _feed(self) -> Feed:
        with self._opening:
            if self._client is None:
                self._client = self._connect()
                self._connected = time.monotonic()
            return self._client

    def _disconnect(self) -> None:
        """Have the next call connect anew; what is under way goes on with the client that it has."""
        with self._opening:
            self._client = None

    def _run(self) -> None:
        fresh = False
        while not self._stopped.is_set():
            begun = time.monotonic()
            self._beat()
            if self.listed:
                self._sample()
            before, fresh = fresh, self._is_fresh()
            if fresh:
                self._complaints.heard()
            self._changed()
            if fresh and not before:
                self._back()
            self._stopped.wait(self._pause(time.monotonic() - begun))

    def _pause(self, spent: float) -> float:
        """Seconds to the next round, where this one took some: rounds come evenly once it is known how much is used."""
        if self._metered:
            return max(0.05, self._tempo.sampling - spent)
        soon = _BEGINNING if not self._alive else _METERING if self.listed else _LISTING
        return min(soon, self._tempo.sampling)

    def _beat(self) -> None:
        if time.monotonic() - self._connected > self._tempo.reconnect:
            self._disconnect()
        try:
            self._feed().read(_HEARTBEAT, patience=5.0)
        except ClusterError as error:
            self._errors += 1
            self._alive = False
            self._disconnect()
            self._complaints.failed(error)
        else:
            self._alive = True
            self._heard = time.time()

    def _sample(self) -> None:
        try:
            found = self._kubelets.sample(self._tempo.sampling)
        except ClusterError:
            self._errors += 1
            return
        self._errors += found.failed
        if not found.failed:
            self._sampled = time.time()
            self._first = self._first or self._sampled
            self._metered = self._metered or self._is_metered()

    def _is_metered(self) -> bool:
        """Whether processors are known, without which accounts would hold that nothing was used.

        What a kubelet has not told until its sample is old, it does not tell.
        """
        with self.state.lock:
            known = all(one.metered for _, one in asked(self.state).values())
        return known or time.time() - self._first > self._tempo.stale
