"""Where a local region keeps its files, and how they are written.

A region's folder holds private keys, so every folder is 0700 and every file 0600 whatever the umask is, and a
file is replaced in one step: a crash or a power cut leaves the old content or the new one, never half of it.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from govcloud.paths import private_folder


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one region below ``root``."""

    root: Path

    @property
    def record(self) -> Path:
        """What is remembered between starts: ports and the range of service addresses."""
        return self.root / "region.json"

    @property
    def lock(self) -> Path:
        """Beside the folder, not in it: it must outlive a purge that somebody else waits for."""
        return self.root.parent / f".{self.root.name}.lock"

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.root / "pki"

    @property
    def config(self) -> Path:
        """What the components read: kubeconfigs, policies, the encryption key."""
        return self.root / "config"

    @property
    def logs(self) -> Path:
        """One log a component, and the audit log."""
        return self.root / "logs"

    @property
    def pids(self) -> Path:
        """One pid file a component."""
        return self.root / "pids"

    @property
    def etcd_data(self) -> Path:
        """The store itself."""
        return self.root / "etcd"

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of the platform team."""
        return self.root / "admin.kubeconfig"

    @property
    def identities(self) -> Path:
        """Kubeconfigs of people, where nobody said where else."""
        return self.root / "identities"

    @property
    def encryption(self) -> Path:
        """The key of the Secrets at rest."""
        return self.config / "encryption.json"

    @property
    def authentication(self) -> Path:
        """Whom the API server lets in, besides those with a certificate."""
        return self.config / "authentication.json"

    @property
    def audit_log(self) -> Path:
        """Who did what, one JSON object a line."""
        return self.logs / "audit.log"

    def log(self, component: str) -> Path:
        """The log of one component."""
        return self.logs / f"{component}.log"

    def pid(self, component: str) -> Path:
        """The pid file of one component."""
        return self.pids / f"{component}.json"

    def make_folders(self) -> None:
        """Create every folder, 0700."""
        for folder in (self.root, self.pki, self.config, self.logs, self.pids, self.etcd_data):
            private_folder(folder)


def write_private(path: Path, content: str | bytes) -> None:
    """Replace a file by ``content`` in one step, mode 0600, on disk when this returns."""
    data = content.encode() if isinstance(content, str) else content
    handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: 0600 by itself
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def write_if_changed(path: Path, content: str) -> None:
    """Like `write_private`, but leaves a file alone that already says so."""
    if not (path.exists() and path.read_text(encoding="utf-8") == content):
        write_private(path, content)
    path.chmod(0o600)
