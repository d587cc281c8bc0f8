"""One process writes: a lease in the store, with a token that fences off whoever held it before.

Machines' clocks are not compared. A challenger watches the holder's beat, and only where that stood still for `PATIENCE` of
the challenger's own time, or the holder is a process of this machine that is gone, it takes the lease with the next token. A
holder that slept through this finds its token outdated in the same transaction in which it writes, and writes nothing.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import psutil
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from govcloud.errors import OutsideError, RefusedError
from monitors.ledger.clock import Clock
from monitors.ledger.schema import lease
from monitors.ledger.store import Store

PATIENCE = 60_000
"""Milliseconds without a beat after which a holder counts as gone: four of the exporter's intervals."""
_NAME = "writer"


class Lease:
    """This process's claim to be the one that writes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._holder = f"{_machine()} {os.getpid()} {_began(os.getpid())} {uuid.uuid4().hex}"
        self._token: int | None = None
        self._seen: tuple[int, int] | None = None
        self._since = 0

    @property
    def held(self) -> bool:
        """Whether this process holds it, as far as it knows."""
        return self._token is not None

    def take(self) -> bool:
        """Try to hold it.

        Returns:
            Whether it is held now.
        """
        if self._token is None:
            self._token = self._taken()
        return self._token is not None

    def fence(self, connection: Connection) -> None:
        """Prove, in the transaction that writes, that nobody took over.

        Raises:
            RefusedError: somebody did, and nothing may be written.
        """
        beat = (
            update(lease)
            .where(lease.c.name == _NAME, lease.c.token == self._token)
            .values(beat=lease.c.beat + 1)
        )
        if connection.execute(beat).rowcount != 1:
            self.forget()
            raise RefusedError(
                "another process keeps the ledger now",
                where=self._store.name,
                expected="one process that writes",
                mend="nothing: this one stands by, and takes over when the other ends",
            )

    def forget(self) -> None:
        """Know no longer whether it is held; `take` finds out."""
        self._token = None

    def release(self) -> None:
        """Give it up in order, so that the next one need not wait."""
        if self._token is None:
            return
        own = (lease.c.name == _NAME) & (lease.c.token == self._token)
        with self._store.writing() as connection:
            connection.execute(update(lease).where(own).values(holder=None))
        self._token = None

    def _taken(self) -> int | None:
        with self._store.reading() as connection:
            row = connection.execute(select(lease).where(lease.c.name == _NAME)).one_or_none()
        if row is None:
            return self._first()
        if row.holder == self._holder:
            return int(row.token)
        if row.holder is None or _gone(row.holder) or self._silent(row.token, row.beat):
            return self._next(row.token)
        return None

    def _silent(self, token: int, beat: int) -> bool:
        now = self._clock.steady()
        if self._seen != (token, beat):
            self._seen, self._since = (token, beat), now
        return now - self._since >= PATIENCE

    def _first(self) -> int | None:
        try:
            with self._store.writing() as connection:
                connection.execute(insert(lease).values(name=_NAME, token=1, holder=self._holder, beat=0))
        except OutsideError as error:
            if isinstance(error.__cause__, IntegrityError):  # another one was first
                return None
            raise
        return 1

    def _next(self, token: int) -> int | None:
        taken = (
            update(lease)
            .where(lease.c.name == _NAME, lease.c.token == token)
            .values(token=token + 1, holder=self._holder, beat=lease.c.beat + 1)
        )
        with self._store.writing() as connection:
            return token + 1 if connection.execute(taken).rowcount == 1 else None


def _machine() -> str:
    """What a process number means something in: this start of the machine, and its space of process numbers."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        return f"{os.uname().nodename}/{psutil.boot_time():.0f}"
    return f"{boot.read_text().strip()}/{Path('/proc/self/ns/pid').readlink()}"


def _began(process: int) -> str:
    """When a process began; unlike `psutil.Process.create_time` no other where the wall clock was set since."""
    stat = Path(f"/proc/{process}/stat")
    if not Path("/proc/self/stat").exists():
        return f"{psutil.Process(process).create_time():.0f}"
    return stat.read_text().rpartition(")")[2].split()[19]


def _gone(holder: str) -> bool:
    """Whether the holder was a process of this machine and lives no more."""
    machine, process, began, _ = holder.split(" ")
    if machine != _machine():
        return False
    try:
        other = psutil.Process(int(process))
        return _began(other.pid) != began or other.status() == psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return True
