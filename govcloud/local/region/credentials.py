"""Every identity of a region: the certificates of its programs, and the kubeconfigs of its callers.

Nobody but the bootstrap is in `system:masters`, which no rule can limit: the platform team is a group bound
by RBAC.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from ipaddress import ip_network
from pathlib import Path

from cryptography import x509

from govcloud.errors import InputError, RefusedError, RegionError
from govcloud.local.region.layout import Layout, write_if_changed, write_private
from govcloud.local.region.pki import Authority, KeyPair, Leaf, ensure_authority, ensure_signing_key
from govcloud.local.region.ports import HOST, Record

PLATFORM_GROUP = "govcloud:platform"
BREAK_GLASS = Leaf("govcloud:break-glass", groups=("system:masters",), client=True)
_LOCAL = (HOST, "localhost")
_SYSTEM = "system:"
_LONGEST = 64  # bytes of a name in a certificate (RFC 5280, appendix A)
_CALLERS = {
    "controller-manager": Leaf("system:kube-controller-manager", client=True),
    "scheduler": Leaf("system:kube-scheduler", client=True),
    "kwok": Leaf("govcloud:kwok", client=True),
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a region's certificates and kubeconfigs hang on."""

    name: str
    layout: Layout
    record: Record

    @property
    def server(self) -> str:
        """URL of the API server."""
        return f"https://{HOST}:{self.record.ports['apiserver']}"

    @property
    def authority(self) -> Authority:
        """The authority of the API, made if there is none."""
        return ensure_authority(self.layout.pki, "ca", f"govcloud region {self.name}")

    def ensure(self) -> None:
        """Make, renew or leave every certificate, kubeconfig and configuration file of the region."""
        self._ensure_store_certificates()
        authority, pki = self.authority, self.layout.pki
        for file, hosts in self._servers().items():
            authority.ensure(Leaf(f"govcloud:{file}", hosts=hosts, server=True), pki, file)
        for file, caller in _CALLERS.items():
            pair = authority.ensure(caller, pki, f"{file}-client")
            self._write_kubeconfig(self.layout.config / f"{file}.kubeconfig", caller.name, pair, authority)
        pair = authority.ensure(BREAK_GLASS, pki, "break-glass")
        self._write_kubeconfig(
            self.layout.config / "break-glass.kubeconfig", BREAK_GLASS.name, pair, authority
        )
        platform = Leaf("govcloud:platform-admin", groups=(PLATFORM_GROUP,), client=True)
        pair = authority.ensure(platform, pki, "platform")
        self._write_kubeconfig(self.layout.kubeconfig, platform.name, pair, authority)
        ensure_signing_key(pki, "service-accounts")
        self._ensure_configuration()

    def issue(self, user: str, groups: list[str], path: Path, days: int = 1) -> Path:
        """Write a kubeconfig for a user with these groups, 0600, good for so many days.

        It names the present port of the API server, and cannot be called back before it ends: keep ``days``
        low.

        Raises:
            InputError: a name is empty or too long for a certificate, or ``days`` is not between 1 and 365.
            RefusedError: a user or group of Kubernetes itself was asked for.
        """
        unfit = [
            name
            for name in (user, *groups)
            if not (name.isprintable() and 1 <= len(name.encode()) <= _LONGEST)
        ]
        if unfit or not 1 <= days <= 365:
            raise InputError(
                f"no certificate for user {user!r}, groups {groups!r} and {days} days",
                expected=f"names of 1 to {_LONGEST} bytes (in UTF-8), and 1 to 365 days",
                mend="shorten what is longer, and leave out what is empty",
            )
        if system := [name for name in (user, *groups) if name.lower().startswith(_SYSTEM)]:
            raise RefusedError(
                f"{system[0]} is a name of Kubernetes itself: no rule limits its rights, and nobody can call them back",
                expected=f"a user and groups that are bound by RBAC, such as {PLATFORM_GROUP}",
                mend=f"leave {system[0]} out",
            )
        certificate, key = self.authority.issue(Leaf(user, tuple(groups), client=True), timedelta(days=days))
        write_private(path, self._kubeconfig(user, certificate, key, self.authority))
        return path

    def _ensure_store_certificates(self) -> None:
        pki = self.layout.pki
        authority = ensure_authority(pki, "etcd-ca", f"govcloud region {self.name} store")
        # The store's HTTP gateway calls the store itself with the server's certificate, hence the second use.
        authority.ensure(Leaf("etcd-server", hosts=_LOCAL, server=True, client=True), pki, "etcd-server")
        authority.ensure(Leaf("etcd-peer", hosts=_LOCAL, server=True, client=True), pki, "etcd-peer")
        authority.ensure(Leaf("kube-apiserver", client=True), pki, "etcd-client")

    def _servers(self) -> dict[str, tuple[str, ...]]:
        service = str(next(ip_network(self.record.services).hosts()))
        inside = ("kubernetes", "kubernetes.default", "kubernetes.default.svc", service)
        return {
            "apiserver": (*_LOCAL, *inside),
            "controller-manager": _LOCAL,
            "scheduler": _LOCAL,
            "kwok-server": _LOCAL,
        }

    def _write_kubeconfig(self, path: Path, user: str, pair: KeyPair, authority: Authority) -> None:
        text = self._kubeconfig(user, pair.certificate.read_bytes(), pair.key.read_bytes(), authority)
        write_if_changed(path, text)

    def _kubeconfig(self, user: str, certificate: bytes, key: bytes, authority: Authority) -> str:
        cluster = {"server": self.server, "certificate-authority-data": _base64(authority.pem)}
        login = {"client-certificate-data": _base64(certificate), "client-key-data": _base64(key)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.name, "cluster": cluster}],
            "users": [{"name": user, "user": login}],
            "contexts": [{"name": self.name, "context": {"cluster": self.name, "user": user}}],
            "current-context": self.name,
        }
        return json.dumps(document, indent=2) + "\n"  # JSON is YAML, and needs no library to write

    def _ensure_configuration(self) -> None:
        config = self.layout.config
        for file in ("audit-policy.yaml", "kwok.yaml"):
            write_if_changed(config / file, packaged(file))
        write_if_changed(config / "scheduler.json", _scheduler_configuration(config / "scheduler.kubeconfig"))
        if self.layout.encryption.exists():
            return
        if (self.layout.etcd_data / "member").exists():
            raise RegionError(
                f"the encryption key of region {self.name} is gone, and its Secrets with it",
                where=str(self.layout.encryption),
                expected="the key that the store was written with",
                mend="restore the file, or start from nothing: govcloud region down --purge",
            )
        write_private(self.layout.encryption, _encryption_configuration())


