"""The loop: whoever leads brings about what changed, everything now and then, and what failed later again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from govcloud.cluster.client import Patience
from govcloud.controller.agenda import due_at, mark_of
from govcloud.controller.holder import own_name
from govcloud.controller.hubs import hub_cluster, make_ready
from govcloud.controller.land import Land
from govcloud.controller.lease import Campaign, Leader, Lease, patience_of
from govcloud.controller.mirror import Excuse, Mirror
from govcloud.controller.queue import Queue
from govcloud.controller.reconcile import Reconciler, Round
from govcloud.engine.engine import Engine
from govcloud.errors import GovCloudError, InputError, RefusedError
from govcloud.hub.record import Record
from govcloud.hub.recorder import DecisionLog
from govcloud.hub.register import Register
from govcloud.model import Estate
from govcloud.waivers import registered_waivers
from stacks.desired import target_of

_NONE: frozenset[Excuse] = frozenset()
_PATIENCE = 1.0
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """How often things are done, in seconds.

    Attributes:
        resync: between two looks at everything.
        lease: after so long without a sign of the leader, another takes over.
        least: until the first retry.
        most: until the last of many.
    """

    resync: float = 600.0
    lease: float = 15.0
    least: float = 2.0
    most: float = 300.0


class Controller:
    """Brings about what the register of an estate has approved.

    Args:
        estate: the estate, placed.
        engine: makes an engine; one for each time that this process leads, since one that was stopped stays so.
        tell: hears how it goes, a line each.
        pace: how often things are done.
    """

    def __init__(
        self,
        estate: Estate,
        engine: Callable[[], Engine],
        tell: Callable[[str], None],
        pace: Pace | None = None,
    ) -> None:
        self._estate = estate
        self._make_engine = engine
        self._tell = tell
        self._pace = pace or Pace()
        self._stopped = threading.Event()
        self._running: tuple[int, Engine] | None = None
        self._marks: dict[str, tuple[object, ...]] = {}
        self._excused: dict[str, frozenset[Excuse]] = {}
        self._queue = Queue(self._pace.least, self._pace.most)
        self._patience = patience_of(self._pace.lease)
        hub = hub_cluster(estate, Patience(self._patience.write or 0.0, again=0))
        self._lease = Lease(hub, own_name(), self._pace.lease)

    def stop(self) -> None:
        """End as soon as that is safe; from a signal handler too."""
        self._stopped.set()
        if self._running:
            self._running[1].stop()

    def once(self, names: Collection[str] = ()) -> Round:
        """Take everything, or some tenancies, as far as it can go now.

        Raises:
            RefusedError: another controller leads.
            InputError: the register has no tenancy of a name, or none that is to be anywhere.
            ClusterError: the hub does not answer.
        """
        with self._campaign():
            self._wait_to_lead()
            reconciler = self._begin_term(self._lease.term)
            records = Register(hub_cluster(self._estate)).records()
            known = {record.name for record in records}
            if unknown := sorted(set(names) - known):
                raise InputError(
                    f"the register has no tenancy {unknown[0]!r}",
                    expected="a tenancy that was asked for",
                    mend="ask for it, or leave the name out",
                )
            chosen = [record for record in records if not names or record.name in names]
            return reconciler.reconcile(chosen, records, look=known)

    def run(self) -> None:
        """Work until `stop`, whenever this process leads."""
        with self._campaign():
            while not self._stopped.is_set():
                if term := self._lease.term:
                    self._lead(term)
                else:
                    self._stopped.wait(_PAUSE)
        self._tell("stopped; what was begun is in the register, and the next controller goes on from there")

    def _lead(self, term: int) -> None:
        """A term, from taking the lease to losing it; a failure that is everybody's ends this and begins another.

        What was known of the register goes with the term: somebody else may have led since.
        """
        try:
            reconciler = self._begin_term(term)
            with self._following() as mirror:
                self._tell("leading")
                self._work(reconciler, mirror, term)
        except GovCloudError as error:
            self._tell(f"not done: {error}")
            self._stopped.wait(self._queue.retry("") if self._lease.term == term else _PAUSE)
        if self._lease.term != term and not self._stopped.is_set():
            self._tell("leading no more")

    @contextmanager
    def _following(self) -> Iterator[Mirror]:
        mirror = Mirror(hub_cluster(self._estate), self._heard, self._queue.put, self._tell)
        mirror.start()
        try:
            yield mirror
        finally:
            mirror.end()

    def _work(self, reconciler: Reconciler, mirror: Mirror, term: int) -> None:
        looked = float("-inf")
        while self._lease.term == term and not self._stopped.is_set():
            if not mirror.is_ready(_PATIENCE):
                continue
            whole = time.monotonic() - looked >= self._pace.resync
            if whole:
                looked = time.monotonic()
            names = None if whole else self._queue.take(_PATIENCE)
            if names is None or names:
                self._round(reconciler, mirror, names)

    def _round(self, reconciler: Reconciler, mirror: Mirror, names: Collection[str] | None) -> None:
        """Reconcile some tenancies, or all; their regions are looked at where all are, or where their waivers changed."""
        records, excuses = mirror.records(), mirror.excuses(datetime.now(UTC))
        chosen = [records[name] for name in (records if names is None else names) if name in records]
        look = [one.name for one in chosen if names is None or not self._is_as_before(one.name, excuses)]
        try:
            round_ = reconciler.reconcile(chosen, records.values(), look=look)
        except GovCloudError:
            for record in chosen:
                self._queue.retry(record.name)
            raise
        for record in chosen:
            self._afterwards(record, round_, excuses.get(record.name, _NONE))

    def _is_as_before(self, name: str, excuses: Mapping[str, frozenset[Excuse]]) -> bool:
        """Whether the same waivers excuse a tenancy as when it was brought about last."""
        return self._excused.get(name) == excuses.get(name, _NONE)

    def _afterwards(self, record: Record, round_: Round, excuses: frozenset[Excuse]) -> None:
        name = record.name
        if phase := round_.moved.get(name):
            self._tell(f"{name}: {phase}")
        if why := round_.failures.get(name):
            after = self._queue.retry(name)
            self._tell(f"{name}: {why}; again in {after:.0f} s")
        else:
            self._queue.forget(name)
            self._excused[name] = excuses
        for moment in filter(None, (due_at(record), *(one.until for one in excuses))):
            self._come_back(name, moment)

    def _come_back(self, name: str, moment: datetime) -> None:
        """Look at a tenancy again at a moment, unless everything is looked at before."""
        wait = (moment - datetime.now(UTC)).total_seconds()
        if 0 < wait < self._pace.resync:
            self._queue.put(name, wait)

    def _heard(self, record: Record) -> None:
        """A tenancy changed in a way that may ask for something."""
        mark = mark_of(record)
        if self._marks.get(record.name) != mark:
            self._marks[record.name] = mark
            self._queue.put(record.name)

    def _begin_term(self, term: int) -> Reconciler:
        engine = self._make_engine()
        self._running = term, engine
        if self._stopped.is_set() or self._lease.term != term:
            engine.stop()
        target = target_of(self._estate, self._estate.head.spec.hub)
        hub = Leader(
            target.kubeconfig, target.context, self._patience, lambda: term > 0 and self._lease.term == term
        )
        make_ready(self._estate, engine, hub)
        register = Register(hub)
        land = Land(self._estate, partial(registered_waivers, hub))
        return Reconciler(register, DecisionLog(register), land, engine)

    def _end_term(self, term: int) -> None:
        if self._running and self._running[0] == term:
            self._running[1].stop()

    @contextmanager
    def _campaign(self) -> Iterator[None]:
        campaign = Campaign(self._lease, self._pace.lease / 5, self._end_term, self._tell)
        campaign.start()
        try:
            yield
        finally:
            campaign.end()

    def _wait_to_lead(self) -> None:
        """Wait as long as a leader that died may still be thought alive, and not for one that lives."""
        end = time.monotonic() + self._pace.lease * 1.5
        while not self._lease.held and not self._stopped.is_set():
            if self._lease.is_renewed or time.monotonic() > end:
                raise RefusedError(
                    f"another controller leads: {self._lease.other}",
                    expected="one that brings the register about at a time",
                    mend="leave it to that one, or end it",
                )
            time.sleep(_PAUSE)
