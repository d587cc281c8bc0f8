"""Sums hold exactly what the objects that are there put in, in whatever order events and samples come."""

import random

import msgspec
import pytest

from govcloud.model import Estate
from monitors.facts import PoolFacts, TenancyFacts
from monitors.watch.amounts import NANO
from monitors.watch.assemble import Assembler
from monitors.watch.objects import Claim, Namespace, Node, Pod, Quota
from monitors.watch.power import PowerModel
from monitors.watch.state import RegionState
from monitors.watch.usage import Usage, Used

LABELS = {
    f"govcloud.dev/{name}": value
    for name, value in {
        "tenancy": "air",
        "department": "mee",
        "grade": "3",
        "zone": "extranet",
        "tier": "5",
        "role": "primary",
        "pool-grade": "3",
    }.items()
}


def namespace(name: str = "t-air", **labels: str) -> Namespace:
    changed = {f"govcloud.dev/{key}": value for key, value in labels.items()}
    return msgspec.convert({"metadata": {"name": name, "labels": LABELS | changed}}, Namespace)


def node(name: str, *, pool: str = "ext3", ready: bool = True, closed: bool = False) -> Node:
    has = {"cpu": "64", "memory": "256Gi", "ephemeral-storage": "4Ti", "pods": "110"}
    status = {"type": "Ready", "status": "True" if ready else "Unknown"}
    return msgspec.convert(
        {
            "metadata": {"name": name, "labels": {"govcloud.dev/pool": pool}},
            "spec": {"unschedulable": closed},
            "status": {"capacity": has, "allocatable": has, "conditions": [status]},
        },
        Node,
    )


def pod(
    name: str, cpu: str = "1", *, on: str = "n1", phase: str = "Running", uid: str = "", at: str = "t-air"
) -> Pod:
    needs = {"cpu": cpu, "memory": "1Gi", "ephemeral-storage": "1Gi"}
    return msgspec.convert(
        {
            "metadata": {"name": name, "namespace": at, "uid": uid or name},
            "spec": {
                "nodeName": on,
                "containers": [{"resources": {"requests": needs, "limits": {"cpu": "4"}}}],
            },
            "status": {"phase": phase},
        },
        Pod,
    )


def sample(state: RegionState, seconds: dict[str, float], clock: float, on: str = "n1") -> None:
    pods = {("t-air", name): Used(value, 2**30) for name, value in seconds.items()}
    state.sample(on, Usage(sum(seconds.values()), 2**31, pods=pods), clock, clock)


@pytest.fixture
def state() -> RegionState:
    state = RegionState()
    for thing in (namespace(), node("n1"), node("n2")):
        state.put(thing)
    return state


@pytest.fixture
def assembler(estate: Estate) -> Assembler:
    return Assembler(estate.regions["north"], PowerModel())


def seen(assembler: Assembler, state: RegionState) -> tuple[TenancyFacts, PoolFacts]:
    (tenancy,), (pool,) = assembler.assemble(state)
    return tenancy, pool


def test_what_is_allocated_is_the_larger_of_requested_and_used_of_each_pod(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("busy"))
    state.put(pod("lazy"))
    sample(state, {"busy": 0, "lazy": 0}, 0)
    sample(state, {"busy": 30, "lazy": 1}, 10)
    tenancy, pool = seen(assembler, state)
    assert (tenancy.requested.cpu, tenancy.limit.cpu) == (2, 8)
    assert tenancy.used.cpu == pytest.approx(3.1)
    assert tenancy.allocated.cpu == 4
    assert (pool.requested.cpu, pool.headroom.cpu, pool.headroom_n1.cpu) == (2, 126, 62)


def test_a_pod_that_waits_counts_for_its_tenancy_and_for_no_pool(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("waits", on="", phase="Pending"))
    tenancy, pool = seen(assembler, state)
    assert (tenancy.requested.pods, tenancy.used.pods, pool.requested.pods) == (1, 0, 0)
    state.put(pod("waits"))
    tenancy, pool = seen(assembler, state)
    assert (tenancy.used.pods, pool.requested.pods, pool.requested.storage) == (1, 1, 2**30)


def test_a_pod_that_has_ended_counts_for_nothing(assembler: Assembler, state: RegionState) -> None:
    state.put(pod("job"))
    state.put(pod("job", phase="Succeeded"))
    tenancy, pool = seen(assembler, state)
    assert tenancy.requested.pods == pool.requested.pods == 0


def test_a_pod_of_the_same_name_begins_with_no_usage(assembler: Assembler, state: RegionState) -> None:
    state.put(pod("p"))
    sample(state, {"p": 0}, 0)
    sample(state, {"p": 20}, 10)
    state.put(pod("p", uid="another"))
    assert seen(assembler, state)[0].used.cpu == 0
    sample(state, {"p": 900}, 20)
    assert seen(assembler, state)[0].used.cpu == 0


def test_a_pod_that_its_kubelet_is_silent_about_uses_nothing(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("p"))
    sample(state, {"p": 0}, 0)
    sample(state, {"p": 20}, 10)
    sample(state, {}, 20)
    assert seen(assembler, state)[0].used.memory == 0


