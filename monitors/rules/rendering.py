"""Rules as Prometheus reads them: two files, one of recordings and one of alerts.

They are two because the recordings change with the metrics and the alerts with those who are called; a province that has
alerts of its own leaves the second out.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, product
from typing import Any

from monitors.rules.loading import Settings, alerts, filled, groups
from monitors.rules.model import Alert, Group, Recording

RECORDINGS_FILE = "govcloud-recordings.rules.yaml"
ALERTS_FILE = "govcloud-alerts.rules.yaml"

ENDINGS = {
    "cpu": "cpu_cores",
    "memory": "memory_bytes",
    "storage": "storage_bytes",
    "accelerators": "accelerators",
    "pods": "pods",
}
"""How the metrics of a resource end."""


def rule_files(settings: Settings) -> dict[str, dict[str, Any]]:
    """The rule files, as plain data, by name.

    Raises:
        InputError: a rule names a threshold that does not exist.
    """
    recordings = [_recording_group(group, settings) for group in groups()]
    alerting = [
        {"name": name, "rules": [_alert(alert, settings) for alert in several]}
        for name, several in groupby(alerts(), key=lambda alert: alert.group)
    ]
    return {RECORDINGS_FILE: {"groups": recordings}, ALERTS_FILE: {"groups": alerting}}


def _recording_group(group: Group, settings: Settings) -> dict[str, Any]:
    rules = [rule for recording in group.recordings for rule in _recordings(recording, settings)]
    interval = {"interval": group.interval} if group.interval else {}
    return {"name": group.group, **interval, "rules": rules}


def _recordings(recording: Recording, settings: Settings) -> Iterator[dict[str, Any]]:
    for values in product(*recording.each.values()):
        words = dict(zip(recording.each, values, strict=True))
        if "resource" in words:
            words["ending"] = ENDINGS[words["resource"]]
        rule = {"record": recording.record, "expr": recording.expr}
        yield filled(
            rule | ({"labels": recording.labels} if recording.labels else {}), settings.words() | words
        )


def _alert(alert: Alert, settings: Settings) -> dict[str, Any]:
    rule = {
        "alert": alert.alert,
        "expr": alert.expr,
        "for": alert.hold,
        "labels": {"severity": alert.severity},
        "annotations": said(alert, alert.summary.en, alert.summary.zh, settings),
    }
    filled_rule: dict[str, Any] = filled(rule, settings.words())
    return filled_rule


def said(alert: Alert, summary: str, summary_zh: str, settings: Settings) -> dict[str, str]:
    """What an alert says: the summary given, what it means in both languages, and where to read on."""
    texts: dict[str, str] = filled(
        {
            "summary": summary,
            "summary_zh": summary_zh,
            "description": alert.description.en,
            "description_zh": alert.description.zh,
        },
        settings.words(),
    )
    return texts | {"runbook_url": settings.runbook(alert.alert)}
