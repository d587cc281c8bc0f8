"""Which controls of the standards a tenancy is known to meet, and by what: the table that an assessor starts from.

Rules see requests and objects of Kubernetes. Much of a standard is about people, documents, machines and services beside
the cluster, so that no status here says more than its reason does: ``met`` means that rules which serve the control were
asked and found nothing, never that nothing else is to be shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from govcloud.standards import standards_data
from policies.clauses import CRYPTO, MLPS, Control, controls
from policies.finding import Clause, Finding, Point
from policies.rule import Axis, Rule
from policies.tally import Graded, Look, tenancy_of
from policies.target import targets
from policies.uncovered import Words, reasons

Status = Literal["met", "violated", "waived", "needs-evidence", "not-applicable"]
STATUSES: tuple[Status, ...] = ("met", "violated", "waived", "needs-evidence", "not-applicable")
_TYPES: dict[str, Axis] = {"S": "information", "A": "service", "G": "overall"}
_AXES = {
    "information": ("information grade (S)", "业务信息安全等级（S）"),
    "service": ("service grade (A)", "系统服务安全等级（A）"),
    "overall": ("grade", "等保等级"),
}
POINTS_ZH: Mapping[Point, str] = {
    "request": "申请",
    "preview": "预览",
    "admission": "准入",
    "audit": "审计",
}
"""The points in Chinese."""

OPTIONAL = "可"
"""The word of GB/T 39786-2021 for what may be done and is not demanded."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What is known about one control for one tenancy.

    ``looks`` are the rules that serve it and hold for the tenancy, with the number of objects each was asked about.
    ``partial`` is set where rules see only a part of what the control demands, and tells the other part.
    """

    control: Control
    clause: Clause
    status: Status
    why: Words
    looks: tuple[Look, ...] = ()
    findings: tuple[Finding, ...] = ()
    partial: Words | None = None

    @property
    def vacuous(self) -> bool:
        """Whether it is met for want of anything that could violate it."""
        return self.status == "met" and not any(look.objects for look in self.looks)


class Coverage:
    """The findings of a check, seen from the controls.

    Args:
        rules: the rules that were asked.
        points: where they were asked.
        looks: how many objects each was asked about.
        findings: what they found, with waivers marked.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        points: Iterable[Point],
        looks: Iterable[Look],
        findings: Iterable[Finding],
    ) -> None:
        self._points = frozenset(points)
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            for control in rule.clauses:
                self._rules[control].append(rule)
        self._looks = {(look.tenancy, look.rule): look.objects for look in looks}
        self._seen = {tenancy for tenancy, _ in self._looks}
        self._shared = {rule.id: rule for group in self._rules.values() for rule in group if is_shared(rule)}
        self._findings: dict[tuple[str | None, str], list[Finding]] = defaultdict(list)
        for finding in findings:
            for clause in finding.clauses:
                self._findings[tenancy_of(finding), clause.control].append(finding)

    def of(self, tenancy: Graded) -> tuple[Covered, ...]:
        """Every control, in the order of the standards data."""
        return tuple(self._covered(control, tenancy) for control in controls().values())

    def _covered(self, control: Control, tenancy: Graded) -> Covered:
        grade = tenancy.on(axis_of(control))
        holding, others = self._split(control, tenancy)
        found = (*self._findings.get((tenancy.tenancy, control.id), ()), *self._common(control, tenancy))
        looks = tuple(self._look(rule, tenancy) for rule in holding)
        status, why = self._status(control, grade, looks, found, others, tenancy)
        partial = reasons().partial.get(control.id) if looks else None
        return Covered(control, control.at(grade), status, why, looks, found, partial)

    def _common(self, control: Control, tenancy: Graded) -> Iterable[Finding]:
        """What was found in objects that all tenancies share, where the rule holds for this one."""
        for finding in self._findings.get((None, control.id), ()):
            rule = self._shared.get(finding.rule)
            if rule and _holds(rule, tenancy):
                yield finding

    def _look(self, rule: Rule, tenancy: Graded) -> Look:
        whose = None if rule.id in self._shared else tenancy.tenancy
        return Look(tenancy.tenancy, rule.id, self._looks.get((whose, rule.id), 0))

    def _split(self, control: Control, tenancy: Graded) -> tuple[list[Rule], list[Rule]]:
        """The rules of a control that were asked about a tenancy, and the others."""
        holding: list[Rule] = []
        others: list[Rule] = []
        for rule in self._rules.get(control.id, ()):
            asked = _holds(rule, tenancy) and self._points.intersection(rule.points)
            (holding if asked else others).append(rule)
        return holding, others

    def _status(
        self,
        control: Control,
        grade: int,
        looks: tuple[Look, ...],
        found: tuple[Finding, ...],
        others: list[Rule],
        tenancy: Graded,
    ) -> tuple[Status, Words]:
        if undemanded := _undemanded(control, grade):
            return "not-applicable", undemanded
        if found:
            return told_by(found)
        if looks and tenancy.tenancy in self._seen:
            unasked = [rule.id for rule in others if _holds(rule, tenancy)]
            return "met", _met(looks, unasked)
        return _unseen(control, grade, looks, others, self._points)


