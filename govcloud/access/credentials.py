"""Credentials of people in a tenancy of one region: taken, listed and revoked through its API server, as the caller.

A credential is a token of the service account of a part, bound to a Secret without content. Who may take which, for how long
and in whose name is for the API server to say (`govcloud.planner.credentials`); here it is only asked. A token is shown once
and kept nowhere; what remains in the region is the Secret, whose name tells part, person and end, and whose deletion makes
the API server refuse the token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from govcloud.access.refusals import explained
from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.errors import InputError, RefusedError
from govcloud.planner.credentials import (
    ACCOUNTS,
    CREDENTIAL,
    ISSUED_TO,
    MOST_SECONDS,
    PARTS,
    Part,
    credential_name,
)

LEAST_SECONDS = 600
"""The shortest life of a token that Kubernetes gives."""

_SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
_ACCOUNTS = Kind("v1", "ServiceAccount", "serviceaccounts", namespaced=True)
_NAME = re.compile(r"(?P<account>[a-z-]+)\.(?P<user>(?:[0-9a-f]{2})+)\.(?P<until>[0-9]{10})")
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential as the region knows it.

    Attributes:
        id: the name of the Secret to which it is bound.
        part: what it gives in the tenancy.
        user: whose it is.
        until: when it ends.
    """

    id: str
    part: Part
    user: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """A credential that was just taken, with its token, which is told this once."""

    credential: Credential
    token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the region knows them, and its clock."""

    name: str
    groups: tuple[str, ...]
    now: datetime


class Credentials:
    """The credentials of a tenancy in a region.

    Args:
        cluster: the API server of the region, as somebody.
        namespace: the tenancy's namespace.
    """

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def part(self) -> Part:
        """The caller's own part in the tenancy, the most that they may take.

        Raises:
            RefusedError: they have none.
        """
        for part in PARTS:
            if self._may_take(part):
                return part
        raise RefusedError(
            f"{caller(self._cluster).name} has no part in it",
            where=f"namespace {self._namespace}",
            expected="an owner, operator or viewer of the department",
            mend="ask those who keep the groups of the department; see docs/access.md",
        )

    def take(self, part: Part, seconds: int) -> Issued:
        """A credential of the caller's own.

        Args:
            part: what it gives, at most the caller's own part.
            seconds: how long it is good for.

        Raises:
            InputError: it would be good for less than ten minutes, or more than twelve hours.
            RefusedError: the caller may not take it.
        """
        check_life(seconds)
        who = caller(self._cluster)
        credential = self._make(part, who, int(who.now.timestamp()) + seconds)
        try:
            status = self._token(credential, seconds)
        except StatusError as error:
            self.revoke(credential.id)
            raise self._explained(error, part) from error
        ends = datetime.fromisoformat(status["expirationTimestamp"])
        return Issued(Credential(credential.id, part, who.name, ends), status["token"])

    def list(self) -> list[Credential]:
        """All credentials that are known in the tenancy, those that have ended included, by person and end.

        Raises:
            RefusedError: the caller is neither an owner nor of the platform.
        """
        query = {"fieldSelector": f"type={CREDENTIAL}"}
        try:
            items = self._cluster.request("GET", _SECRETS.path(self._namespace), query)["items"]
        except StatusError as error:
            raise self._explained(error) from error
        found = [credential_of(item["metadata"]["name"]) for item in items]
        return sorted(found, key=lambda one: (one.user, one.until))

    def revoke(self, identity: str) -> None:
        """Delete what a credential is bound to; fine where that is already gone.

        Raises:
            InputError: it is the name of no credential.
            RefusedError: it is somebody else's, and the caller is no owner.
        """
        credential = credential_of(identity)
        try:
            self._cluster.request("DELETE", _SECRETS.path(self._namespace, credential.id))
        except StatusError as error:
            if error.status != 404:
                raise self._explained(error, credential.part) from error

    def sweep(self) -> int:
        """Delete what is left of credentials that have ended; an owner's or the platform's to do. How many those were."""
        now = caller(self._cluster).now
        ended = [one for one in self.list() if one.until < now]
        for one in ended:
            self.revoke(one.id)
        return len(ended)

    def _may_take(self, part: Part) -> bool:
        attributes = {
            "verb": "create",
            "resource": "serviceaccounts",
            "subresource": "token",
            "namespace": self._namespace,
            "name": ACCOUNTS[part],
        }
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        return bool(self._asked("POST", path, body)["status"]["allowed"])

    def _make(self, part: Part, who: Caller, until: int) -> Credential:
        """The Secret; where one of the same second is there already, one that ends a second sooner."""
        for ends in range(until, until - _TRIES, -1):
            name = credential_name(part, who.name, ends)
            body = {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "annotations": {ISSUED_TO: who.name}},
                "type": CREDENTIAL,
                "immutable": True,
            }
            try:
                self._cluster.request(
                    "POST", _SECRETS.path(self._namespace), {"fieldManager": "govcloud"}, body
                )
            except StatusError as error:
                if error.status == 409:
                    continue
                raise self._explained(error, part) from error
            return credential_of(name)
        raise RefusedError(
            f"{who.name} took {_TRIES} credentials in these seconds",
            where=f"namespace {self._namespace}",
            mend="try again in a moment",
        )

    def _token(self, credential: Credential, seconds: int) -> dict[str, Any]:
        bound = {"apiVersion": "v1", "kind": "Secret", "name": credential.id}
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenRequest",
            "spec": {"expirationSeconds": seconds, "boundObjectRef": bound},
        }
        path = f"{_ACCOUNTS.path(self._namespace, ACCOUNTS[credential.part])}/token"
        status: dict[str, Any] = self._cluster.request("POST", path, None, body)["status"]
        return status

    def _asked(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        try:
            return self._cluster.request(method, path, None, body)
        except StatusError as error:
            raise self._explained(error) from error

    def _explained(self, error: StatusError, part: Part | None = None) -> Exception:
        return explained(error, self._namespace, part)


def caller(cluster: Cluster) -> Caller:
    """Who calls.

    Raises:
        RefusedError: the API server does not know them.
    """
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = cluster.request("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", None, body)
    except StatusError as error:
        raise explained(error) from error
    user = answer["status"]["userInfo"]
    made = datetime.fromisoformat(answer["metadata"]["creationTimestamp"])
    return Caller(user["username"], tuple(user.get("groups", ())), made)


def credential_of(identity: str) -> Credential:
    """What the name of a credential tells.

    Raises:
        InputError: it is the name of none.
    """
    found = _NAME.fullmatch(identity)
    parts = [part for part, account in ACCOUNTS.items() if found and account == found["account"]]
    if found is None or not parts:
        raise InputError(
            f"{identity!r} is no credential",
            expected=f"a name such as {credential_name('viewer', 'li.na@mee', 1800000000)}",
            mend="see the names with --list, or the user in your kubeconfig",
        )
    user = bytes.fromhex(found["user"]).decode(errors="replace")
    return Credential(identity, parts[0], user, datetime.fromtimestamp(int(found["until"]), UTC))


def check_life(seconds: int) -> None:
    """Refuse a life that the API server does not give.

    Raises:
        InputError: it is shorter than ten minutes or longer than twelve hours.
    """
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise InputError(
            f"a credential is not given for {seconds} seconds",
            expected=f"{LEAST_SECONDS // 60} minutes to {MOST_SECONDS // 3600} hours",
            mend="take one for a working day at most, and another when it ends",
        )