def expiry(kubeconfig: Path) -> datetime:
    """When the certificate in a kubeconfig of `Credentials.issue` ends, in UTC."""
    login = json.loads(kubeconfig.read_text(encoding="utf-8"))["users"][0]["user"]
    return x509.load_pem_x509_certificate(
        base64.b64decode(login["client-certificate-data"])
    ).not_valid_after_utc


def packaged(file: str) -> str:
    """The text of a file that comes with this package."""
    return resources.files(__package__).joinpath("files", file).read_text(encoding="utf-8")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _encryption_configuration() -> str:
    key = {"name": "region", "secret": _base64(secrets.token_bytes(32))}
    document = {
        "apiVersion": "apiserver.config.k8s.io/v1",
        "kind": "EncryptionConfiguration",
        "resources": [
            {"resources": ["secrets"], "providers": [{"secretbox": {"keys": [key]}}, {"identity": {}}]}
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _scheduler_configuration(kubeconfig: Path) -> str:
    document = {
        "apiVersion": "kubescheduler.config.k8s.io/v1",
        "kind": "KubeSchedulerConfiguration",
        "clientConnection": {"kubeconfig": str(kubeconfig), "qps": 200, "burst": 400},
        "leaderElection": {"leaderElect": False},
        "enableProfiling": False,
        "enableContentionProfiling": False,
    }
    return json.dumps(document, indent=2) + "\n"