def is_shared(rule: Rule) -> bool:
    """Whether a rule is about objects of the whole cluster, which all tenancies share."""
    target = targets()[rule.target]
    return target.scope == "cluster" and all(kind.kind != "Namespace" for kind in target.kinds)


def _holds(rule: Rule, tenancy: Graded) -> bool:
    return tenancy.on(rule.grades.by) >= rule.grades.from_


def told_by(found: tuple[Finding, ...]) -> tuple[Status, Words]:
    """The status of a control that something was found about."""
    if open_ones := [one for one in found if one.waived is None]:
        return "violated", _counted(open_ones)
    return "waived", _waived(found)


def axis_of(control: Control) -> Axis:
    """Whose grade decides whether a control is demanded (GB/T 22239-2019 Annex A: S, A and G items)."""
    return _types().get(control.id, "overall")


@cache
def _types() -> Mapping[str, Axis]:
    return {raw["id"]: _TYPES[raw["type"]] for raw in standards_data("mlps")["controls"]}


def degree(control: Control, grade: int) -> str:
    """The word by which GB/T 39786-2021 demands an indicator at a grade: 应, 宜, 可 or ``-``; empty for others."""
    return str(_words().get(control.id, {}).get(f"l{grade}", "")) if control.standard == CRYPTO else ""


@cache
def _words() -> Mapping[str, Mapping[str, Any]]:
    layers = standards_data("crypto")["matrix"].values()
    return {f"CRYPTO-{raw['id']}": raw for layer in layers for raw in layer}


def _undemanded(control: Control, grade: int) -> Words | None:
    """Why a control is not demanded at a grade; None where it is."""
    en, zh = _AXES[axis_of(control)]
    if grade < control.from_grade:
        return Words(
            f"demanded from grade {control.from_grade} on, and the {en} is {grade}",
            f"自第{control.from_grade}级起要求，本租户{zh}为{grade}",
        )
    if control.standard == MLPS and control.numbers and grade > max(control.numbers):
        return Words(
            f"the standard has another clause in its place at grade {grade}", f"第{grade}级由其他条款代替"
        )
    word = degree(control, grade)
    if word == "-":
        return Words(f"no demand at grade {grade}", f"第{grade}级无此要求")
    return None


def _unseen(
    control: Control, grade: int, looks: tuple[Look, ...], others: list[Rule], points: frozenset[Point]
) -> tuple[Status, Words]:
    """The status of a control that no rule told anything about."""
    if degree(control, grade) == OPTIONAL and not (looks or others):
        return "not-applicable", Words(
            f"optional at grade {grade} ({OPTIONAL})", f"第{grade}级为“{OPTIONAL}”，非强制"
        )
    if looks:
        return "needs-evidence", Words("no object of the tenancy was looked at", "未检查本租户的任何对象")
    if others:
        parts = [_elsewhere(rule, points) for rule in others]
        return "needs-evidence", Words("; ".join(one.en for one in parts), "；".join(one.zh for one in parts))
    none = Words("no rule that serves it was asked", "未检查与之对应的规则")
    return "needs-evidence", reasons().uncovered.get(control.id, none)


def _elsewhere(rule: Rule, points: frozenset[Point]) -> Words:
    if not points.intersection(rule.points):
        places = ", ".join(rule.points)
        zh = "、".join(POINTS_ZH[point] for point in rule.points)
        return Words(f"{rule.id} is asked at {places} only", f"{rule.id} 仅在{zh}环节检查")
    en, zh = _AXES[rule.grades.by]
    return Words(
        f"{rule.id} holds from {en} {rule.grades.from_} on", f"{rule.id} 自{zh}{rule.grades.from_}起适用"
    )


def _met(looks: tuple[Look, ...], unasked: list[str]) -> Words:
    asked = [look for look in looks if look.objects]
    vacuous = ", ".join(look.rule for look in looks if not look.objects)
    parts: list[Words] = []
    if asked:
        names = ", ".join(f"{look.rule} ({look.objects})" for look in asked)
        parts.append(Words(f"nothing found by {names}", f"未发现违规：{names}"))
    if vacuous:
        en = f"there is no object that {vacuous} could be asked about"
        parts.append(Words(en, f"不存在 {vacuous} 所针对的对象，视为成立"))
    if unasked:
        names = ", ".join(unasked)
        parts.append(Words(f"not asked here: {names}", f"此处未查：{names}"))
    return Words("; ".join(one.en for one in parts), "；".join(one.zh for one in parts))


def _counted(found: list[Finding]) -> Words:
    numbers: dict[str, int] = defaultdict(int)
    for one in found:
        numbers[one.rule] += 1
    names = ", ".join(f"{rule} ({number})" for rule, number in sorted(numbers.items()))
    words = Words(f"found by {names}", f"发现违规：{names}")
    if any(tenancy_of(one) is None for one in found):
        return words + Words("some of it in objects that all tenancies share", "其中有各租户共用的对象")
    return words


def _waived(found: tuple[Finding, ...]) -> Words:
    waivers = sorted({(one.waived.name, one.waived.until, one.rule) for one in found if one.waived})
    en = "; ".join(f"{rule} is waived by {name} until {until:%Y-%m-%d}" for name, until, rule in waivers)
    zh = "；".join(f"{rule} 由 {name} 豁免至 {until:%Y-%m-%d}" for name, until, rule in waivers)
    return Words(en, zh)
