"""A server of ours in the background: started once, known again, waited for, and stopped.

It is known as the processes of a local region are (`govcloud.local.region.process`), never by its pid alone, so that nothing
of somebody else is taken for it or stopped.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from govcloud.errors import OutsideError
from govcloud.local.region import process
from govcloud.local.region.api import answers
from govcloud.local.region.layout import write_private
from govcloud.local.region.waiting import Progress, wait_until_empty
from govcloud.paths import private_folder

_POLL = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is, remembered from one start to the next.

    Attributes:
        host: the address that it listens at.
        port: the port.
        url: where people of this machine find it; below it, ``/readyz`` tells whether it is ready.
        asks: whether it demands a certificate of whoever asks; then nobody but its clients can tell how it is.
    """

    host: str
    port: int
    url: str
    asks: bool = False

    @classmethod
    def load(cls, path: Path) -> Place | None:
        """The place that a file remembers, or None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def address(self) -> str:
        """Host and port, as they are given on a command line."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def ready(self) -> bool:
        """Whether the server is ready; where it asks for a certificate, whether it takes connections."""
        parts = urlsplit(self.url)
        if self.asks:
            return _connects(parts.hostname or self.host, self.port)
        # It is a server of ours on this machine, and all that it is asked is whether it is ready.
        context = ssl._create_unverified_context() if parts.scheme == "https" else None  # noqa: S323
        return answers(f"{self.url}/readyz", context)


@dataclass(frozen=True, slots=True)
class Order:
    """What shall run.

    Attributes:
        command: program and arguments; whoever is on the machine can read them, so they hold no secret.
        environment: all of its variables.
        told: which of them were asked for; with another value of these it is another order.
        version: of what runs; a server of another version is started anew.
        place: where it will listen.
    """

    command: tuple[str, ...]
    environment: Mapping[str, str]
    told: Mapping[str, str]
    version: str
    place: Place

    @property
    def fingerprint(self) -> str:
        """Changes whenever the server would have to be started anew."""
        parts = json.dumps([self.command, dict(self.told), self.version], sort_keys=True)
        return hashlib.sha256(parts.encode()).hexdigest()


class Background:
    """One server in the background.

    Args:
        name: what messages call it; also the name of its files.
        folder: where its files are; made at the first start.
        command: the command of ours that it is known by in messages, such as ``govcloud monitor``.
    """

    def __init__(self, name: str, folder: Path, command: str) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._folder, self._command = folder, command
        self._ticket, self._place = folder / f"{name}.pid.json", folder / f"{name}.json"

    @property
    def ticket(self) -> process.Ticket | None:
        """What it was started with; still there when it died."""
        return process.Ticket.load(self._ticket)

    @property
    def place(self) -> Place | None:
        """Where it was started last; None where it never was."""
        return Place.load(self._place)

    def process(self) -> psutil.Process | None:
        """The living process, None where it does not run."""
        return ticket.process() if (ticket := self.ticket) else None

    def start(self, order: Order, *, patience: float, say: Progress) -> bool:
        """Bring it about that the order runs, and wait until it is ready.

        What runs by the same order is left alone; what runs by another is stopped first; what died is started anew.

        Returns:
            Whether a process was started.

        Raises:
            OutsideError: somebody else listens at its address, it ended, or it is not ready after ``patience`` seconds; the
                message has the end of its log.
        """
        with self._locked(say):
            starts = not self._runs(order, say)
            if starts:
                require_free(order.place)
                process.rotate(self.log)
                self._launch(order)
            self._wait(order.place, patience, say)
        return starts

    def stop(self, say: Progress) -> bool:
        """End it, and forget its process; its log and its address are remembered.

        Returns:
            Whether it ran.

        Raises:
            RegionError: it does not end even when killed.
        """
        if not self._folder.exists():
            return False
        with self._locked(say):
            running = self.process()
            if running:
                process.stop([running])
            self._ticket.unlink(missing_ok=True)
        return running is not None

    def _runs(self, order: Order, say: Progress) -> bool:
        ticket, running = self.ticket, self.process()
        if not ticket or not running:
            return False
        if ticket.fingerprint == order.fingerprint:
            return True
        say(f"restarting the {self.name}: it ran with other options or of another version")
        process.stop([running])
        return False

    def _launch(self, order: Order) -> None:
        write_private(self._place, json.dumps(asdict(order.place)))
        process.start(
            order.command,
            environment=dict(order.environment),
            folder=Path.cwd(),  # a path that was given relative to it means the same there
            log=self.log,
            ticket=self._ticket,
            fingerprint=order.fingerprint,
        )

    def _wait(self, place: Place, patience: float, say: Progress) -> None:
        def look() -> list[str]:
            if place.ready():
                return []
            if not self.process():
                self._ticket.unlink(missing_ok=True)
                raise self._failure("ended before it was ready", f"then again: {self._command} start")
            return [f"the {self.name}"]

        if wait_until_empty(look, seconds=patience, pause=_POLL, say=say):
            raise self._failure(
                f"is not ready after {patience:.0f} s and goes on trying", f"or end it: {self._command} stop"
            )

    def _failure(self, what: str, mend: str) -> OutsideError:
        return OutsideError(
            f"the {self.name} {what}; the end of its log:\n{process.tail(self.log)}",
            where=str(self.log),
            expected="a server that becomes ready",
            mend=f"remove what the log complains about, {mend}",
        )

    @contextmanager
    def _locked(self, say: Progress) -> Iterator[None]:
        private_folder(self._folder)
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"another command works on the {self.name}; waiting for it")
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def require_free(place: Place) -> None:
    """Refuse a place at which a server listens already.

    Raises:
        OutsideError: naming whose process it is, where the system tells.
    """
    if holder := listener(place.port):
        raise OutsideError(
            f"the port is taken by another process, {holder}",
            where=place.address,
            expected="a free port of this machine",
            mend="choose another one with --address 127.0.0.1:PORT, or end that process",
        )


def listener(port: int) -> str | None:
    """Who listens at a port of this machine: name and pid, or no more than that somebody does; None where nobody does."""
    try:
        found = [
            one
            for one in psutil.net_connections("tcp")
            if one.status == psutil.CONN_LISTEN and one.laddr[1:2] == (port,)
        ]
    except psutil.Error:
        return None  # not every system tells; then the server itself finds out
    if not found:
        return None
    pid = found[0].pid
    try:
        return f"{psutil.Process(pid).name()} (pid {pid})" if pid else "that of another user"
    except psutil.Error:
        return "which is just ending"


def _connects(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2.0):
            return True
    except OSError:
        return False
