"""``make demo``: the national plan's tenancies in Beijing and Gui'an, on this machine, and what to try then.

The same commands that a person would type, one after the other; each is idempotent, so the demo is too.
"""

from __future__ import annotations

import sys
import time

import click

from govcloud.cli.main import cli, print_error
from govcloud.errors import GovCloudError

_ESTATE = "estates/national"
_REGIONS = ("beijing", "guian")
# What these steps need; the rest of the toolchain is for tests and other commands.
_PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "pulumi",
    "pulumi-resource-kubernetes",
    "pulumi-language-python",
    "pulumi-language-python-exec",
)
_NEXT = """
Try next (with .venv/bin on PATH: source .venv/bin/activate):
  kubectl --kubeconfig $(govcloud region kubeconfig beijing) get namespaces -L govcloud.dev/grade,govcloud.dev/role
  kubectl --kubeconfig $(govcloud region kubeconfig beijing) -n t-mee-environment describe quota
  govcloud plan {estate} --tenancy mee-environment --output yaml     every manifest, offline
  govcloud drift {estate}                                            after you changed something by hand
  govcloud up {estate}                                               mends it
  govcloud monitor serve {estate}                                    usage and capacity at http://127.0.0.1:9464
  make down                                                          stops the regions; their data stays
Nodes are simulated (kwok); API servers, stores, schedulers and the engine are real."""


def _step(title: str, *words: str) -> None:
    click.secho(f"\n{title}", bold=True, err=True)
    click.secho(f"$ govcloud {' '.join(words)}", dim=True, err=True)
    code = cli.main(list(words), standalone_mode=False)
    if code:
        sys.exit(code)


def _standing() -> None:
    from rich.console import Console
    from rich.table import Table

    from govcloud.cli.estates import read_estate
    from stacks.desired import role_in, target_of

    estate = read_estate(_ESTATE)
    table = Table(title="What stands where")
    for column in ("region", "primary for", "standby for", "kubeconfig"):
        table.add_column(column, overflow="fold")
    for name in _REGIONS:
        roles = [role_in(tenancy, name) for tenancy in estate.tenancies.values()]
        counts = (f"{roles.count('primary')} tenancies", f"{roles.count('standby')} tenancies")
        table.add_row(name, *counts, target_of(estate, name).kubeconfig)
    Console(width=None if sys.stdout.isatty() else 140).print(table)


def main() -> None:
    """Run the steps; a step that fails ends the demo with its message and exit code."""
    start = time.monotonic()
    try:
        _step("1. The pinned programs", "toolchain", "install", *_PROGRAMS)
        _step("2. Two regions on this machine", "region", "up", *_REGIONS, "--estate", _ESTATE)
        _step("3. All tenancies of the plan, in primary and standby", "up", _ESTATE)
        _standing()
    except GovCloudError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; run `make demo` again to go on", err=True)
        sys.exit(130)
    click.echo(_NEXT.format(estate=_ESTATE))
    click.echo(f"\nThe demo took {time.monotonic() - start:.0f} s.", err=True)


if __name__ == "__main__":
    main()
