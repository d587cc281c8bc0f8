"""The examples of the alerts as a file of tests that ``promtool test rules`` runs.

Where somebody changes thresholds, the same file tells which examples no longer hold.
"""

from __future__ import annotations

from typing import Any

from monitors.rules.loading import Settings, alerts, filled, groups
from monitors.rules.model import Alert, Example
from monitors.rules.rendering import ALERTS_FILE, RECORDINGS_FILE, said


def promtool_tests(settings: Settings) -> dict[str, dict[str, Any]]:
    """The tests, to be kept in the folder of the rule files; as plain data, by name of the file.

    Promtool evaluates all rules of a file at one interval, so that examples of minutes and of months are apart.
    """
    order = [group.group for group in groups()]
    order += list(dict.fromkeys(alert.group for alert in alerts()))
    by_interval: dict[str, list[dict[str, Any]]] = {}
    for alert in alerts():
        for example in (*alert.examples.fires, *alert.examples.silent):
            by_interval.setdefault(example.interval, []).append(_test(alert, example, settings))
    return {
        f"govcloud-{interval}.test.yaml": {
            "rule_files": [RECORDINGS_FILE, ALERTS_FILE],
            "evaluation_interval": interval,
            "group_eval_order": order,
            "tests": tests,
        }
        for interval, tests in by_interval.items()
    }


def _test(alert: Alert, example: Example, settings: Settings) -> dict[str, Any]:
    test = {
        "name": f"{alert.alert}: {example.name}",
        "interval": example.interval,
        "input_series": [
            {"series": name, "values": values} for name, values in sorted(example.series.items())
        ],
        "alert_rule_test": [
            {
                "eval_time": example.at,
                "alertname": alert.alert,
                "exp_alerts": _expected(alert, example, settings),
            }
        ],
    }
    filled_test: dict[str, Any] = filled(test, settings.words())
    return filled_test


def _expected(alert: Alert, example: Example, settings: Settings) -> list[dict[str, Any]]:
    if example.labels is None or example.summary is None:
        return []
    return [
        {
            "exp_labels": {"severity": alert.severity, **example.labels},
            "exp_annotations": said(alert, example.summary.en, example.summary.zh, settings),
        }
    ]
