"""Which units a selection means, and what makes a unit another one."""

from dataclasses import replace
from typing import Any

import pytest
from engine_samples import tenancy

from govcloud.engine.units import Selection, Unit, units_of
from govcloud.errors import InputError
from govcloud.model import Estate
from stacks.names import StackName
from stacks.target import Target

AIR = tenancy("air")


def names(estate: Estate, regions: tuple[str, ...] = (), tenancies: tuple[str, ...] = ()) -> list[str]:
    return [str(unit.name) for unit in units_of(estate, Selection(regions, tenancies))]


def test_everything_means_platforms_first_then_tenancies_in_the_order_of_the_estate(estate: Estate) -> None:
    assert names(estate) == [
        "platform.north",
        "platform.south",
        "tenancy.air.north",
        "tenancy.air.south",
        "tenancy.water.south",
    ]


def test_a_tenancy_comes_with_the_platforms_of_its_regions(estate: Estate) -> None:
    assert names(estate, tenancies=("water",)) == ["platform.south", "tenancy.water.south"]


def test_a_region_comes_with_its_tenancies(estate: Estate) -> None:
    assert names(estate, regions=("north",)) == ["platform.north", "tenancy.air.north"]


def test_a_region_and_a_tenancy_meet(estate: Estate) -> None:
    assert names(estate, ("south",), ("air",)) == ["platform.south", "tenancy.air.south"]


def test_a_region_without_tenancies_that_was_named_is_its_platform(estate: Estate) -> None:
    assert names(replace(estate, tenancies={}), regions=("south",)) == ["platform.south"]


def test_a_region_without_tenancies_that_was_not_named_is_left_alone_unless_it_is_the_hub(
    estate: Estate,
) -> None:
    water = estate.tenancies["water"]
    assert names(replace(estate, tenancies={"water": water})) == [
        "platform.north",
        "platform.south",
        "tenancy.water.south",
    ]
    assert names(replace(estate, tenancies={})) == ["platform.north"]


def test_a_selection_that_means_nothing_says_so(estate: Estate) -> None:
    with pytest.raises(InputError, match="the selection is empty") as caught:
        names(estate, ("north",), ("water",))
    assert caught.value.mend


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        (Selection(("nort",), ()), "no region 'nort'.*'north'"),
        (Selection((), ("watr",)), "no tenancy 'watr'.*'water'"),
        (Selection((), ("something-else",)), "no tenancy 'something-else'.*estate show"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(estate: Estate, selection: Selection, words: str) -> None:
    with pytest.raises(InputError, match=words):
        units_of(estate, selection)


def variant(manifests: list[dict[str, Any]], target: Target = AIR.target) -> str:
    return Unit(AIR.name, target, manifests).digest


def test_the_digest_does_not_depend_on_the_order_of_keys() -> None:
    turned = [dict(reversed(list(manifest.items()))) for manifest in AIR.manifests]
    assert variant(turned) == AIR.digest


@pytest.mark.parametrize(
    "manifests",
    [
        AIR.manifests[:1],
        [*AIR.manifests, AIR.manifests[0]],
        [AIR.manifests[0], {**AIR.manifests[1], "data": {"tenancy": "Air"}}],
        [AIR.manifests[0], {**AIR.manifests[1], "immutable": True}],
    ],
)
def test_the_digest_changes_with_any_manifest(manifests: list[dict[str, Any]]) -> None:
    assert variant(manifests) != AIR.digest


def test_the_digest_follows_the_cluster_and_not_the_path_of_its_kubeconfig() -> None:
    manifests = list(AIR.manifests)
    assert variant(manifests, Target("north", "/another/path", "context")) == AIR.digest
    assert variant(manifests, Target("south", "/kubeconfig")) != AIR.digest


def test_a_unit_is_found_by_its_name(estate: Estate) -> None:
    (unit,) = (u for u in units_of(estate, Selection()) if u.name == StackName("south", "air"))
    roles = {m["metadata"]["labels"]["govcloud.dev/role"] for m in unit.manifests}
    assert roles == {"standby"}
