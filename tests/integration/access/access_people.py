"""Everybody that the tables of docs/access.md speak of, and how an API server is asked what they may do."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from access_table import DESK, EVERYWHERE, OTHER, OTHER_DESK, OWN, REGION, Right

from govcloud.local.region import LocalRegion
from govcloud.local.region.status import admin_context

CALLERS = 8
NAMESPACES = {
    OWN: "t-mee-air",
    OTHER: "t-mem-flood",
    EVERYWHERE: "",
    DESK: "d-mee",
    OTHER_DESK: "d-mem",
    REGION: "",
}
"""The namespace of each place; the department is ``mee``, the other one ``mem``."""


@dataclass(frozen=True)
class Somebody:
    """A user with all groups that authentication gives them."""

    user: str
    groups: tuple[str, ...]


def _known(user: str, *groups: str) -> Somebody:
    return Somebody(user, (*groups, "system:authenticated"))


PARTS: Mapping[str, tuple[Somebody, ...]] = {
    "owner": (_known("owner", "mee:owners"),),
    "operator": (_known("operator", "mee:operators"),),
    "viewer": (_known("viewer", "mee:viewers"),),
    "auditor": (_known("auditor", "govcloud:auditors"),),
    "reviewer": (
        _known("security", "govcloud:reviewers:security"),
        _known("platform-reviewer", "govcloud:reviewers:platform"),
    ),
    "platform": (_known("platform", "govcloud:platform"),),
    "monitor": (_known("monitor", "govcloud:monitors"),),
    "workload": (
        _known(
            "system:serviceaccount:t-mee-air:workload",
            "system:serviceaccounts",
            "system:serviceaccounts:t-mee-air",
        ),
    ),
    "stranger": (_known("stranger"),),
    "anonymous": (Somebody("system:anonymous", ("system:unauthenticated",)),),
}


class Reviews:
    """Asks an API server what others may do, over several connections at once."""

    def __init__(self, region: LocalRegion) -> None:
        server, context = str(region.status().server).removeprefix("https://"), admin_context(region.layout)
        self._idle: SimpleQueue[http.client.HTTPSConnection] = SimpleQueue()
        for _ in range(CALLERS):
            self._idle.put(http.client.HTTPSConnection(server, context=context))

    def close(self) -> None:
        for _ in range(CALLERS):
            self._idle.get().close()

    def wrong(self, rights: Iterable[Right]) -> list[str]:
        """What the API server says otherwise than the table, in words."""
        asked = [(right, one) for right in rights for one in PARTS[right.part]]
        assert asked
        with ThreadPoolExecutor(CALLERS, "reviews") as pool:
            answers = list(pool.map(lambda pair: self.allows(pair[1], attributes(pair[0])), asked))
        return [
            f"{one.user} {'may' if answer else 'may not'} {right.verb} {right.name}, {right.place}"
            for (right, one), answer in zip(asked, answers, strict=True)
            if answer != right.allowed
        ]

    def allows(self, one: Somebody, asked: dict[str, Any]) -> bool:
        """The answer of a SubjectAccessReview."""
        spec = {"user": one.user, "groups": list(one.groups), **asked}
        return bool(self._post("authorization.k8s.io", "SubjectAccessReview", spec)["allowed"])

    def rules(self, one: Somebody, namespace: str) -> list[dict[str, Any]]:
        """The rules that hold for somebody in a namespace, as they would be told."""
        headers = {"Impersonate-User": one.user, "Impersonate-Group": one.groups}
        spec = {"namespace": namespace}
        found: list[dict[str, Any]] = self._post(
            "authorization.k8s.io", "SelfSubjectRulesReview", spec, headers
        )["resourceRules"]
        return found

    def _post(
        self, group: str, kind: str, spec: dict[str, Any], headers: Mapping[str, Any] | None = None
    ) -> Any:
        body = json.dumps({"apiVersion": f"{group}/v1", "kind": kind, "spec": spec}).encode()
        connection = self._idle.get()
        connection.putrequest("POST", f"/apis/{group}/v1/{kind.lower()}s")
        for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
            for one in [value] if isinstance(value, str) else value:
                connection.putheader(name, one)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        self._idle.put(connection)
        assert answer.status == 201, found
        return found["status"]


def attributes(right: Right) -> dict[str, Any]:
    """What a right is about, as an API server is asked."""
    kind, _, one = right.name.partition("=")
    name, _, subresource = kind.partition("/")
    resource, _, group = name.partition(".")
    found = {"verb": right.verb, "group": group, "resource": resource, "subresource": subresource}
    return {"resourceAttributes": found | {"namespace": NAMESPACES[right.place], "name": one}}
