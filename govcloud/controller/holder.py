"""The name under which a process holds the lease, which tells others on the same machine whether it still lives.

After a crash the next controller then begins at once, where it would else wait until the lease has run out.
"""

from __future__ import annotations

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path

import psutil

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PROCESSES = Path("/proc/self/ns/pid")


def own_name() -> str:
    """The name of this process: host, machine, process id, and when that began."""
    return f"{socket.gethostname()}_{_machine()}_{os.getpid()}_{_begun(os.getpid())}"


def is_dead(name: str) -> bool:
    """Whether a holder was a process of this machine that is gone; False where nobody here can say."""
    parts = name.rsplit("_", 3)
    if len(parts) != 4 or not _machine() or parts[1] != _machine() or not parts[2].isdigit():
        return False
    return _begun(int(parts[2])) != parts[3]


def _machine() -> str:
    """Tells one boot of one machine, and the process ids that count in it; empty where the system does not say."""
    with suppress(OSError):
        text = f"{_BOOT.read_text().strip()} {_PROCESSES.stat().st_ino}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]
    return ""


def _begun(pid: int) -> str:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        if process.status() != psutil.STATUS_ZOMBIE:
            return f"{process.create_time():.2f}"
    return ""
