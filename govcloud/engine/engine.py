"""The engine: brings the regions to what the estate says, asking Pulumi only for the stacks that need it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.jobs import Job, begin, gather, jobs_of, settle_passing
from govcloud.engine.lock import end_leftovers, estate_lock
from govcloud.engine.mend import settle, sweep
from govcloud.engine.observe import Drift, by_region
from govcloud.engine.receipts import Receipts
from govcloud.engine.report import Progress, Report, Result
from govcloud.engine.run import Change, Operation, Outcome, few_collections, run
from govcloud.engine.settings import EngineSettings
from govcloud.engine.survey import Standing, connect, survey
from govcloud.engine.units import Unit
from govcloud.errors import ClusterError, EngineError
from stacks.names import StackName
from stacks.resources import resource_name

_RUNS_AT_ONCE = 4


@dataclass(frozen=True)
class Ended:
    """A job and its outcome."""

    job: Job
    outcome: Outcome


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

    def survey(self, units: Sequence[Unit]) -> list[Standing]:
        """How each unit stands, drift included; changes nothing and takes no lock."""
        return survey(units, self.receipts, self.checkpoints)

    def up(self, units: Sequence[Unit]) -> Report:
        """Bring the regions to what the units say.

        Returns:
            A report with every unit; a stack that failed stops no other.

        Raises:
            RefusedError: another change is under way and was not to be waited for.
        """
        with self._changing(), _timed() as report:
            standings = self.survey(units)
            results = dict(self._settled(standings))
            todo = [s for s in standings if s.unit.name not in results]
            platforms, tenancies = self._jobs(todo)
            ended = self._run_all("up", platforms)
            blocked = {e.job.region for e in ended if not e.outcome.ok}
            ended += self._run_all("up", [job for job in tenancies if job.region not in blocked])
            results.update(self._concluded(ended, {s.unit.name: s for s in todo}))
            results.update(_blocked(tenancies, blocked, "the platform of region {} failed"))
            report.results = [results[unit.name] for unit in units]
        return report

    def preview(self, units: Sequence[Unit]) -> Report:
        """What `up` would do; the regions stay as they are."""
        with self._changing(), _timed() as report:
            standings = self.survey(units)
            results = dict(self._settled(standings))
            todo = [s for s in standings if s.unit.name not in results]
            platforms, tenancies = self._jobs(todo)
            drift = {s.unit.name: s.drift for s in todo}
            for ended in self._run_all("preview", [*platforms, *tenancies]):
                results.update(_foreseen(_outcomes(ended, "planned", "unchanged"), drift))
            report.results = [results[unit.name] for unit in units]
        return report

    def destroy(self, units: Sequence[Unit]) -> Report:
        """Take away what the stacks of these units made, tenancies before platforms, and forget the stacks."""
        with self._changing(), _timed() as report:
            standings = [Standing(unit) for unit in units]
            platforms, tenancies = self._jobs(standings)
            ended = self._run_all("destroy", tenancies)
            blocked = {e.job.region for e in ended if not e.outcome.ok}
            ended += self._run_all("destroy", [job for job in platforms if job.region not in blocked])
            results = dict(_blocked(platforms, blocked, "a tenancy of region {} is still there"))
            for end in ended:
                results.update(self._departed(end))
            report.results = [results[unit.name] for unit in units]
        return report

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone, and with nothing left of runs that were killed."""
        root = self.settings.root
        with estate_lock(root, wait=self._wait, tell=self.progress.say):
            ended = end_leftovers(root)
            if ended:
                self.progress.say(f"ended {len(ended)} processes that an earlier run had left behind")
            if self.checkpoints:
                settle_passing(self.checkpoints)
            with few_collections():
                yield

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

    def _run_all(self, operation: Operation, jobs: Sequence[Job]) -> list[Ended]:
        with ThreadPoolExecutor(_RUNS_AT_ONCE) as pool:
            return list(pool.map(lambda job: self._run(operation, job), jobs))

    def _run(self, operation: Operation, job: Job) -> Ended:
        try:
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
            results.update(_outcomes(end, "updated", "unchanged"))
        good = [u for end in ended for u in end.job.units if results[u.name].state != "failed"]
        for region_units in by_region(good).values():
            for name, why in self._verify(region_units).items():
                if why:
                    results[name] = replace(results[name], state="failed", why=why)
        for name, result in results.items():
            yield name, _as_created(result, before[name])

    def _verify(self, units: Sequence[Unit]) -> dict[StackName, str]:
        """What is still wrong with each unit, in words; empty where a receipt was written."""
        try:
            left = settle(connect(units[0].target), units)
        except ClusterError as error:
            return {unit.name: str(error) for unit in units}
        for unit in units:
            if not left[unit.name]:
                self.receipts.write(unit)
        return {name: _still(drift) for name, drift in left.items()}

    def _departed(self, ended: Ended) -> Iterator[tuple[StackName, Result]]:
        """A stack is gone when its record holds nothing any more; then it is forgotten too."""
        units = {unit.name: unit for unit in ended.job.units}
        for name, result in _outcomes(ended, "deleted", "deleted"):
            if why := self._unreadable(name) or self._holding(name):
                yield name, replace(result, state="failed", why=result.why or why)
            else:
                yield name, self._forgotten(units[name], result) if result.state == "deleted" else result

    def _holding(self, name: StackName) -> str:
        exists = self.checkpoints and self.checkpoints.exists(str(name))
        left = self.checkpoints.resources(str(name)) if self.checkpoints and exists else []
        return "the run ended before it was reached" if left else ""

    def _forgotten(self, unit: Unit, result: Result) -> Result:
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


