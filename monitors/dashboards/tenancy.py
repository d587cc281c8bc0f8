"""One tenancy: its quota against what it asks for and uses, in each of its regions; for those who run it."""

from __future__ import annotations

from monitors.dashboards.model import TENANCY, Board, Panel, Query, Row, Text, Unit, one

_CHOSEN = '{tenancy=~"$tenancy"}'
_LEGEND = "{{tenancy}} / {{resource_region}}"


def _course(ending: str, unit: Unit, en: str, zh: str) -> Panel:
    """Quota, requested, limit and used of one resource, a line a region."""
    words = (
        ("quota", "quota", "配额"),
        ("requested", "requested", "已申请"),
        ("limit", "limit", "上限"),
        ("used", "used", "已使用"),
    )
    return Panel(
        Text(en, zh),
        "timeseries",
        unit,
        tuple(
            Query(
                f"max by (tenancy, resource_region) (govcloud_tenancy_{word}_{ending}{_CHOSEN})",
                Text(f"{_LEGEND} {said_en}", f"{_LEGEND} {said_zh}"),
            )
            for word, said_en, said_zh in words
        ),
    )


TENANCY_BOARD = Board(
    "tenancy",
    Text("govcloud / Tenancy", "govcloud / 租户"),
    (TENANCY,),
    (
        Row(
            Text("What it is", "概况"),
            (
                Panel(
                    Text("Regions and roles", "区域与角色"),
                    "table",
                    "none",
                    one(
                        "max by (tenancy, department, grade, zone, resource_region, role, tier) "
                        f"(govcloud_tenancy_info{_CHOSEN})",
                        _LEGEND,
                        _LEGEND,
                    ),
                    12,
                ),
                Panel(
                    Text("Requested of quota", "申请占配额"),
                    "bars",
                    "percentunit",
                    one(
                        f"tenancy:govcloud_tenancy_requested_per_quota:ratio{_CHOSEN}",
                        "{{resource_region}} / {{resource}}",
                        "{{resource_region}} / {{resource}}",
                    ),
                    12,
                ),
            ),
        ),
        Row(
            Text("Held and used", "持有与使用"),
            (
                _course("cpu_cores", "short", "Processor cores", "处理器核数"),
                _course("memory_bytes", "bytes", "Memory", "内存"),
                _course("storage_bytes", "bytes", "Storage", "存储"),
                _course("pods", "short", "Pods", "Pod 数"),
                Panel(
                    Text("Used of requested", "使用占申请"),
                    "timeseries",
                    "percentunit",
                    one(
                        f"tenancy:govcloud_tenancy_used_per_requested:ratio{_CHOSEN}",
                        f"{_LEGEND} / {{{{resource}}}}",
                        f"{_LEGEND} / {{{{resource}}}}",
                    ),
                ),
                Panel(
                    Text("Power of its share of the nodes, at the plug", "分摊的用电功率"),
                    "timeseries",
                    "watt",
                    one(
                        f"max by (tenancy, resource_region) (govcloud_tenancy_power_watts{_CHOSEN})",
                        _LEGEND,
                        _LEGEND,
                    ),
                ),
            ),
        ),
    ),
)