def test_pods_that_were_there_before_their_node_are_put_to_its_pool(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("p", on="n3"))
    assert seen(assembler, state)[1].requested.pods == 0
    state.put(node("n3"))
    assert seen(assembler, state)[1].requested.pods == 1
    state.drop(Node, ("", "n3"))
    assert seen(assembler, state)[1].requested.pods == 0


def test_nodes_that_are_closed_or_not_ready_offer_nothing(assembler: Assembler, state: RegionState) -> None:
    state.put(node("n1", closed=True))
    pool = seen(assembler, state)[1]
    assert (pool.nodes, pool.ready, pool.allocatable.cpu, pool.capacity.cpu) == (2, 2, 64, 128)
    state.put(node("n2", ready=False))
    pool = seen(assembler, state)[1]
    assert (pool.ready, pool.allocatable.cpu, pool.largest.cpu) == (1, 0, 0)


def test_quota_and_claims_are_those_of_the_tenancy(assembler: Assembler, state: RegionState) -> None:
    hard = {
        "requests.cpu": "8",
        "requests.storage": "1Ti",
        "requests.ephemeral-storage": "50Gi",
        "pods": "50",
    }
    meta = {"name": "compute", "namespace": "t-air"}
    state.put(msgspec.convert({"metadata": meta, "spec": {"hard": hard}}, Quota))
    claim = {"resources": {"requests": {"storage": "10Gi"}}}
    state.put(
        msgspec.convert({"metadata": meta, "spec": claim, "status": {"capacity": {"storage": "12Gi"}}}, Claim)
    )
    tenancy, pool = seen(assembler, state)
    assert (tenancy.quota.cpu, tenancy.quota.storage, tenancy.quota.pods) == (8, 2**40, 50)
    assert (tenancy.requested.storage, tenancy.allocated.storage) == (10 * 2**30, 12 * 2**30)
    assert (pool.quota.cpu, pool.quota.storage) == (8, 50 * 2**30)
    state.drop(Quota, ("t-air", "compute"))
    state.drop(Claim, ("t-air", "compute"))
    tenancy, pool = seen(assembler, state)
    assert tenancy.quota == tenancy.allocated == pool.quota


def test_what_a_new_list_does_not_have_is_gone(assembler: Assembler, state: RegionState) -> None:
    for name in ("a", "b"):
        state.put(pod(name))
    state.keep_only(Pod, {("t-air", "b")})
    assert seen(assembler, state)[0].requested.pods == 1


def test_a_tenancy_that_is_gone_is_told_no_more_and_nothing_is_kept_of_it(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("p"))
    seen(assembler, state)
    state.drop(Pod, ("t-air", "p"))
    state.drop(Namespace, ("", "t-air"))
    assert assembler.assemble(state)[0] == ()
    assert "t-air" not in state.accounts


def test_a_namespace_of_no_tenancy_is_not_told(assembler: Assembler, state: RegionState) -> None:
    state.put(msgspec.convert({"metadata": {"name": "kube-system"}}, Namespace))
    state.put(pod("p", at="kube-system"))
    tenancy, pool = seen(assembler, state)
    assert (tenancy.requested.pods, pool.requested.pods) == (0, 1)


def test_tenancies_draw_no_more_than_the_pool(assembler: Assembler, state: RegionState) -> None:
    for number in range(20):
        state.put(pod(f"p{number}", "8"))
    tenancy, pool = seen(assembler, state)
    assert tenancy.allocated.cpu > pool.allocatable.cpu
    assert 0 < tenancy.watts <= pool.watts * (1 + 1e-9)


def test_watts_of_an_idle_tenancy_are_its_share_of_what_the_nodes_draw(
    assembler: Assembler, state: RegionState
) -> None:
    state.put(pod("p", "32"))
    tenancy, pool = seen(assembler, state)
    assert tenancy.watts == pytest.approx(pool.watts * 32 / 128)


def test_after_any_events_the_sums_are_those_of_what_is_left(
    assembler: Assembler, state: RegionState
) -> None:
    dice = random.Random(7)  # noqa: S311  # nothing secret
    left: dict[str, Pod] = {}
    for step in range(2_000):
        name = f"p{dice.randrange(40)}"
        if dice.random() < 0.3:
            state.drop(Pod, ("t-air", name))
            left.pop(name, None)
        else:
            one = pod(
                name,
                f"{dice.randrange(1, 5000)}m",
                on=dice.choice(["", "n1", "n2"]),
                uid=f"{dice.randrange(3)}",
            )
            state.put(one)
            left[name] = one
        if step % 50 == 0:
            sample(state, {name: step * dice.random() for name in left}, float(step))
    tenancy, pool = seen(assembler, state)
    milli = sum(int(one.spec.containers[0].resources.requests["cpu"][:-1]) for one in left.values())  # type: ignore[index]
    assert tenancy.requested.cpu == milli * NANO // 1000 / NANO
    assert tenancy.requested.pods == len(left)
    assert pool.requested.pods == sum(1 for one in left.values() if one.spec.node_name)
    for name in left:
        state.drop(Pod, ("t-air", name))
    account = state.accounts["t-air"]
    assert not any((*account.requested, *account.limit, *account.used, *account.allocated, *account.placed))
