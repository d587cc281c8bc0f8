"""A wire to an API server that a test can cut: what is sent meanwhile waits, as it does in a network that is gone."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import yaml


class Wire:
    """Passes on what comes to a port of its own on loopback.

    Args:
        target: where it leads.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._whole = threading.Event()
        self._whole.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._run(self._accept)

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def cut(self) -> None:
        """Nothing comes through any more; nobody is told."""
        self._whole.clear()

    def mend(self) -> None:
        """What waited comes through."""
        self._whole.set()

    def snap(self) -> None:
        """Every connection breaks; new ones can be made."""
        for end in list(self._ends):
            _shut(end)

    def close(self) -> None:
        self._whole.set()
        _shut(self._listener)
        self._listener.close()
        self.snap()
        for thread in self._threads:
            thread.join(20)
        for end in self._ends:
            end.close()

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(self._target)
                self._ends += (here, there)
                self._run(self._pass_on, here, there)
                self._run(self._pass_on, there, here)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._whole.wait()
                target.sendall(data)
        _shut(source)
        _shut(target)


def _shut(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wired(kubeconfig: Path, folder: Path) -> Iterator[tuple[Wire, Path]]:
    """A wire to the server of a kubeconfig, and a kubeconfig that leads through it."""
    content = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    cluster = content["clusters"][0]["cluster"]
    server = urlsplit(cluster["server"])
    wire = Wire((str(server.hostname), int(server.port or 443)))
    cluster["server"] = f"https://{server.hostname}:{wire.port}"
    path = folder / f"{kubeconfig.name}.wired"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    try:
        yield wire, path
    finally:
        wire.close()
