"""Which regions a tenancy gets when it names none."""

import pytest

from govcloud.errors import EstateError
from govcloud.model.checks import check_estate
from govcloud.model.loader import load_estate
from govcloud.placement import place
from govcloud.placement.distance import distance_km

HEAD = """\
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: test}
spec: {title: 测试, network: extranet, hub: %s}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: 生态环境部}
"""
POOL = "{name: %s, zone: %s, grade: %d, nodes: %d, runtime: %s, shape: {cpu: 64, memory: 256Gi%s}}"
BEIJING, TIANJIN, GUIAN, ZHONGWEI = (39.9, 116.4), (39.1, 117.2), (26.4, 106.5), (37.5, 105.2)


def pool(nodes=4, zone="dedicated", grade=3, runtime="runc", gpu=""):
    accelerators = f", accelerators: {{nvidia.com/gpu: {gpu}}}" if gpu else ""
    return POOL % (f"{zone}-{grade}-{runtime}", zone, grade, nodes, runtime, accelerators)


def region(name, number, at=BEIJING, level="central", pue=1.2, ceiling=4, pools=None):
    where = f"location: {{latitude: {at[0]}, longitude: {at[1]}}}" if at else ""
    return f"""\
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {name}}}
spec:
  title: 中心
  level: {level}
  network: extranet
  zones: [internet, dedicated]
  gradeCeiling: {ceiling}
  addresses: {{pods: 10.{number}.0.0/16, services: 10.{100 + number}.0.0/16}}
  energy: {{pue: {pue}}}
  {where}
  pools: [{", ".join(pools or [pool()])}]
"""


def tenancy(name, tier=1, grade=3, cpu=64, zone="dedicated", regions="", isolation="", gpu=""):
    accelerators = f", accelerators: {{nvidia.com/gpu: {gpu}}}" if gpu else ""
    return f"""\
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: {name}}}
spec:
  title: 系统
  department: mee
  zone: {zone}
  grading: {{information: {grade}, service: 1}}
  data: {{class: general, level: L2}}
  recovery: {{tier: {tier}}}
  resources: {{cpu: {cpu}, memory: 64Gi, storage: 1Ti, pods: 10{accelerators}}}
  {isolation}
  {regions}
"""


def estate(*documents):
    hub = next(line for line in "".join(documents).splitlines() if line.startswith("metadata"))
    name = hub.split("name: ")[1].rstrip("}")
    return load_estate("estate.yaml", text="---\n".join([HEAD % name, *documents]))


def regions_of(placed):
    return {name: (t.spec.regions.primary, *t.spec.regions.standby) for name, t in placed.tenancies.items()}


def refusal(loaded):
    with pytest.raises(EstateError) as caught:
        place(loaded)
    return caught.value.problems


def test_the_central_region_comes_first():
    loaded = estate(region("county", 1, level="county", pue=1.0), region("centre", 2), tenancy("a"))
    assert regions_of(place(loaded)) == {"a": ("centre",)}


def test_among_equals_the_one_with_most_room_left_comes_first():
    loaded = estate(region("small", 1, pools=[pool(2)]), region("wide", 2, pools=[pool(9)]), tenancy("a"))
    assert regions_of(place(loaded)) == {"a": ("wide",)}


def test_room_that_was_given_away_counts():
    given = tenancy("given", cpu=192, regions="regions: {primary: one}")
    loaded = estate(region("one", 1, pools=[pool(6)]), region("two", 2, pools=[pool(5)]), given, tenancy("a"))
    assert regions_of(place(loaded)) == {"given": ("one",), "a": ("two",)}


def test_then_the_region_that_wastes_least_energy():
    loaded = estate(region("a-hot", 1, pue=1.5), region("b-cool", 2, pue=1.1), tenancy("a"))
    assert regions_of(place(loaded)) == {"a": ("b-cool",)}


def test_then_the_name_decides():
    assert regions_of(place(estate(region("b", 1), region("a", 2), tenancy("t")))) == {"t": ("a",)}


def test_tenancies_spread_as_room_shrinks():
    loaded = estate(region("a", 1), region("b", 2), tenancy("one"), tenancy("two"), tenancy("three"))
    assert regions_of(place(loaded)) == {"one": ("a",), "two": ("b",), "three": ("a",)}


def test_from_tier_two_a_standby_region_is_found_far_away():
    loaded = estate(
        region("beijing", 1, pools=[pool(9)]),
        region("tianjin", 2, at=TIANJIN, pue=1.0),
        region("guian", 3, at=GUIAN, pue=1.3),
        region("zhongwei", 4, at=ZHONGWEI, pue=1.2),
        region("nowhere", 5, at=None, pue=1.0),
        tenancy("a", tier=2),
    )
    assert regions_of(place(loaded)) == {"a": ("beijing", "zhongwei")}


