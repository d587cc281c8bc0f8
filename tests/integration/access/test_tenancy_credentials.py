"""``govcloud tenancy kubeconfig`` as the people of a department use it, against a hub that carries their tenancy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from access_requests import PEOPLE, PODS, SECRETS
from api_servers import Cluster as Raw
from api_servers import Manifest
from click.testing import CliRunner, Result

from govcloud.cli.tenancy.kubeconfig import kubeconfig
from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import GovCloudError, InputError, RefusedError
from govcloud.planner.credentials import CREDENTIAL

Command = Callable[..., Result]
_REGIONS = [
    {"name": "north", "role": "primary", "stack": "tenancy.mee-air.north", "state": "ready"},
    {"name": "south", "role": "standby", "stack": "tenancy.mee-air.south", "state": "ready"},
]


def _tenancy() -> Manifest:
    spec = {
        "title": "大气环境监测系统",
        "department": "mee",
        "zone": "extranet",
        "grading": {"information": 2, "service": 2},
        "data": {"class": "general", "level": "L2"},
        "recovery": {"tier": 1},
        "resources": {"cpu": "4", "memory": "16Gi", "storage": "100Gi", "pods": 20},
    }
    metadata = {"name": "mee-air", "namespace": "d-mee"}
    return {"apiVersion": "govcloud.dev/v1", "kind": "Tenancy", "metadata": metadata, "spec": spec}


@pytest.fixture
def stands(cluster: Raw) -> Iterator[Callable[[str], None]]:
    """Puts the tenancy into a phase; the register's own policies are not here, for speed."""
    tenancy = _tenancy()
    cluster.apply_all([tenancy])

    def put(phase: str) -> None:
        status, answer = cluster.apply(tenancy | {"status": {"phase": phase, "regions": _REGIONS}}, "/status")
        assert status == 200, answer

    put("active")
    yield put
    cluster.delete(tenancy)
    for item in cluster.call("GET", f"{SECRETS}?fieldSelector=type={CREDENTIAL}")[1]["items"]:
        cluster.call("DELETE", f"{SECRETS}/{item['metadata']['name']}")


@pytest.fixture
def take(
    kubeconfigs: dict[str, Path],
    stands: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Command:
    """Runs the command as somebody, who keeps files of their own."""

    def run(who: str, *words: str) -> Result:
        monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path / who))
        return CliRunner().invoke(kubeconfig, ["mee-air", "--kubeconfig", str(kubeconfigs[who]), *words])

    return run


def test_a_department_takes_uses_renews_and_revokes_a_credential(take: Command, cluster: Raw) -> None:
    first = _row(take("operator", "--for", "1h", "--output", "json"))
    path = Path(str(first["kubeconfig"]))
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["current-context"] == "mee-air@north"
    assert (first["user"], first["role"], first["region"]) == (PEOPLE["operator"][0], "operator", "north")
    assert _sees_pods(path)
    told = take("operator", "--role", "viewer")
    assert told.stdout.strip() == str(path)
    assert "as viewer of mee-air in north until" in told.stderr
    (kept,) = _known(cluster)
    assert kept.startswith("govcloud-viewer.")  # the one before was revoked with its file
    assert take("operator", "--revoke").exit_code == 0
    assert (_known(cluster), path.exists()) == ([], False)


def test_owners_list_all_and_revoke_by_name(take: Command, cluster: Raw) -> None:
    taken = [_row(take(who, "--output", "json"))["id"] for who in ("viewer", "owner")]
    listed = json.loads(take("owner", "--list", "--output", "json").stdout)
    assert {row["id"]: (row["user"], row["ended"]) for row in listed} == {
        taken[0]: (PEOPLE["viewer"][0], False),
        taken[1]: (PEOPLE["owner"][0], False),
    }
    assert PEOPLE["viewer"][0] in take("owner", "--list").stdout
    assert take("owner", "--revoke", str(taken[0])).exit_code == 0
    assert _known(cluster) == [taken[1]]


@pytest.mark.parametrize(
    ("who", "words", "kind", "said"),
    [
        ("viewer", ("--role", "owner"), RefusedError, "not have this part"),
        ("neighbour", (), InputError, "no tenancy 'mee-air'"),
        ("auditor", (), RefusedError, "no part"),
        ("viewer", ("--region", "south"), InputError, "how you come to region south"),
        ("viewer", ("--region", "east"), InputError, "not in region east"),
        ("viewer", ("--for", "13h"), InputError, "46800 seconds"),
        ("viewer", ("--list",), RefusedError, "credentials of others"),
        ("viewer", ("--revoke",), InputError, "no credential in the file"),
        ("viewer", ("--revoke", "plain"), InputError, "no credential"),
    ],
)
def test_what_cannot_be_is_said_in_one_error_and_leaves_nothing(
    take: Command, cluster: Raw, who: str, words: tuple[str, ...], kind: type[GovCloudError], said: str
) -> None:
    result = take(who, *words)
    assert isinstance(result.exception, kind), result.exception
    assert said in result.exception.what
    assert _known(cluster) == []


def test_a_kubeconfig_that_leads_to_another_region_is_refused(
    take: Command, kubeconfigs: dict[str, Path]
) -> None:
    result = take("viewer", "--region", "south", "--region-kubeconfig", str(kubeconfigs["viewer"]))
    assert isinstance(result.exception, InputError)
    assert "leads to region north" in result.exception.what
    assert take("viewer", "--region-kubeconfig", str(kubeconfigs["viewer"])).exit_code == 0


def test_there_is_no_credential_for_what_does_not_run(
    take: Command, stands: Callable[[str], None], cluster: Raw
) -> None:
    for phase, runs in (("changing", True), ("retiring", False)):
        stands(phase)
        result = take("viewer")
        assert (result.exit_code == 0) == runs
    assert isinstance(result.exception, RefusedError)
    assert "it is retiring" in result.exception.what
    assert len(_known(cluster)) == 1


def test_a_file_that_holds_something_else_is_left_alone(take: Command, cluster: Raw, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_text("notes")
    assert isinstance(take("viewer", "--output-file", str(mine)).exception, InputError)
    assert mine.read_text() == "notes"
    nowhere = take("viewer", "--output-file", str(mine / "below"))
    assert isinstance(nowhere.exception, InputError)
    assert _known(cluster) == []


def _row(result: Result) -> dict[str, object]:
    assert result.exit_code == 0, result.exception
    found: dict[str, object] = json.loads(result.stdout)
    return found


def _known(cluster: Raw) -> list[str]:
    """The credentials that the region knows."""
    items = cluster.call("GET", f"{SECRETS}?fieldSelector=type={CREDENTIAL}")[1]["items"]
    return [item["metadata"]["name"] for item in items]


def _sees_pods(path: Path) -> bool:
    try:
        return "items" in Cluster(path).request("GET", PODS)
    except StatusError:
        return False
