"""What the demo runs: admitted by every rule, within every quota, the same each time."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from govcloud.cli.demo.running import holds
from govcloud.cli.demo.workloads import load_of, usage_of, workloads_of
from govcloud.cli.estates import read_estate
from govcloud.model import Estate, parse_quantity
from policies.evaluation import Evaluator, Surroundings
from policies.loading import shipped_rules
from policies.settings import Settings
from stacks.desired import tenancy_manifests

Manifest = dict[str, Any]


@pytest.fixture(scope="module")
def national() -> Estate:
    return read_estate("estates/national")


@pytest.fixture(scope="module")
def running(national: Estate) -> dict[tuple[str, str], list[Manifest]]:
    """What is run, by region and tenancy."""
    found: dict[tuple[str, str], list[Manifest]] = {}
    spaces = {one.namespace: one.name for one in national.tenancies.values()}
    for region in national.regions.values():
        for one in workloads_of(national, region):
            found.setdefault((region.name, spaces[one["metadata"]["namespace"]]), []).append(one)
    return found


def test_every_tenancy_runs_something_in_its_primary_region_and_nowhere_else(
    national: Estate, running: dict[tuple[str, str], list[Manifest]]
) -> None:
    primaries = {
        (one.spec.regions.primary, one.name) for one in national.tenancies.values() if one.spec.regions
    }
    assert set(running) == primaries
    assert len(primaries) == 31


def test_no_rule_finds_anything_in_it_not_even_an_advice(
    national: Estate, running: dict[tuple[str, str], list[Manifest]]
) -> None:
    rules = list(shipped_rules().values())
    evaluators = {name: Evaluator(rules, Settings.of(region)) for name, region in national.regions.items()}
    for (region, tenancy), manifests in running.items():
        planned = tenancy_manifests(national, tenancy, region)
        namespace = next(one for one in planned if one["kind"] == "Namespace")
        around = Surroundings(namespace=namespace, siblings=(*planned, *manifests))
        for manifest in manifests:
            assert evaluators[region].evaluate(manifest, "audit", around) == []


def test_it_fits_the_quota_with_room_for_an_update(
    national: Estate, running: dict[tuple[str, str], list[Manifest]]
) -> None:
    for (region, tenancy), manifests in running.items():
        asked: Counter[str] = Counter()
        for one in (one for one in manifests if one["kind"] == "Deployment"):
            for name, value in one["spec"]["template"]["spec"]["containers"][0]["resources"][
                "limits"
            ].items():
                asked[name] += one["spec"]["replicas"] * parse_quantity(value)  # type: ignore[assignment]
            asked["pods"] += one["spec"]["replicas"]
        planned = tenancy_manifests(national, tenancy, region)
        quota = next(one for one in planned if one["metadata"]["name"] == "compute")["spec"]["hard"]
        for name, value in asked.items():
            whole = parse_quantity(quota["pods" if name == "pods" else f"requests.{name}"])
            assert 0 < value <= whole * Decimal("0.75"), (tenancy, name)


def test_no_pod_uses_more_than_it_asked_for(national: Estate) -> None:
    for place in range(len(national.tenancies)):
        load = load_of(place)
        assert 0 < load.cpu * (1 + load.swing) <= 1
        assert 0 < load.memory * (1 + load.swing / 4) <= 1


def test_a_fifth_holds_its_quota_and_hardly_uses_it() -> None:
    loads = [load_of(place) for place in range(30)]
    assert sum(one.cpu * (1 + one.swing) < Decimal("0.05") for one in loads) == 6
    assert len({(one.web, one.worker, one.cpu, one.period) for one in loads}) > 20


def test_the_simulation_reads_the_annotations_that_are_written() -> None:
    from importlib.resources import files

    text = files("govcloud.local.region").joinpath("files", "kwok.yaml").read_text(encoding="utf-8")
    for name in usage_of({"cpu": "2", "memory": "1Gi"}, load_of(0)):
        assert f'"{name}"' in text


def test_only_what_differs_is_written_again(
    running: dict[tuple[str, str], list[Manifest]],
) -> None:
    wanted = next(iter(running.values()))[0]
    live = wanted | {"status": {"replicas": 2}, "spec": wanted["spec"] | {"revisionHistoryLimit": 10}}
    assert holds(wanted, live)
    assert not holds(wanted, None)
    assert not holds(wanted, live | {"spec": live["spec"] | {"replicas": 1}})
    assert not holds({"args": [{"a": 1}]}, {"args": [{"a": 1}, {"a": 2}]})
