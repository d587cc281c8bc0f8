"""The pinned toolchain: where each program comes from, and how it is verified.

govcloud runs real programs (Pulumi, etcd, the Kubernetes control plane, kwok, velero) in versions that were
tried together. They are taken, in this order, from what the machine already has, from a mirror, from their
publishers, or are built from Go modules; whatever the way, a hash is checked before anything is run.
"""

from govcloud.local.toolchain.catalog import Catalog, Program, load_catalog
from govcloud.local.toolchain.events import Event, Installed, Status
from govcloud.local.toolchain.toolchain import SOURCES, Toolchain

__all__ = ["SOURCES", "Catalog", "Event", "Installed", "Program", "Status", "Toolchain", "load_catalog"]
