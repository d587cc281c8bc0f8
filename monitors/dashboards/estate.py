"""The estate at a glance: for who plans the whole and who is called when something is wrong."""

from __future__ import annotations

from monitors.dashboards.model import Board, Panel, Query, Row, Text, one

_REGION = "{{resource_region}}"


def _share(resource: str, en: str, zh: str) -> Panel:
    return Panel(
        Text(f"{en}: requested of allocatable", f"{zh}：申请占可分配"),
        "timeseries",
        "percentunit",
        one(
            f'resource_region:govcloud_pool_requested_per_allocatable:ratio{{resource="{resource}"}}',
            _REGION,
            _REGION,
        ),
        width=12,
    )


ESTATE = Board(
    "estate",
    Text("govcloud / Estate", "govcloud / 全域"),
    (),
    (
        Row(
            Text("Now", "当前"),
            (
                Panel(
                    Text("Regions heard of", "在线区域"),
                    "stat",
                    "none",
                    one("sum(max by (resource_region) (govcloud_region_up))", "regions", "区域"),
                    width=6,
                    height=4,
                ),
                Panel(
                    Text("Tenancies", "租户"),
                    "stat",
                    "none",
                    one("count(count by (tenancy) (govcloud_tenancy_info))", "tenancies", "租户"),
                    width=6,
                    height=4,
                ),
                Panel(
                    Text("Power at the plug", "总用电功率"),
                    "stat",
                    "watt",
                    one(
                        "sum(max by (pool, zone, grade, resource_region) (govcloud_pool_power_watts))",
                        "power",
                        "功率",
                    ),
                    width=6,
                    height=4,
                ),
                Panel(
                    Text("Tightest pool", "最紧张的资源池"),
                    "stat",
                    "percentunit",
                    one("min(pool:govcloud_pool_headroom_per_allocatable:ratio)", "headroom", "余量"),
                    width=6,
                    height=4,
                ),
            ),
        ),
        Row(
            Text("Capacity", "容量"),
            (
                _share("cpu", "Processors", "处理器"),
                _share("memory", "Memory", "内存"),
                Panel(
                    Text("Processor cores of the estate", "全域处理器核数"),
                    "timeseries",
                    "short",
                    (
                        Query(
                            "sum(resource_region:govcloud_pool_allocatable_cpu_cores:sum)",
                            Text("allocatable", "可分配"),
                        ),
                        Query(
                            "sum(resource_region:govcloud_pool_requested_cpu_cores:sum)",
                            Text("requested", "已申请"),
                        ),
                        Query(
                            "sum(resource_region:govcloud_pool_used_cpu_cores:sum)", Text("used", "已使用")
                        ),
                    ),
                ),
                Panel(
                    Text("Pools that are short", "余量最少的资源池"),
                    "bars",
                    "percentunit",
                    one(
                        "bottomk(10, pool:govcloud_pool_headroom_per_allocatable:ratio)",
                        "{{resource_region}} / {{pool}} / {{resource}}",
                        "{{resource_region}} / {{pool}} / {{resource}}",
                    ),
                ),
            ),
        ),
        Row(
            Text("Departments", "部门"),
            (
                Panel(
                    Text("Allocated processor cores", "已分配处理器核数"),
                    "bars",
                    "short",
                    one(
                        "topk(10, department:govcloud_tenancy_allocated_cpu_cores:sum)",
                        "{{department}}",
                        "{{department}}",
                    ),
                ),
                Panel(
                    Text("Quota that is held and idle, cores", "闲置配额（核）"),
                    "bars",
                    "short",
                    one(
                        "topk(10, department:govcloud_tenancy_idle_cpu_cores:sum)",
                        "{{department}}",
                        "{{department}}",
                    ),
                ),
            ),
        ),
    ),
)