def _outcomes(ended: Ended, done: str, nothing: str) -> Iterator[tuple[StackName, Result]]:
    """A result for each unit of a run; a failure that names no unit is everyone's."""
    changes: dict[StackName, list[Change]] = {unit.name: [] for unit in ended.job.units}
    failures: dict[StackName, list[str]] = {unit.name: [] for unit in ended.job.units}
    for change in ended.outcome.changes:
        if unit := ended.job.unit_of(change.object):
            changes[unit.name].append(change)
    for urn, why in ended.outcome.failures.items():
        found = ended.job.unit_of(urn.rsplit("::", 1)[-1])
        place = f"{urn.rsplit('::', 1)[-1]}: " if urn else ""
        for name in [found.name] if found else list(failures):
            failures[name].append(place + why)
    for unit in ended.job.units:
        mine, wrong = tuple(changes[unit.name]), "; ".join(dict.fromkeys(failures[unit.name]))
        state = "failed" if wrong else done if mine else nothing
        yield unit.name, Result(unit.name, state, len(unit.manifests), mine, wrong)  # type: ignore[arg-type]


def _foreseen(
    outcomes: Iterable[tuple[StackName, Result]], drift: Mapping[StackName, Sequence[Drift]]
) -> Iterator[tuple[StackName, Result]]:
    """What a run does and, beside it, what mending would remove."""
    for name, result in outcomes:
        removals = [
            Change(
                "delete" if d.difference.change == "unplanned" else "remove",
                d.manifest["kind"],
                resource_name(d.manifest),
                (d.difference.field,),
            )
            for d in drift[name]
            if d.difference.change in ("added", "unplanned")
        ]
        state = "planned" if removals and result.state == "unchanged" else result.state
        yield name, replace(result, state=state, changes=(*result.changes, *removals))


def _as_created(result: Result, before: Standing) -> Result:
    if result.state == "updated" and before.new:
        return replace(result, state="created")
    return result


def _blocked(jobs: Sequence[Job], regions: set[str], why: str) -> Iterator[tuple[StackName, Result]]:
    for job in jobs:
        if job.region in regions:
            for unit in job.units:
                words = f"not tried: {why.format(job.region)}"
                yield unit.name, Result(unit.name, "skipped", len(unit.manifests), why=words)


def _still(drift: Sequence[Drift]) -> str:
    shown = [f"{d.object} {d.difference.change} {d.difference.field}".strip() for d in drift[:3]]
    more = f" and {len(drift) - 3} more" if len(drift) > 3 else ""
    return f"still not as planned after the run: {', '.join(shown)}{more}" if drift else ""
