"""Local regions on the command line: up, down, list, and whom they let in."""

from __future__ import annotations

import click

from govcloud.cli.region.authentication import authentication
from govcloud.cli.region.identities import identities, kubeconfig
from govcloud.cli.region.lifecycle import down, list_regions, up


@click.group()
def region() -> None:
    """Local regions: the embedded default.

    A region is a real Kubernetes control plane on this machine, reachable from this machine only; its nodes
    are simulated.
    """


for _command in (up, down, list_regions, kubeconfig, identities, authentication):
    region.add_command(_command)

__all__ = ["region"]