def test_a_near_standby_region_is_better_than_none():
    loaded = estate(region("beijing", 1, pools=[pool(9)]), region("tianjin", 2, at=TIANJIN), tenancy("a", 4))
    assert regions_of(place(loaded)) == {"a": ("beijing", "tianjin")}


def test_a_standby_takes_the_room_that_its_tier_needs():
    small = region("small", 2, at=GUIAN, pools=[pool(1)])
    fits = estate(region("big", 1, pools=[pool(9)]), small, tenancy("a", tier=3, cpu=256))
    assert regions_of(place(fits)) == {"a": ("big", "small")}
    (problem,) = refusal(estate(region("big", 1, pools=[pool(9)]), small, tenancy("a", tier=4, cpu=256)))
    assert "no region can be its standby (small: no room left)" in problem.what


def test_only_regions_that_can_carry_it_are_chosen():
    loaded = estate(
        region("low", 1, ceiling=3),
        region("runc", 2, pools=[pool(grade=4)]),
        region("other-zone", 3, pools=[pool(zone="internet", grade=4, runtime="sandbox")]),
        region("fit", 4, pue=2.0, pools=[pool(grade=4, runtime="sandbox")]),
        tenancy("a", grade=4),
    )
    assert regions_of(place(loaded)) == {"a": ("fit",)}


def test_accelerators_are_found_and_counted():
    gpu = region("gpu", 2, pools=[pool(2, gpu="8")])
    loaded = estate(region("plain", 1, pools=[pool(9)]), gpu, tenancy("a", gpu="9"))
    assert regions_of(place(loaded)) == {"a": ("gpu",)}
    (problem,) = refusal(estate(gpu, tenancy("a", gpu="17")))
    assert "gpu: no room left" in problem.what


def test_tenancies_that_share_no_node_take_whole_nodes():
    loaded = estate(region("one", 1, pools=[pool(2)]), *(tenancy(name, cpu=1) for name in ("a", "b", "c")))
    (problem,) = refusal(loaded)
    assert problem.line == loaded.sources["Tenancy", "c"].line_of(("spec",))


def test_tenancies_that_share_nodes_take_what_they_ask_for():
    names = ("a", "b", "c")
    loaded = estate(region("one", 1, pools=[pool(1)]), *(tenancy(name, cpu=20, grade=2) for name in names))
    assert set(regions_of(place(loaded)).values()) == {("one",)}


def test_isolation_by_cluster_asks_for_a_region_of_its_own():
    own = region("own", 2, pools=[pool(runtime="sandbox").replace("runtime", "tenancy: a, runtime")])
    shared = region("shared", 1, pools=[pool(runtime="sandbox")])
    loaded = estate(shared, own, tenancy("a", isolation="isolation: cluster"), tenancy("b"))
    assert regions_of(place(loaded)) == {"a": ("own",), "b": ("shared",)}


def test_every_tenancy_that_fits_nowhere_is_a_problem_with_its_line():
    loaded = estate(region("one", 1, ceiling=3), tenancy("a", grade=4), tenancy("b", tier=2))
    first, second = refusal(loaded)
    assert (first.file, first.field) == ("estate.yaml", "spec.regions")
    assert first.what == ("the tenancy cannot be placed: no region can be its primary (one: grade ceiling 3)")
    assert first.expected == (
        "room in pools with zone dedicated, grade 4 or above, runtime sandbox (isolation sandbox)"
    )
    assert "there is no other region" in second.what


def test_what_is_placed_already_stays_and_the_estate_given_is_untouched():
    loaded = estate(
        region("a", 1), region("b", 2), tenancy("t", regions="regions: {primary: b}"), tenancy("u")
    )
    placed = place(loaded)
    assert regions_of(placed)["t"] == ("b",)
    assert loaded.tenancies["u"].spec.regions is None


def test_a_placed_estate_passes_its_checks_and_is_placed_the_same_way_again():
    loaded = estate(
        region("a", 1), region("b", 2, at=GUIAN), tenancy("t", 5), tenancy("u", 3, zone="dedicated")
    )
    placed = place(loaded)
    assert check_estate(placed) == []
    assert place(placed) == placed == place(loaded)


def test_distances_follow_the_globe():
    loaded = estate(region("beijing", 1), region("guian", 2, at=GUIAN), region("unknown", 3, at=None))
    beijing, guian, unknown = loaded.regions.values()
    assert distance_km(beijing, guian) == pytest.approx(1750, abs=50)
    assert distance_km(beijing, beijing) == 0
    assert distance_km(beijing, unknown) is None
