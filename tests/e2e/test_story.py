"""The life of a tenancy, told by those who take part, each with nothing but a kubeconfig of the hub."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import Desk, Ran

from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from policies.examples import shipped_bases

NAME = "mee-carbon"
WANTED = (
    *("--title", "碳排放监测系统", "--zone", "dedicated", "--grade", "3", "--tier", "5"),
    *("--filing", "11010800001-26099", "--filed-on", "2026-03-01"),
    *("--data-class", "general", "--data-level", "L3", "--personal", "false"),
    *("--cpu", "8", "--memory", "32Gi", "--storage", "200Gi", "--pods", "20"),
    *("--primary", "beijing", "--standby", "guian", "--until", "2029-12-31"),
    *("--contact", "值班=010-00000000", "--contact", "主管=010-00000001"),
)


class Story:
    """What the people of the story do; each has a kubeconfig of the hub."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk, self.folder = desk, folder
        words = ("--department", "mee", "--department", "mem", "--folder", str(folder))
        ran = desk.govcloud("region", "identities", "beijing", *words)
        assert ran.code == 0, ran.err

    def kubeconfig(self, who: str) -> str:
        return str(self.folder / f"{who}.kubeconfig")

    def ask(self, who: str, command: str, *words: str) -> Ran:
        return self.desk.govcloud("tenancy", command, *words, "--kubeconfig", self.kubeconfig(who))

    def does(self, who: str, command: str, *words: str) -> str:
        ran = self.ask(who, command, *words)
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    def phase(self) -> str:
        return json.loads(self.does("mee-viewer", "list", "--output", "json"))[0]["phase"]

    def brought_about(self) -> None:
        ran = self.desk.govcloud("controller", "estates/national", "--once")
        assert ran.code == 0, ran.err

    def quota(self, region: str) -> dict[str, str]:
        cluster = Cluster(self.desk.state / "regions" / region / "admin.kubeconfig")
        found = cluster.get(cluster.kinds["v1", "ResourceQuota"], "compute", f"t-{NAME}")
        assert found is not None
        return found["spec"]["hard"]


