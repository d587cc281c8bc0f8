"""Looking at the live objects: what stands, what differs, and what is put right without the engine."""

from pathlib import Path
from typing import Any

import pytest
from engine_clusters import MemoryCluster, as_applied
from engine_samples import labelled, manifest, platform, record, tenancy

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.mend import settle, sweep
from govcloud.engine.observe import observe
from govcloud.engine.receipts import Receipts
from govcloud.engine.survey import Standing, survey
from govcloud.engine.units import Unit
from govcloud.errors import ClusterError
from stacks.target import Target

AIR, WATER, NORTH = tenancy("air"), tenancy("water"), platform("north")
Manifest = dict[str, Any]


def seen(cluster: MemoryCluster, *units: Unit) -> list[tuple[str, str, str, str]]:
    found = observe(cluster, units)
    return [
        (str(stack), item.object, item.difference.change, item.difference.field)
        for stack, items in found.items()
        for item in items
    ]


def edited(cluster: MemoryCluster, name: str, **fields: Any) -> Manifest:
    (item,) = (i for i in cluster.objects.values() if i["metadata"]["name"] == name)
    item.update(fields)
    return item


def test_objects_that_are_as_planned_show_nothing() -> None:
    assert seen(MemoryCluster(as_applied([NORTH, AIR, WATER])), NORTH, AIR, WATER) == []


def test_each_difference_is_told_under_its_stack() -> None:
    cluster = MemoryCluster(as_applied([NORTH, AIR]))
    edited(cluster, "facts", data={"tenancy": "other"})
    assert seen(cluster, NORTH, AIR, WATER) == [
        ("tenancy.air.north", "ConfigMap t-air/facts", "changed", "data.tenancy"),
        ("tenancy.water.north", "Namespace t-water", "missing", ""),
        ("tenancy.water.north", "ConfigMap t-water/facts", "missing", ""),
    ]


def leftover(**more: Any) -> Manifest:
    """An object that govcloud made for a tenancy and nothing plans any more."""
    (live,) = as_applied([Unit(AIR.name, AIR.target, [manifest("ConfigMap", "old", "t-air")])])
    return labelled(live, tenancy="air") | more


def test_an_object_of_ours_that_nothing_plans_is_unplanned() -> None:
    cluster = MemoryCluster([*as_applied([AIR]), leftover()])
    assert seen(cluster, AIR) == [("tenancy.air.north", "ConfigMap t-air/old", "unplanned", "")]


def test_an_object_that_only_bears_our_labels_is_not_ours() -> None:
    theirs = leftover()
    theirs["metadata"]["managedFields"] = [{"manager": "kubectl-create", "operation": "Update"}]
    assert seen(MemoryCluster([*as_applied([AIR]), theirs]), AIR) == []


def test_a_single_tenancy_asks_for_its_own_objects_only() -> None:
    cluster = MemoryCluster(as_applied([AIR, WATER]))
    observe(cluster, [AIR])
    assert {labels for _, labels in cluster.lists} == {
        "app.kubernetes.io/managed-by=govcloud,govcloud.dev/tenancy=air"
    }


def test_a_region_costs_one_list_a_kind_however_many_its_tenancies() -> None:
    cluster = MemoryCluster()
    observe(cluster, [NORTH, *(tenancy(f"t{n}") for n in range(20))])
    assert sorted(kind for kind, _ in cluster.lists) == ["ClusterRole", "ConfigMap", "Namespace"]


def test_settling_removes_added_fields_and_unplanned_objects_and_nothing_else() -> None:
    cluster = MemoryCluster([*as_applied([AIR]), leftover()])
    item = edited(cluster, "facts", data={"tenancy": "air", "open": "yes"})
    theirs = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {"f:open": {}}}}
    item["metadata"]["managedFields"].append(theirs)
    assert settle(cluster, [AIR]) == {AIR.name: []}
    assert item["data"] == {"tenancy": "air"}
    assert cluster.deleted == ["old"]
    assert len(cluster.objects) == 2


