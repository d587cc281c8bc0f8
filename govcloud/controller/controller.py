"""The loop: whoever leads brings about what changed, everything now and then, and what failed later again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from govcloud.controller.agenda import due_at, mark_of
from govcloud.controller.holder import own_name
from govcloud.controller.hubs import hub_cluster, make_ready
from govcloud.controller.land import Land
from govcloud.controller.lease import Campaign, Leader, Lease
from govcloud.controller.mirror import Mirror
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
        self._engine: Engine | None = None
        self._marks: dict[str, tuple[object, ...]] = {}
        self._queue = Queue(self._pace.least, self._pace.most)
        self._lease = Lease(hub_cluster(estate), own_name(), self._pace.lease)

    def stop(self) -> None:
        """End as soon as that is safe; from a signal handler too."""
        self._stopped.set()
        self._end_engine()

    def once(self, names: Collection[str] = ()) -> Round:
        """Take everything, or some tenancies, as far as it can go now.

        Raises:
            RefusedError: another controller leads.
            InputError: the register has no tenancy of a name, or none that is to be anywhere.
            ClusterError: the hub does not answer.
        """
        with self._campaign():
            self._wait_to_lead()
            reconciler = self._begin_term()
            records = Register(hub_cluster(self._estate)).records()
            known = {record.name for record in records}
            if unknown := sorted(set(names) - known):
                raise InputError(
                    f"the register has no tenancy {unknown[0]!r}",
                    expected="a tenancy that was asked for",
                    mend="ask for it, or leave the name out",
                )
            chosen = [record for record in records if not names or record.name in names]
            return reconciler.reconcile(chosen, records, look=True)

    def run(self) -> None:
        """Work until `stop`, whenever this process leads."""
        mirror: Mirror | None = None
        with self._campaign():
            try:
                while not self._stopped.is_set():
                    if not self._lease.held:
                        self._stopped.wait(_PAUSE)
                        continue
                    mirror = self._led(mirror)
            finally:
                if mirror:
                    mirror.end()
        self._tell("stopped; what was begun is in the register, and the next controller goes on from there")

    def _led(self, mirror: Mirror | None) -> Mirror | None:
        """A time of leading, from taking the lease to losing it; a failure that is everybody's begins another."""
        try:
            reconciler = self._begin_term()
            if mirror is None:
                mirror = Mirror(hub_cluster(self._estate), self._heard, self._tell)
                mirror.start()
            self._tell("leading")
            self._work(reconciler, mirror)
        except GovCloudError as error:
            self._tell(f"not done: {error}")
            self._stopped.wait(self._queue.retry("") if self._lease.held else _PAUSE)
        if not self._lease.held and not self._stopped.is_set():
            self._tell("leading no more")
        return mirror

    def _work(self, reconciler: Reconciler, mirror: Mirror) -> None:
        looked = float("-inf")
        while self._lease.held and not self._stopped.is_set():
            if not mirror.ready.wait(_PATIENCE):
                continue
            look = time.monotonic() - looked >= self._pace.resync
            records = mirror.records()
            names = list(records) if look else [n for n in self._queue.take(_PATIENCE) if n in records]
            if look:
                looked = time.monotonic()
            if names:
                self._round(reconciler, names, mirror.records(), look)

    def _round(
        self, reconciler: Reconciler, names: Collection[str], records: dict[str, Record], look: bool
    ) -> None:
        chosen = [records[name] for name in names if name in records]
        try:
            round_ = reconciler.reconcile(chosen, records.values(), look=look)
        except GovCloudError:
            for record in chosen:
                self._queue.retry(record.name)
            raise
        for record in chosen:
            self._afterwards(record, round_)

    def _afterwards(self, record: Record, round_: Round) -> None:
        name = record.name
        if phase := round_.moved.get(name):
            self._tell(f"{name}: {phase}")
        if why := round_.failures.get(name):
            after = self._queue.retry(name)
            self._tell(f"{name}: {why}; again in {after:.0f} s")
            return
        self._queue.forget(name)
        if end := due_at(record):
            wait = (end - datetime.now(UTC)).total_seconds()
            if 0 < wait < self._pace.resync:
                self._queue.put(name, wait)

    def _heard(self, record: Record) -> None:
        """A tenancy changed in a way that may ask for something."""
        mark = mark_of(record)
        if self._marks.get(record.name) != mark:
            self._marks[record.name] = mark
            self._queue.put(record.name)

    def _begin_term(self) -> Reconciler:
        engine = self._engine = self._make_engine()
        if self._stopped.is_set():
            engine.stop()
        make_ready(self._estate, engine)
        target = target_of(self._estate, self._estate.head.spec.hub)
        register = Register(Leader(target.kubeconfig, target.context, lambda: self._lease.held))
        land = Land(self._estate, partial(registered_waivers, register.cluster))
        return Reconciler(register, DecisionLog(register), land, engine)

    def _end_engine(self) -> None:
        if self._engine:
            self._engine.stop()

    @contextmanager
    def _campaign(self) -> Iterator[None]:
        campaign = Campaign(self._lease, self._pace.lease / 5, self._end_engine, self._tell)
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
