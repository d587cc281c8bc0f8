"""``govcloud tenancy`` at a real hub: each person with nothing but a kubeconfig of their own, from a request to its end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from wires import wired

from govcloud.cli.main import cli
from govcloud.errors import ClusterError, InputError, RefusedError

FLAGS = (
    *("--title", "大气环境监测系统", "--zone", "dedicated", "--grade", 3),
    *("--filing", "11010800001-26001", "--filed-on", "2026-03-01"),
    *("--data-class", "general", "--data-level", "L3", "--tier", 5),
    *("--cpu", 8, "--memory", "32Gi", "--storage", "1Ti", "--pods", 50),
    *("--primary", "north", "--standby", "south"),
    *("--contact", "值班=010-00000000", "--contact", "李工=010-00000001", "--until", "2029-12-31"),
)
Govcloud = Callable[..., Result]


@pytest.fixture
def govcloud(kubeconfigs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Govcloud:
    """Runs ``govcloud tenancy`` as somebody, away from any estate."""
    monkeypatch.chdir(tmp_path)

    def run(who: str, *arguments: object, input: str | None = None) -> Result:
        environment = {"GOVCLOUD_HUB_KUBECONFIG": str(kubeconfigs[who])}
        words = ["tenancy", *map(str, arguments)]
        return CliRunner().invoke(cli, words, input=input, env=environment)

    return run


def done(result: Result) -> Result:
    assert result.exception is None, result.exception
    return result


def refused(result: Result, words: str) -> None:
    assert isinstance(result.exception, RefusedError), result.output
    assert words in str(result.exception)


def names(result: Result) -> list[str]:
    return [row["name"] for row in json.loads(done(result).stdout)]


def phase(run: Govcloud, name: str) -> str:
    shown = json.loads(done(run("liu", "show", name, "-o", "json")).stdout)
    return str(shown["tenancy"]["status"]["phase"])


def test_a_tenancy_is_asked_for_decided_changed_and_ended_from_the_command_line(
    govcloud: Govcloud, people: Any, desk: Any
) -> None:
    name = "mee-story"
    asked = done(govcloud("zhang", "request", name, *FLAGS, "--reason", "the old one ends"))
    assert f"{name} is requested" in asked.stderr
    assert "a reviewer (security or platform), not of mee" in asked.stderr
    assert asked.stdout == ""

    approve = ("--approve", "--reason", "fine", "--yes")
    refused(govcloud("zhang", "review", name, *approve, "--role", "security"), "GC-REG-21")
    assert name in names(govcloud("security", "list", "--waiting-for-me", "-o", "json"))
    first = done(govcloud("security", "review", name, *approve))
    assert f"{name} is in-review" in first.stderr
    assert "a reviewer (platform), not of mee" in first.stderr
    assert name not in names(govcloud("security", "list", "--waiting-for-me", "-o", "json"))
    assert f"{name} is approved" in done(govcloud("platform", "review", name, *approve)).stderr
    desk.activate(people["operator"].get(name))

    changed = done(govcloud("zhang", "change", name, "--cpu", 16, "--reason", "more stations"))
    assert "resources.cpu: 8 → 16" in changed.stderr
    seen = govcloud("security", "review", name, input="n\n")
    assert "differs from what was approved" in seen.stderr
    assert phase(govcloud, name) == "changing"
    done(govcloud("security", "review", name, *approve))
    assert phase(govcloud, name) == "changing"
    done(govcloud("platform", "review", name, *approve))
    active = desk.activate(people["operator"].get(name))
    assert active.spec["resources"]["cpu"] == "16"

    refused(govcloud("zhang", "retire", name, "--yes"), "it is active")
    done(govcloud("zhang", "cordon", name, "--reason", "replaced", "--yes"))
    assert "a reviewer (security or platform)" in done(govcloud("zhang", "retire", name, "--yes")).stderr
    refused(govcloud("zhang", "retire", name, "--agree", "--yes"), "GC-REG-42")
    refused(govcloud("chen", "retire", name, "--agree", "--yes"), "GC-REG-42")
    agreed = done(govcloud("platform", "retire", name, "--agree", "--reason", "agreed", "--yes"))
    assert "is retiring" in agreed.stderr
    shown = json.loads(govcloud("liu", "show", name, "-o", "json").stdout)
    assert shown["tenancy"]["status"]["retirement"]["consent"]["by"] == "zhou.tao@sic"
    assert [entry["by"] for entry in shown["tenancy"]["status"]["history"]][:3] == [
        "zhang.wei@mee",
        "sun.li@cac",
        "zhou.tao@sic",
    ]


def test_a_request_comes_from_a_file_whose_requester_is_whoever_calls(
    govcloud: Govcloud, people: Any, tmp_path: Path
) -> None:
    document = done(govcloud("zhang", "request", "mee-filed", *FLAGS, "--dry-run"))
    assert "the hub would take it" in document.stderr
    assert isinstance(govcloud("zhang", "show", "mee-filed").exception, InputError)

    written = yaml.safe_load(document.stdout)
    assert written["spec"].pop("requestedBy") == "zhang.wei@mee"
    file = tmp_path / "filed.yaml"
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    done(govcloud("chen", "request", "-f", file, "--draft"))
    assert people["chen"].get("mee-filed").phase == "draft"
    done(govcloud("zhang", "request", "-f", "-", "--cpu", 12, input=file.read_text()))
    record = people["chen"].get("mee-filed")
    assert (record.phase, record.spec["requestedBy"]) == ("requested", "chen.jie@mee")
    assert record.spec["resources"]["cpu"] == "12"
    done(govcloud("zhang", "request", "mee-filed"))  # once more does no harm
    assert len(people["chen"].get("mee-filed").history) == 1


def test_what_the_rules_refuse_is_not_sent(govcloud: Govcloud, people: Any) -> None:
    unreachable = FLAGS[: FLAGS.index("--contact")]
    result = govcloud("zhang", "request", "mee-silent", *unreachable, "--until", "2029-12-31")
    refused(result, "the rules refuse it")
    assert "[GC-TEN-15] A tenancy has people to call" in result.stderr
    with pytest.raises(InputError):
        people["zhang"].get("mee-silent")


def test_a_request_is_taken_back_rejected_and_made_again(govcloud: Govcloud) -> None:
    name = "mee-again"
    done(govcloud("zhang", "request", name, *FLAGS))
    refused(govcloud("wang", "request", "mee-theirs", *FLAGS), "GC-REG-01")
    done(govcloud("zhang", "withdraw", name, "--yes"))
    assert phase(govcloud, name) == "withdrawn"
    done(govcloud("zhang", "request", name))
    assert phase(govcloud, name) == "requested"

    done(govcloud("security", "review", name, "--reject", "--reason", "too large", "--yes"))
    assert phase(govcloud, name) == "rejected"
    refused(govcloud("zhang", "request", name), "GC-REG-27")
    assert name in names(govcloud("zhang", "list", "--waiting-for-me", "-o", "json"))
    done(govcloud("zhang", "request", name, "--cpu", 4))
    assert phase(govcloud, name) == "requested"


def test_a_review_is_of_what_was_shown(govcloud: Govcloud, people: Any, desk: Any) -> None:
    record = desk.requested()
    seen = record.hash.removeprefix("sha256:")[:12]
    people["zhang"].amend(record, {**record.spec, "title": "another"})
    decision = ("--approve", "--reason", "fine", "--yes", "--hash", seen)
    refused(govcloud("security", "review", record.name, *decision), "you have looked at")
    assert people["zhang"].get(record.name).reviews == ()


def test_a_change_is_dropped_and_a_cordon_is_lifted(govcloud: Govcloud, desk: Any, people: Any) -> None:
    record = desk.active()
    refused(govcloud("zhang", "change", record.name, "--zone", "extranet"), "never changes in place")
    assert phase(govcloud, record.name) == "active"
    refused(govcloud("zhang", "change", record.name, "--drop"), "there is no change to drop")
    people["zhang"].amend(
        people["zhang"].move(record, "changing", "more"), {**record.spec, "title": "another title"}
    )
    done(govcloud("zhang", "change", record.name, "--drop"))
    assert people["zhang"].get(record.name).spec == record.spec

    desk.activate(people["operator"].get(record.name))
    done(govcloud("operator", "cordon", record.name, "--yes"))
    refused(govcloud("zhang", "cordon", record.name, "--lift"), "GC-REG-40")
    done(govcloud("operator", "cordon", record.name, "--lift"))
    assert phase(govcloud, record.name) == "approved"

    desk.activate(people["operator"].get(record.name))
    done(govcloud("zhang", "cordon", record.name, "--yes"))
    done(govcloud("zhang", "retire", record.name, "--yes"))
    done(govcloud("zhang", "retire", record.name, "--keep"))
    assert phase(govcloud, record.name) == "cordoned"
    done(govcloud("zhang", "cordon", record.name, "--lift", "--change"))
    assert phase(govcloud, record.name) == "changing"


def test_people_list_what_is_theirs_to_see(govcloud: Govcloud, desk: Any) -> None:
    drafted, approved = desk.draft(grade=1, tier=1).name, desk.approved().name
    for who in ("zhang", "liu", "security", "auditor"):
        assert {drafted, approved} <= set(names(govcloud(who, "list", "-o", "json")))
    assert drafted not in names(govcloud("wang", "list", "-o", "json"))
    refused(govcloud("wang", "list", "--department", "mee"), "may not list tenancies in namespace d-mee")
    refused(govcloud("stranger", "list"), "may not list tenancies")

    assert drafted in names(govcloud("zhang", "list", "--phase", "draft", "--grade", 1, "-o", "json"))
    assert drafted not in names(govcloud("zhang", "list", "--zone", "extranet", "-o", "json"))
    assert drafted in names(govcloud("zhang", "list", "--mine", "-o", "json"))
    assert drafted not in names(govcloud("chen", "list", "--mine", "-o", "json"))
    table = done(govcloud("liu", "list", "--department", "mee")).stdout.splitlines()
    assert table[0].split()[:3] == ["NAME", "TITLE", "DEPARTMENT"]
    assert any(line.split()[0] == approved and "approved" in line for line in table)
    rows = yaml.safe_load(done(govcloud("liu", "list", "-o", "yaml")).stdout)
    assert {row["phase"] for row in rows if row["name"] == approved} == {"approved"}


def test_a_watch_tells_what_changes_goes_on_after_a_break_and_ends_with_ctrl_c(
    kubeconfigs: dict[str, Path], desk: Any, people: Any, tmp_path: Path
) -> None:
    record = desk.draft()
    with wired(kubeconfigs["liu"], tmp_path) as (wire, kubeconfig), watching(kubeconfig, tmp_path) as watch:
        phases = (row["phase"] for row in map(json.loads, watch.stdout) if row["name"] == record.name)
        assert next(phases) == "draft"
        record = people["zhang"].move(record, "requested", "now")
        assert next(phases) == "requested"
        wire.snap()
        people["zhang"].move(record, "withdrawn", "not now")
        assert next(phases) == "withdrawn"
        watch.send_signal(signal.SIGINT)
        assert watch.wait(20) == 130
        assert watch.stderr.read().count("\n") <= 1  # that the hub was away, where that was noticed


@contextmanager
def watching(kubeconfig: Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """``govcloud tenancy list --watch`` as a program."""
    words = ["tenancy", "list", "--watch", "-o", "json", "--kubeconfig", str(kubeconfig)]
    command = [sys.executable, "-m", "govcloud.cli.main", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True) as watch:
        try:
            yield watch
        finally:
            watch.kill()


def test_who_may_not_look_is_told_by_a_watch_as_by_a_listing(
    govcloud: Govcloud, kubeconfigs: dict[str, Path], tmp_path: Path
) -> None:
    refused(govcloud("stranger", "list", "--watch"), "may not list tenancies")
    refused(govcloud("wang", "list", "--watch", "-d", "mem", "-d", "mee"), "in namespace d-mee")
    with wired(kubeconfigs["liu"], tmp_path) as (_, kubeconfig):
        """Nobody listens there afterwards."""
    gone = govcloud("liu", "list", "--watch", "--kubeconfig", kubeconfig)
    assert isinstance(gone.exception, ClusterError)
    assert "does not answer" in str(gone.exception)


def test_a_person_sees_where_a_tenancy_stands(govcloud: Govcloud, desk: Any) -> None:
    record = desk.changing()
    shown = done(govcloud("liu", "show", record.name)).stdout
    for words in (
        "changing: runs as it was approved, while a change is written and reviewed",
        f"govcloud tenancy change {record.name} --drop",
        "tier 5 实时数据传输及完整设备支持: loses at most 30m, back within 2h",
        "sun.li@cac",
        "north  primary  ready  tenancy.mee.north",
        "you may not read it with this kubeconfig",
        "active > changing",
    ):
        assert words in shown
    unseen = govcloud("wang", "show", record.name)
    assert isinstance(unseen.exception, InputError)


def test_the_shell_completes_names_and_is_silent_without_a_hub(
    kubeconfigs: dict[str, Path], desk: Any, tmp_path: Path
) -> None:
    record = desk.draft()

    def completed(kubeconfig: Path) -> str:
        environment = {
            "GOVCLOUD_HUB_KUBECONFIG": str(kubeconfig),
            "_GOVCLOUD_COMPLETE": "bash_complete",
            "COMP_WORDS": f"govcloud tenancy show {record.name}",
            "COMP_CWORD": "3",
        }
        return CliRunner().invoke(cli, env=environment, prog_name="govcloud").output.strip()

    assert f"plain,{record.name}" in completed(kubeconfigs["liu"]).splitlines()
    assert completed(tmp_path / "none") == ""
