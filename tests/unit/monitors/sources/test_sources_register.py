"""What the register says of each tenancy, and which documents it lends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import pytest

from govcloud.cluster import Cluster, Kind
from govcloud.hub.hashes import spec_hash
from govcloud.model import API_VERSION, Estate
from monitors.sources import Known
from monitors.sources.register import register_reader

PHASE = "govcloud_tenancy_phase_timestamp_seconds"
FILING = "govcloud_tenancy_filing_expiry_timestamp_seconds"
KINDS = {
    (API_VERSION, kind): Kind(API_VERSION, kind, plural, namespaced=kind == "Tenancy")
    for kind, plural in (("Tenancy", "tenancies"), ("Sharing", "sharings"), ("Waiver", "waivers"))
}
SPEC = {
    "title": "water",
    "department": "mee",
    "zone": "extranet",
    "grading": {
        "information": 3,
        "service": 3,
        "filing": {"number": "11000000000-26001", "date": "2026-03-01"},
    },
    "data": {"class": "general", "level": "L2"},
    "recovery": {"tier": 1},
    "resources": {"cpu": "4", "memory": "16Gi", "storage": "100Gi", "pods": 20},
}


class Hub:
    """A hub with the objects of a test."""

    def __init__(self, *tenancies: dict[str, Any], register: bool = True) -> None:
        self.tenancies = tenancies
        self.kinds = KINDS if register else {}

    def request(self, *_: Any) -> dict[str, Any]:
        return {"items": list(self.tenancies)}

    def list(self, kind: Kind) -> Iterator[dict[str, Any]]:
        return iter([{"metadata": {"name": "odd"}, "spec": {"nothing": 1}}] if kind.kind != "Tenancy" else ())


def tenancy(name: str, **status: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "d-mee", "creationTimestamp": "2026-11-01T00:00:00Z"}
    return {"metadata": metadata, "spec": SPEC, "status": status}


def step(number: int, before: str, after: str, at: str) -> dict[str, Any]:
    return {"seq": number, "from": before, "to": after, "at": at}


def approved(**more: Any) -> dict[str, Any]:
    return {"spec": SPEC, "hash": spec_hash(SPEC), **more}


@pytest.fixture
def known(estate: Estate) -> Known:
    return Known(replace(estate, tenancies={}))


def read(known: Known, hub: Hub) -> dict[tuple[str, ...], float]:
    samples = register_reader(known, lambda: cast("Cluster", hub))()
    return {labels: value for name, labels, value in samples if name == PHASE}


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_a_tenancy_is_in_its_phase_since_it_came_into_it_and_a_draft_since_it_was_made(known: Known) -> None:
    history = [
        step(1, "draft", "requested", "2026-11-02T00:00:00Z"),
        step(2, "requested", "in-review", "2026-11-03T00:00:00Z"),
        step(3, "in-review", "in-review", "2026-11-04T00:00:00Z"),
    ]
    hub = Hub(tenancy("mee-air"), tenancy("mee-water", phase="in-review", history=history))
    assert read(known, hub) == {
        ("mee-air", "mee", "draft"): moment("2026-11-01T00:00:00Z"),
        ("mee-water", "mee", "in-review"): moment("2026-11-03T00:00:00Z"),
    }


def test_only_what_runs_as_it_was_approved_lends_its_documents(known: Known) -> None:
    places = [{"name": "north", "role": "primary"}, {"name": "south", "role": "standby"}]
    hub = Hub(
        tenancy("mee-runs", phase="active", regions=places, approved=approved()),
        tenancy("mee-waits", phase="approved", approved=approved()),
        tenancy("mee-forged", phase="active", regions=places, approved=approved(hash="sha256:other")),
        tenancy("mee-asks", phase="requested"),
    )
    read(known, hub)
    assert list(known.estate.tenancies) == ["mee-runs"]
    regions = known.estate.tenancies["mee-runs"].spec.regions
    assert regions is not None
    assert (regions.primary, regions.standby) == ("north", ("south",))
    assert [labels for name, labels, _ in known.samples() if name == FILING] == [("mee-runs", "mee")]


def test_a_hub_without_a_register_tells_nothing_and_takes_back_what_it_told(known: Known) -> None:
    places = [{"name": "north", "role": "primary"}]
    read(known, Hub(tenancy("mee-runs", phase="active", regions=places, approved=approved())))
    assert read(known, Hub(register=False)) == {}
    assert known.samples() == Known(known.files).samples()
