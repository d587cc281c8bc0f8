"""Findings of all regions are told together, a rule without any as 0; the end of a pool is told where it is in sight."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import cast

import pytest

from govcloud.audit import Audit
from govcloud.errors import OutsideError
from govcloud.model import Estate
from govcloud.report import Report
from monitors import outlook
from monitors.ledger import Ledger, PoolKey
from monitors.sources.auditor import Task, asked_rules
from monitors.sources.exhaustion import exhaustion_reader
from monitors.sources.findings import Findings
from policies.finding import Finding, Subject, Waived

AWAY = OutsideError("it is away")


def finding(region: str, waived: Waived | None = None) -> Finding:
    subject = Subject("v1", "Pod", "web", "t-air")
    words = ("privileged", "critical", "deny", "audit")
    return Finding("GC-POD-01", *words, subject, 3, "", (), (), "", region=region, waived=waived)  # type: ignore[arg-type]


class Played(Findings):
    """Audits as a test says, without a process."""

    def __init__(self, estate: Estate) -> None:
        super().__init__(lambda: estate, _report)
        self.found: dict[str, Sequence[Finding] | Exception] = {}

    def _performed(self, task: Task) -> Audit:
        found = self.found[task.region]
        if isinstance(found, Exception):
            raise found
        return Audit(task.region, tuple(found), {}, {}, (), ())

    def audit(self, estate: Estate, region: str) -> None:
        self.reader(region, lambda: ("kubeconfig", None))()


def _report(audits: Sequence[Audit], now: datetime) -> Report:
    found = tuple(finding for one in audits for finding in one.findings)
    return Report(found, tuple(asked_rules()), (), "small", now, "1.2.3")


def told(findings: Findings) -> dict[tuple[str, ...], float]:
    return {labels: value for _, labels, value in findings.samples()}


def test_nothing_is_told_before_the_first_audit(estate: Estate) -> None:
    findings = Played(estate)
    assert findings.samples() == ()
    assert findings.last is None


def test_findings_of_the_regions_add_up_and_waived_ones_do_not_count(estate: Estate) -> None:
    findings = Played(estate)
    excuse = Waived("w1", "T-1", "wang.fang", datetime(2027, 1, 1, tzinfo=UTC))
    findings.found = {
        "north": [finding("north"), finding("north", excuse)],
        "south": [finding("south"), finding("south")],
    }
    findings.audit(estate, "north")
    assert told(findings)["GC-POD-01", "critical"] == 1
    findings.audit(estate, "south")
    assert told(findings)["GC-POD-01", "critical"] == 3
    assert set(told(findings)) == {(rule.id, rule.severity) for rule in asked_rules()}
    assert sum(told(findings).values()) == 3


def test_a_region_that_is_away_keeps_what_was_found_in_it(estate: Estate) -> None:
    findings = Played(estate)
    findings.found = {"north": [finding("north")], "south": []}
    for region in ("north", "south"):
        findings.audit(estate, region)
    findings.found["north"] = AWAY
    with pytest.raises(OutsideError):
        findings.audit(estate, "north")
    assert told(findings)["GC-POD-01", "critical"] == 1


def test_a_region_that_left_the_estate_counts_no_more(estate: Estate) -> None:
    findings = Played(estate)
    findings.found = {"north": [finding("north")], "south": [finding("south")]}
    for region in ("north", "south"):
        findings.audit(estate, region)
    findings.forget("north")
    findings.forget("nowhere")
    assert told(findings)["GC-POD-01", "critical"] == 1


def test_rules_about_secrets_are_not_asked() -> None:
    assert {rule.target for rule in asked_rules()}.isdisjoint({"secret"})
    assert all("audit" in rule.points for rule in asked_rules())


def test_a_pool_is_told_where_its_end_is_in_sight_and_it_is_still_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near, far, gone = (PoolKey("north", name, "extranet", 3) for name in ("near", "far", "gone"))
    rows = [SimpleNamespace(key=key, days=days) for key, days in ((near, 2.0), (far, math.inf), (gone, 1.0))]

    def look_ahead(_: Ledger, subject: str, resource: str, *, now: float) -> SimpleNamespace:
        return SimpleNamespace(rows=rows if (subject, resource) == ("pool", "cpu") else [])

    monkeypatch.setattr(outlook, "look_ahead", look_ahead)
    ledger = cast("Ledger", SimpleNamespace(pools=lambda: {near: 1, far: 1}))
    assert list(exhaustion_reader(ledger, lambda: 1e9)()) == [
        (
            "govcloud_pool_exhaustion_timestamp_seconds",
            ("near", "extranet", "3", "north", "cpu"),
            1e9 + 172800,
        )
    ]
