"""One region: its pools, how fresh its figures are, and what the site draws."""

from __future__ import annotations

from monitors.dashboards.model import REGION, Board, Panel, Row, Text, one

_CHOSEN = '{resource_region=~"$resource_region"}'
_POOL = "{{pool}} / {{resource}}"


def _ratio(metric: str, en: str, zh: str) -> Panel:
    return Panel(
        Text(en, zh), "timeseries", "percentunit", one(f"pool:{metric}:ratio{_CHOSEN}", _POOL, _POOL), 12
    )


REGION_BOARD = Board(
    "region",
    Text("govcloud / Region", "govcloud / 区域"),
    (REGION,),
    (
        Row(
            Text("State", "状态"),
            (
                Panel(
                    Text("Age of the figures", "数据时延"),
                    "stat",
                    "s",
                    one(
                        "time() - max by (resource_region) "
                        f"(govcloud_region_observed_timestamp_seconds{_CHOSEN})",
                        "{{resource_region}}",
                        "{{resource_region}}",
                    ),
                    6,
                    4,
                ),
                Panel(
                    Text("Nodes that are ready", "就绪节点"),
                    "stat",
                    "percentunit",
                    one(
                        f"sum by (resource_region) (max by (pool, resource_region) (govcloud_pool_nodes_ready{_CHOSEN}))"
                        " / "
                        f"sum by (resource_region) (max by (pool, resource_region) (govcloud_pool_nodes{_CHOSEN}))",
                        "{{resource_region}}",
                        "{{resource_region}}",
                    ),
                    6,
                    4,
                ),
                Panel(
                    Text("PUE of the site", "机房 PUE"),
                    "stat",
                    "short",
                    one(
                        f"max by (resource_region) (govcloud_region_pue_ratio{_CHOSEN})",
                        "{{resource_region}}",
                        "{{resource_region}}",
                    ),
                    6,
                    4,
                ),
                Panel(
                    Text("Calls that failed, a second", "每秒失败调用"),
                    "stat",
                    "short",
                    one(
                        f"resource_region:govcloud_watch_errors:rate5m{_CHOSEN}",
                        "{{resource_region}}",
                        "{{resource_region}}",
                    ),
                    6,
                    4,
                ),
            ),
        ),
        Row(
            Text("Pools", "资源池"),
            (
                _ratio("govcloud_pool_headroom_per_allocatable", "Headroom of allocatable", "余量占可分配"),
                _ratio(
                    "govcloud_pool_headroom_n1_per_allocatable",
                    "Headroom after the loss of the largest node (N-1)",
                    "最大节点故障后的余量（N-1）",
                ),
                _ratio("govcloud_pool_used_per_allocatable", "Used of allocatable", "使用占可分配"),
                Panel(
                    Text("Granted quota of allocatable", "配额占可分配"),
                    "bars",
                    "percentunit",
                    one(f"pool:govcloud_pool_overcommit_ratio:max{_CHOSEN}", _POOL, _POOL),
                    12,
                ),
                Panel(
                    Text("Forecast exhaustion", "预测耗尽时间"),
                    "table",
                    "dateTimeFromNow",
                    one(
                        "max by (pool, resource_region, resource) "
                        f"(govcloud_pool_exhaustion_timestamp_seconds{_CHOSEN}) * 1000",
                        _POOL,
                        _POOL,
                    ),
                    12,
                ),
                Panel(
                    Text("Power of the pools, at the plug", "各资源池用电功率"),
                    "timeseries",
                    "watt",
                    one(
                        f"max by (pool, resource_region) (govcloud_pool_power_watts{_CHOSEN})",
                        "{{pool}}",
                        "{{pool}}",
                    ),
                    12,
                ),
            ),
        ),
        Row(
            Text("Tenancies", "租户"),
            (
                Panel(
                    Text("Largest tenancies, allocated cores", "分配核数最多的租户"),
                    "bars",
                    "short",
                    one(
                        "topk(10, max by (tenancy, resource_region) "
                        f"(govcloud_tenancy_allocated_cpu_cores{_CHOSEN}))",
                        "{{tenancy}}",
                        "{{tenancy}}",
                    ),
                    24,
                ),
            ),
        ),
    ),
)
