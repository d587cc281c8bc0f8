"""A tenancy of the register at any point of its life, without a cluster."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hub_samples import NOON

from govcloud.hub.acts import Act
from govcloud.hub.record import Record

MakeRecord = Callable[..., Record]


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Makes a record; ``status`` and ``generation`` as said, other keywords replace fields of the spec."""

    def make(status: dict[str, Any] | None = None, generation: int = 1, **spec: Any) -> Record:
        defaults = {
            "title": "大气环境监测系统",
            "department": "mee",
            "zone": "dedicated",
            "grading": {"information": 3, "service": 2},
            "data": {"class": "important", "level": "L3"},
            "recovery": {"tier": 5},
            "resources": {"cpu": "8", "memory": "32Gi", "storage": "1Ti", "pods": 50},
            "requestedBy": "zhang.wei@mee",
        }
        metadata = {
            "name": "mee-air",
            "namespace": "d-mee",
            "uid": "u-1",
            "generation": generation,
            "resourceVersion": "7",
        }
        manifest = {"metadata": metadata, "spec": defaults | spec}
        return Record(manifest | ({"status": status} if status is not None else {}))

    return make


@pytest.fixture(scope="session")
def act() -> Callable[..., Act]:
    def make(by: str = "zhang.wei@mee", side: str = "department", at: datetime = NOON) -> Act:
        return Act(by, side, at, "for a reason")  # type: ignore[arg-type]

    return make
