"""The cast of a demonstration: each kubeconfig opens what the table says of its part, to the one who holds it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from access_people import attributes
from access_table import DESK, OTHER_DESK, OWN, Right, Served, rights
from api_servers import Cluster
from click.testing import CliRunner

from govcloud.cli.region import region as command
from govcloud.local.region import LocalRegion

# What everybody is to department mee.
PARTS = {
    "mee-requester": "owner",
    "mee-viewer": "viewer",
    "mem-requester": "stranger",
    "mem-viewer": "stranger",
    "security-reviewer": "reviewer",
    "platform-reviewer": "reviewer",
    "operator": "platform",
    "auditor": "auditor",
}

_PODS, _TENANCIES = "/api/v1/namespaces/{}/pods", "/apis/govcloud.dev/v1/namespaces/{}/tenancies"
_BOTH = (
    (_PODS.format("t-mee-air"), _PODS.format("t-mem-flood")),
    (_TENANCIES.format("d-mee"), _TENANCIES.format("d-mem")),
)


@pytest.fixture
def issued(
    region: LocalRegion, cluster: Cluster, estate_text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, dict[str, Any]]:
    """What ``govcloud region identities`` says of each part."""
    monkeypatch.setenv("GOVCLOUD_STATE", str(region.root.parents[1]))
    (tmp_path / "estate.yaml").write_text(estate_text)
    words = ["identities", region.name, "--estate", str(tmp_path / "estate.yaml")]
    result = CliRunner().invoke(command, [*words, "--folder", str(tmp_path / "people"), "--output", "json"])
    assert result.exit_code == 0, result.output
    return {row["part"]: row for row in json.loads(result.stdout)}


def test_everybody_is_who_the_command_says(issued: dict[str, dict[str, Any]]) -> None:
    assert set(issued) == set(PARTS)
    for row in issued.values():
        with closing(Cluster(Path(row["kubeconfig"]))) as caller:
            found = _ask(caller, "authentication", "SelfSubjectReview", {})["userInfo"]
        assert found["username"] == row["user"]
        assert set(found["groups"]) - {"system:authenticated"} == set(row["groups"])
        assert Path(row["kubeconfig"]).stat().st_mode & 0o777 == 0o600


def test_everybody_may_what_the_table_says_of_their_part(
    issued: dict[str, dict[str, Any]], served: Served
) -> None:
    asked = ("tenancies.govcloud.dev", "tenancies.govcloud.dev/status", "pods", "secrets", "networkpolicies")
    wrong = []
    for name, part in PARTS.items():
        cluster = Cluster(Path(issued[name]["kubeconfig"]))
        places = (OWN, DESK) if name.startswith("mem-") else (OWN, DESK, OTHER_DESK)
        said = [right for place in places for right in rights(place, served) if right.part == part]
        wrong += [
            (name, right)
            for right in said
            if right.name in asked and _allows(cluster, right) != right.allowed
        ]
        cluster.close()
    assert wrong == []


def test_the_departments_of_the_cast_see_nothing_of_each_other(issued: dict[str, dict[str, Any]]) -> None:
    for name in ("mem-requester", "mem-viewer"):
        with closing(Cluster(Path(issued[name]["kubeconfig"]))) as caller:
            for theirs, own in _BOTH:
                assert caller.call("GET", theirs)[0] == 403
                assert caller.call("GET", own)[0] == 200


def _allows(cluster: Cluster, right: Right) -> bool:
    found = _ask(cluster, "authorization", "SelfSubjectAccessReview", attributes(right))
    return bool(found["allowed"])


def _ask(cluster: Cluster, group: str, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    body = {"apiVersion": f"{group}.k8s.io/v1", "kind": kind, **({"spec": spec} if spec else {})}
    status, answer = cluster.call("POST", f"/apis/{group}.k8s.io/v1/{kind.lower()}s", body)
    assert status == 201, answer
    found: dict[str, Any] = answer["status"]
    return found
