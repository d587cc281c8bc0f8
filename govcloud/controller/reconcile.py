"""Takes tenancies of the register one step on: places them, has the engine bring them about, and says how that went.

Each step is written to the register before what it announces is done, and recorded in the decision log around it. So whatever
moment the process is killed at, the register says what was under way, and the next one goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from govcloud.controller import telling
from govcloud.controller.agenda import Work, is_settled, work_for
from govcloud.controller.asking import check_move
from govcloud.controller.land import Land
from govcloud.engine.report import Report, Result
from govcloud.engine.units import Unit
from govcloud.errors import EstateError, GovCloudError
from govcloud.hub.lifecycle import Phase
from govcloud.hub.record import Record
from govcloud.hub.recorder import DecisionLog
from govcloud.hub.register import Register
from govcloud.model import Placement, Tenancy


class Runs(Protocol):
    """What is needed of the engine."""

    def up(self, units: Sequence[Unit]) -> Report:
        """Bring units about."""

    def destroy(self, units: Sequence[Unit]) -> Report:
        """Take units away."""


@dataclass
class Round:
    """What came of some tenancies: why each of those that failed did, and what the engine reported."""

    failures: dict[str, str] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)


@dataclass
class _Task:
    record: Record
    tenancy: Tenancy
    work: Work


class Reconciler:
    """Brings tenancies of the register about.

    Args:
        register: the register, as the platform.
        log: its decision log.
        land: the estate.
        engine: the engine.
        clock: tells the time.
    """

    def __init__(
        self,
        register: Register,
        log: DecisionLog,
        land: Land,
        engine: Runs,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._register = register
        self._log = log
        self._land = land
        self._engine = engine
        self._clock = clock

    def reconcile(
        self, records: Iterable[Record], standing: Iterable[Record], *, look: Collection[str]
    ) -> Round:
        """Take some tenancies as far as they can go now.

        Args:
            records: the tenancies.
            standing: all tenancies of the register, whose room is taken.
            look: those whose regions are looked at even where they are settled by their own status.

        Raises:
            ClusterError: the hub does not answer.
            RefusedError: whoever calls may not write to the register.
        """
        round_, everyone = Round(), {record.name: record for record in standing}
        tasks: list[_Task] = []
        for record in records:
            if task := self._begin(record, everyone, round_, look):
                everyone[record.name] = task.record
                tasks.append(task)
        self._up([task for task in tasks if task.work != "end"], round_)
        self._end([task for task in tasks if task.work == "end"], round_)
        return round_

    def _begin(
        self, record: Record, everyone: Mapping[str, Record], round_: Round, look: Collection[str]
    ) -> _Task | None:
        """Record what was decided, and announce what is to be done; None where nothing is."""
        record = self._recorded(record)
        work = work_for(record, self._clock())
        if work is None or (work == "keep" and record.name not in look and is_settled(record)):
            return None
        try:
            tenancy = self._land.tenancy(record, everyone.values())
        except GovCloudError as error:
            self._note_failure(record, None, {}, words_of(error), round_, "NotPossible")
            return None
        if work == "begin":
            begun = telling.begun(record, _placement(tenancy), self._clock())
            record = self._step(record, "provisioning", "as it was approved", begun, round_)
        return _Task(record, tenancy, work)

    def _up(self, tasks: Sequence[_Task], round_: Round) -> None:
        if not tasks:
            return
        results, words = self._run(self._engine.up, tasks, round_)
        for task in tasks:
            mine = results.get(task.record.name, {})
            bad = [one for one in mine.values() if one.state in ("failed", "skipped", "refused")]
            if words or bad or not mine:
                why = words or "; ".join(f"{one.stack.region}: {_why(one)}" for one in bad)
                self._not_done(task, mine, why or "the engine says nothing of it", round_)
            else:
                self._done(task, round_)

    def _done(self, task: _Task, round_: Round) -> None:
        fields = telling.done(task.record, _placement(task.tenancy), self._clock())
        if task.record.phase == "provisioning":
            self._step(
                task.record, "active", "it is as it was approved in all of its regions", fields, round_
            )
        else:
            self._note(task.record, fields)

    def _not_done(self, task: _Task, results: Mapping[str, Result], why: str, round_: Round) -> None:
        """Say what went wrong; what a rule refuses as it was approved goes back to its department."""
        placement = _placement(task.tenancy)
        own = any(one.state == "refused" and any(f.blocks for f in one.findings) for one in results.values())
        self._note_failure(task.record, placement, results, why, round_, "RefusedByRule" if own else "Failed")
        if own and task.record.phase == "provisioning":
            reason = f"a rule does not allow it as it was approved: {why}"[:1000]
            self._step(self._newest(task.record), "changing", reason, {}, round_)

    def _end(self, tasks: Sequence[_Task], round_: Round) -> None:
        """Destroy what was retired, after the API server, which has its own clock, said that it would take the end."""
        going = []
        for task in tasks:
            try:
                asked = telling.left(task.record, self._clock())
                check_move(self._register, task.record, "retired", "asked beforehand", asked)
                leaving = telling.leaving(task.record, self._clock())
                task.record = self._note(task.record, leaving, steady=True)
            except GovCloudError as error:
                self._note_failure(
                    task.record, _placement(task.tenancy), {}, words_of(error), round_, "NotYet"
                )
                continue
            going.append(task)
        if not going:
            return
        results, words = self._run(self._engine.destroy, going, round_)
        for task in going:
            mine = results.get(task.record.name, {})
            bad = [one for one in mine.values() if one.state != "deleted"]
            if words or bad:
                why = words or "; ".join(f"{one.stack.region}: {_why(one)}" for one in bad)
                self._note_failure(task.record, _placement(task.tenancy), mine, why, round_, "DestroyFailed")
                continue
            fields = telling.left(task.record, self._clock())
            self._step(task.record, "retired", "nothing of it is left in any region", fields, round_)

    def _run(
        self, operation: Callable[[Sequence[Unit]], Report], tasks: Sequence[_Task], round_: Round
    ) -> tuple[dict[str, dict[str, Result]], str]:
        """The engine's results by tenancy and region, and what went wrong with the run as a whole."""
        found: dict[str, dict[str, Result]] = {}
        try:
            units = self._land.units(
                {task.record.name: task.tenancy for task in tasks},
                {task.record.name: task.record for task in tasks},
            )
            if operation == self._engine.destroy:
                units = [unit for unit in units if unit.name.tenancy]
            report = operation(units)
        except GovCloudError as error:
            return {}, words_of(error)
        round_.results += report.results
        for result in report.results:
            if result.stack.tenancy:
                found.setdefault(result.stack.tenancy, {})[result.stack.region] = result
        return found, ""

    def _step(
        self, record: Record, phase: Phase, reason: str, fields: Mapping[str, Any], round_: Round
    ) -> Record:
        now = self._register.move(record, phase, reason, fields)
        round_.moved[record.name] = now.phase
        return self._recorded(now)

    def _recorded(self, record: Record) -> Record:
        """A tenancy after its history was recorded."""
        return self._newest(record) if self._log.record([record]) else record

    def _newest(self, record: Record) -> Record:
        return self._register.get(record.name, record.department)

    def _note_failure(
        self,
        record: Record,
        placement: Placement | None,
        results: Mapping[str, Result],
        why: str,
        round_: Round,
        reason: str,
    ) -> None:
        round_.failures[record.name] = why
        self._note(record, telling.failed(record, placement, results, why, self._clock(), reason=reason))

    def _note(self, record: Record, fields: Mapping[str, Any], *, steady: bool = False) -> Record:
        """Write fields where they say something new: each write wakes everybody who watches."""
        if all(record.status.get(key) == value for key, value in fields.items()):
            return record
        return self._register.note(record, lambda now: fields, steady=steady)


def words_of(error: GovCloudError) -> str:
    """An error in one line of words."""
    if isinstance(error, EstateError):
        return "; ".join(f"{one.field}: {one.what} (got {one.value}); {one.mend}" for one in error.problems)
    return str(error)


def _placement(tenancy: Tenancy) -> Placement:
    """The regions of a tenancy that the land has placed."""
    if tenancy.spec.regions is None:
        raise AssertionError(f"tenancy {tenancy.name} was not placed")
    return tenancy.spec.regions


def _why(result: Result) -> str:
    told = [finding.message for finding in result.findings if finding.blocks]
    return "; ".join(told) or result.why or result.state
