"""The engine: brings the regions to what the estate says, asking Pulumi only for the stacks that need it."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.jobs import Job, begin, gather, jobs_of, settle_passing
from govcloud.engine.judge import Verdict, judged
from govcloud.engine.lock import end_leftovers, estate_lock, interrupt_runs
from govcloud.engine.mend import settle, sweep
from govcloud.engine.observe import by_region
from govcloud.engine.outcome import Operation, Outcome, Pack
from govcloud.engine.receipts import Receipts
from govcloud.engine.report import Progress, Report, Result
from govcloud.engine.results import (
    Ended,
    as_created,
    foreseen,
    not_tried,
    outcomes,
    refused,
    still,
    with_findings,
)
from govcloud.engine.settings import EngineSettings
from govcloud.engine.survey import Standing, connect, survey
from govcloud.engine.units import Unit
from govcloud.errors import ClusterError, EngineError
from stacks.names import StackName

_RUNS_AT_ONCE = 4
_STOPPED = "stopped before it was done; what was done stays done"


class Engine:
    """The engine of one estate.

    Args:
        settings: where its state is.
        progress: hears how the work goes on.
        wait: whether to wait for another change of the estate, or refuse.
    """

    def __init__(self, settings: EngineSettings, progress: Progress, *, wait: bool = True) -> None:
        self.settings = settings
        self.progress = progress
        self._wait = wait
        folder = settings.backend_folder
        self.checkpoints = Checkpoints(folder) if folder else None
        self.receipts = Receipts(settings.receipts, self.checkpoints)
        self._stopped = threading.Event()
        self._busy = threading.Event()

    def stop(self) -> None:
        """End what is under way as soon as that is safe, and begin nothing more; from another thread, or a signal.

        Runs are interrupted, which lets them finish the calls that they have begun and write their records. Stacks that
        were not done are reported as failed, and nothing is put right or removed in a region any more.
        """
        if not self._stopped.is_set():
            self._stopped.set()
            threading.Thread(target=self._interrupt, name="engine-stop", daemon=True).start()

    def _interrupt(self) -> None:
        """Interrupt all runs; one that was just starting shows a moment later."""
        told: list[int] = []
        while self._busy.is_set():
            told += interrupt_runs(told)
            time.sleep(0.1)

    def survey(self, units: Sequence[Unit]) -> list[Standing]:
        """How each unit stands, drift included; changes nothing and takes no lock."""
        return survey(units, self.receipts, self.checkpoints)

    def up(self, units: Sequence[Unit]) -> Report:
        """Bring the regions to what the units say.

        Returns:
            A report with every unit; a stack that failed, or that a rule refused, stops no other.

        Raises:
            RefusedError: another change is under way and was not to be waited for.
        """
        with self._changing(), _timed() as report, self._judged(units) as (results, todo, verdict):
            platforms, tenancies = self._jobs(todo)
            ended = self._run_all("up", platforms, verdict.pack)
            blocked = {e.job.region for e in ended if not e.outcome.ok}
            free = [job for job in tenancies if job.region not in blocked]
            ended += self._run_all("up", free, verdict.pack)
            results.update(self._concluded(ended, {s.unit.name: s for s in todo}))
            results.update(not_tried(tenancies, blocked, "the platform of region {} failed"))
            report.results = [with_findings(results[unit.name], verdict) for unit in units]
        return report

    def preview(self, units: Sequence[Unit]) -> Report:
        """What `up` would do; the regions stay as they are."""
        with self._changing(), _timed() as report, self._judged(units) as (results, todo, verdict):
            platforms, tenancies = self._jobs(todo)
            drift = {s.unit.name: s.drift for s in todo}
            for ended in self._run_all("preview", [*platforms, *tenancies], verdict.pack):
                results.update(foreseen(outcomes(ended, "planned", "unchanged"), drift))
            report.results = [with_findings(results[unit.name], verdict) for unit in units]
        return report

    def destroy(self, units: Sequence[Unit]) -> Report:
        """Take away what the stacks of these units made, tenancies before platforms, and forget the stacks."""
        with self._changing(), _timed() as report:
            standings = [Standing(unit) for unit in units]
            platforms, tenancies = self._jobs(standings)
            ended = self._run_all("destroy", tenancies)
            blocked = {e.job.region for e in ended if not e.outcome.ok}
            ended += self._run_all("destroy", [job for job in platforms if job.region not in blocked])
            results = dict(not_tried(platforms, blocked, "a tenancy of region {} is still there"))
            for end in ended:
                results.update(self._departed(end))
            report.results = [results[unit.name] for unit in units]
        return report

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone, and with nothing left of runs that were killed."""
        root = self.settings.root
        lock = estate_lock(root, wait=self._wait, tell=self.progress.say, stopped=self._stopped.is_set)
        with lock, self._at_work():
            ended = end_leftovers(root)
            if ended:
                self.progress.say(f"ended {len(ended)} processes that an earlier run had left behind")
            if self.checkpoints:
                settle_passing(self.checkpoints)
            with few_collections():
                yield

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy.set()
        try:
            yield
        finally:
            self._busy.clear()

    @contextmanager
    def _judged(
        self, units: Sequence[Unit]
    ) -> Iterator[tuple[dict[StackName, Result], list[Standing], Verdict]]:
        """The results that are certain without a run, the units to run, and what the rules say of them."""
        standings = self.survey(units)
        results = dict(self._settled(standings))
        waiting = [s for s in standings if s.unit.name not in results]
        program = self.settings.work / "policies"
        with judged(units, [s.unit for s in waiting], program, datetime.now(UTC)) as verdict:
            results.update(refused(waiting, verdict))
            yield results, [s for s in waiting if s.unit.name not in results], verdict

    def _settled(self, standings: Sequence[Standing]) -> Iterator[tuple[StackName, Result]]:
        """The results of the units that need no run, or can have none."""
        for standing in standings:
            name, objects = standing.unit.name, len(standing.unit.manifests)
            if standing.error:
                yield name, Result(name, "failed", objects, why=standing.error)
            elif standing.in_sync:
                yield name, Result(name, "unchanged", objects)
            elif error := self._unreadable(name):
                yield name, Result(name, "failed", objects, why=error)

    def _unreadable(self, name: StackName) -> str:
        """Why a stack's record cannot be read, so that it stops no other; empty where it can."""
        try:
            if self.checkpoints and self.checkpoints.exists(str(name)):
                self.checkpoints.resources(str(name))
        except EngineError as error:
            return str(error)
        return ""

    def _jobs(self, standings: Sequence[Standing]) -> tuple[list[Job], list[Job]]:
        platforms, tenancies = jobs_of(standings, together=self.checkpoints is not None)
        self.progress.start((job.stack, job.size) for job in [*platforms, *tenancies])
        return platforms, tenancies

    def _run_all(self, operation: Operation, jobs: Sequence[Job], pack: Pack | None = None) -> list[Ended]:
        if not jobs:
            return []
        from govcloud.engine.run import few_words, run  # with Pulumi's library: half a second

        with few_words(), ThreadPoolExecutor(_RUNS_AT_ONCE) as pool:
            return list(pool.map(lambda job: self._run(run, operation, job, pack), jobs))

    def _run(self, run: Callable[..., Outcome], operation: Operation, job: Job, pack: Pack | None) -> Ended:
        """Run a job; Pulumi asks the pack wherever it makes something, and of few objects in a preview too.

        Of many, a preview would take a fourth longer to hear again what was found beforehand.
        """
        try:
            if self._stopped.is_set():
                raise EngineError(_STOPPED)
            if job.passing and self.checkpoints:
                if operation == "up":
                    begin(self.checkpoints, job)
                gather(self.checkpoints, job)
            outcome = run(
                operation,
                self.settings,
                self.checkpoints,
                job.stack,
                job.program,
                refresh=job.refresh,
                on_step=lambda done: self.progress.step(job.stack, done),
                pack=None if operation == "preview" and job.passing else pack,
            )
            if self.checkpoints:
                self._let_pass(operation, job, self.checkpoints)
        except EngineError as error:
            outcome = Outcome(failures={"": str(error)})
        self.progress.finish(job.stack, failed=not outcome.ok)
        return Ended(job, outcome)

    def _let_pass(self, operation: Operation, job: Job, checkpoints: Checkpoints) -> None:
        """A passing stack goes with its run; so does one that a preview had to begin in order to name it."""
        if operation == "preview":
            if job.passing or not checkpoints.resources(job.stack):
                checkpoints.remove(job.stack)
        elif job.passing:
            given = settle_passing(checkpoints, only=job.stack)
            for unit in job.units if operation == "destroy" else ():
                if str(unit.name) not in given:
                    checkpoints.remove(str(unit.name))

    def _concluded(
        self, ended: Sequence[Ended], before: dict[StackName, Standing]
    ) -> Iterator[tuple[StackName, Result]]:
        """The results of runs, after a last look at the live objects; receipts for those that are as planned."""
        results: dict[StackName, Result] = {}
        for end in ended:
            results.update(outcomes(end, "updated", "unchanged"))
        bad = ("failed", "refused")
        good = [u for end in ended for u in end.job.units if results[u.name].state not in bad]
        for region_units in by_region(good).values():
            for name, why in self._verify(region_units).items():
                if why:
                    results[name] = replace(results[name], state="failed", why=why)
        for name, result in results.items():
            yield name, as_created(result, before[name])

    def _verify(self, units: Sequence[Unit]) -> dict[StackName, str]:
        """What is still wrong with each unit, in words; empty where a receipt was written."""
        if self._stopped.is_set():
            return {unit.name: _STOPPED for unit in units}
        try:
            left = settle(connect(units[0].target), units)
        except ClusterError as error:
            return {unit.name: str(error) for unit in units}
        for unit in units:
            if not left[unit.name]:
                self.receipts.write(unit)
        return {name: still(drift) for name, drift in left.items()}

    def _departed(self, ended: Ended) -> Iterator[tuple[StackName, Result]]:
        """A stack is gone when its record holds nothing any more; then it is forgotten too."""
        units = {unit.name: unit for unit in ended.job.units}
        for name, result in outcomes(ended, "deleted", "deleted"):
            if why := self._unreadable(name) or self._holding(name):
                yield name, replace(result, state="failed", why=result.why or why)
            else:
                yield name, self._forgotten(units[name], result) if result.state == "deleted" else result

    def _holding(self, name: StackName) -> str:
        exists = self.checkpoints and self.checkpoints.exists(str(name))
        left = self.checkpoints.resources(str(name)) if self.checkpoints and exists else []
        return "the run ended before it was reached" if left else ""

    def _forgotten(self, unit: Unit, result: Result) -> Result:
        if self._stopped.is_set():
            return replace(result, state="failed", why=_STOPPED)
        try:
            sweep(connect(unit.target), unit)
        except ClusterError as error:
            return replace(result, state="failed", why=str(error))
        self._forget(unit.name)
        return result

    def _forget(self, name: StackName) -> None:
        self.receipts.remove(name)
        if self.checkpoints:
            self.checkpoints.remove(str(name))
        (self.settings.work / f"Pulumi.{name}.yaml").unlink(missing_ok=True)


@contextmanager
def _timed() -> Iterator[Report]:
    report, start = Report(), time.monotonic()
    yield report
    report.seconds = time.monotonic() - start


@contextmanager
def few_collections() -> Iterator[None]:
    """Keep the cyclic garbage collector out of the way while programs register.

    It walks an ever growing graph of tasks on nearly each registration: twice the time from 2,000 resources on.
    """
    thresholds: Any = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()
