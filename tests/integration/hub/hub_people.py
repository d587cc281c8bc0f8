"""An estate with two departments, the people who meet at its hub, and how they bring a tenancy to a phase."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from govcloud.cluster.client import StatusError
from govcloud.hub.record import Record
from govcloud.hub.recorder import DecisionLog
from govcloud.hub.register import TENANCIES, Register

RETENTION = dict.fromkeys(range(1, 6), 0) | {6: 1}
"""Days by tier: tests do not wait."""

PEOPLE = {
    "zhang": ("zhang.wei@mee", ["mee:owners"]),
    "chen": ("chen.jie@mee", ["mee:owners"]),
    "liu": ("liu.yang@mee", ["mee:viewers"]),
    "wang": ("wang.fang@mem", ["mem:owners"]),
    "zhao": ("zhao.min@mem", ["mem:viewers"]),
    "security": ("sun.li@cac", ["govcloud:reviewers:security"]),
    "platform": ("zhou.tao@sic", ["govcloud:reviewers:platform"]),
    "both": ("wu.gang@sic", ["govcloud:reviewers:platform", "govcloud:reviewers:security"]),
    "insider": ("qian.bo@mee", ["mee:operators", "govcloud:reviewers:security"]),
    "operator": ("ops@sic", ["govcloud:platform"]),
    "auditor": ("audit@cnao", ["govcloud:auditors"]),
    "stranger": ("nobody@nowhere", []),
}
"""Who they are, and in which groups."""


ESTATE = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: hub}
spec: {title: Test estate, network: extranet, hub: north}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: 生态环境部}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mem}
spec: {title: 应急管理部}
"""
_REGION = """
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {name}}}
spec:
  title: {name}
  level: central
  network: extranet
  zones: [extranet, dedicated]
  gradeCeiling: {ceiling}
  addresses: {{pods: 10.{octet}.0.0/16, services: 10.1{octet}.0.0/16}}
  pools:
  - {{name: dedicated, zone: dedicated, grade: {ceiling}, nodes: 2, shape: {{cpu: "64", memory: 256Gi}}}}
"""


def estate_text() -> str:
    """Two regions; north may carry grade 4, south grade 3."""
    return (
        ESTATE
        + _REGION.format(name="north", ceiling=4, octet=10)
        + _REGION.format(name="south", ceiling=3, octet=20)
    )


@dataclass(frozen=True)
class Answer:
    """What the API server said."""

    status: int
    words: str = ""


class Person(Register):
    """Somebody at the hub, through govcloud or past it with raw calls."""

    @property
    def name(self) -> str:
        return self.caller().name

    @property
    def log(self) -> DecisionLog:
        return DecisionLog(self)

    def raw(self, method: str, path: str, body: Any = None, content: str = "json", **query: str) -> Answer:
        try:
            self.cluster.request(method, path, query, body, content=f"application/{content}")
        except StatusError as error:
            return Answer(error.status, error.what)
        return Answer(200)

    def put_status(self, record: Record, **changes: Any) -> Answer:
        """Writes a status as it is, with some fields changed."""
        now = {**record.manifest, "status": {**record.status, **changes}}
        return self.raw("PUT", TENANCIES.path(record.namespace, record.name) + "/status", now)

    def patch(
        self, record: Record, patch: Any, subresource: str = "", content: str = "merge-patch+json"
    ) -> Answer:
        path = TENANCIES.path(record.namespace, record.name) + subresource
        return self.raw("PATCH", path, patch, content)


def document(name: str, grade: int = 3, tier: int = 5, **spec: Any) -> dict[str, Any]:
    """A tenancy of the department that its name begins with, as a person writes it."""
    defaults = {
        "title": "大气环境监测系统",
        "department": name.partition("-")[0],
        "zone": "dedicated",
        "grading": {"information": grade, "service": 1},
        "data": {"class": "important", "level": "L3"},
        "recovery": {"tier": tier},
        "resources": {"cpu": "8", "memory": "32Gi", "storage": "1Ti", "pods": 50},
        "regions": {"primary": "north", "standby": ["south"]},
    }
    return {
        "apiVersion": "govcloud.dev/v1",
        "kind": "Tenancy",
        "metadata": {"name": name},
        "spec": defaults | spec,
    }


REGIONS = {
    "regions": [
        {"name": "north", "role": "primary", "stack": "tenancy.mee.north", "state": "ready"},
        {"name": "south", "role": "standby", "stack": "tenancy.mee.south", "state": "ready"},
    ]
}
_NUMBERS = itertools.count(1)


class Desk:
    """Brings tenancies to a phase, each by the people whose steps they are."""

    def __init__(self, people: dict[str, Person]) -> None:
        self.people = people

    @staticmethod
    def until(holds: Callable[[], Any], seconds: float = 60) -> None:
        """Returns when it holds: the API server takes up policies and what they read a moment after they are written."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.1)

    def draft(self, **spec: Any) -> Record:
        return self.people["zhang"].create(document(f"mee-{next(_NUMBERS)}", **spec))

    def requested(self, **spec: Any) -> Record:
        return self.people["zhang"].move(self.draft(**spec), "requested", "we need it")

    def in_review(self, **spec: Any) -> Record:
        return self.people["security"].review(self.requested(**spec), approve=True, reason="fine")

    def approved(self, **spec: Any) -> Record:
        return self.people["platform"].review(self.in_review(**spec), approve=True, reason="there is room")

    def active(self, **spec: Any) -> Record:
        return self.activate(self.approved(**spec))

    def activate(self, record: Record) -> Record:
        begun = self.people["operator"].move(record, "provisioning", "begun", REGIONS)
        done = {"observedGeneration": begun.generation}
        return self.people["operator"].move(begun, "active", "all regions are ready", done)

    def changing(self, **spec: Any) -> Record:
        return self.people["zhang"].move(self.active(**spec), "changing", "more cpu")

    def cordoned(self, **spec: Any) -> Record:
        return self.people["zhang"].move(self.active(**spec), "cordoned", "no longer used")

    def retiring(self, **spec: Any) -> Record:
        record = self.cordoned(**spec)
        return self.people["zhang"].retire(record, "replaced", datetime.now(UTC))

    def retired(self, **spec: Any) -> Record:
        agreed = self.people["platform"].consent(self.retiring(**spec), "agreed")
        return self.people["operator"].move(agreed, "retired", "nothing is left", {"regions": []})
