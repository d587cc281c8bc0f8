"""The certificates of a local region: one authority for the API, another for the store.

etcd trusts whoever its authority signed, so it has an authority of its own: a client certificate of the API
must not open the store. Leaves live 90 days and are issued anew when fewer than 30 are left, or when what
they should say has changed; an authority lives 10 years.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from govcloud.local.region.layout import write_private

AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=90)
RENEW_BEFORE = timedelta(days=30)
_BACKDATE = timedelta(minutes=5)  # a clock that is set back a little must not refuse a new certificate

PrivateKey = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate says: who, in which groups, at which addresses, for which use."""

    name: str
    groups: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    server: bool = False
    client: bool = False


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority: issues leaves, and knows which leaves are its own."""

    certificate: x509.Certificate
    key: PrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(self, leaf: Leaf, life: timedelta = LEAF_LIFE) -> tuple[bytes, bytes]:
        """A new certificate and its new key, both as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _leaf_builder(leaf, key, self, life).sign(self.key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM), key_pem(key)

    def ensure(self, leaf: Leaf, folder: Path, file: str, now: datetime | None = None) -> KeyPair:
        """The pair ``folder/file.crt`` and ``.key``; issued anew where missing, wrong or soon over."""
        pair = KeyPair(folder / f"{file}.crt", folder / f"{file}.key")
        if not self._still_good(leaf, pair, now or datetime.now(UTC)):
            certificate, key = self.issue(leaf)
            write_private(pair.key, key)
            write_private(pair.certificate, certificate)
        return pair

    def _still_good(self, leaf: Leaf, pair: KeyPair, now: datetime) -> bool:
        try:
            certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
            certificate.verify_directly_issued_by(self.certificate)
            key = load_key(pair.key)
        except (OSError, ValueError, TypeError, InvalidSignature):
            return False
        return (
            certificate.not_valid_after_utc - now > RENEW_BEFORE
            and certificate.public_key() == key.public_key()
            and certificate.subject == _subject(leaf)
            and _hosts_of(certificate) == set(leaf.hosts)
        )


def ensure_authority(folder: Path, file: str, name: str, now: datetime | None = None) -> Authority:
    """The authority in ``folder/file.crt`` and ``.key``; made where missing, unreadable or soon over."""
    certificate_path, key_path = folder / f"{file}.crt", folder / f"{file}.key"
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
        authority = Authority(certificate, load_key(key_path))
    except (OSError, ValueError, TypeError):
        authority = None
    now = now or datetime.now(UTC)
    if authority and authority.certificate.not_valid_after_utc - now > RENEW_BEFORE:
        return authority
    authority = _make_authority(name)
    write_private(key_path, key_pem(authority.key))
    write_private(certificate_path, authority.pem)
    return authority


def ensure_signing_key(folder: Path, file: str) -> KeyPair:
    """The key that signs tokens of service accounts: ``file.key`` and its public half ``file.pub``."""
    pair = KeyPair(folder / f"{file}.pub", folder / f"{file}.key")
    if not (pair.key.exists() and pair.certificate.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        write_private(pair.key, key_pem(key))
        write_private(pair.certificate, public)
    return pair


def key_pem(key: PrivateKey) -> bytes:
    """A private key as unencrypted PEM; the file's mode is its protection."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def load_key(path: Path) -> PrivateKey:
    """Read a private key.

    Raises:
        OSError, ValueError, TypeError: it cannot be read, or is no elliptic-curve key.
    """
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, PrivateKey):
        raise TypeError(f"{path} holds no elliptic-curve key")
    return key


def _make_authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject(Leaf(name))
    usage = _key_usage(signs_certificates=True)
    builder = _builder(subject, subject, key, AUTHORITY_LIFE)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    certificate = builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())
    return Authority(certificate, key)


def _leaf_builder(
    leaf: Leaf, key: PrivateKey, authority: Authority, life: timedelta
) -> x509.CertificateBuilder:
    uses = [
        use
        for use, wanted in (
            (ExtendedKeyUsageOID.SERVER_AUTH, leaf.server),
            (ExtendedKeyUsageOID.CLIENT_AUTH, leaf.client),
        )
        if wanted
    ]
    issuer = authority.certificate
    builder = (
        _builder(_subject(leaf), issuer.subject, key, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key()), critical=False
        )
    )
    if leaf.hosts:
        names = x509.SubjectAlternativeName([_general_name(host) for host in leaf.hosts])
        builder = builder.add_extension(names, critical=False)
    return builder


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BACKDATE)
        .not_valid_after(now + life)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _subject(leaf: Leaf) -> x509.Name:
    groups = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in leaf.groups]
    return x509.Name([*groups, x509.NameAttribute(NameOID.COMMON_NAME, leaf.name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _hosts_of(certificate: x509.Certificate) -> set[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return set()
    return {str(name.value) for name in names}
