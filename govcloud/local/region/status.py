"""What a region is doing, as values that can be shown or written as JSON."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from typing import Literal

import psutil

from govcloud.errors import ClusterError
from govcloud.local.region import components
from govcloud.local.region.api import answers, client_context, connected
from govcloud.local.region.bootstrap import is_ready
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import HOST, Record
from govcloud.local.region.process import Ticket

State = Literal["up", "degraded", "down", "absent"]
ComponentState = Literal["running", "unhealthy", "dead", "stopped"]


@dataclass(frozen=True, slots=True)
class Component:
    """One program of a region.

    ``dead``: it was started and is gone. ``stopped``: it is not meant to run. ``unhealthy``: it runs and does
    not answer as it should. ``cpu_percent`` is of one core, the mean since its start; ``uptime`` is in
    seconds. ``memory_bytes`` counts a page that several processes share in equal parts, where the system
    tells.
    """

    name: str
    pid: int | None
    state: ComponentState
    memory_bytes: int
    cpu_percent: float
    uptime: float
    log: str


@dataclass(frozen=True, slots=True)
class RegionStatus:
    """A region as a whole. ``absent``: it was never started here, or purged."""

    name: str
    state: State
    components: tuple[Component, ...]
    server: str | None
    nodes_ready: int
    nodes_total: int
    kubeconfig: str | None

    @property
    def memory_bytes(self) -> int:
        """Memory of all components."""
        return sum(component.memory_bytes for component in self.components)

    @property
    def uptime(self) -> float:
        """Seconds since the whole region is up: those of its youngest component."""
        return min((c.uptime for c in self.components if c.pid), default=0.0)

    @property
    def failing(self) -> tuple[str, ...]:
        """Names of the components that are dead or unhealthy."""
        return tuple(c.name for c in self.components if c.state in ("dead", "unhealthy"))


def read_status(name: str, layout: Layout) -> RegionStatus:
    """Look at the processes of a region, and ask those that live how they are."""
    record = Record.load(layout.record)
    if record is None:
        return RegionStatus(name, "absent", (), None, 0, 0, None)
    context = admin_context(layout)
    found = tuple(_component(c, layout, context) for c in components.components(layout, record))
    server = f"https://{HOST}:{record.ports['apiserver']}"
    api_runs = any(c.name == "kube-apiserver" and c.state == "running" for c in found)
    ready, total = _count_nodes(server, context) if api_runs and context else (0, 0)
    kubeconfig = str(layout.kubeconfig) if layout.kubeconfig.exists() else None
    return RegionStatus(name, _overall(found), found, server, ready, total, kubeconfig)


def admin_context(layout: Layout) -> ssl.SSLContext | None:
    """TLS as the region's own bootstrap user, or None while there are no certificates."""
    pki = layout.pki
    try:
        return client_context(pki / "ca.crt", pki / "break-glass.crt", pki / "break-glass.key")
    except OSError:
        return None


def store_context(layout: Layout) -> ssl.SSLContext:
    """TLS as the API server, towards the store.

    Raises:
        OSError: there are no certificates yet.
    """
    pki = layout.pki
    return client_context(pki / "etcd-ca.crt", pki / "etcd-client.crt", pki / "etcd-client.key")


def is_healthy(component: components.Component, layout: Layout, context: ssl.SSLContext) -> bool:
    """Whether a component answers its health URL with 200."""
    return answers(component.health, store_context(layout) if component.name == "etcd" else context)


def _component(component: components.Component, layout: Layout, context: ssl.SSLContext | None) -> Component:
    log = str(layout.log(component.name))
    ticket = Ticket.load(layout.pid(component.name))
    process = ticket.process() if ticket else None
    if process is None:
        return Component(component.name, None, "dead" if ticket else "stopped", 0, 0.0, 0.0, log)
    well = context is not None and is_healthy(component, layout, context)
    try:
        with process.oneshot():
            uptime = max(time.time() - process.create_time(), 0.001)
            times = process.cpu_times()
            cpu = round(100 * (times.user + times.system) / uptime, 2)
        memory = memory_of(process)
    except psutil.Error:
        return Component(component.name, None, "dead", 0, 0.0, 0.0, log)
    state: ComponentState = "running" if well else "unhealthy"
    return Component(component.name, process.pid, state, memory, cpu, round(uptime, 1), log)


def memory_of(process: psutil.Process) -> int:
    """Memory of a process in bytes: its proportional share on Linux, else what is resident.

    Raises:
        psutil.Error: the process is gone.
    """
    full = process.memory_full_info()
    return int(getattr(full, "pss", full.rss))


def _count_nodes(server: str, context: ssl.SSLContext) -> tuple[int, int]:
    try:
        with connected(server, context) as api:
            nodes = api.nodes()
    except ClusterError:
        return 0, 0  # it ended between the probe and this call; its state says so at the next look
    return sum(map(is_ready, nodes)), len(nodes)


def _overall(found: tuple[Component, ...]) -> State:
    if all(component.state == "running" for component in found):
        return "up"
    return "degraded" if any(component.pid for component in found) else "down"
