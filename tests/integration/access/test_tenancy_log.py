"""``govcloud tenancy log``: each reads the log that is theirs, and what was done to it round the register is found."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_servers import Cluster as Raw
from api_servers import Manifest
from click.testing import CliRunner, Result

from govcloud.cli.tenancy.log import log
from govcloud.cluster import Cluster
from govcloud.errors import RefusedError
from govcloud.hub.hashes import spec_hash
from govcloud.hub.recorder import DecisionLog
from govcloud.hub.register import Register
from govcloud.local.region import LocalRegion

Read = Callable[..., Result]


def _tenancy(department: str) -> Manifest:
    spec = {
        "title": department,
        "department": department,
        "zone": "extranet",
        "grading": {"information": 1, "service": 1},
        "data": {"class": "general", "level": "L1"},
        "recovery": {"tier": 1},
        "resources": {"cpu": "1", "memory": "1Gi", "storage": "1Gi", "pods": 1},
    }
    metadata = {"name": f"{department}-logged", "namespace": f"d-{department}"}
    return {"apiVersion": "govcloud.dev/v1", "kind": "Tenancy", "metadata": metadata, "spec": spec}


def _status(reason: str) -> dict[str, Any]:
    steps = (("draft", "requested"), ("requested", "in-review"))
    history = [
        {
            "seq": seq,
            "from": before,
            "to": after,
            "by": "li.na@mee",
            "at": "2026-11-24T12:00:00Z",
            "generation": 1,
            "hash": spec_hash({}),
            "reason": f"{reason} {seq}",
        }
        for seq, (before, after) in enumerate(steps, start=1)
    ]
    return {"phase": "in-review", "history": history, "logged": 0}


@pytest.fixture(scope="module")
def logged(region: LocalRegion, cluster: Raw) -> Iterator[dict[str, Manifest]]:
    """A tenancy of each department with two entries, recorded; the register's own policies are not here, for speed."""
    tenancies = {department: _tenancy(department) for department in ("mee", "mem")}
    cluster.apply_all(tenancies.values())
    for tenancy in tenancies.values():
        assert cluster.apply(tenancy | {"status": _status("needed")}, "/status")[0] == 200
    register = Register(Cluster(region.kubeconfig))
    assert DecisionLog(register).record(register.records()) == 4
    yield tenancies
    for department, tenancy in tenancies.items():
        cluster.delete(tenancy)
        cluster.call("DELETE", f"/apis/govcloud.dev/v1/namespaces/d-{department}/decisions")


@pytest.fixture
def read(kubeconfigs: dict[str, Path], logged: dict[str, Manifest]) -> Read:
    def run(who: str, *words: str) -> Result:
        return CliRunner().invoke(log, [*words, "--kubeconfig", str(kubeconfigs[who])])

    return run


def test_a_department_reads_its_own_log_and_auditors_read_all(read: Read) -> None:
    for who, departments in (("viewer", {"mee"}), ("neighbour", {"mem"}), ("auditor", {"mee", "mem"})):
        rows = json.loads(read(who, "--output", "json").stdout)
        assert {row["department"] for row in rows} == departments
        assert len(rows) == 2 * len(departments)
    one = json.loads(read("auditor", "mee-logged", "--output", "json").stdout)
    assert [(row["from"], row["to"], row["reason"]) for row in one] == [
        ("draft", "requested", "needed 1"),
        ("requested", "in-review", "needed 2"),
    ]


def test_a_neighbour_reads_nothing(read: Read) -> None:
    assert isinstance(read("neighbour", "--department", "mee").exception, RefusedError)


def test_what_is_exported_verifies_elsewhere_and_an_anchor_shows_what_is_gone(
    read: Read, cluster: Raw, tmp_path: Path
) -> None:
    kept, file = str(tmp_path / "kept"), tmp_path / "log.jsonl"
    assert read("viewer", "--verify", "--keep-anchor", kept).exit_code == 0
    file.write_text(read("auditor", "--output", "lines").stdout)
    assert CliRunner().invoke(log, ["--file", str(file), "--verify", "--anchor", kept]).exit_code == 0
    last = "/apis/govcloud.dev/v1/namespaces/d-mee/decisions/0000000002"
    decision = {key: value for key, value in cluster.call("GET", last)[1].items() if key != "status"}
    assert cluster.call("DELETE", last)[0] == 200
    try:
        result = read("viewer", "--verify", "--anchor", kept, "--output", "json")
    finally:
        del decision["metadata"]["resourceVersion"], decision["metadata"]["uid"]
        assert cluster.create(decision, dry=False)[0] == 201
    assert result.exit_code == 1
    whats = [row["what"] for row in json.loads(result.stdout)]
    assert whats == ["is gone from the end of the log", "entry 2 of its history is missing from the log"]
    assert read("viewer", "--verify", "--anchor", kept).exit_code == 0


def test_a_history_that_was_rewritten_is_found(read: Read, cluster: Raw, logged: dict[str, Manifest]) -> None:
    tenancy = logged["mem"]
    assert cluster.apply(tenancy | {"status": _status("another") | {"logged": 2}}, "/status")[0] == 200
    try:
        result = read("neighbour", "--verify", "--output", "json")
    finally:
        assert cluster.apply(tenancy | {"status": _status("needed") | {"logged": 2}}, "/status")[0] == 200
    assert result.exit_code == 1
    assert {row["where"] for row in json.loads(result.stdout)} == {"tenancy mem-logged"}
    assert read("neighbour", "--verify").exit_code == 0
