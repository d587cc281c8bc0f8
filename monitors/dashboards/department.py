"""One department: what it holds, asks for and uses, for who answers for it and who pays."""

from __future__ import annotations

from monitors.dashboards.model import DEPARTMENT, Board, Panel, Query, Row, Text, Unit, one

_CHOSEN = '{department=~"$department"}'


def _course(ending: str, unit: Unit, en: str, zh: str) -> Panel:
    """Quota, requested, allocated and used of one resource over time."""
    words = (
        ("quota", "quota", "配额"),
        ("requested", "requested", "已申请"),
        ("allocated", "allocated", "已分配"),
        ("used", "used", "已使用"),
    )
    return Panel(
        Text(en, zh),
        "timeseries",
        unit,
        tuple(
            Query(f"sum(department:govcloud_tenancy_{word}_{ending}:sum{_CHOSEN})", Text(said_en, said_zh))
            for word, said_en, said_zh in words
        ),
    )


DEPARTMENT_BOARD = Board(
    "department",
    Text("govcloud / Department", "govcloud / 部门"),
    (DEPARTMENT,),
    (
        Row(
            Text("Held and used", "持有与使用"),
            (
                _course("cpu_cores", "short", "Processor cores", "处理器核数"),
                _course("memory_bytes", "bytes", "Memory", "内存"),
                _course("storage_bytes", "bytes", "Storage", "存储"),
                _course("accelerators", "short", "Accelerator cards", "加速卡"),
            ),
        ),
        Row(
            Text("Efficiency", "效率"),
            (
                Panel(
                    Text("Used of requested", "使用占申请"),
                    "timeseries",
                    "percentunit",
                    one(
                        f"department:govcloud_tenancy_used_per_requested:ratio{_CHOSEN}",
                        "{{department}} / {{resource}}",
                        "{{department}} / {{resource}}",
                    ),
                ),
                Panel(
                    Text("Requested of quota", "申请占配额"),
                    "timeseries",
                    "percentunit",
                    one(
                        f"department:govcloud_tenancy_requested_per_quota:ratio{_CHOSEN}",
                        "{{department}} / {{resource}}",
                        "{{department}} / {{resource}}",
                    ),
                ),
                Panel(
                    Text("Idle quota, cores, by tenancy", "各租户闲置配额（核）"),
                    "bars",
                    "short",
                    one(
                        "topk(10, clamp_min("
                        f"max by (tenancy, resource_region) (govcloud_tenancy_quota_cpu_cores{_CHOSEN})"
                        " - "
                        f"max by (tenancy, resource_region) (govcloud_tenancy_allocated_cpu_cores{_CHOSEN}), 0))",
                        "{{tenancy}} / {{resource_region}}",
                        "{{tenancy}} / {{resource_region}}",
                    ),
                ),
                Panel(
                    Text("Energy drawn", "用电功率"),
                    "timeseries",
                    "watt",
                    one(
                        f"department:govcloud_tenancy_energy_joules:rate5m{_CHOSEN}",
                        "{{department}}",
                        "{{department}}",
                    ),
                ),
            ),
        ),
        Row(
            Text("Accounting", "计量"),
            (
                Panel(
                    Text("Counted processor cores", "计入的处理器核数"),
                    "timeseries",
                    "short",
                    one(
                        f"department:govcloud_tenancy_cpu_core_seconds:rate5m{_CHOSEN}",
                        "{{department}}",
                        "{{department}}",
                    ),
                    24,
                ),
            ),
        ),
    ),
)
