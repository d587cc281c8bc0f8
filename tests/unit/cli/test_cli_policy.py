"""``govcloud policy``: rules listed, explained, asked and waived; how the commands end, and what they print where."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from policy_samples import RULES, deployment, namespace

from govcloud import check
from govcloud.cli.policy import checking, found, waiving
from govcloud.engine import survey
from govcloud.errors import ClusterError, InputError
from govcloud.report import FORMATS
from policies.finding import POINTS, SEVERITIES
from policies.loading import RuleError, shipped_rules
from policies.rule import Rule
from policies.settings import Settings
from policies.target import targets
from policies.waiver_rules import WAIVER_RULES
from policies.waivers import Excuse, mark_waived

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
BAD = deployment(image="nginx:1")
GOOD = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a", "namespace": "t-air"},
    "data": {"x": "1"},
}
WAIVE = ("--reason", "the vendor mends it in March", "--ticket", "OPS-1", "--approved-by", "li.na@cac")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    """A file of manifests."""

    def write(*objects: Any, name: str = "app.yaml") -> Path:
        path = tmp_path / name
        path.write_text("---\n".join(yaml.safe_dump(one) for one in objects))
        return path

    return write


def rows(result: Any) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.exception
    loaded: list[dict[str, Any]] = json.loads(result.stdout)
    return loaded


# list


def test_all_rules_are_listed(govcloud: Any) -> None:
    assert [row["rule"] for row in rows(govcloud("policy", "list", "-o", "json"))] == list(shipped_rules())
    table = govcloud("policy", "list").stdout
    assert all(rule in table for rule in shipped_rules())


@pytest.mark.parametrize("target", ["workload", "tenancy"])
def test_rules_are_listed_by_target(govcloud: Any, target: str) -> None:
    listed = rows(govcloud("policy", "list", "--target", target, "-o", "json"))
    assert {row["target"] for row in listed} == {target}


def test_rules_are_listed_by_grade_severity_and_point(govcloud: Any) -> None:
    listed = rows(
        govcloud("policy", "list", "--grade", 2, "--severity", "high", "--point", "admission", "-o", "json")
    )
    expected = [
        rule.id
        for rule in shipped_rules().values()
        if rule.grades.from_ <= 2 and rule.severity in ("high", "critical") and "admission" in rule.points
    ]
    assert [row["rule"] for row in listed] == expected
    assert expected


def test_a_target_that_is_not_there_is_an_input_error_that_names_those_that_are(govcloud: Any) -> None:
    error = govcloud("policy", "list", "--target", "pod").exception
    assert isinstance(error, InputError)
    assert all(name in str(error) for name in targets())


def test_titles_are_in_the_language_of_the_locale(govcloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = shipped_rules()["GC-POD-01"]
    assert rule.title.en in govcloud("policy", "list").stdout
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert rule.title.zh in govcloud("policy", "list").stdout


# explain


@pytest.mark.parametrize("known", {rule.target: rule for rule in shipped_rules().values()}.values())
def test_a_rule_of_any_target_can_be_explained(govcloud: Any, known: Rule) -> None:
    rule = known.id
    shown = re.sub(r"\s+", "", govcloud("policy", "explain", rule).stdout)
    for words in (known.title.en, known.title.zh, known.why, known.remedy.en, known.fails, *known.clauses):
        assert re.sub(r"\s+", "", words) in shown


def test_an_explanation_shows_what_changes_in_a_failing_example(govcloud: Any) -> None:
    shown = govcloud("policy", "explain", "gc-pod-01").stdout
    assert re.search(r"^\s+\+\s+privileged: true", shown, re.MULTILINE)
    assert "passes" in shown
    assert "govcloud policy waive GC-POD-01 --tenancy NAME" in shown
    assert "at most 90 days" in shown


def test_a_rule_that_nobody_may_waive_is_told_as_such(govcloud: Any) -> None:
    shown = govcloud("policy", "explain", "GC-WVR-05").stdout
    assert "nobody can be: Some rules nobody here may waive (GC-WVR-05)" in shown
    assert "govcloud policy waive" not in shown


def test_an_explanation_as_data_has_both_expressions_and_the_clauses_by_grade(govcloud: Any) -> None:
    told = json.loads(govcloud("policy", "explain", "GC-POD-01", "-o", "json").stdout)
    assert told["expression"].startswith("(variables.grade >= 1")
    assert "variables.gc_pod_01_offences" in told["messageExpression"]
    assert told["clauses"][0]["numbers"]["3"].startswith("8.1.4.4")
    assert "Pod of v1" in told["kinds"]


@pytest.mark.parametrize("rule", [*WAIVER_RULES])
def test_rules_about_waivers_can_be_explained_too(govcloud: Any, rule: str) -> None:
    assert WAIVER_RULES[rule].title.zh in govcloud("policy", "explain", rule).stdout
    assert json.loads(govcloud("policy", "explain", rule, "-o", "json").stdout)["id"] == rule


@pytest.mark.parametrize(("typed", "meant"), [("GC-POD-1", "GC-POD-01"), ("privileged", "GC-POD-01")])
def test_a_mistyped_rule_is_answered_with_the_nearest(govcloud: Any, typed: str, meant: str) -> None:
    error = govcloud("policy", "explain", typed).exception
    assert isinstance(error, InputError)
    assert meant in str(error)


def test_what_resembles_no_rule_is_answered_without_a_guess(govcloud: Any) -> None:
    error = govcloud("policy", "explain", "xyzzy").exception
    assert "did you mean" not in str(error)
    assert "govcloud policy list" in str(error)


# check


def test_what_is_refused_is_told_by_rule_with_line_and_remedy(govcloud: Any, manifest: Any) -> None:
    path = manifest(GOOD, BAD)
    result = govcloud("policy", "check", path)
    assert result.exit_code == 1
    assert "GC-POD-02  Images come from a registry of the cloud" in result.stdout
    assert f"{path}:{path.read_text().splitlines().index('---') + 2}" in result.stdout
    assert "to mend it: " in result.stdout
    assert "nothing is known of namespace t-air: judged as of grade 4, the strictest" in result.stderr
    assert re.search(r"^\d+ findings in 2 objects: \d+ refused", result.stderr, re.MULTILINE)


def test_what_is_in_order_ends_well_with_a_word(govcloud: Any, manifest: Any) -> None:
    result = govcloud("policy", "check", manifest(GOOD), "--grade", 1)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1].startswith("no findings in ")


def test_the_same_verdict_is_had_from_standard_input(govcloud: Any, manifest: Any) -> None:
    path = manifest(BAD)
    result = govcloud("policy", "check", "-", "-o", "json", input=path.read_text())
    assert result.exit_code == 1
    sources = {finding["subject"]["source"] for finding in json.loads(result.stdout)["findings"]}
    assert sources == {"<stdin>:1"}


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_of_a_report_can_be_had(govcloud: Any, manifest: Any, tmp_path: Path, form: str) -> None:
    printed = govcloud("policy", "check", manifest(BAD), "--output", form)
    target = tmp_path / f"report.{form}"
    written = govcloud("policy", "check", manifest(BAD), "--output", form, "--output-file", target)
    assert printed.exit_code == written.exit_code == 1
    assert "GC-POD-02" in printed.stdout
    assert len(target.read_text()) == len(printed.stdout)
    assert "to mend it: " in written.stdout  # people see the table all the same


def test_the_forms_severities_and_points_that_are_offered_are_those_that_there_are() -> None:
    assert set(found._FORMS) == {"table", "yaml", *FORMATS}
    assert found._SEVERITIES == SEVERITIES
    assert set(POINTS) == {"request", *checking._POINTS}


def test_a_report_that_cannot_be_written_is_an_input_error(
    govcloud: Any, manifest: Any, tmp_path: Path
) -> None:
    target = tmp_path / "nowhere" / "x.json"
    result = govcloud("policy", "check", manifest(BAD), "-o", "json", "--output-file", target)
    assert isinstance(result.exception, InputError)


@pytest.mark.parametrize(("least", "code"), [("low", 1), ("critical", 0)])
def test_the_severity_that_fails_can_be_chosen(govcloud: Any, manifest: Any, least: str, code: int) -> None:
    assert govcloud("policy", "check", manifest(BAD), "--fail-on", least).exit_code == code


def test_what_only_warns_or_is_waived_fails_nothing_unless_its_severity_is_asked_for() -> None:
    end = datetime(2027, 2, 1, tzinfo=UTC)
    checked = check.check(
        [check.Located(namespace(), ""), check.Located(deployment(), "")],
        check.Places(settings=Settings(("reg.gov",))),
        RULES,
        point="preview",
        now=NOW,
    )
    refused, warned = checked.findings
    waived = mark_waived([refused], [Excuse(refused.rule, "air", "*", "*", end)], NOW)
    assert found.fails([warned, refused], None)
    assert not found.fails([warned, *waived], None)
    assert found.fails([warned, *waived], "low")
    assert not found.fails([warned, *waived], "medium")


def rules_of(result: Any) -> list[str]:
    return [finding["rule"] for finding in json.loads(result.stdout)["findings"]]


def grades(result: Any) -> set[int]:
    return {finding["grade"] for finding in json.loads(result.stdout)["findings"]}


def test_grade_and_zone_can_be_said(govcloud: Any, manifest: Any) -> None:
    result = govcloud("policy", "check", manifest(BAD), "--grade", 2, "--zone", "internet", "-o", "json")
    assert grades(result) == {2}
    assert "judged as of grade" not in result.stderr
    only_grade = govcloud("policy", "check", manifest(BAD), "--grade", 2)
    assert "no zone is said: dedicated is assumed" in only_grade.stderr


def test_more_labels_a_registry_and_domains_can_be_said(govcloud: Any, manifest: Any) -> None:
    said = ("--label", "grade=1", "--label", "govcloud.dev/information-grade=1", "--label", "service-grade=1")
    path = manifest(deployment(image="reg.gov/web"))
    result = govcloud(
        "policy", "check", path, *said, "--registry", "reg.gov", "--domain", "mee.gov.cn", "-o", "json"
    )
    other = govcloud("policy", "check", manifest(BAD), "--grade", 2, "--registry", "reg.gov", "-o", "json")
    assert "GC-POD-02" not in rules_of(result)
    assert "GC-POD-02" in rules_of(other)


def test_an_estate_tells_where_objects_will_be(govcloud: Any, manifest: Any, small: Path) -> None:
    result = govcloud("policy", "check", manifest(BAD), "--estate", small, "-o", "json")
    assert grades(result) == {3}
    (tenancy,) = {finding["tenancy"] for finding in json.loads(result.stdout)["findings"]}
    assert tenancy == "air"
    assert "guess" not in result.stderr


def test_a_tenancy_owns_what_names_no_namespace(govcloud: Any, manifest: Any, small: Path) -> None:
    nowhere = manifest(deployment(namespace=None, image="nginx:1"))
    options = ("--estate", small, "--tenancy", "air", "--region", "south", "-o", "json")
    result = govcloud("policy", "check", nowhere, *options)
    (region,) = {finding["region"] for finding in json.loads(result.stdout)["findings"]}
    assert region == "south"


def test_an_estate_is_asked_about_its_requests_and_with_plan_about_what_it_would_make(
    govcloud: Any, small: Path
) -> None:
    requests = json.loads(govcloud("policy", "check", small, "-o", "json").stdout)
    planned = json.loads(govcloud("policy", "check", small, "--plan", "-o", "json").stdout)
    assert requests["points"] == ["request"]
    assert requests["estate"] == "small"
    assert planned["points"] == ["request", "preview"]
    assert planned["summary"]["objects"] > requests["summary"]["objects"] > 0
    assert planned["regions"] == ["north", "south"]


def test_an_estate_can_come_through_a_pipe(govcloud: Any, small: Path) -> None:
    result = govcloud("policy", "check", "-", "--plan", "-o", "json", input=small.read_text())
    assert json.loads(result.stdout)["estate"] == "small"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--tenancy", "air"), "--estate"),
        (("--plan",), "--plan needs an estate"),
        (("--label", "tier"), "KEY=VALUE"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    shell: Any, manifest: Any, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert shell("policy", "check", manifest(BAD), *options) == 2
    assert words in capsys.readouterr().err


def test_every_problem_of_the_files_is_printed(
    shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "b.yaml").write_text("- 1")
    assert shell("policy", "check", tmp_path) == 2
    *problems, last = capsys.readouterr().err.splitlines()
    assert [line.split(":1: ")[0] for line in problems] == [f"{tmp_path}/a.yaml", f"{tmp_path}/b.yaml"]
    assert last == "error: 2 problems in the manifests"


def test_many_objects_of_one_rule_are_not_all_printed_but_all_reported(govcloud: Any, manifest: Any) -> None:
    path = manifest(*(deployment(f"web-{number:02}", image="nginx:1") for number in range(30)))
    shown = govcloud("policy", "check", path).stdout
    assert "and 20 more like these" in shown
    report = json.loads(govcloud("policy", "check", path, "-o", "json").stdout)
    assert sum(finding["rule"] == "GC-POD-02" for finding in report["findings"]) == 30


# audit


class NoCluster:
    """An API server that has gone."""

    def __getattr__(self, name: str) -> Any:
        raise ClusterError("the API server does not answer")


def test_a_region_that_does_not_answer_is_told_and_ends_with_3(
    govcloud: Any, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "connect", lambda target: NoCluster())
    result = govcloud("policy", "audit", small)
    assert result.exit_code == 3
    for region in ("north", "south"):
        assert f"region {region}: the API server does not answer" in result.stderr


# verify


def test_the_shipped_rules_hold(govcloud: Any) -> None:
    result = govcloud("policy", "verify")
    assert (result.exit_code, result.stdout) == (0, "")
    assert re.fullmatch(rf"{len(shipped_rules())} rules with \d+ examples: all of it holds\n", result.stderr)


def rule_text(**changes: Any) -> str:
    rule = shipped_rules()["GC-POD-01"].model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return yaml.safe_dump(rule | changes, allow_unicode=True)


def test_rules_of_ones_own_are_verified_and_all_problems_are_told(govcloud: Any, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(rule_text(id="GC-OWN-01"))
    (tmp_path / "b.yaml").write_text(rule_text(id="GC-OWN-02"))
    assert govcloud("policy", "verify", "--rules", tmp_path).exit_code == 0
    (tmp_path / "a.yaml").write_text(rule_text(id="GC-OWN-01", clauses=["MLPS-NONE-01"]))
    (tmp_path / "b.yaml").write_text(rule_text(id="GC-OWN-02", fails="quantity('1') > 0"))
    error = govcloud("policy", "verify", "--rules", tmp_path).exception
    assert isinstance(error, RuleError)
    assert error.exit_code == 2
    assert any("GC-OWN-01" in problem and "MLPS-NONE-01" in problem for problem in error.problems)
    assert any("GC-OWN-02" in problem and "quantity" in problem for problem in error.problems)


def test_an_example_that_does_not_do_what_it_says_is_a_problem(govcloud: Any, tmp_path: Path) -> None:
    examples = {"pass": [{"base": "Deployment"}], "fail": [{"base": "Deployment", "finds": ["x is y"]}]}
    (tmp_path / "a.yaml").write_text(rule_text(id="GC-OWN-01", examples=examples))
    error = govcloud("policy", "verify", "--rules", tmp_path).exception
    assert isinstance(error, RuleError)
    assert "x is y" in str(error)


def test_a_folder_without_rules_is_an_input_error(govcloud: Any, tmp_path: Path) -> None:
    assert isinstance(govcloud("policy", "verify", "--rules", tmp_path).exception, InputError)


# waive


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiving, "_now", lambda: NOW)


@pytest.fixture
def waive(govcloud: Any, small: Path, today: None) -> Callable[..., Any]:
    def run(rule: str, *options: object) -> Any:
        return govcloud("policy", "waive", rule, "--estate", small, "-t", "air", *WAIVE, *options)

    return run


def test_a_waiver_is_printed_as_a_document_of_the_estate(waive: Any, small: Path, govcloud: Any) -> None:
    result = waive("gc-pod-21", "--days", 30, "--kind", "Deployment", "--name", "web")
    document = yaml.safe_load(result.stdout)
    assert document["metadata"] == {"name": "gc-pod-21-air-20270101"}
    assert document["spec"] == {
        "rule": "GC-POD-21",
        "tenancy": "air",
        "department": "mee",
        "scope": {"kinds": ["Deployment"], "names": ["web"]},
        "reason": "the vendor mends it in March",
        "ticket": "OPS-1",
        "approvedBy": "li.na@cac",
        "until": "2027-01-31T12:00:00Z",
    }
    small.write_text(small.read_text() + result.stdout)
    listed = json.loads(govcloud("policy", "waivers", small, "-o", "json").stdout)
    assert [(one["waiver"], one["daysLeft"], one["findings"]) for one in listed] == [
        ("gc-pod-21-air-20270101", 30, [])
    ]


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2027-01-31", "2027-02-01T00:00:00Z"),
        ("2027-01-31T16:00:00Z", "2027-01-31T16:00:00Z"),
        ("2027-02-01T00:00:00+08:00", "2027-01-31T16:00:00Z"),
    ],
)
def test_a_day_is_meant_to_its_end_and_a_moment_as_it_is(waive: Any, until: str, end: str) -> None:
    assert yaml.safe_load(waive("GC-POD-21", "--until", until).stdout)["spec"]["until"] == end


@pytest.mark.parametrize(
    "options", [(), ("--days", 1, "--until", "2027-01-31"), ("--until", "soon"), ("--days", 0)]
)
def test_when_it_ends_is_said_once_and_understandably(waive: Any, options: tuple[object, ...]) -> None:
    assert waive("GC-POD-21", *options).exit_code == 2


def test_a_grave_rule_is_waived_for_ninety_days_at_most(waive: Any) -> None:
    assert waive("GC-POD-01", "--days", 90).exit_code == 0
    refused = waive("GC-POD-01", "--days", 91)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "[GC-WVR-94]" in refused.stderr


def test_a_name_has_room_for_a_long_tenancy_and_can_be_chosen(waive: Any) -> None:
    assert (
        yaml.safe_load(waive("GC-POD-21", "--days", 1, "--waiver", "own").stdout)["metadata"]["name"] == "own"
    )


@pytest.mark.parametrize(
    ("rule", "options"),
    [("GC-POD-99", ("-t", "air")), ("GC-POD-21", ("-t", "soil")), ("GC-POD-21", ("--name", "*x"))],
)
def test_a_rule_tenancy_or_name_that_is_none_is_an_input_error(
    waive: Any, rule: str, options: tuple[str, ...]
) -> None:
    assert isinstance(waive(rule, "--days", 1, *options).exception, InputError)


def test_who_approves_has_to_be_said_where_nobody_calls(govcloud: Any, small: Path) -> None:
    result = govcloud(
        "policy",
        "waive",
        "GC-POD-21",
        "--estate",
        small,
        "-t",
        "air",
        "--reason",
        "r",
        "--ticket",
        "T-1",
        "--days",
        1,
    )
    assert result.exit_code == 2
    assert "--approved-by" in result.stderr


# waivers


def waiver_text(name: str, rule: str, until: datetime) -> str:
    spec = {
        "rule": rule,
        "tenancy": "air",
        "reason": "the vendor mends it",
        "ticket": "OPS-1",
        "approvedBy": "li@x",
    }
    document = {"apiVersion": "govcloud.dev/v1", "kind": "Waiver", "metadata": {"name": name}}
    return "---\n" + yaml.safe_dump(document | {"spec": spec | {"until": until.isoformat()}})


def test_waivers_are_listed_with_days_left_and_what_is_to_mend(
    govcloud: Any, small: Path, today: None
) -> None:
    texts = (
        waiver_text("fine", "GC-POD-21", NOW + timedelta(days=10, hours=1)),
        waiver_text("old", "GC-POD-21", NOW - timedelta(days=3)),
        waiver_text("typo", "GC-POD-77", NOW + timedelta(days=5)),
        waiver_text("long", "GC-POD-01", NOW + timedelta(days=200)),
    )
    small.write_text(small.read_text() + "".join(texts))
    result = govcloud("policy", "waivers", small, "-o", "json")
    assert result.exit_code == 1
    told = {
        one["waiver"]: (one["daysLeft"], [f["rule"] for f in one["findings"]])
        for one in json.loads(result.stdout)
    }
    assert told["old"] == (-3, ["GC-WVR-91"])
    assert told["typo"] == (5, ["GC-WVR-93"])
    assert told["fine"] == (10, [])
    assert told["long"] == (200, ["GC-WVR-94"])
    assert list(told) == ["old", "typo", "fine", "long"]
    table = govcloud("policy", "waivers", small).stdout
    assert "ended" in table
    assert "Waivers that have ended are taken away" in table


def test_without_waivers_there_is_nothing_to_list(govcloud: Any, small: Path) -> None:
    result = govcloud("policy", "waivers", small)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("no waivers\n")


# the estate's own commands


def test_a_plan_that_would_be_refused_is_printed_and_ends_with_1(
    govcloud: Any, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = check.check(
        [check.Located(deployment(image="nginx:1"), "")],
        check.Places(),
        [shipped_rules()["GC-POD-02"]],
        point="preview",
        now=NOW,
    )
    monkeypatch.setattr(check, "check_plan", lambda units, rules, now: refused)
    result = govcloud("plan", small, "-o", "yaml")
    assert result.exit_code == 1
    assert len(list(yaml.safe_load_all(result.stdout))) > 50
    assert "refused: Deployment t-air/web: [GC-POD-02]" in result.stderr


def test_the_rule_that_the_guide_shows_is_one(govcloud: Any, tmp_path: Path) -> None:
    guide = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    (tmp_path / "guide.yaml").write_text(text)
    result = govcloud("policy", "verify", "--rules", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "1 rule with 2 examples: all of it holds\n")


def test_the_guide_tells_of_every_rule_about_waivers() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "policy.md").read_text(encoding="utf-8")
    for rule in WAIVER_RULES.values():
        assert f"| `{rule.id}` | " in guide
