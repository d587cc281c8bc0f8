"""The rules as data: what they name exists, what they say is said in both languages, and each can be acted on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from govcloud.errors import InputError
from govcloud.standards.load import standards_data
from monitors import families
from monitors.rules.examples import promtool_tests
from monitors.rules.loading import Settings, alerts, filled
from monitors.rules.model import Alert
from monitors.rules.rendering import ALERTS_FILE, RECORDINGS_FILE, rule_files
from monitors.rules.thresholds import Thresholds

RUNBOOKS = Path(__file__).parents[3] / "docs/runbooks.md"
FAMILIES = {family.name: family for family in families.ALL}
FILES = rule_files(Settings())
RULES = [rule for data in FILES.values() for group in data["groups"] for rule in group["rules"]]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
_RECORDED = re.compile(r"\b[a-z_]+:[a-z0-9_]+:[a-z0-9_]+")


def metrics_of(expr: str) -> set[str]:
    return set(re.findall(r"\bgovcloud_\w+", _RECORDED.sub("", expr)))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_asks_about_metrics_that_are_exported_or_recorded(rule: dict[str, str]) -> None:
    assert metrics_of(rule["expr"]) <= set(FAMILIES)
    assert set(_RECORDED.findall(rule["expr"])) <= RECORDED


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.alert)
def test_the_series_of_examples_are_those_of_the_exporter(alert: Alert) -> None:
    known = {"instance", "job"}
    for example in (*alert.examples.fires, *alert.examples.silent):
        for series in example.series:
            name, labels = series.split("{", 1)
            if name != "up":
                assert set(re.findall(r"(\w+)=", labels)) - known == set(FAMILIES[name].labels), series


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if "record" in rule], ids=lambda rule: rule["record"]
)
def test_a_recording_is_named_level_metric_operations(rule: dict[str, str]) -> None:
    _, metric, operations = rule["record"].split(":")
    assert metric.startswith("govcloud_")
    assert "_total" not in metric
    assert ("rate(" in rule["expr"]) == operations.startswith("rate")


def test_no_recording_divides_before_it_adds() -> None:
    for rule in RULES:
        assert not re.search(r"(sum|avg)[^(]*\([^()]*\([^()]*\)\s*/", rule["expr"]), rule["expr"]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.alert)
def test_every_alert_has_a_section_in_the_runbooks(alert: Alert) -> None:
    text = RUNBOOKS.read_text(encoding="utf-8")
    assert f"\n## {alert.alert}\n" in text
    assert Settings().runbook(alert.alert) == f"docs/runbooks.md#{alert.alert.lower()}"


def test_the_runbooks_tell_of_no_alert_that_does_not_exist() -> None:
    headings = re.findall(r"^## (Govcloud\w+)$", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [alert.alert for alert in alerts()]


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.alert)
def test_both_languages_tell_the_same_values(alert: Alert) -> None:
    values = [sorted(re.findall(r"{{.*?}}", text)) for text in (alert.summary.en, alert.summary.zh)]
    assert set(values[0]) >= set(values[1])
    assert re.search(r"[\u4e00-\u9fff]", alert.summary.zh)
    assert re.search(r"[\u4e00-\u9fff]", alert.description.zh)
    assert not re.search(r"[\u4e00-\u9fff]", alert.summary.en + alert.description.en)


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: alert.alert)
def test_an_example_that_fires_says_which_labels_and_words(alert: Alert) -> None:
    assert all(example.labels is not None and example.summary for example in alert.examples.fires)
    assert all(example.labels is None and not example.summary for example in alert.examples.silent)


def test_every_example_becomes_a_test_of_promtool() -> None:
    examples = sum(len(alert.examples.fires) + len(alert.examples.silent) for alert in alerts())
    tests = promtool_tests(Settings())
    assert sum(len(data["tests"]) for data in tests.values()) == examples
    assert all(data["rule_files"] == [RECORDINGS_FILE, ALERTS_FILE] for data in tests.values())


def test_idleness_is_that_of_the_standards_data() -> None:
    said = standards_data("metering")["utilisation_thresholds"]["defaults"]
    words = Thresholds().words()
    assert float(words["idle_cpu"]) * 100 == said["idle"]["cpu_p95_pct"]
    assert float(words["idle_memory"]) * 100 == said["idle"]["mem_avg_pct"]
    assert int(words["idle_days"]) == said["idle"]["window_days"]
    assert float(words["quota_high_storage"]) * 100 == said["storage"]["used_pct_high"]
    assert f"first {words['young_days']} days after go-live" in said["exempt"]
    assert "dr standby (level>=4)" in said["exempt"]


def test_a_threshold_of_ones_own_is_in_the_alert() -> None:
    own = rule_files(Settings(thresholds=Thresholds.of({"exhaustion_days": "30"})))
    assert "< 30 * 86400" in str(own[ALERTS_FILE])


@pytest.mark.parametrize(
    ("given", "told"),
    [({"nothing": "1"}, "no threshold 'nothing'"), ({"idle_cpu": "x"}, "'x'"), ({"idle_cpu": "-1"}, "'-1'")],
)
def test_a_threshold_that_is_none_is_refused(given: dict[str, str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        Thresholds.of(given)


def test_a_word_that_stands_for_nothing_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing"):
        filled({"expr": ["a < ${absent}"]}, {"job": "govcloud"})


def test_the_table_of_alerts_in_the_documents_is_that_of_the_rules() -> None:
    text = (RUNBOOKS.parent / "monitoring.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (Govcloud\w+) \| (\w+) \| (\w+) \|", text, re.MULTILINE)
    assert rows == [(alert.alert, alert.severity, alert.hold) for alert in alerts()]