@pytest.fixture(scope="module")
def story(desk: Desk, demo: Ran, tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(desk, tmp_path_factory.mktemp("people"))


def test_a_tenancy_from_its_request_to_its_end(story: Story) -> None:
    _is_asked_for_and_decided(story)
    story.brought_about()
    assert story.phase() == "active"
    assert story.quota("beijing")["requests.cpu"] == "8"
    assert int(story.quota("guian")["requests.cpu"]) > 0
    _is_worked_in(story)
    _is_excused_by_a_reviewer(story)
    _is_changed_after_another_review(story)
    _ends_with_a_second_person(story)
    assert "no flaws" in story.does("auditor", "log", "--verify")


def _is_asked_for_and_decided(story: Story) -> None:
    story.does("mee-requester", "request", NAME, *WANTED)
    own = story.ask("mee-requester", "review", NAME, "--approve", "--reason", "mine", "--yes")
    assert (own.code, "GC-REG-21" in own.err) == (1, True), own.err
    story.does("security-reviewer", "review", NAME, "--approve", "--reason", "checked", "--yes")
    assert story.phase() == "in-review"
    story.does("platform-reviewer", "review", NAME, "--approve", "--reason", "room", "--yes")
    assert story.phase() == "approved"
    assert NAME not in story.does("mem-requester", "list")


def _is_worked_in(story: Story) -> None:
    file = story.folder / "credential.kubeconfig"
    story.does("mee-requester", "kubeconfig", NAME, "--for", "1h", "--output-file", str(file))
    cluster = Cluster(file)
    cluster.apply(_deployment(f"t-{NAME}"), manager="mee")
    with pytest.raises(StatusError, match=r"exceeded quota|maximum cpu"):
        cluster.apply(_pod(f"t-{NAME}", "5000"), manager="mee")
    for refused in (_pod("t-mee-environment", "1"), _pod("t-mem-emergency", "1")):
        with pytest.raises(StatusError, match="forbidden"):
            cluster.apply(refused, manager="mee")


def _is_excused_by_a_reviewer(story: Story) -> None:
    cluster = Cluster(story.folder / "credential.kubeconfig")
    old = _deployment(f"t-{NAME}")
    old["metadata"]["name"] = "old"
    old["spec"]["template"]["spec"]["hostUsers"] = False
    for one in old["spec"]["template"]["spec"]["containers"]:
        one["image"] = f"registry.example.com/old@sha256:{64 * '0'}"
    with pytest.raises(StatusError, match="GC-POD-02"):
        cluster.apply(old, manager="mee")
    why = (
        "--reason",
        "the images move to the registry of the cloud within a month",
        "--ticket",
        "OA-2026-118",
    )
    who = ("--kubeconfig", story.kubeconfig("security-reviewer"), "--estate", "estates/national")
    words = (
        "--tenancy",
        NAME,
        "--kind",
        "Deployment",
        "--name",
        "old",
        "--days",
        "30",
        *why,
        "--apply",
        *who,
    )
    ran = story.desk.govcloud("policy", "waive", "GC-POD-02", *words)
    assert ran.code == 0, ran.err
    story.brought_about()
    _is_taken(cluster, old)


def _is_taken(cluster: Cluster, manifest: dict[str, Any]) -> None:
    """A change of the namespace gets to the policies a moment later."""
    end = time.monotonic() + 20
    while True:
        try:
            cluster.apply(manifest, manager="mee")
        except StatusError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _is_changed_after_another_review(story: Story) -> None:
    story.does("mee-requester", "change", NAME, "--cpu", "12", "--reason", "more sites")
    story.brought_about()
    assert (story.phase(), story.quota("beijing")["requests.cpu"]) == ("changing", "8")
    for reviewer in ("security-reviewer", "platform-reviewer"):
        story.does(reviewer, "review", NAME, "--approve", "--reason", "fine", "--yes")
    story.brought_about()
    assert (story.phase(), story.quota("beijing")["requests.cpu"]) == ("active", "12")


def _ends_with_a_second_person(story: Story) -> None:
    story.does("mee-requester", "cordon", NAME, "--reason", "replaced", "--yes")
    story.does("mee-requester", "retire", NAME, "--reason", "replaced", "--yes")
    own = story.ask("mee-requester", "retire", NAME, "--agree", "--reason", "mine", "--yes")
    assert (own.code, "GC-REG-42" in own.err) == (1, True), own.err
    story.does("security-reviewer", "retire", NAME, "--agree", "--reason", "seen", "--yes")
    story.brought_about()
    assert story.phase() == "retiring"  # all is kept until the retention is over


def test_the_same_is_refused_to_whoever_calls_the_api_server_directly(story: Story) -> None:
    path = f"/apis/govcloud.dev/v1/namespaces/d-mee/tenancies/{NAME}"
    requester = Cluster(story.kubeconfig("mee-requester"))
    record = requester.request("GET", path)
    approved = {**record, "status": {**record["status"], "phase": "approved"}}
    with pytest.raises(StatusError, match="GC-REG"):
        requester.request("PUT", f"{path}/status", None, approved)
    with pytest.raises(StatusError, match="forbidden"):
        Cluster(story.kubeconfig("mem-requester")).request("GET", path)


def _deployment(namespace: str) -> dict[str, Any]:
    """One that passes every rule, and asks for little."""
    manifest = shipped_bases().of("Deployment")
    manifest["metadata"]["namespace"] = namespace
    return manifest


def _pod(namespace: str, cpu: str) -> dict[str, Any]:
    manifest = shipped_bases().of("Pod")
    manifest["metadata"] = {**manifest["metadata"], "name": "greedy", "namespace": namespace}
    for one in manifest["spec"]["containers"]:
        one["resources"] = {
            "requests": {"cpu": cpu, "memory": "64Mi"},
            "limits": {"cpu": cpu, "memory": "64Mi"},
        }
    return manifest
