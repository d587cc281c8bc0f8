"""The certificate with which the exporter comes to a region on this machine: its own, short, and exchanged in time."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from govcloud.cli.monitor.identity import kubeconfig_for, reached
from govcloud.errors import ClusterError
from govcloud.local.region.credentials import Credentials, expiry
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import PORT_NAMES, Record
from govcloud.model import Estate
from govcloud.model.loader import load_estate
from govcloud.paths import regions_root


@pytest.fixture
def layout() -> Layout:
    """A region on this machine that was up once."""
    found = Layout(regions_root() / "north")
    found.make_folders()
    listening(found, 20001)
    return found


def listening(layout: Layout, first: int) -> None:
    ports = {name: first + number for number, name in enumerate(PORT_NAMES)}
    Record(ports, "10.96.0.0/16").save(layout.record)


def certificate(path: str) -> x509.Certificate:
    login = json.loads(Path(path).read_text())["users"][0]["user"]
    return x509.load_pem_x509_certificate(base64.b64decode(login["client-certificate-data"]))


def names(path: str, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(one.value) for one in certificate(path).subject.get_attributes_for_oid(oid)]


def test_it_is_of_the_group_of_exporters_alone_and_for_its_owner_alone(
    estate: Estate, layout: Layout
) -> None:
    path, context = kubeconfig_for(estate, "north")
    assert context is None
    assert names(path, NameOID.ORGANIZATION_NAME) == ["govcloud:monitors"]
    assert names(path, NameOID.COMMON_NAME) == ["govcloud:exporter"]
    assert Path(path).stat().st_mode & 0o777 == 0o600
    assert Path(path).parent.stat().st_mode & 0o777 == 0o700
    assert expiry(Path(path)) - datetime.now(UTC) < timedelta(days=2)


def test_one_that_lasts_is_kept(estate: Estate, layout: Layout) -> None:
    path, _ = kubeconfig_for(estate, "north")
    before = Path(path).read_bytes()
    kubeconfig_for(estate, "north")
    assert Path(path).read_bytes() == before


def test_one_that_is_soon_over_is_made_anew(estate: Estate, layout: Layout) -> None:
    path, _ = kubeconfig_for(estate, "north")
    credentials = Credentials("north", layout, _record(layout))
    credentials.issue("govcloud:exporter", ["govcloud:monitors"], Path(path), days=1)
    kubeconfig_for(estate, "north")
    assert expiry(Path(path)) - datetime.now(UTC) > timedelta(days=1)


def test_it_leads_to_the_region_as_it_is_now(estate: Estate, layout: Layout) -> None:
    path, _ = kubeconfig_for(estate, "north")
    listening(layout, 21001)
    kubeconfig_for(estate, "north")
    record = _record(layout)
    server = json.loads(Path(path).read_text())["clusters"][0]["cluster"]["server"]
    assert server == f"https://127.0.0.1:{record.ports['apiserver']}"
    for file in layout.pki.iterdir():
        file.unlink()
    authority = Credentials("north", layout, record).authority  # of a region that was made anew
    kubeconfig_for(estate, "north")
    certificate(path).verify_directly_issued_by(authority.certificate)


def test_a_region_that_is_not_there_is_no_answer(estate: Estate) -> None:
    assert not reached(estate, "south")
    with pytest.raises(ClusterError):
        kubeconfig_for(estate, "south")


def test_elsewhere_it_comes_as_the_kubeconfig_says(estate_text: str, tmp_path: Path) -> None:
    named = f"  cluster: {{kind: kubeconfig, path: {tmp_path}/config, context: north}}\n  addresses:"
    estate = load_estate("small.yaml", text=estate_text.replace("  addresses:", named, 1))
    assert not reached(estate, "north")
    (tmp_path / "config").write_text("")
    assert reached(estate, "north")
    assert kubeconfig_for(estate, "north") == (f"{tmp_path}/config", "north")


def _record(layout: Layout) -> Record:
    record = Record.load(layout.record)
    assert record is not None
    return record
