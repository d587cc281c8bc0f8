import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from govcloud.errors import InputError, RefusedError, RegionError
from govcloud.local.region.credentials import Credentials, expiry, packaged
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record


@pytest.fixture
def credentials(layout: Layout, record: Record) -> Credentials:
    made = Credentials("beijing", layout, record)
    before = os.umask(0)
    try:
        made.ensure()
    finally:
        os.umask(before)
    return made


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text())
    return document


def certificate_in(path: Path) -> x509.Certificate:
    data = read(path)["users"][0]["user"]["client-certificate-data"]
    return x509.load_pem_x509_certificate(base64.b64decode(data))


def groups_in(path: Path) -> list[str | bytes]:
    subject = certificate_in(path).subject
    return [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]


def test_every_file_is_0600_and_every_folder_0700_whatever_the_umask(
    credentials: Credentials, layout: Layout
) -> None:
    paths = [layout.root, *layout.root.rglob("*")]
    assert {p.stat().st_mode & 0o777 for p in paths if p.is_file()} == {0o600}
    assert {p.stat().st_mode & 0o777 for p in paths if p.is_dir()} == {0o700}


def test_the_kubeconfig_leads_to_the_api_server_and_names_its_authority(
    credentials: Credentials, layout: Layout, record: Record
) -> None:
    cluster = read(layout.kubeconfig)["clusters"][0]["cluster"]
    assert cluster["server"] == f"https://127.0.0.1:{record.ports['apiserver']}"
    assert base64.b64decode(cluster["certificate-authority-data"]) == credentials.authority.pem


def test_only_the_break_glass_identity_is_in_system_masters(credentials: Credentials, layout: Layout) -> None:
    kubeconfigs = [layout.kubeconfig, *layout.config.glob("*.kubeconfig")]
    masters = [path.name for path in kubeconfigs if "system:masters" in groups_in(path)]
    assert masters == ["break-glass.kubeconfig"]
    assert groups_in(layout.kubeconfig) == ["govcloud:platform"]


def test_the_api_server_answers_to_its_service_address(credentials: Credentials, layout: Layout) -> None:
    certificate = x509.load_pem_x509_certificate((layout.pki / "apiserver.crt").read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    found = {str(name.value) for name in names}
    assert {"127.0.0.1", "localhost", "kubernetes.default.svc", "10.96.0.1"} <= found


def test_the_store_trusts_another_authority_than_the_api(credentials: Credentials, layout: Layout) -> None:
    client = x509.load_pem_x509_certificate((layout.pki / "etcd-client.crt").read_bytes())
    store = x509.load_pem_x509_certificate((layout.pki / "etcd-ca.crt").read_bytes())
    client.verify_directly_issued_by(store)
    assert store.public_key() != credentials.authority.certificate.public_key()


def test_a_new_port_changes_the_kubeconfigs_and_no_certificate(
    credentials: Credentials, layout: Layout, record: Record
) -> None:
    before = certificate_in(layout.kubeconfig)
    moved = Record({**record.ports, "apiserver": 23456}, record.services)
    Credentials("beijing", layout, moved).ensure()
    assert read(layout.kubeconfig)["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:23456"
    assert certificate_in(layout.kubeconfig) == before


def test_the_encryption_key_is_made_once(credentials: Credentials, layout: Layout) -> None:
    before = layout.encryption.read_text()
    credentials.ensure()
    assert layout.encryption.read_text() == before
    first = json.loads(before)["resources"][0]
    assert first["resources"] == ["secrets"]
    key = first["providers"][0]["secretbox"]["keys"][0]["secret"]
    assert len(base64.b64decode(key)) == 32


def test_a_lost_encryption_key_is_never_replaced_under_a_store_that_needs_it(
    credentials: Credentials, layout: Layout
) -> None:
    (layout.etcd_data / "member").mkdir()
    layout.encryption.unlink()
    with pytest.raises(RegionError, match="encryption key"):
        credentials.ensure()
    assert not layout.encryption.exists()


def test_an_issued_kubeconfig_names_the_user_and_ends_soon(credentials: Credentials, tmp_path: Path) -> None:
    path = credentials.issue("li.na@mee", ["mee:operators"], tmp_path / "li.na", days=2)
    certificate = certificate_in(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "li.na@mee"
    assert groups_in(path) == ["mee:operators"]
    assert 2 <= (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days < 3


def test_nobody_is_issued_rights_that_no_rule_limits(credentials: Credentials, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="system:masters"):
        credentials.issue("li.na@mee", ["system:masters"], tmp_path / "li.na")
    assert not (tmp_path / "li.na").exists()


@pytest.mark.parametrize("name", ["system:kube-controller-manager", "System:nodes"])
def test_nobody_is_issued_a_name_of_kubernetes_itself(
    credentials: Credentials, tmp_path: Path, name: str
) -> None:
    for user, groups in ((name, []), ("li.na@mee", ["mee:owners", name])):
        with pytest.raises(RefusedError, match=name):
            credentials.issue(user, groups, tmp_path / "li.na")
    assert not (tmp_path / "li.na").exists()


@pytest.mark.parametrize(
    ("user", "groups", "days"),
    [
        ("", [], 1),
        ("li.na@mee", [], 0),
        ("li.na@mee", [], 366),
        ("li.na@mee", [""], 1),
        ("a" * 65, [], 1),
        ("li.na@mee", ["生" * 22], 1),
        ("li\nna", [], 1),
    ],
)
def test_a_kubeconfig_for_nobody_or_for_too_long_is_not_issued(
    credentials: Credentials, tmp_path: Path, user: str, groups: list[str], days: int
) -> None:
    with pytest.raises(InputError):
        credentials.issue(user, groups, tmp_path / "kubeconfig", days)


def test_a_kubeconfig_tells_when_it_ends(credentials: Credentials, tmp_path: Path) -> None:
    path = credentials.issue("li.na@mee", [], tmp_path / "kubeconfig", days=2)
    assert expiry(path) == certificate_in(path).not_valid_after_utc


def test_simulated_kubelets_may_touch_nodes_pods_and_events_alone() -> None:
    manifests = list(yaml.safe_load_all(packaged("bootstrap.yaml")))
    role = next(
        m for m in manifests if m["kind"] == "ClusterRole" and m["metadata"]["name"] == "govcloud:kwok"
    )
    touched = {resource for rule in role["rules"] for resource in rule["resources"]}
    assert touched == {"nodes", "nodes/status", "pods", "pods/status", "events"}
    assert all("*" not in rule["verbs"] for rule in role["rules"])
