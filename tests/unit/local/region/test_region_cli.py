import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.x509.oid import NameOID

from govcloud.cli.region import region
from govcloud.errors import GovCloudError, InputError, RefusedError, RegionError
from govcloud.local.region.components import NAMES
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record
from govcloud.local.region.process import Ticket
from govcloud.model.loader import load_estate


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record) -> Path:
    """A state folder with one region that is down and lost its store to a crash."""
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path))
    layout = Layout(tmp_path / "regions" / "beijing")
    layout.make_folders()
    record.save(layout.record)
    Ticket(1, 1.0, "/opt/etcd", ["/opt/etcd"], "f").save(layout.pid("etcd"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(region, arguments)


def failure(*arguments: str) -> GovCloudError:
    error = run(*arguments).exception
    assert isinstance(error, GovCloudError)
    return error


def test_list_shows_each_region_and_names_what_is_dead() -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "beijing" in result.output
    assert "down" in result.output
    assert "etcd" in result.output


def test_list_as_json_has_every_component_and_the_totals() -> None:
    (found,) = json.loads(run("list", "--output", "json").stdout)
    assert (found["name"], found["state"], found["failing"]) == ("beijing", "down", ["etcd"])
    assert [c["name"] for c in found["components"]] == list(NAMES)
    assert found["memory_bytes"] == 0


def test_list_of_nothing_is_an_empty_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path / "other"))
    assert json.loads(run("list", "--output", "json").stdout) == []


@pytest.mark.parametrize("command", ["up", "down"])
@pytest.mark.parametrize("arguments", [[], ["beijing", "--all"]])
def test_regions_are_named_or_all_are_meant_but_not_both(command: str, arguments: list[str]) -> None:
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert "--all" in result.output


def test_a_region_that_is_not_there_is_refused_with_those_that_are() -> None:
    error = failure("down", "nowhere")
    assert isinstance(error, InputError)
    assert "nowhere" in error.what
    assert "beijing" in str(error.expected)


def test_down_mends_the_list() -> None:
    assert run("down", "beijing").exit_code == 0
    (found,) = json.loads(run("list", "-o", "json").stdout)
    assert found["failing"] == []


def test_purge_asks_first_and_leaves_everything_when_the_answer_is_no(state: Path) -> None:
    result = CliRunner().invoke(region, ["down", "beijing", "--purge"], input="n\n")
    assert result.exit_code == 1
    assert (state / "regions" / "beijing" / "region.json").exists()


def test_purge_with_yes_deletes_the_region(state: Path) -> None:
    assert run("down", "beijing", "--purge", "--yes").exit_code == 0
    assert not (state / "regions" / "beijing").exists()


def test_kubeconfig_prints_the_path_or_the_content(state: Path) -> None:
    path = state / "regions" / "beijing" / "admin.kubeconfig"
    assert isinstance(failure("kubeconfig", "beijing"), RegionError)
    path.write_text("apiVersion: v1\n")
    assert run("kubeconfig", "beijing").stdout == f"{path}\n"
    assert run("kubeconfig", "beijing", "--raw").stdout == "apiVersion: v1\n"


def issued(path: Path) -> tuple[str, set[str], float]:
    """The user, groups and days of a kubeconfig."""
    login = json.loads(path.read_text())["users"][0]["user"]
    found = x509.load_pem_x509_certificate(base64.b64decode(login["client-certificate-data"]))
    names = {attribute.oid: [] for attribute in found.subject}
    for attribute in found.subject:
        names[attribute.oid].append(str(attribute.value))
    days = (found.not_valid_after_utc - found.not_valid_before_utc) / timedelta(days=1)
    return names[NameOID.COMMON_NAME][0], set(names.get(NameOID.ORGANIZATION_NAME, [])), days


def test_a_kubeconfig_is_issued_for_a_user_and_its_path_printed(state: Path) -> None:
    result = run("kubeconfig", "beijing", "--user", "li.na@mee", "--group", "mee:owners", "--group", "x:y")
    path = state / "regions" / "beijing" / "identities" / "li.na@mee.kubeconfig"
    assert (result.exit_code, result.stdout) == (0, f"{path}\n")
    assert "li.na@mee in mee:owners, x:y, good until" in result.stderr
    user, groups, days = issued(path)
    assert (user, groups, round(days)) == ("li.na@mee", {"mee:owners", "x:y"}, 1)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_kubeconfig_is_written_where_it_is_wanted_or_printed(state: Path) -> None:
    file = state / "new" / "wang"
    arguments = ("kubeconfig", "beijing", "--user", "wang/../fang", "--days", "3")
    assert run(*arguments, "--file", str(file)).exit_code == 0
    assert round(issued(file)[2]) == 3
    assert json.loads(run(*arguments, "--raw").stdout)["users"][0]["name"] == "wang/../fang"
    assert (state / "regions" / "beijing" / "identities" / "wang%2F..%2Ffang.kubeconfig").exists()


