"""The waivers of an estate and of its register, looked at as a whole: what they excuse, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from govcloud.audit import Audit
from govcloud.check import check_requests
from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import GovCloudError, InputError, RefusedError
from govcloud.model import API_VERSION, Estate, Tenancy, Waiver
from policies.finding import Finding, Subject
from policies.loading import shipped_rules
from policies.waiver_rules import Review, unreadable_finding, waiver_findings
from policies.waivers import Excuse, unreadable_entries, waivers_of_document, waivers_of_estate

_LONGEST_NAME = 50
_MACHINERY = re.compile(r"^.*ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request: ")
_SECONDS_OF_A_DAY = 86400


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen of an estate's regions; ``whole`` tells that none with a tenancy is missing."""

    audits: tuple[Audit, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A waiver, where it is written down, how long it lasts, and what is wrong with it."""

    waiver: Waiver
    origin: str
    days_left: int
    findings: tuple[Finding, ...]

    @property
    def scope(self) -> str:
        """Which objects it is about, in words; what they make is not named."""
        scope = self.waiver.spec.scope
        return f"{' '.join(scope.kinds) or 'all'} {' '.join(scope.names)}".strip()

    def plain(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {
            "waiver": self.waiver.name,
            "origin": self.origin,
            **self.waiver.spec.model_dump(mode="json", by_alias=True, exclude_none=True),
            "daysLeft": self.days_left,
            "findings": [
                {"rule": one.rule, "title": one.title, "remedy": one.remedy} for one in self.findings
            ],
        }


def draft(
    rule: str,
    tenancy: Tenancy,
    *,
    reason: str,
    ticket: str,
    kinds: Sequence[str],
    names: Sequence[str],
    until: datetime,
    approved_by: str,
    name: str,
) -> Waiver:
    """A waiver of a rule for a tenancy.

    Raises:
        InputError: a value is not of the form that a waiver asks for.
    """
    spec = {
        "rule": rule,
        "tenancy": tenancy.name,
        "department": tenancy.spec.department,
        "scope": {"kinds": list(kinds), "names": list(names)},
        "reason": reason,
        "ticket": ticket,
        "approvedBy": approved_by,
        "until": until,
    }
    try:
        return Waiver.model_validate({"metadata": {"name": name}, "spec": spec})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise InputError(f"{field}: {first['msg']} (got {first['input']!r})", where="waiver") from error


def default_name(rule: str, tenancy: Tenancy, now: datetime) -> str:
    """A name for a waiver that tells rule, tenancy and day, as far as there is room."""
    head, day = rule.lower(), f"{now:%Y%m%d}"
    owner = tenancy.name[: _LONGEST_NAME - len(head) - len(day) - 2].rstrip("-")
    return f"{head}-{owner}-{day}"


def plain(waiver: Waiver) -> dict[str, Any]:
    """A waiver as it is written: only what was said."""
    said = waiver.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    return {"apiVersion": waiver.api_version, "kind": waiver.kind, **said}


def problems_of(waiver: Waiver, estate: Estate, now: datetime) -> tuple[Finding, ...]:
    """What rules find about a waiver that is not in its estate yet."""
    checked = check_requests(estate, shipped_rules().values(), now=now, documents=[waiver])
    about = Review(shipped_rules(), now, "request", grades=_grades(estate))
    return (*checked.findings, *waiver_findings(waivers_of_document(waiver), about))


def standings(
    estate: Estate, registered: Iterable[Waiver], now: datetime, looks: Looks | None = None
) -> list[Standing]:
    """Every waiver of an estate and of its register, the one that ends first before the others."""
    others = {one.name: one for one in registered if one.name not in estate.waivers}
    documents = excuses_of(estate, others.values())
    audits = looks.audits if looks else ()
    found = review(estate, documents, audits, now=now, whole=bool(looks and looks.whole))
    known = [(one, "estate") for one in estate.waivers.values()] + [
        (one, "register") for one in others.values()
    ]
    return [
        Standing(
            one,
            origin,
            int((one.spec.until - now).total_seconds() // _SECONDS_OF_A_DAY),
            tuple(finding for finding in found if _is_about(finding, one)),
        )
        for one, origin in sorted(known, key=lambda pair: (pair[0].spec.until, pair[0].name))
    ]


def _is_about(finding: Finding, waiver: Waiver) -> bool:
    return (finding.subject.kind, finding.subject.name) == ("Waiver", waiver.name)


def _grades(estate: Estate) -> dict[str, int]:
    return {name: tenancy.grade for name, tenancy in estate.tenancies.items()}


def registered_waivers(cluster: Cluster) -> list[Waiver]:
    """The waivers in the register of a hub, by name; none where it has no register.

    Raises:
        ClusterError: the API server does not answer, or refuses to list them.
    """
    kind = cluster.kinds.get((API_VERSION, "Waiver"))
    found = [] if kind is None else [waiver_of(item) for item in cluster.list(kind)]
    return [waiver for waiver in found if waiver]


def waiver_of(item: dict[str, Any]) -> Waiver | None:
    """A waiver of the register; one that the model does not take excuses nothing, and rules speak of it."""
    try:
        return Waiver.model_validate(
            {"metadata": {"name": item["metadata"]["name"]}, "spec": item.get("spec")}
        )
    except ValidationError:
        return None


def with_registered(estate: Estate, registered: Iterable[Waiver]) -> Estate:
    """The estate with the waivers of its register beside its own; of one name in both, its own counts."""
    own = estate.waivers
    return replace(estate, waivers={**{one.name: one for one in registered}, **own})


def register_waiver(cluster: Cluster, waiver: Waiver) -> None:
    """Write a waiver into the register of a hub, as whoever the cluster is called by.

    Raises:
        InputError: the hub has no register, or does not take the document.
        RefusedError: the caller may not approve it, or the name is taken.
    """
    kind = cluster.kinds.get((API_VERSION, "Waiver"))
    if kind is None:
        raise InputError("the hub has no register", mend="bring its platform about with `govcloud up`")
    query = {"fieldValidation": "Strict", "fieldManager": "govcloud"}
    try:
        cluster.request("POST", kind.path(), query, plain(waiver))
    except StatusError as error:
        raise _refusal(error, waiver) from error


def _refusal(error: StatusError, waiver: Waiver) -> GovCloudError:
    """What the API server's answer means, in its own words without those about its machinery."""
    where = f"Waiver {waiver.name}"
    words = _MACHINERY.sub("", error.what)
    if error.status == HTTPStatus.CONFLICT:
        return RefusedError(
            words, where=where, mend="give it another name with --waiver; a waiver is never changed"
        )
    if error.status == HTTPStatus.FORBIDDEN:
        return RefusedError(
            words,
            where=where,
            expected="a reviewer (group govcloud:reviewers:security or :platform) of another department",
            mend="let a reviewer call, by --kubeconfig, or hand the document to one",
        )
    if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        return InputError(words, where=where, mend="correct the field that is named")
    return error


def excuses_of(estate: Estate, registered: Iterable[Waiver]) -> tuple[Excuse, ...]:
    """What the waivers of an estate and of its register excuse; of one name in both, those of the estate."""
    others = (one for one in registered if one.name not in estate.waivers)
    return (*waivers_of_estate(estate), *(excuse for one in others for excuse in waivers_of_document(one)))


def review(
    estate: Estate, documents: Sequence[Excuse], audits: Sequence[Audit], *, now: datetime, whole: bool
) -> tuple[Finding, ...]:
    """What is wrong with the waivers of an estate, after its regions were looked at.

    Args:
        estate: the estate.
        documents: what documents excuse.
        audits: the looks at its regions; waivers on namespaces that no document knows are reviewed too.
        now: the moment.
        whole: whether every region of every tenancy was looked at, so that a waiver without use is known as such.
    """
    tenancies = {name for one in audits for name in one.namespaces}
    about = Review(
        rules=shipped_rules(),
        now=now,
        point="audit",
        findings=[finding for one in audits for finding in one.findings],
        whole=tenancies if whole else (),
        grades=_grades(estate),
    )
    return (
        *waiver_findings(
            dict.fromkeys((*documents, *(each for one in audits for each in one.waivers))), about
        ),
        *(found for one in audits for found in _unreadable(one, about)),
    )


def _unreadable(audit: Audit, about: Review) -> list[Finding]:
    return [
        unreadable_finding(Subject("v1", "Namespace", namespace["metadata"]["name"]), entry, tenancy, about)
        for tenancy, namespace in sorted(audit.namespaces.items())
        for entry in unreadable_entries(namespace)
    ]
