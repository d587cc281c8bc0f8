"""Usage is the difference of two samples, whatever happened to the counter between them."""

from monitors.watch.amounts import NANO
from monitors.watch.records import PodRecord
from monitors.watch.usage import Used, meter, read_usage

TEXT = b"""\
# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time
container_cpu_usage_seconds_total{container="a",namespace="t-air",pod="p"} 7 1700000000000
# TYPE node_cpu_usage_seconds_total counter
node_cpu_usage_seconds_total 100.5 1700000000500
node_memory_working_set_bytes 2e+09
pod_cpu_usage_seconds_total{namespace="t-air",pod="p"} 12.25 1700000001000
pod_memory_working_set_bytes{namespace="t-air",pod="p"} 1.048576e+06 1700000001000
pod_swap_usage_bytes{namespace="t-air",pod="p"} 5
"""


def test_a_kubelets_text_is_read_with_its_own_moments() -> None:
    usage = read_usage(TEXT)
    assert (usage.seconds, usage.memory, usage.at) == (100.5, 2_000_000_000, 1_700_000_000.5)
    assert usage.pods == {("t-air", "p"): Used(12.25, 1_048_576, 1_700_000_001.0)}


def metered(*samples: tuple[float, float]) -> PodRecord:
    record = PodRecord("uid", "node")
    for seconds, at in samples:
        meter(record, Used(seconds, 1), at)
    return record


def test_one_sample_tells_nothing_of_processors_and_two_tell_the_mean() -> None:
    assert metered((50, 10)).cpu == 0
    assert metered((50, 10), (80, 25)).cpu == 2 * NANO


def test_a_counter_that_fell_began_anew() -> None:
    assert metered((50, 10), (5, 20)).cpu == NANO // 2


def test_a_sample_that_a_kubelet_told_before_changes_nothing() -> None:
    assert metered((50, 10), (60, 20), (60, 20)).cpu == NANO
    assert metered((50, 10), (60, 20), (55, 15)).cpu == NANO
