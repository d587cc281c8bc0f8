"""From what runs of the engine, rules and a last look said to one result a unit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from govcloud.engine.jobs import Job
from govcloud.engine.judge import Verdict
from govcloud.engine.observe import Drift
from govcloud.engine.outcome import Change, Outcome
from govcloud.engine.report import Result
from govcloud.engine.survey import Standing
from policies.finding import Finding
from stacks.names import StackName
from stacks.objects import resource_name


@dataclass(frozen=True)
class Ended:
    """A job and its outcome."""

    job: Job
    outcome: Outcome


def outcomes(ended: Ended, done: str, nothing: str) -> Iterator[tuple[StackName, Result]]:
    """A result for each unit of a run; a failure that names no unit is everyone's."""
    changes: dict[StackName, list[Change]] = {unit.name: [] for unit in ended.job.units}
    failures: dict[StackName, list[str]] = {unit.name: [] for unit in ended.job.units}
    findings: dict[StackName, list[Finding]] = {unit.name: [] for unit in ended.job.units}
    for change in ended.outcome.changes:
        if unit := ended.job.unit_of(change.object):
            changes[unit.name].append(change)
    for urn, why in ended.outcome.failures.items():
        found = ended.job.unit_of(urn.rsplit("::", 1)[-1])
        place = f"{urn.rsplit('::', 1)[-1]}: " if urn else ""
        for name in [found.name] if found else list(failures):
            failures[name].append(place + why)
    for urn, found_in_it in ended.outcome.findings.items():
        if unit := ended.job.unit_of(urn.rsplit("::", 1)[-1]):
            findings[unit.name] += found_in_it
    for unit in ended.job.units:
        mine, wrong = tuple(changes[unit.name]), "; ".join(dict.fromkeys(failures[unit.name]))
        told = tuple(findings[unit.name])
        bad = "refused" if any(finding.blocks for finding in told) else "failed"
        state = bad if wrong else done if mine else nothing
        yield unit.name, Result(unit.name, state, len(unit.manifests), mine, wrong, told)  # type: ignore[arg-type]


def refused(waiting: Sequence[Standing], verdict: Verdict) -> Iterator[tuple[StackName, Result]]:
    """The results of units that rules refuse, and of tenancies whose platform they refuse."""
    without_platform = {s.unit.name.region for s in waiting if verdict.refuses(StackName(s.unit.name.region))}
    for standing in waiting:
        name, objects = standing.unit.name, len(standing.unit.manifests)
        if verdict.refuses(name):
            words = "a rule does not allow it; nothing of it was changed"
        elif name.region in without_platform:
            words = f"not tried: a rule does not allow the platform of region {name.region}"
        else:
            continue
        yield name, Result(name, "refused", objects, why=words)


def with_findings(result: Result, verdict: Verdict) -> Result:
    """A result with what the rules found beforehand, and what the engine was told beyond it."""
    before = verdict.findings.get(result.stack, ())
    return replace(result, findings=(*before, *(one for one in result.findings if one not in before)))


def foreseen(
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


def as_created(result: Result, before: Standing) -> Result:
    """A result that says created instead of updated where the stack was new."""
    if result.state == "updated" and before.new:
        return replace(result, state="created")
    return result


def not_tried(jobs: Sequence[Job], regions: set[str], why: str) -> Iterator[tuple[StackName, Result]]:
    """The results of units in some regions that were left out; ``why`` says so, with a place for the region."""
    for job in jobs:
        if job.region in regions:
            for unit in job.units:
                words = f"not tried: {why.format(job.region)}"
                yield unit.name, Result(unit.name, "skipped", len(unit.manifests), why=words)


def still(drift: Sequence[Drift]) -> str:
    """What still differs after a run, in words; empty where nothing does."""
    shown = [f"{d.object} {d.difference.change} {d.difference.field}".strip() for d in drift[:3]]
    more = f" and {len(drift) - 3} more" if len(drift) > 3 else ""
    return f"still not as planned after the run: {', '.join(shown)}{more}" if drift else ""