@pytest.mark.parametrize("arguments", [("--group", "mee:owners"), ("--file", "here")])
def test_what_is_for_an_issued_kubeconfig_needs_a_user(arguments: tuple[str, str]) -> None:
    result = run("kubeconfig", "beijing", *arguments)
    assert result.exit_code == 2
    assert "add --user" in result.output


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("--user", "system:admin"), RefusedError),
        (("--user", "li", "--group", "System:masters"), RefusedError),
        (("--user", "生" * 22), InputError),
        (("--user", ""), InputError),
        (("--user", "li", "--file", "/dev/null/x"), InputError),
    ],
)
def test_a_kubeconfig_that_nobody_may_have_is_refused(
    arguments: tuple[str, ...], kind: type[GovCloudError], state: Path
) -> None:
    assert isinstance(failure("kubeconfig", "beijing", *arguments), kind)
    assert not list(state.rglob("*.kubeconfig"))


@pytest.fixture
def estate_file(tmp_path: Path) -> Path:
    text = (Path(__file__).parents[2] / "model" / "good_estate.yaml").read_text(encoding="utf-8")
    file = tmp_path / "estate.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_identities_are_a_kubeconfig_for_each_part(estate_file: Path, tmp_path: Path) -> None:
    departments = [*load_estate(estate_file).departments][:2]
    arguments = ("identities", "beijing", "--estate", str(estate_file), "--folder", str(tmp_path / "people"))
    rows = json.loads(run(*arguments, "-o", "json").stdout)
    asking = [f"{name}-{part}" for name in departments for part in ("requester", "viewer")]
    rest = ["security-reviewer", "platform-reviewer", "operator", "auditor"]
    assert [row["part"] for row in rows] == [*asking, *rest]
    for row in rows:
        user, groups, days = issued(Path(row["kubeconfig"]))
        assert (user, groups, round(days)) == (row["user"], set(row["groups"]), 1)
        assert Path(row["kubeconfig"]).stat().st_mode & 0o777 == 0o600


def test_identities_are_of_the_departments_that_are_named(estate_file: Path, tmp_path: Path) -> None:
    name = [*load_estate(estate_file).departments][-1]
    arguments = ("identities", "beijing", "--estate", str(estate_file), "--folder", str(tmp_path / "people"))
    result = run(*arguments, "--department", name)
    assert f"{name}-requester" in result.stdout
    assert len(list((tmp_path / "people").iterdir())) == 6
    error = failure(*arguments, "--department", "nobody")
    assert isinstance(error, InputError)
    assert name in str(error.expected)


def test_the_authentication_of_a_region_is_printed_or_written_for_its_owner_alone(
    estate_file: Path, tmp_path: Path
) -> None:
    arguments = ("authentication", next(iter(load_estate(estate_file).regions)), "--estate", str(estate_file))
    shown = yaml.safe_load(run(*arguments).stdout)
    assert (shown["kind"], shown["jwt"]) == ("AuthenticationConfiguration", [])
    result = run(*arguments, "--file", str(tmp_path / "authentication.yaml"))
    assert (result.stdout, "--authentication-config" in result.stderr) == ("", True)
    written = tmp_path / "authentication.yaml"
    assert yaml.safe_load(written.read_text()) == shown
    assert written.stat().st_mode & 0o777 == 0o600


def test_only_clusters_of_ones_own_show_their_health_without_a_credential(estate_file: Path) -> None:
    text = estate_file.read_text(encoding="utf-8")
    documents = list(yaml.safe_load_all(text))
    regions = [document for document in documents if document["kind"] == "Region"]
    first, second = (region["metadata"]["name"] for region in regions[:2])
    regions[1]["spec"]["cluster"] = {"kind": "kubeconfig", "context": "prod"}
    regions[0]["spec"].pop("cluster", None)
    estate_file.write_text(yaml.safe_dump_all(documents), encoding="utf-8")

    def anonymous(name: str) -> object:
        return yaml.safe_load(run("authentication", name, "--estate", str(estate_file)).stdout)["anonymous"]

    assert anonymous(first) == {"enabled": False}
    assert anonymous(second) == {
        "enabled": True,
        "conditions": [{"path": path} for path in ("/livez", "/readyz", "/healthz")],
    }


def test_the_authentication_of_a_region_that_is_not_there_is_refused(
    estate_file: Path, tmp_path: Path
) -> None:
    error = failure("authentication", "nowhere", "--estate", str(estate_file))
    assert isinstance(error, InputError)
    first = next(iter(load_estate(estate_file).regions))
    assert first in str(error.expected)
    unwritable = str(tmp_path / "no" / "folder")
    assert isinstance(
        failure("authentication", first, "--estate", str(estate_file), "--file", unwritable), InputError
    )
