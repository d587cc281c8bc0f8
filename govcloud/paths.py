"""Where govcloud keeps things on this machine: XDG folders, so that nothing lands in a person's project."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from govcloud.errors import OutsideError

_APP = "govcloud"


def state_home() -> Path:
    """The folder of everything that must outlive a reboot; ``GOVCLOUD_STATE`` overrides the XDG default."""
    override = os.environ.get("GOVCLOUD_STATE")
    return Path(override) if override else Path(platformdirs.user_state_dir(_APP, appauthor=False))


def regions_root() -> Path:
    """The folder of the local regions, one folder a region."""
    return state_home() / "regions"


def estate_state(estate: str) -> Path:
    """The folder of one estate's engine state: Pulumi backend, passphrase, receipts."""
    return state_home() / "estates" / estate


def local_kubeconfig(region: str) -> Path:
    """The administrator's kubeconfig of a local region."""
    return regions_root() / region / "admin.kubeconfig"


def private_folder(path: Path) -> Path:
    """The folder, made where it is missing, readable by its owner alone whatever the umask.

    Raises:
        OutsideError: it cannot be made, or belongs to somebody else.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
    except OSError as error:
        raise OutsideError(
            f"there can be no private folder here: {error.strerror}",
            where=str(path),
            expected="a folder that you may make and own",
            mend="give yourself the right to, or name another place: GOVCLOUD_STATE is the folder of all state",
        ) from error
    return path
