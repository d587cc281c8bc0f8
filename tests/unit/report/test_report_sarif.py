import json
from typing import Any

from public_schemas import problems, sarif_schema
from report_samples import IMAGES, PRIVILEGED, REPLICAS, SERVICES, a_finding, a_report, a_waiver

from govcloud.report import Report
from govcloud.report.sarif import sarif, write_sarif
from policies.finding import Subject


def run_of(report: Report) -> dict[str, Any]:
    (run,) = sarif(report)["runs"]
    return run  # type: ignore[no-any-return]


def result_of(finding: Any) -> dict[str, Any]:
    (result,) = run_of(a_report(findings=(finding,)))["results"]
    return result  # type: ignore[no-any-return]


def test_a_log_is_valid_sarif() -> None:
    assert problems(sarif_schema(), json.loads(write_sarif(a_report()))) == []


def test_a_log_without_findings_is_valid_sarif() -> None:
    assert problems(sarif_schema(), sarif(a_report(findings=(), rules=(), looks=(), tenancies=()))) == []


def test_the_public_schema_refuses_what_is_no_sarif() -> None:
    log = sarif(a_report())
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert problems(sarif_schema(), log)


def test_a_result_points_at_its_rule() -> None:
    run = run_of(a_report())
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_a_finding_of_a_rule_that_is_not_listed_has_no_index() -> None:
    run = run_of(a_report(findings=(a_finding(PRIVILEGED),), rules=(IMAGES,)))
    assert "ruleIndex" not in run["results"][0]


def test_levels_follow_the_severity() -> None:
    levels = {
        one.severity: result_of(a_finding(one))["level"] for one in (PRIVILEGED, IMAGES, REPLICAS, SERVICES)
    }
    assert levels == {"critical": "error", "high": "error", "medium": "warning", "low": "note"}


def test_a_rule_tells_its_score_its_clauses_and_its_chinese_title() -> None:
    rules = {one["id"]: one for one in run_of(a_report())["tool"]["driver"]["rules"]}
    told = rules["GC-POD-01"]["properties"]
    assert told["security-severity"] == "9.5"
    assert told["titleZh"] == "容器不得以特权模式运行"
    assert "MLPS-CMP-13" in told["tags"]
    assert "整改 GC-POD-01" in rules["GC-POD-01"]["help"]["markdown"]


def test_a_rule_points_at_the_controls_it_serves() -> None:
    run = run_of(a_report())
    for rule in run["tool"]["driver"]["rules"]:
        for relation in rule["relationships"]:
            target = relation["target"]
            taxa = run["taxonomies"][target["toolComponent"]["index"]]["taxa"]
            assert taxa[target["index"]]["id"] == target["id"]
            assert target["id"] in rule["properties"]["tags"]


def test_a_finding_of_a_file_is_at_its_line() -> None:
    source = "deploy/web app.yaml:17"
    result = result_of(a_finding(IMAGES, subject=Subject("v1", "Pod", "web", "t-air", source)))
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "deploy/web%20app.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 17},
    }


def test_a_finding_of_a_cluster_or_a_pipe_is_at_its_object_alone() -> None:
    for source in (None, "<stdin>:3"):
        subject = Subject("v1", "Pod", "web", "t-air", source)
        (location,) = result_of(a_finding(IMAGES, subject=subject))["locations"]
        assert "physicalLocation" not in location
        assert location["logicalLocations"][0]["fullyQualifiedName"] == "beijing/v1/Pod/t-air/web"


def test_a_waived_finding_is_suppressed_with_its_ticket_and_its_end() -> None:
    (suppression,) = result_of(a_finding(IMAGES, waived=a_waiver()))["suppressions"]
    assert suppression["status"] == "accepted"
    assert "OPS-12" in suppression["justification"]
    assert suppression["properties"]["until"] == "2027-01-31T16:00:00Z"
    assert result_of(a_finding(IMAGES))["suppressions"] == []
