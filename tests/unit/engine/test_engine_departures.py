"""What may be taken away, and what is refused."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from engine_clusters import MemoryCluster
from engine_samples import labelled, manifest, platform, tenancy

from govcloud.engine import departures
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.departures import departing, refuse_workloads, strays
from govcloud.engine.units import Selection
from govcloud.engine.workloads import workloads_in
from govcloud.errors import ClusterError, InputError, RefusedError
from govcloud.model import Estate


@pytest.fixture
def backend(tmp_path: Path) -> Checkpoints:
    """All of the estate stands but ``water``."""
    checkpoints = Checkpoints(tmp_path)
    for stack in ("platform.north", "platform.south", "tenancy.air.north", "tenancy.air.south"):
        checkpoints.begin(stack)
    return checkpoints


def names(
    estate: Estate,
    backend: Checkpoints | None,
    *,
    platform: bool = False,
    regions: Any = (),
    tenancies: Any = (),
) -> list[str]:
    units = departing(estate, Selection(tuple(regions), tuple(tenancies)), backend, platform=platform)
    return [str(unit.name) for unit in units]


def test_all_tenancies_that_stand_go_and_platforms_stay_unless_asked_for(
    estate: Estate, backend: Checkpoints
) -> None:
    assert names(estate, backend) == ["tenancy.air.north", "tenancy.air.south"]


def test_platforms_go_after_their_tenancies(estate: Estate, backend: Checkpoints) -> None:
    assert names(estate, backend, platform=True, regions=["north"]) == ["tenancy.air.north", "platform.north"]


def test_a_tenancy_goes_from_the_regions_named(estate: Estate, backend: Checkpoints) -> None:
    assert names(estate, backend, regions=["south"], tenancies=["air"]) == ["tenancy.air.south"]


@pytest.mark.parametrize("stray", ["tenancy.gone.north", "tenancy.water.north"])
def test_a_tenancy_that_left_the_estate_or_a_region_is_a_stray_and_can_go(
    estate: Estate, backend: Checkpoints, stray: str
) -> None:
    backend.begin(stray)
    _, tenancy, region = stray.split(".")
    assert [str(name) for name in strays(estate, backend)] == [stray]
    assert names(estate, backend, regions=[region], tenancies=[tenancy]) == [stray]
    assert stray in names(estate, backend)


def test_what_the_estate_plans_is_no_stray(estate: Estate, backend: Checkpoints) -> None:
    assert strays(estate, backend) == []
    assert strays(estate, None) == []


def test_stacks_that_are_not_govclouds_are_left_alone(estate: Estate, backend: Checkpoints) -> None:
    for stack in ("sandbox", "passing.north.0", "tenancy.air"):
        backend.begin(stack)
    assert names(estate, backend) == ["tenancy.air.north", "tenancy.air.south"]
    assert strays(estate, backend) == []


def test_a_platform_does_not_go_with_a_few_of_its_tenancies(estate: Estate, backend: Checkpoints) -> None:
    with pytest.raises(InputError, match="do not go together") as caught:
        names(estate, backend, platform=True, regions=["north"], tenancies=["air"])
    assert caught.value.mend


def test_nothing_to_take_away_is_said(estate: Estate, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to take away"):
        names(estate, Checkpoints(tmp_path / "empty"))


@pytest.mark.parametrize(
    ("selection", "words"),
    [({"tenancies": ["air", "watr"]}, "watr.*water"), ({"regions": ["nort"]}, "nort.*north")],
)
def test_a_mistyped_name_is_told(
    estate: Estate, backend: Checkpoints, selection: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        names(estate, backend, **selection)


def test_on_another_backend_the_estate_says_what_stands(estate: Estate) -> None:
    assert names(estate, None, tenancies=["air"]) == ["tenancy.air.north", "tenancy.air.south"]


def test_a_departing_unit_says_how_many_objects_go(estate: Estate, backend: Checkpoints) -> None:
    backend.begin("tenancy.gone.north")
    units = departing(estate, Selection(("north",), ()), backend, platform=False)
    assert {str(u.name): bool(u.manifests) for u in units} == {
        "tenancy.air.north": True,
        "tenancy.gone.north": False,
    }


AIR, WATER = tenancy("air"), tenancy("water")
DEPLOYMENT = {**manifest("Deployment", "web", "t-air"), "apiVersion": "apps/v1"}


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> MemoryCluster:
    """A region where ``air`` runs a deployment and has a volume claim."""
    cluster = MemoryCluster([DEPLOYMENT, manifest("PersistentVolumeClaim", "data", "t-air")])
    monkeypatch.setattr(departures, "connect", lambda target: cluster)
    return cluster


def test_a_tenancy_with_workloads_is_refused_and_they_are_counted(region: MemoryCluster) -> None:
    with pytest.raises(
        RefusedError, match=r"air in north \(1 Deployment, 1 PersistentVolumeClaim\)"
    ) as caught:
        refuse_workloads([AIR, WATER, platform("north")], ())
    assert "water" not in caught.value.what
    assert "--with-workloads" in str(caught.value.mend)


def test_a_tenancy_that_was_named_goes_with_its_workloads(region: MemoryCluster) -> None:
    refuse_workloads([AIR, WATER], ("air",))


def test_a_tenancy_without_workloads_is_not_refused(region: MemoryCluster) -> None:
    refuse_workloads([WATER], ())


def test_where_a_region_does_not_answer_nothing_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(target: Any) -> Any:
        raise ClusterError("the API server does not answer")

    monkeypatch.setattr(departures, "connect", unreachable)
    with pytest.raises(ClusterError):
        refuse_workloads([AIR], ())


def test_what_a_controller_or_govcloud_made_is_no_workload_of_its_own() -> None:
    owned = manifest("Pod", "web-1", "t-air")
    owned["metadata"]["ownerReferences"] = [{"kind": "ReplicaSet"}]
    ours = labelled(manifest("Pod", "probe", "t-air"))
    alone = manifest("Pod", "alone", "t-air")
    elsewhere = manifest("Pod", "other", "t-water")
    cluster = MemoryCluster([DEPLOYMENT, owned, ours, alone, elsewhere])
    assert workloads_in(cluster, "t-air") == Counter(Deployment=1, Pod=1)
