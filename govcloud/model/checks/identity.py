"""Identity providers of an estate cannot be mistaken for each other, and vouch well enough for what is carried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from govcloud.model.draft import Draft, Flaw
from govcloud.model.estate import EstateDocument
from govcloud.model.identity import RESERVED_PREFIXES, Issuer
from govcloud.model.source import FieldPath

_TWO_FACTORS_FROM = 3
_CLAIMS: tuple[Literal["username", "groups"], ...] = ("username", "groups")


def issuers_differ(draft: Draft) -> Iterator[Flaw]:
    """Each identity provider has a name and a URL of its own."""
    for head, issuers in _issuers(draft):
        for field in ("name", "url"):
            seen: set[str] = set()
            for index, issuer in enumerate(issuers):
                value = getattr(issuer, field)
                if value in seen:
                    what = f"two issuers have the same {field}"
                    mend = "remove one of them, or correct it"
                    yield Flaw(head, _path(index, field), value, what, f"each {field} once", mend)
                seen.add(value)


def prefixes_are_not_reserved(draft: Draft) -> Iterator[Flaw]:
    """No provider puts its users or groups where those of the platform or of Kubernetes are."""
    for head, issuers in _issuers(draft):
        for index, issuer in enumerate(issuers):
            for field in _CLAIMS:
                prefix = getattr(issuer, field).prefix
                if prefix.lower().startswith(RESERVED_PREFIXES):
                    yield Flaw(
                        head,
                        _path(index, field, "prefix"),
                        prefix,
                        "names with this prefix belong to the platform or to Kubernetes itself",
                        f"a prefix that does not begin with {' or '.join(map(repr, RESERVED_PREFIXES))}",
                        f"write '{issuer.name}:'; groups of the platform are given in grants",
                    )


def issuers_do_not_speak_for_each_other(draft: Draft) -> Iterator[Flaw]:
    """Where there are several providers, none can name a user or group that another one could name.

    GB/T 22239-2019 8.1.4.1 a: whoever is identified is identified uniquely.
    """
    for head, issuers in _issuers(draft):
        for field in _CLAIMS:
            prefixes = [getattr(issuer, field).prefix for issuer in issuers]
            for index, prefix in enumerate(prefixes):
                others = [*prefixes[:index], *prefixes[index + 1 :]]
                if any(other.startswith(prefix) for other in others):
                    yield Flaw(
                        head,
                        _path(index, field, "prefix"),
                        prefix,
                        f"this issuer could name a {field.removesuffix('s')} of another one",
                        "a prefix of its own for each of several issuers, none the beginning of another",
                        f"write '{issuers[index].name}:'",
                    )


def two_factors_stand_behind_grade_three(draft: Draft) -> Iterator[Flaw]:
    """Who works where systems of grade 3 and up are carried has shown two factors.

    GB/T 22239-2019 8.1.4.1 d. An API server cannot know which tenancy a caller goes on to; so it asks everybody.
    """
    carrying = [r.name for r in draft.regions.values() if r.spec.grade_ceiling >= _TWO_FACTORS_FROM]
    for head, issuers in _issuers(draft):
        for index, issuer in enumerate(issuers):
            if carrying and issuer.second_factor is None:
                yield Flaw(
                    head,
                    _path(index, "secondFactor"),
                    None,
                    f"region {carrying[0]} carries systems of grade {_TWO_FACTORS_FROM} and up, "
                    "and this issuer need not say that two factors were shown",
                    "the claim by which it says so, and its values",
                    "add 'secondFactor: {claim: amr, values: [mfa]}', as the issuer writes it",
                )


def _issuers(draft: Draft) -> Iterator[tuple[EstateDocument, tuple[Issuer, ...]]]:
    if draft.head is not None:
        yield draft.head, draft.head.spec.identity.issuers


def _path(index: int, *field: str) -> FieldPath:
    return ("spec", "identity", "issuers", index, *field)
