"""Recovery and compliance: which data would be lost, what the audit found, what ends soon; for auditors."""

from __future__ import annotations

from monitors.dashboards.model import DEPARTMENT, Board, Panel, Row, Text, one

_CHOSEN = '{department=~"$department"}'
_LEGEND = "{{tenancy}} / {{resource_region}}"


def _until(metric: str, labels: str, en: str, zh: str) -> Panel:
    return Panel(
        Text(en, zh),
        "table",
        "dateTimeFromNow",
        one(f"sort(max by ({labels}) ({metric}{_CHOSEN})) * 1000", "{{tenancy}}", "{{tenancy}}"),
        8,
    )


_LAST = f"max by (tenancy, department, resource_region) (govcloud_recovery_last_success_timestamp_seconds{_CHOSEN})"

RECOVERY_BOARD = Board(
    "recovery",
    Text("govcloud / Recovery and compliance", "govcloud / 灾备与合规"),
    (DEPARTMENT,),
    (
        Row(
            Text("Recovery", "灾备"),
            (
                Panel(
                    Text("Age of the last good copy", "最近有效副本的时延"),
                    "timeseries",
                    "s",
                    one(f"time() - {_LAST}", _LEGEND, _LEGEND),
                ),
                Panel(
                    Text("Age over the RPO; from 100 % on it is breached", "时延占 RPO；达到 100% 即违约"),
                    "bars",
                    "percentunit",
                    one(
                        f"(time() - {_LAST}) / on (tenancy) group_left () "
                        f"(max by (tenancy) (govcloud_recovery_rpo_target_seconds{_CHOSEN}) > 0)",
                        _LEGEND,
                        _LEGEND,
                    ),
                ),
                Panel(
                    Text("RPO that is promised", "承诺的 RPO"),
                    "table",
                    "s",
                    one(
                        f"max by (tenancy, tier) (govcloud_recovery_rpo_target_seconds{_CHOSEN})",
                        "{{tenancy}}",
                        "{{tenancy}}",
                    ),
                ),
                Panel(
                    Text("RTO that is promised", "承诺的 RTO"),
                    "table",
                    "s",
                    one(
                        f"max by (tenancy, tier) (govcloud_recovery_rto_target_seconds{_CHOSEN})",
                        "{{tenancy}}",
                        "{{tenancy}}",
                    ),
                ),
            ),
        ),
        Row(
            Text("Compliance", "合规"),
            (
                Panel(
                    Text("Findings of the last audit, of the whole estate", "最近一次审计的问题（全域）"),
                    "bars",
                    "none",
                    one(
                        "sum by (severity) (max by (rule, severity) (govcloud_findings))",
                        "{{severity}}",
                        "{{severity}}",
                    ),
                ),
                Panel(
                    Text("Rules with most findings", "问题最多的规则"),
                    "bars",
                    "none",
                    one(
                        "topk(10, max by (rule, severity) (govcloud_findings))",
                        "{{rule}} ({{severity}})",
                        "{{rule}} ({{severity}})",
                    ),
                ),
                _until(
                    "govcloud_waiver_expiry_timestamp_seconds",
                    "waiver, rule, tenancy, department",
                    "Waivers end",
                    "豁免到期",
                ),
                _until(
                    "govcloud_sharing_expiry_timestamp_seconds",
                    "sharing, tenancy, department",
                    "Sharings end",
                    "共享到期",
                ),
                _until(
                    "govcloud_tenancy_filing_expiry_timestamp_seconds",
                    "tenancy, department",
                    "Filings have to be renewed",
                    "备案更新",
                ),
            ),
        ),
    ),
)
