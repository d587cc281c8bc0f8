"""What pods ask for is counted as the scheduler counts it."""

import msgspec
import pytest

from monitors.watch.amounts import NANO, limited, nano, of_quota, requested, whole
from monitors.watch.objects import PodSpec

GIB = 2**30


def spec(**fields: object) -> PodSpec:
    return msgspec.convert(fields, PodSpec)


def container(cpu: str, memory: str = "0", **fields: object) -> dict[str, object]:
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}, **fields}


@pytest.mark.parametrize(
    ("quantity", "value"), [("250m", NANO // 4), ("2", 2 * NANO), ("1n", 1), ("1e3", 1000 * NANO)]
)
def test_quantities_are_exact(quantity: str, value: int) -> None:
    assert nano(quantity) == value


def test_bytes_are_rounded_up() -> None:
    assert whole("1500m") == 2


def test_containers_add_up() -> None:
    found = requested(spec(containers=[container("500m", "1Gi"), container("250m", "1Gi")]))
    assert found == (NANO * 3 // 4, 2 * GIB, 0, 0, 1)


def test_an_init_container_counts_where_it_needs_more_than_what_runs_after_it() -> None:
    found = requested(spec(containers=[container("1")], initContainers=[container("3"), container("2")]))
    assert found[0] == 3 * NANO


def test_a_sidecar_counts_beside_the_containers_and_the_inits_after_it() -> None:
    sidecar = container("1", restartPolicy="Always")
    assert requested(spec(containers=[container("2")], initContainers=[sidecar]))[0] == 3 * NANO
    assert (
        requested(spec(containers=[container("2")], initContainers=[sidecar, container("4")]))[0] == 5 * NANO
    )


def test_what_a_pod_asks_as_a_whole_counts_instead_of_its_containers_and_overhead_comes_on_top() -> None:
    found = requested(
        spec(
            containers=[container("1", "1Gi")], resources={"requests": {"cpu": "4"}}, overhead={"cpu": "100m"}
        )
    )
    assert found == (NANO * 41 // 10, GIB, 0, 0, 1)


def test_cards_of_any_vendor_count_and_huge_pages_do_not() -> None:
    limits = {"nvidia.com/gpu": "2", "huawei.com/Ascend910": "1", "hugepages-2Mi": "4Mi"}
    assert limited(spec(containers=[{"resources": {"limits": limits}}]))[3] == 3


def test_a_quota_of_one_storage_class_is_no_quota_of_cards() -> None:
    hard = {
        "requests.cpu": "8",
        "requests.storage": "1Ti",
        "govcloud-ssd.storageclass.storage.k8s.io/requests.storage": "1Ti",
        "requests.nvidia.com/gpu": "2",
        "count/jobs.batch": "100",
        "pods": "50",
    }
    assert of_quota(hard) == (8 * NANO, 0, 2**40, 2, 50)
