"""The numbers in the alerts, each with its reason, so that a province can set its own without touching a rule.

No official number is known for most of them: they are choices of this project (DESIGN). Those of idleness come from the
standards data, which says the same of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from govcloud.errors import InputError
from govcloud.standards.load import standards_data

_QUARTERS = 4


def _defaults() -> dict[str, Any]:
    found: dict[str, Any] = standards_data("metering")["utilisation_thresholds"]["defaults"]
    return found


def _idle(name: str) -> float:
    return float(_defaults()["idle"][name])


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers that alerts compare with. Shares are 0 to 1.

    Attributes:
        headroom_low: share of what is allocatable; a tenth is about what one large tenancy asks for.
        headroom_none: a share that no pod of use fits in any more.
        overcommit_cpu: granted processor quota over allocatable in pools of grades 1 and 2, as kubernetes-mixin has it.
        overcommit: the same for every other resource, and in pools of grades 3 and 4, which promise what they grant.
        quota_high: share of a quota; kubernetes-mixin has the same.
        quota_high_storage: for storage, which grows and does not shrink (metering.yaml, storage.used_pct_high).
        exhaustion_days: a purchase of nodes takes longer than this; it is when a stopgap has to be arranged.
        idle_cpu: 95th percentile of used processor over quota (metering.yaml, idle.cpu_p95_pct).
        idle_memory: mean of used memory over quota (metering.yaml, idle.mem_avg_pct).
        idle_days: days that both are looked at (metering.yaml, idle.window_days).
        grace_days: days in which the owner of an idle tenancy may answer (metering.yaml, grace_days).
        young_days: a tenancy that was not there so long ago is not called idle (metering.yaml, exempt).
        rpo_slack_seconds: age that a time stamp has already by being sampled and scraped; matters where the RPO is 0.
        waiver_days: what is left of a waiver when its tenancy is told; as long as its mending may take.
        filing_days: a review of a grade is ordered, done and filed in about two months.
        sharing_days: what is left of a sharing when both sides are told; traffic stops at its end.
        stale_seconds: age of facts; eight times the sampling interval.
        sampled_seconds: age of a region's usage; the kubelets are asked every 15 seconds.
        ledger_share: counted over allocated; below it more is missing than rounding and late samples explain.
    """

    headroom_low: float = 0.1
    headroom_none: float = 0.01
    overcommit_cpu: float = 1.5
    overcommit: float = 1.0
    quota_high: float = 0.9
    quota_high_storage: float = field(
        default_factory=lambda: float(_defaults()["storage"]["used_pct_high"]) / 100
    )
    exhaustion_days: float = 14
    idle_cpu: float = field(default_factory=lambda: _idle("cpu_p95_pct") / 100)
    idle_memory: float = field(default_factory=lambda: _idle("mem_avg_pct") / 100)
    idle_days: float = field(default_factory=lambda: _idle("window_days"))
    grace_days: float = field(default_factory=lambda: float(_defaults()["grace_days"]))
    young_days: float = 90
    rpo_slack_seconds: float = 60
    waiver_days: float = 14
    filing_days: float = 60
    sharing_days: float = 14
    stale_seconds: float = 120
    sampled_seconds: float = 300
    ledger_share: float = 0.9

    @property
    def idle_known(self) -> float:
        """Quarters of these days of which something has to be known before a tenancy is called idle: nine in ten."""
        return 0.9 * self.idle_days * _QUARTERS

    def words(self) -> dict[str, str]:
        """The numbers as they are written into rules, by name."""
        names = [known.name for known in dataclasses.fields(self)]
        return {name: f"{getattr(self, name):g}" for name in [*names, "idle_known"]}

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """Thresholds with some numbers of one's own.

        Raises:
            InputError: there is no such threshold, or the text is no number above 0.
        """
        names = [known.name for known in dataclasses.fields(cls)]
        for name in given:
            if name not in names:
                raise InputError(
                    f"there is no threshold {name!r}", where="thresholds", expected=", ".join(names)
                )
        return cls(**{name: _number(name, text) for name, text in given.items()})


def _number(name: str, text: str) -> float:
    wrong = InputError(f"{text!r} is no threshold", where=name, expected="a number above 0")
    try:
        number = float(text)
    except ValueError as error:
        raise wrong from error
    if not 0 < number < float("inf"):
        raise wrong
    return number
