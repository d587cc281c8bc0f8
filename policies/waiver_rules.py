"""Rules about waivers themselves: an exception that nobody needs, or that nobody could approve as it is, is a finding too.

They are no CEL, since they ask a clock, all rules and all findings at once. What can be said of a waiver's document alone
is said by the rules of the target ``waiver``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from policies.clauses import controls
from policies.evaluation import STRICTEST
from policies.finding import Action, Finding, Point, Severity, Subject
from policies.rule import Both, Rule
from policies.waivers import WAIVER_PREFIX, Excuse

MOST_DAYS = 90
"""The most days that a waiver of a grave rule may have before it."""

GRAVE: tuple[Severity, ...] = ("high", "critical")
_APPROVAL = "MLPS-ORG-02"


@dataclass(frozen=True, slots=True)
class WaiverRule:
    """A rule about waivers, with what a person needs to know of it."""

    id: str
    title: Both
    severity: Severity
    action: Action
    why: str
    remedy: Both
    clauses: tuple[str, ...] = (_APPROVAL,)


EXPIRED = WaiverRule(
    "GC-WVR-91",
    Both(en="Waivers that have ended are taken away", zh="到期的豁免应予撤除"),
    "medium",
    "warn",
    "It excuses nothing any more; as long as it stands, a reader takes the exception for approved.",
    Both(
        en="take the waiver away, or ask for a new one before the old one ends",
        zh="撤除该豁免，或在到期前重新申请",
    ),
)
UNUSED = WaiverRule(
    "GC-WVR-92",
    Both(en="Waivers excuse something", zh="豁免应有其所豁免的事项"),
    "low",
    "warn",
    "Nothing in the tenancy violates the rule, so the exception only leaves room for the next violation.",
    Both(en="take the waiver away", zh="撤除该豁免"),
)
UNKNOWN = WaiverRule(
    "GC-WVR-93",
    Both(en="Waivers name a rule that there is", zh="豁免须指向存在的规则"),
    "high",
    "deny",
    "It excuses nothing, although somebody approved it in the belief that it does.",
    Both(
        en="correct the id; `govcloud policy list` shows them all",
        zh="更正规则编号；`govcloud policy list` 列出全部规则",
    ),
)
LONG = WaiverRule(
    "GC-WVR-94",
    Both(
        en=f"Waivers of grave rules end within {MOST_DAYS} days",
        zh=f"严重规则的豁免须在 {MOST_DAYS} 天内到期",
    ),
    "high",
    "deny",
    "An exception to a grave rule has to be looked at again while those who approved it still remember why.",
    Both(
        en=f"let it end within {MOST_DAYS} days, and ask again when it is still needed",
        zh=f"将到期日定在 {MOST_DAYS} 天之内，届时仍需要再行申请",
    ),
)
UNREADABLE = WaiverRule(
    "GC-WVR-95",
    Both(en="Waivers on a namespace can be read", zh="命名空间上的豁免须可读"),
    "medium",
    "warn",
    "What cannot be read excuses nothing; govcloud writes these annotations, so another hand was here.",
    Both(en="run `govcloud up`, which writes the annotations anew", zh="执行 `govcloud up`，重新写入注解"),
)
WAIVER_RULES: Mapping[str, WaiverRule] = {one.id: one for one in (EXPIRED, UNUSED, UNKNOWN, LONG, UNREADABLE)}
"""The rules about waivers by id."""


@dataclass(frozen=True, slots=True)
class Review:
    """What is known when waivers are looked at.

    Args:
        rules: every rule that there is, by id.
        now: the moment.
        point: where the question is asked.
        findings: all findings, marked or not.
        whole: the tenancies of which everything was looked at; of others nobody can say that a waiver is unused.
        grades: the overall grade of each tenancy that is known, which decides the clauses.
    """

    rules: Mapping[str, Rule]
    now: datetime
    point: Point
    findings: Sequence[Finding] = ()
    whole: Collection[str] = ()
    grades: Mapping[str, int] = field(default_factory=dict)


def waiver_findings(waivers: Iterable[Excuse], review: Review) -> list[Finding]:
    """What is wrong with waivers, at most one finding a rule and waiver, in the order of tenancy and name."""
    ordered = sorted(waivers, key=_identity)
    return [
        finding for _, group in groupby(ordered, key=_identity) for finding in _about(tuple(group), review)
    ]


def unreadable_finding(namespace: Subject, entry: tuple[str, str], tenancy: str, review: Review) -> Finding:
    """The finding about an annotation, (rule, entry), that cannot be read."""
    rule, text = entry
    offence = f"metadata.annotations['{WAIVER_PREFIX}{rule}'] is {text}"
    return _finding(UNREADABLE, namespace, tenancy, offence, review)


def _identity(one: Excuse) -> tuple[str, str, str]:
    return one.tenancy, one.waiver, "" if one.waiver else f"{one.rule} {one.entry}"


def _about(waiver: tuple[Excuse, ...], review: Review) -> Iterable[Finding]:
    first = waiver[0]
    rule = review.rules.get(first.rule)
    if rule is None:
        yield _of(UNKNOWN, first, f"spec.rule is {first.rule}", review)
    if first.expired(review.now):
        yield _of(EXPIRED, first, f"spec.until is {first.until.isoformat()}", review)
        return
    if rule and rule.severity in GRAVE and first.until - review.now > timedelta(days=MOST_DAYS):
        days = (first.until - review.now).days
        yield _of(LONG, first, f"spec.until is {first.until.isoformat()}, in {days} days", review)
    if rule and first.tenancy in review.whole and not _used(waiver, review.findings):
        yield _of(
            UNUSED,
            first,
            f"spec.rule is {first.rule}, which tenancy {first.tenancy} violates nowhere",
            review,
        )


def _used(waiver: tuple[Excuse, ...], findings: Sequence[Finding]) -> bool:
    return any(one.covers(finding) for one in waiver for finding in findings)


def _of(rule: WaiverRule, one: Excuse, offence: str, review: Review) -> Finding:
    if one.waiver:
        subject = Subject("govcloud.dev/v1", "Waiver", one.waiver, None, one.source)
    else:
        subject = Subject("v1", "Namespace", f"t-{one.tenancy}", None, one.source)
    return _finding(rule, subject, one.tenancy, offence, review)


def _finding(rule: WaiverRule, subject: Subject, tenancy: str, offence: str, review: Review) -> Finding:
    grade = review.grades.get(tenancy, STRICTEST)
    clauses = tuple(controls()[one].at(grade) for one in rule.clauses)
    words = ", ".join(map(str, clauses))
    return Finding(
        rule=rule.id,
        title=rule.title.en,
        severity=rule.severity,
        action=rule.action,
        point=review.point,
        subject=subject,
        grade=grade,
        message=f"[{rule.id}] {rule.title.en}: {offence}; {words}; to mend it: {rule.remedy.en}",
        offences=(offence,),
        clauses=clauses,
        remedy=rule.remedy.en,
        tenancy=tenancy,
    )
