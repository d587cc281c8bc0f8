"""The ports of a local region: chosen once, remembered, and chosen again only when somebody else took one.

A kubeconfig that was handed out keeps working over restarts only while the port stays.
"""

from __future__ import annotations

import json
import secrets
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from govcloud.errors import RegionError
from govcloud.local.region.layout import write_private

HOST = "127.0.0.1"
PORT_NAMES = ("etcd", "etcd-peer", "apiserver", "controller-manager", "scheduler", "kwok")
DEFAULT_SERVICES = "10.96.0.0/16"
# Below the range from which systems hand out ports to outgoing connections (Linux: from 32768), so that a
# region that is down does not lose its ports to passing traffic.
_RANGE = range(20000, 32000)
_CLEARING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Record:
    """What a region remembers between starts."""

    ports: dict[str, int]
    services: str

    @classmethod
    def load(cls, path: Path) -> Record | None:
        """The remembered record, or None where there is none.

        Raises:
            RegionError: the file is there and is not a record.
        """
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(ports={str(k): int(v) for k, v in raw["ports"].items()}, services=str(raw["services"]))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError, AttributeError) as cause:
            raise RegionError(
                "the record of the region cannot be read",
                where=str(path),
                expected="a JSON object with ports and services",
                mend="restore the file, or delete it: new ports are chosen then",
            ) from cause

    def save(self, path: Path) -> None:
        """Write the record, for the next start."""
        write_private(path, json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")


def settle_ports(
    remembered: Mapping[str, int], *, in_use: Iterable[str] = (), reserved: Iterable[int] = ()
) -> dict[str, int]:
    """The port of each name: the remembered one where it can still be had, else a new one.

    Args:
        remembered: ports of the last start, by name.
        in_use: names whose process of ours runs; their ports are taken by us and stay.
        reserved: ports that other regions remember.
    """
    running = set(in_use)
    settled = {
        name: port
        for name, port in remembered.items()
        if name in PORT_NAMES and (name in running or becomes_free(port))
    }
    for name in PORT_NAMES:
        if name not in settled:
            settled[name] = choose_port({*settled.values(), *reserved})
    return settled


def choose_port(taken: set[int], free: Callable[[int], bool] | None = None) -> int:
    """A free port outside of ``taken``.

    Raises:
        RegionError: there is none.
    """
    free = free or is_free
    start = secrets.randbelow(len(_RANGE))  # two regions that start at once should not meet
    for step in range(len(_RANGE)):
        port: int = _RANGE[(start + step) % len(_RANGE)]
        if port not in taken and free(port):
            return port
    raise RegionError(
        "no free port was found",
        where=f"{HOST}:{_RANGE.start}-{_RANGE.stop - 1}",
        expected="a free port for each component of the region",
        mend="stop regions that are not needed: govcloud region down NAME",
    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections in TIME_WAIT do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def becomes_free(port: int) -> bool:
    """Whether a port is free, or soon is: a killed process holds its sockets until the kernel has cleared it away."""
    end = time.monotonic() + _CLEARING_SECONDS
    while not is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def ports_of_neighbours(root: Path) -> set[int]:
    """The ports that other regions beside ``root`` remember."""
    records = (Record.load(path) for path in root.parent.glob("*/region.json") if path.parent != root)
    return {port for record in records if record for port in record.ports.values()}