def test_settling_applies_what_still_differs_once_more() -> None:
    cluster = MemoryCluster(as_applied([AIR]))
    edited(cluster, "facts", data={"tenancy": "other"})
    assert settle(cluster, [AIR]) == {AIR.name: []}


def test_what_is_missing_after_a_run_is_told_and_not_made_behind_its_back() -> None:
    cluster = MemoryCluster(as_applied([AIR])[:1])
    (drift,) = settle(cluster, [AIR])[AIR.name]
    assert (drift.object, drift.difference.change) == ("ConfigMap t-air/facts", "missing")
    assert len(cluster.objects) == 1


def test_what_cannot_be_put_right_is_told() -> None:
    cluster = MemoryCluster(as_applied([AIR]))
    edited(cluster, "facts", data={"tenancy": "other"})
    cluster.stubborn = True
    (drift,) = settle(cluster, [AIR])[AIR.name]
    assert drift.difference.field == "data.tenancy"


def test_a_sweep_takes_away_the_namespace_that_no_record_knew_of_and_no_other() -> None:
    cluster = MemoryCluster(as_applied([AIR, WATER]))
    sweep(cluster, AIR)
    sweep(cluster, NORTH)
    assert cluster.deleted == ["t-air"]


def test_a_sweep_leaves_a_namespace_of_others_alone() -> None:
    cluster = MemoryCluster([manifest("Namespace", "t-air")])
    sweep(cluster, AIR)
    sweep(cluster, WATER)
    assert cluster.deleted == []


def surveyed(tmp_path: Path, clusters: dict[str, MemoryCluster], *units: Unit) -> list[Standing]:
    def connect(target: Target) -> MemoryCluster:
        if target.region not in clusters:
            raise ClusterError("the API server does not answer", where=target.region)
        return clusters[target.region]

    (tmp_path / "receipts").mkdir(exist_ok=True)
    checkpoints = Checkpoints(tmp_path)
    return survey(units, Receipts(tmp_path / "receipts", checkpoints), checkpoints, connect)


def test_a_unit_is_in_sync_with_a_receipt_and_without_drift(tmp_path: Path) -> None:
    cluster = MemoryCluster(as_applied([AIR, WATER]))
    for unit, name in ((AIR, "air"), (WATER, "water")):
        record(tmp_path, str(unit.name), name)
    (tmp_path / "receipts").mkdir()
    Receipts(tmp_path / "receipts", Checkpoints(tmp_path)).write(AIR)
    air, water = surveyed(tmp_path, {"north": cluster}, AIR, WATER)
    assert (air.in_sync, water.in_sync) == (True, False)
    edited(cluster, "t-air", spec={"changed": 1})
    cluster.objects.pop(("v1", "ConfigMap", "t-air", "facts"))
    (air,) = surveyed(tmp_path, {"north": cluster}, AIR)
    assert (air.in_sync, air.new) == (False, False)


def test_a_unit_without_a_record_is_new(tmp_path: Path) -> None:
    (air,) = surveyed(tmp_path, {"north": MemoryCluster()}, AIR)
    assert (air.new, air.in_sync) == (True, False)


def test_a_region_that_does_not_answer_costs_the_others_nothing(tmp_path: Path) -> None:
    far = tenancy("air", "south")
    standings = surveyed(tmp_path, {"north": MemoryCluster()}, far, AIR)
    assert [s.unit for s in standings] == [far, AIR]
    assert "does not answer" in str(standings[0].error)
    assert (standings[0].in_sync, standings[1].error) == (False, None)


@pytest.mark.parametrize("receipt", [True, False])
def test_of_a_region_that_does_not_answer_nothing_is_in_sync(receipt: bool) -> None:
    assert not Standing(AIR, receipt=receipt, error="does not answer").in_sync
