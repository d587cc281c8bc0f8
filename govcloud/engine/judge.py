"""The rules, asked about what units would make: before any engine starts, and by the engine about each object.

Asked beforehand, a unit is judged whole, with its namespace and all siblings, and refused before anything of it is
changed. Asked by the engine, what counts is what Pulumi is really about to make: what is exactly as planned has its
answer, anything else is judged anew. Units that rest are not asked about: what stands is the audit's to judge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from govcloud.engine.jobs import region_of
from govcloud.engine.observe import Key, key_of
from govcloud.engine.outcome import Pack
from govcloud.engine.units import Manifest, Unit
from policies.finding import Finding
from policies.inspection import Inspection
from policies.loading import shipped_rules
from stacks.names import StackName
from stacks.objects import with_field_manager


class Judge:
    """The shipped rules, with the settings of each region.

    Args:
        units: all that the operation is about; their namespaces are known from the beginning.
        now: the moment at which waivers are looked at.
    """

    def __init__(self, units: Sequence[Unit], now: datetime) -> None:
        self._now = now
        self._inspections: dict[str, Inspection] = {}
        self._answers: dict[tuple[str, Key], tuple[Manifest, list[Finding]]] = {}
        for unit in units:
            inspection = self._inspection(unit)
            for manifest in unit.manifests:
                inspection.learn(manifest)

    def unit(self, unit: Unit) -> list[Finding]:
        """What the rules find in a unit, waived findings included."""
        found = self._inspection(unit).whole(unit.manifests, self._now)
        for manifest, of_one in zip(unit.manifests, found, strict=True):
            key = unit.name.region, key_of(manifest)
            self._answers[key] = with_field_manager(manifest), of_one
        return [finding for of_one in found for finding in of_one]

    def concerns(self, stack: str, kind: Manifest) -> bool:
        """Whether there is a rule about objects of an apiVersion and kind."""
        return self._inspections[region_of(stack)].concerns(kind)

    def object(self, stack: str, manifest: Manifest) -> list[Finding]:
        """What the rules find in an object that a stack is about to make or change.

        In one that is not as planned, only those rules are asked that look at an object alone.
        """
        region = region_of(stack)
        planned, found = self._answers.get((region, key_of(manifest)), (None, []))
        if manifest == planned:
            return found
        return self._inspections[region].findings(manifest, self._now)

    def _inspection(self, unit: Unit) -> Inspection:
        region = unit.name.region
        if region not in self._inspections:
            rules = shipped_rules().values()
            self._inspections[region] = Inspection(rules, unit.settings, region=region)
        return self._inspections[region]


@dataclass(frozen=True)
class Verdict:
    """What the rules say of an operation.

    Attributes:
        findings: what they found in each unit.
        pack: the policy pack for the engine; None where there is nothing to run.
    """

    findings: dict[StackName, list[Finding]] = field(default_factory=dict)
    pack: Pack | None = None

    def refuses(self, name: StackName) -> bool:
        """Whether a unit must not be brought about."""
        return any(finding.blocks for finding in self.findings.get(name, ()))


@contextmanager
def judged(units: Sequence[Unit], todo: Sequence[Unit], program: Path, now: datetime) -> Iterator[Verdict]:
    """Judge what is to be run, and answer the engines that run it until the context ends.

    Args:
        units: all that the operation is about.
        todo: those that need a run; where there are none, no rule is read.
        program: where to write what Pulumi starts as the policy pack.
        now: the moment at which waivers are looked at.
    """
    if not todo:
        yield Verdict()
        return
    from govcloud.engine.analyzer import serving  # with Pulumi's library: half a second

    judge = Judge(units, now)
    findings = {unit.name: judge.unit(unit) for unit in todo}
    with serving(judge, program) as analyzer:
        yield Verdict(findings, Pack(program, analyzer.finding))
