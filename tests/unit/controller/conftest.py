"""A tenancy of the register at any point of its life, without a cluster."""

from collections.abc import Callable
from typing import Any

import pytest

from govcloud.hub.hashes import spec_hash
from govcloud.hub.record import Record

MakeRecord = Callable[..., Record]


@pytest.fixture(scope="session")
def make_record() -> MakeRecord:
    """Makes a record whose spec is what was approved, unless ``status`` says otherwise."""

    def make(phase: str = "approved", name: str = "mee-air", *, spec: Any = None, **status: Any) -> Record:
        wanted = {
            "title": "系统",
            "department": "mee",
            "zone": "extranet",
            "grading": {"information": 2, "service": 2},
            "data": {"class": "general", "level": "L2"},
            "recovery": {"tier": 5},
            "resources": {"cpu": "8", "memory": "32Gi", "storage": "1Ti", "pods": 50},
        } | (spec or {})
        approved = {"generation": 1, "hash": spec_hash(wanted), "spec": wanted}
        metadata = {
            "name": name,
            "namespace": "d-mee",
            "uid": f"u-{name}",
            "generation": 1,
            "resourceVersion": "7",
        }
        return Record(
            {"metadata": metadata, "spec": wanted, "status": {"phase": phase, "approved": approved, **status}}
        )

    return make
