"""Where an estate's engine keeps its state and what environment Pulumi runs in.

The default is a file backend under the XDG state folder, encrypted with a passphrase of its own (mode 0600). Any Pulumi
backend URL takes its place through ``spec.state`` of the estate or ``PULUMI_BACKEND_URL``.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from govcloud.local.toolchain import Toolchain
from govcloud.model import Estate
from govcloud.paths import estate_state, private_folder
from stacks.names import PROJECT

RUN_MARK = "GOVCLOUD_ENGINE_STATE"
_RECEIPTS = "receipts"
_TUNING = {
    # The whole state is written anew at each checkpoint: quadratic in the size of a stack. Without them a crash loses
    # the record of what was just made; server-side apply adopts it, and `up` prunes what nothing plans any more.
    "PULUMI_SKIP_CHECKPOINTS": "true",
    "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true",
    "PULUMI_PARALLEL_DIFF": "true",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    "PULUMI_K8S_CLIENT_QPS": "5000",
    "PULUMI_K8S_CLIENT_BURST": "5000",
    # A field that someone took over by hand is taken back.
    "PULUMI_K8S_ENABLE_PATCH_FORCE": "true",
}


@dataclass(frozen=True)
class EngineSettings:
    """What the engine needs to know of an estate and of this machine."""

    root: Path
    backend: str
    pulumi: Path
    pulumi_home: Path

    @property
    def work(self) -> Path:
        """The Pulumi workspace: project file and one settings file a stack."""
        return self.root / "work"

    @property
    def receipts(self) -> Path:
        """What was last brought about, one file a stack."""
        return self.root / _RECEIPTS

    @property
    def backend_folder(self) -> Path | None:
        """The folder of a file backend, None for any other."""
        parts = urlsplit(self.backend)
        return Path(parts.path) if parts.scheme == "file" else None

    @property
    def passphrase_file(self) -> Path:
        """The file with the passphrase that encrypts secrets in the state."""
        return self.root / "passphrase"

    def environment(self) -> dict[str, str]:
        """The environment of every Pulumi process; no secret is in it, only the path of one."""
        own = {
            "PULUMI_HOME": str(self.pulumi_home),
            "PULUMI_BACKEND_URL": self.backend,
            RUN_MARK: str(self.root),
            **_TUNING,
        }
        if "PULUMI_CONFIG_PASSPHRASE" not in os.environ and "PULUMI_CONFIG_PASSPHRASE_FILE" not in os.environ:
            own["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(self.passphrase_file)
        return own


def settings_for(estate: Estate, toolchain: Toolchain) -> EngineSettings:
    """The settings of an estate, with its folders, project file and passphrase made where they are missing."""
    root = private_folder(estate_state(estate.name))
    settings = EngineSettings(
        root=root,
        backend=_backend(estate, root),
        pulumi=toolchain.path("pulumi"),
        pulumi_home=root / "pulumi-home",
    )
    private_folder(settings.work)
    private_folder(settings.receipts)
    _lean_home(settings.pulumi_home, toolchain.pulumi_home)
    _write_once(settings.work / "Pulumi.yaml", f"name: {PROJECT}\nruntime: python\n")
    _write_once(settings.passphrase_file, secrets.token_urlsafe(32))
    return settings


def receipts_of(estate: str) -> Path:
    """Where the receipts of an estate are, if the engine ever ran on this machine."""
    return estate_state(estate) / _RECEIPTS


def _lean_home(home: Path, toolchain: Path) -> None:
    """A home for Pulumi with the toolchain's plugins, in which it keeps no log.

    Of itself it logs all that it does as if it were to be debugged, which is a third of its processor time, and keeps up to
    500 MB of that. There is no switch; but where there can be no folder for the logs, it does without.
    """
    private_folder(home)
    plugins = home / "plugins"
    if plugins.is_symlink() and plugins.readlink() != toolchain / "plugins":
        plugins.unlink()
    with suppress(FileExistsError):
        plugins.symlink_to(toolchain / "plugins")
    _write_once(home / "logs", "no logs are kept of the engine's own runs\n")


def _backend(estate: Estate, root: Path) -> str:
    url = os.environ.get("PULUMI_BACKEND_URL") or estate.head.spec.state
    if url:
        return url
    return f"file://{private_folder(root / 'state')}"


def _write_once(path: Path, text: str) -> None:
    """Write a file that does not exist yet, mode 0600 from its first moment, and whole or not at all."""
    if path.exists():
        return
    new = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(new, path)
    except FileExistsError:
        pass  # another process was first; its text holds
    finally:
        new.unlink()
