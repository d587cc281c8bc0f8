"""A local region: a real Kubernetes control plane on this machine, its nodes simulated.

`LocalRegion.up` says what should be and makes it so, whatever it finds: nothing, a running region, one whose
parts died, or what a reboot left behind. It can be interrupted at any moment and called again.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

import psutil

from govcloud.errors import RegionError
from govcloud.local.region import process
from govcloud.local.region.api import Manifest, connected
from govcloud.local.region.authentication import exchange, undone_on_failure, wait_until_taken
from govcloud.local.region.bootstrap import grant_rights, settle_nodes, wait_for_controllers, wait_for_nodes
from govcloud.local.region.components import NAMES, Component, components
from govcloud.local.region.credentials import Credentials
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import (
    DEFAULT_SERVICES,
    Record,
    ports_of_neighbours,
    settle_ports,
)
from govcloud.local.region.status import RegionStatus, admin_context, is_healthy, read_status
from govcloud.local.region.waiting import Progress, wait_until_empty
from govcloud.paths import private_folder, regions_root

_POLL = 0.05
# What calls the API ends first, the store last, so that nobody logs errors about what is gone already.
_STOP_ORDER = (("kwok", "kube-scheduler", "kube-controller-manager"), ("kube-apiserver",), ("etcd",))
_PORT_OWNERS = {
    "etcd": ("etcd", "etcd-peer"),
    "kube-apiserver": ("apiserver",),
    "kube-controller-manager": ("controller-manager",),
    "kube-scheduler": ("scheduler",),
    "kwok": ("kwok",),
}


class Programs(Protocol):
    """Where the programs of a region are; `govcloud.local.toolchain.Toolchain` is one."""

    def path(self, name: str) -> Path:
        """The executable of that name."""


class LocalRegion:
    """One region on this machine.

    Args:
        name: the region's name; also the name of the context in its kubeconfigs.
        root: the region's own folder; without it, the folder ``name`` in `regions_root`.
        toolchain: where its programs are.
        services: range of service addresses for the first start; later starts keep the first one.
        patience: seconds a component may take to become ready.
    """

    def __init__(
        self,
        name: str,
        root: Path | None,
        toolchain: Programs,
        *,
        services: str = DEFAULT_SERVICES,
        patience: float = 90.0,
    ) -> None:
        self.name = name
        self.layout = Layout((root or regions_root() / name).absolute())
        self._toolchain = toolchain
        self._services = services
        self._patience = patience

    @property
    def root(self) -> Path:
        """The region's own folder."""
        return self.layout.root

    @property
    def kubeconfig(self) -> Path:
        """The kubeconfig of the platform team; there once the region was up."""
        return self.layout.kubeconfig

    def status(self) -> RegionStatus:
        """What runs, how it is, and what it takes."""
        return read_status(self.name, self.layout)

    def up(
        self,
        nodes: Sequence[Manifest] | None = None,
        progress: Progress | None = None,
        *,
        authentication: Manifest | None = None,
    ) -> None:
        """Bring the region up, or mend it; returns when it is ready and its nodes are.

        Args:
            nodes: the v1 Node objects it shall have, no more and no fewer; None leaves the nodes as they are.
            progress: called with one sentence for each step.
            authentication: the AuthenticationConfiguration of its API server, which takes a change without a restart; None
                leaves it as it is, at first nobody by token.

        Raises:
            RegionError: a component did not become ready, or the API server refuses the configuration; it names the log and
                its last lines.
            ToolchainError: a program is missing.
        """
        say = progress or _silence
        with self._locked(say):
            self.layout.make_folders()
            self._stop_strays(say)
            record = self._settle_record()
            credentials = Credentials(self.name, self.layout, record)
            credentials.ensure()
            store, api, *rest = components(self.layout, record)
            before = exchange(self.layout, authentication)
            with undone_on_failure(self.layout, before):
                self._stop_outdated((store, api, *rest), say)
                say("starting the store and the API server")
                started = self._ensure((store, api), say)
                context = self._context()
                self._wait((store, api), started, context, say)
            reads_again = before is not None and api.name not in started
            connect = partial(connected, credentials.server, context)
            with connect() as client:
                grant_rights(client)
                started = self._ensure(rest, say)
                if nodes is not None:
                    say(f"settling {len(nodes)} nodes")
                    settle_nodes(client, nodes, connect)
                say("waiting for the controllers and the nodes")
                self._wait(rest, started, context, say)
                wait_for_controllers(client, self._patience, say)
                wait_for_nodes(client, self._patience, say)
                if reads_again:
                    with undone_on_failure(self.layout, before):
                        wait_until_taken(client, self.layout, self._patience, say)

    def down(self, *, purge: bool = False, progress: Progress | None = None) -> None:
        """Stop every process of the region; with ``purge``, delete all it kept too.

        Raises:
            RegionError: a process does not end even when killed.
        """
        say = progress or _silence
        with self._locked(say):
            for names in _STOP_ORDER:
                self._stop(names, say)
            if purge and self.root.exists():
                say("deleting the data")
                shutil.rmtree(self.root)

    def issue(self, user: str, groups: list[str], path: Path, days: int = 1) -> Path:
        """Write a kubeconfig for ``user`` in ``groups`` that ends after ``days``; see `Credentials.issue`.

        Raises:
            RegionError: the region was never up.
        """
        record = Record.load(self.layout.record)
        if record is None:
            raise RegionError(
                f"region {self.name} has no certificate authority yet",
                where=str(self.root),
                expected="a region that was up once",
                mend=f"govcloud region up {self.name}",
            )
        return Credentials(self.name, self.layout, record).issue(user, groups, path, days)

    @contextmanager
    def _locked(self, say: Progress) -> Iterator[None]:
        if not self.root.parent.exists():
            private_folder(self.root.parent)
        with open(self.layout.lock, "w", opener=_private) as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(f"another command works on region {self.name}; waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _settle_record(self) -> Record:
        remembered = Record.load(self.layout.record)
        running = [port for name in NAMES if self._process(name) for port in _PORT_OWNERS[name]]
        ports = settle_ports(
            remembered.ports if remembered else {},
            in_use=running,
            reserved=ports_of_neighbours(self.root),
        )
        record = Record(ports, remembered.services if remembered else self._services)
        if record != remembered:
            record.save(self.layout.record)
        return record

    def _process(self, name: str) -> psutil.Process | None:
        ticket = process.Ticket.load(self.layout.pid(name))
        return ticket.process() if ticket else None

    def _ensure(self, wanted: Sequence[Component], say: Progress) -> set[str]:
        """Start what does not run; the names of what was started."""
        return {component.name for component in wanted if self._ensure_one(component, say)}

    def _ensure_one(self, component: Component, say: Progress) -> bool:
        log, pid_file = self.layout.log(component.name), self.layout.pid(component.name)
        process.rotate(log)
        ticket = process.Ticket.load(pid_file)
        if ticket and ticket.process():
            return False
        if ticket:
            ticket.await_end()
        say(f"starting {component.name}")
        process.start(
            self._command(component),
            environment=self._environment(component),
            folder=self.root,
            log=log,
            ticket=pid_file,
            fingerprint=self._fingerprint(component),
        )
        return True

    def _stop_outdated(self, wanted: Sequence[Component], say: Progress) -> None:
        """Stop what runs with another command line, configuration or certificate than it should.

        What calls such a component is stopped before it: a server does not end while it is called.
        """
        outdated = {component.name for component in wanted if self._is_outdated(component)}
        if not outdated:
            return
        say(f"restarting {', '.join(sorted(outdated))}: what it runs with has changed")
        for position, names in enumerate(_STOP_ORDER):
            called = any(outdated & set(later) for later in _STOP_ORDER[position + 1 :])
            self._stop([name for name in names if called or name in outdated], say)

    def _is_outdated(self, component: Component) -> bool:
        ticket = process.Ticket.load(self.layout.pid(component.name))
        running = ticket is not None and ticket.process() is not None
        return running and ticket is not None and ticket.fingerprint != self._fingerprint(component)

    def _command(self, component: Component) -> list[str]:
        return [str(self._toolchain.path(component.name)), *component.arguments]

    def _fingerprint(self, component: Component) -> str:
        """Changes whenever something changes that the component reads at its start."""
        started_with = [self._command(component), self._environment(component)]
        digest = hashlib.sha256(json.dumps(started_with).encode())
        for path in component.inputs:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def _environment(self, component: Component) -> dict[str, str]:
        # Bare on purpose: no proxy, no KUBECONFIG and no configuration from the caller's home.
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.layout.config), **component.environment}

    def _context(self) -> ssl.SSLContext:
        context = admin_context(self.layout)
        if context is None:
            raise RegionError(
                f"the certificates of region {self.name} cannot be read",
                where=str(self.layout.pki),
                expected="certificates that were just made",
                mend="look at the folder's owner and its modes",
            )
        return context

    def _wait(
        self, wanted: Sequence[Component], started: set[str], context: ssl.SSLContext, say: Progress
    ) -> None:
        """Until all are healthy. One of before may have been dying when it was looked at: it is started anew."""
        waiting = {component.name: component for component in wanted}

        def look() -> list[str]:
            for name, component in list(waiting.items()):
                if is_healthy(component, self.layout, context):
                    del waiting[name]
                elif self._process(name):
                    continue
                elif name not in started:
                    started.update(self._ensure((component,), say))
                else:
                    raise self._failure(component, "ended before it was ready")
            return list(waiting)

        for name in wait_until_empty(look, seconds=self._patience, pause=_POLL, say=say):
            raise self._failure(waiting[name], f"is not ready after {self._patience:.0f} s")

    def _failure(self, component: Component, what: str) -> RegionError:
        log = self.layout.log(component.name)
        return RegionError(
            f"{component.name} of region {self.name} {what}; the end of its log:\n{process.tail(log)}",
            where=str(log),
            expected="a component that becomes ready",
            mend=f"remove what the log complains about, then: govcloud region up {self.name}",
        )

    def _stop(self, names: Sequence[str], say: Progress) -> None:
        known = [one for name in names if (one := self._process(name))]
        found = [*known, *self._strays(names)]
        if found:
            say(f"stopping {', '.join(names)}")
            process.stop(found)
        for name in names:
            self.layout.pid(name).unlink(missing_ok=True)

    def _stop_strays(self, say: Progress) -> None:
        if found := self._strays(NAMES):
            say("stopping what an interrupted command left behind")
            process.stop(found)

    def _strays(self, names: Sequence[str]) -> list[psutil.Process]:
        known = [self._process(name) for name in names]
        return [found for found in process.strays(names, self.root) if found not in known]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _silence(_: str) -> None:
    """Progress that nobody asked for."""
