import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from govcloud.local.region.pki import (
    Authority,
    KeyPair,
    Leaf,
    ensure_authority,
    ensure_signing_key,
    load_key,
)

SERVER = Leaf("server", hosts=("127.0.0.1", "localhost", "kubernetes.default.svc", "10.96.0.1"), server=True)
CLIENT = Leaf("zhang.wei@mee", groups=("mee:operators", "mee:auditors"), client=True)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return ensure_authority(tmp_path, "ca", "beijing")


def read(pair: KeyPair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def test_keys_and_certificates_are_readable_by_their_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        ensure_authority(tmp_path, "ca", "beijing").ensure(SERVER, tmp_path, "server")
        ensure_signing_key(tmp_path, "sa")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_keys_are_on_the_curve_p256(authority: Authority, tmp_path: Path) -> None:
    key = read(authority.ensure(SERVER, tmp_path, "server")).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == authority.key.curve.name == "secp256r1"


def test_a_server_certificate_names_its_hosts_and_serves_only(authority: Authority, tmp_path: Path) -> None:
    extensions = read(authority.ensure(SERVER, tmp_path, "server")).extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "kubernetes.default.svc"]
    assert names.get_values_for_type(x509.IPAddress) == [ip_address("127.0.0.1"), ip_address("10.96.0.1")]
    uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_a_client_certificate_names_the_user_and_the_groups(authority: Authority, tmp_path: Path) -> None:
    certificate = read(authority.ensure(CLIENT, tmp_path, "client"))
    subject = certificate.subject
    assert [name.value for name in subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == ["zhang.wei@mee"]
    groups = [name.value for name in subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    assert groups == ["mee:operators", "mee:auditors"]
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_a_leaf_cannot_sign_and_an_authority_signs_leaves_only(authority: Authority, tmp_path: Path) -> None:
    leaf = read(authority.ensure(SERVER, tmp_path, "server"))
    limits = leaf.extensions.get_extension_for_class(x509.BasicConstraints).value
    above = authority.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, above.ca, above.path_length) == (False, True, 0)


def test_a_leaf_lives_90_days_and_an_authority_ten_years(authority: Authority, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    leaf = read(authority.ensure(SERVER, tmp_path, "server"))
    assert timedelta(days=89) < leaf.not_valid_after_utc - now <= timedelta(days=90)
    assert timedelta(days=3649) < authority.certificate.not_valid_after_utc - now <= timedelta(days=3650)


def test_what_is_still_good_is_left_alone(authority: Authority, tmp_path: Path) -> None:
    first = read(authority.ensure(SERVER, tmp_path, "server"))
    assert ensure_authority(tmp_path, "ca", "beijing").certificate == authority.certificate
    assert read(authority.ensure(SERVER, tmp_path, "server")) == first


@pytest.mark.parametrize(("days", "renewed"), [(59, False), (61, True), (200, True)])
def test_a_leaf_is_issued_anew_when_fewer_than_30_days_are_left(
    authority: Authority, tmp_path: Path, days: int, renewed: bool
) -> None:
    first = read(authority.ensure(SERVER, tmp_path, "server"))
    later = datetime.now(UTC) + timedelta(days=days)
    assert (read(authority.ensure(SERVER, tmp_path, "server", now=later)) != first) is renewed


def test_an_authority_near_its_end_is_replaced_and_its_leaves_with_it(
    authority: Authority, tmp_path: Path
) -> None:
    authority.ensure(SERVER, tmp_path, "server")
    later = datetime.now(UTC) + timedelta(days=3650 - 29)
    successor = ensure_authority(tmp_path, "ca", "beijing", now=later)
    assert successor.certificate != authority.certificate
    leaf = read(successor.ensure(SERVER, tmp_path, "server"))
    leaf.verify_directly_issued_by(successor.certificate)


@pytest.mark.parametrize(
    "changed",
    [
        Leaf("server", hosts=("127.0.0.1",), server=True),
        Leaf("other", hosts=SERVER.hosts, server=True),
        Leaf("server", groups=("more",), hosts=SERVER.hosts, server=True),
    ],
)
def test_a_leaf_that_should_say_something_else_is_issued_anew(
    authority: Authority, tmp_path: Path, changed: Leaf
) -> None:
    first = read(authority.ensure(SERVER, tmp_path, "server"))
    assert read(authority.ensure(changed, tmp_path, "server")) != first


def test_a_damaged_or_foreign_pair_is_issued_anew(authority: Authority, tmp_path: Path) -> None:
    pair = authority.ensure(SERVER, tmp_path, "server")
    pair.certificate.write_text("half a certifi")
    read(authority.ensure(SERVER, tmp_path, "server")).verify_directly_issued_by(authority.certificate)
    ensure_authority(tmp_path, "other-ca", "stranger").ensure(SERVER, tmp_path, "server")
    read(authority.ensure(SERVER, tmp_path, "server")).verify_directly_issued_by(authority.certificate)


def test_a_certificate_without_its_key_is_issued_anew(authority: Authority, tmp_path: Path) -> None:
    pair = authority.ensure(SERVER, tmp_path, "server")
    pair.key.write_bytes(authority.issue(SERVER)[1])
    renewed = authority.ensure(SERVER, tmp_path, "server")
    assert read(renewed).public_key() == load_key(renewed.key).public_key()
