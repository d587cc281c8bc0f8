"""A refusal of the hub's API server in words for people: by which rule, who could do it, and what to do instead."""

from __future__ import annotations

import re

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError, GovCloudError, InputError, RefusedError
from govcloud.hub.names import LIMITS, LIMITS_POLICY
from govcloud.hub.rules import RULES

_OURS = re.compile(r"\[(?P<rule>GC-[A-Z]+-\d+)\] (?P<words>.*)", re.DOTALL)
_RBAC = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\w+) resource "(?P<resource>[^"]+)"'
    r'(?: in API group "[^"]*")?(?: in the namespace "(?P<namespace>[^"]*)")?'
)
_WHO = {
    "create": "owners of the department, in its own namespace",
    "update": "owners of the department for what is asked for, reviewers for reviews, the platform for the rest",
    "patch": "owners of the department for what is asked for, reviewers for reviews, the platform for the rest",
    "delete": "the platform (group govcloud:platform), where nothing of the tenancy exists any more",
    "list": "members of the department in its own namespace; reviewers, auditors and the platform everywhere",
    "get": "members of the department in its own namespace; reviewers, auditors and the platform everywhere",
    "watch": "members of the department in its own namespace; reviewers, auditors and the platform everywhere",
}


class ConflictError(RefusedError):
    """Somebody else wrote the record first, or the name is taken."""


class UnlimitedError(RefusedError):
    """The API server knows no ceilings; of a register that was just established, it takes them up a moment later."""


def explained(error: StatusError, where: str) -> GovCloudError:
    """What an answer of the API server that is an error means.

    Args:
        error: the answer of the API server.
        where: the tenancy, or what else was asked about.
    """
    words = error.what
    if found := _OURS.search(words):
        return _by_rule(found["rule"], found["words"], where)
    if error.status == 403 and (found := _RBAC.search(words)):
        return _by_rights(found, where)
    if LIMITS_POLICY in words:
        return _without_limits(where)
    if error.status in (400, 422):
        return InputError(
            f"the register does not take it: {words}",
            where=where,
            expected="a tenancy as `kubectl explain tenancies` describes it",
            mend="correct the field that is named",
        )
    return _other(error, where)


def _by_rule(rule: str, words: str, where: str) -> RefusedError:
    known = RULES.get(rule)
    if known is None:  # a rule of policies/, whose message says itself how to mend it
        return RefusedError(f"[{rule}] {words}", where=where)
    what = words.removesuffix(f" ({known.title}); {known.advice}")
    return RefusedError(
        f"[{rule}] {what}", where=where, expected=f"that {known.title}; {known.who}", mend=known.mend
    )


def _by_rights(found: re.Match[str], where: str) -> RefusedError:
    place = f" in namespace {found['namespace']}" if found["namespace"] else ""
    return RefusedError(
        f"{found['user']} may not {found['verb']} {found['resource']}{place}",
        where=where,
        expected=_WHO.get(found["verb"], "somebody with the right"),
        mend="ask one of them, or name your own department",
    )


def _without_limits(where: str) -> RefusedError:
    return UnlimitedError(
        f"the hub does not know the ceilings of its regions (Limits/{LIMITS}), and takes no requests without",
        where=where,
        expected="a register that was established from the estate",
        mend="ask the platform to establish it",
    )


def _other(error: StatusError, where: str) -> GovCloudError:
    if error.status == 401:
        return ClusterError(
            "the hub does not know who you are: your credential has ended, or is none of this hub",
            where=where,
            expected="a kubeconfig of the hub whose credential is good",
            mend="get a new one from the platform or your identity provider",
        )
    if error.status == 403:
        return RefusedError(error.what, where=where)
    if error.status == 409:
        return ConflictError(
            error.what,
            where=where,
            expected="a name that is free, and a record that nobody else has written meanwhile",
            mend="look at the tenancy again, then decide",
        )
    if error.status == 404:
        return InputError(
            error.what,
            where=where,
            expected="a department and a tenancy that the register has",
            mend="see the names with `govcloud tenancy list`",
        )
    return ClusterError(error.what, where=where, mend="try again; if it stays so, ask the platform")
