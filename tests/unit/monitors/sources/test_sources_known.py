"""Documents of the files and of the register are told as one, and again when they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from govcloud.errors import EstateError
from govcloud.model import Estate, Sharing, Waiver
from govcloud.model.loader import load_estate
from govcloud.standards import assessment_months
from monitors.families import Extra
from monitors.sources import Known
from monitors.sources.files import files_reader
from monitors.sources.known import Registered

TEXT = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: told}
spec: {title: told, network: extranet, hub: north}
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {name: north}
spec:
  title: north
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 4
  addresses: {pods: 10.10.0.0/16, services: 10.110.0.0/16}
  pools: [{name: extranet, zone: extranet, grade: 3, nodes: 2, shape: {cpu: "64", memory: 256Gi}}]
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: mee}
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {name: mee-air}
spec:
  title: air
  department: mee
  zone: extranet
  grading: {information: 3, service: 2, filing: {number: 11000000000-26001, date: 2026-03-31}}
  data: {class: general, level: L2}
  recovery: {tier: 1}
  resources: {cpu: "4", memory: 16Gi, storage: 100Gi, pods: 20}
  regions: {primary: north}
"""
FILING = "govcloud_tenancy_filing_expiry_timestamp_seconds"
SHARING = "govcloud_sharing_expiry_timestamp_seconds"
WAIVER = "govcloud_waiver_expiry_timestamp_seconds"


@pytest.fixture
def estate() -> Estate:
    return load_estate("told.yaml", text=TEXT)


def value(samples: tuple[Extra, ...], name: str, *labels: str) -> float | None:
    return next((value for family, found, value in samples if (family, found) == (name, labels)), None)


def at(year: int, month: int, day: int) -> float:
    return datetime(year, month, day, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def filed(estate: Estate, grade: int, day: str) -> Estate:
    text = TEXT.replace("information: 3", f"information: {grade}").replace("2026-03-31", day)
    return load_estate("told.yaml", text=text)


@pytest.mark.parametrize(
    ("grade", "day", "end"),
    [
        (3, "2026-03-31", at(2027, 3, 31)),
        (2, "2024-02-29", at(2026, 2, 28)),
        (3, "2027-12-01", at(2028, 12, 1)),
    ],
)
def test_a_filing_holds_until_its_grade_has_to_be_assessed_anew(
    estate: Estate, grade: int, day: str, end: float
) -> None:
    assert value(Known(filed(estate, grade, day)).samples(), FILING, "mee-air", "mee") == end


def test_months_of_assessment_are_those_of_the_standards_data() -> None:
    assert [assessment_months(grade) for grade in (1, 2, 3, 4)] == [None, 24, 12, 6]


def test_what_only_the_register_has_is_told_beside_the_files_and_of_both_the_files_count(
    estate: Estate,
) -> None:
    air = estate.tenancies["mee-air"]
    spec = air.spec.model_copy(update={"grading": air.spec.grading.model_copy(update={"filing": None})})
    sharing = Sharing.model_validate(
        {
            "metadata": {"name": "s1"},
            "spec": {
                "provider": "mee-air",
                "consumer": "mee-water",
                "ports": [{"port": 443}],
                "level": "L1",
                "purpose": "reports",
                "until": "2027-01-01T00:00:00Z",
            },
        }
    )
    waiver = Waiver.model_validate(
        {
            "metadata": {"name": "w1"},
            "spec": {
                "rule": "GC-POD-25",
                "tenancy": "mee-water",
                "department": "mee",
                "reason": "an old image that is replaced by June",
                "ticket": "T-1",
                "approvedBy": "wang.fang@govcloud",
                "until": "2027-01-02T00:00:00Z",
            },
        }
    )
    water = air.model_copy(update={"metadata": air.metadata.model_copy(update={"name": "mee-water"})})
    known = Known(estate)
    known.registered(
        Registered(
            {"mee-air": air.model_copy(update={"spec": spec}), "mee-water": water},
            {"s1": sharing},
            {"w1": waiver},
        )
    )
    told = known.samples()
    assert value(told, FILING, "mee-air", "mee") == value(told, FILING, "mee-water", "mee") == at(2027, 3, 31)
    assert value(told, SHARING, "s1", "mee-water", "mee") == sharing.spec.until.timestamp()
    assert value(told, WAIVER, "w1", "GC-POD-25", "mee-water", "mee") == waiver.spec.until.timestamp()
    known.registered(Registered())
    assert known.samples() == Known(estate).samples()


def test_a_register_that_did_not_change_costs_nothing(estate: Estate) -> None:
    known = Known(estate)
    before = known.samples()
    known.registered(Registered())
    assert known.samples() is before


@pytest.fixture
def watched(tmp_path: Path, estate: Estate) -> tuple[Path, Known, Callable[[], object]]:
    file = tmp_path / "estate.yaml"
    file.write_text(TEXT, encoding="utf-8")
    known = Known(estate)
    return file, known, files_reader(tmp_path, lambda: load_estate(tmp_path), known.read)


def test_files_that_change_are_told_without_a_restart(
    watched: tuple[Path, Known, Callable[[], object]],
) -> None:
    file, known, look = watched
    before = known.samples()
    look()
    assert known.samples() is before
    file.write_text(TEXT.replace("2026-03-31", "2026-04-30"), encoding="utf-8")
    (file.parent / "more.yaml").write_text("", encoding="utf-8")
    look()
    assert value(known.samples(), FILING, "mee-air", "mee") == at(2027, 4, 30)


def test_files_with_problems_are_not_taken_up_until_they_are_mended(
    watched: tuple[Path, Known, Callable[[], object]],
) -> None:
    file, known, look = watched
    before = known.samples()
    file.write_text(TEXT + "---\nkind: Nothing\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(EstateError):
            look()
    assert known.samples() is before
    file.write_text(TEXT.replace("2026-03-31", "2026-05-01") + "\n", encoding="utf-8")
    look()
    assert value(known.samples(), FILING, "mee-air", "mee") == at(2027, 5, 1)


def test_other_pools_are_known_without_a_restart(watched: tuple[Path, Known, Callable[[], object]]) -> None:
    file, known, look = watched
    file.write_text(TEXT.replace("nodes: 2", "nodes: 30"), encoding="utf-8")
    look()
    assert {pool.nodes for region in known.files.regions.values() for pool in region.spec.pools} == {30}
    assert replace(known.files, sources={}) == replace(known.estate, sources={})
