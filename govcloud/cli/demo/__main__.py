"""The steps of the demo: the commands that a person would type, one after the other, and workloads to look at.

Each step is idempotent, so the demo is too.
"""

from __future__ import annotations

import sys
import time
from functools import partial

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
_PORT = 9464
_SAMPLING = 5
"""Seconds; shorter than by default, so that one sees usage move."""
_NEXT = """
  Portal    {url}/
  Metrics   {url}/metrics

Look at the portal: what the tenancies hold, ask for and use. Usage rises and falls while you watch; trend and forecast fill
up with the hours. Nodes and pods are simulated (kwok), and so is what they use; API servers, stores, schedulers, the engine
and the monitor are real.

Try next (with .venv/bin on PATH: source .venv/bin/activate):
  kubectl --kubeconfig $(govcloud region kubeconfig beijing) get deployments -A -l {selector}
  kubectl --kubeconfig $(govcloud region kubeconfig guian) -n t-mee-environment scale deployment web --replicas 6
  kubectl --kubeconfig $(govcloud region kubeconfig guian) -n t-mee-environment describe quota
  govcloud plan {estate} --tenancy mee-environment --output yaml     every manifest, offline
  govcloud drift {estate}                                            after you changed something by hand
  govcloud up {estate}                                               mends it
  govcloud policy audit {estate}                                     what the rules find in all that runs
  govcloud report usage --department mee                                     what a department held and used
  make down                                                                  stops monitor and regions; their data stays

The workloads are the departments' own: `govcloud destroy` refuses a tenancy that has any. They go, region by region, with
  kubectl --kubeconfig $(govcloud region kubeconfig beijing) delete deployments,poddisruptionbudgets -A -l {selector}"""


def _title(title: str) -> None:
    click.secho(f"\n{title}", bold=True, err=True)


def _step(title: str, *words: str) -> None:
    _title(title)
    click.secho(f"$ govcloud {' '.join(words)}", dim=True, err=True)
    code = cli.main(list(words), standalone_mode=False)
    if code:
        sys.exit(code)


def _run_workloads(title: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from govcloud.cli.demo.running import run_workloads
    from govcloud.cli.estates import read_estate
    from govcloud.cli.output import say
    from govcloud.cluster import Cluster
    from stacks.desired import target_of

    _title(title)
    estate = read_estate(_ESTATE)
    with ThreadPoolExecutor(len(_REGIONS), "region") as pool:
        targets = [target_of(estate, name) for name in _REGIONS]
        run = partial(run_workloads, estate=estate, say=say)
        done = list(pool.map(lambda to: run(Cluster(to.kubeconfig, to.context), region=to.region), targets))
    for name, (written, there) in zip(_REGIONS, done, strict=True):
        say(f"{name}: {written} objects written, {there - written} were there already")


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


def address() -> str:
    """Where the demo's monitor listens: where it did last, else at the usual port, else at a free one."""
    from govcloud.cli.monitor.background import in_background
    from govcloud.local.background import listener
    from govcloud.local.region.ports import HOST, choose_port

    server = in_background()
    last = [server.place.port] if server.place and server.place.host == HOST else []
    if last and server.process():
        return f"{HOST}:{last[0]}"
    free = next((port for port in (*last, _PORT) if not listener(port)), None)
    return f"{HOST}:{free or choose_port(set())}"


def _monitor(title: str) -> str:
    """Start the monitor, and tell its URL."""
    at = address()
    _step(title, "monitor", "start", _ESTATE, "--address", at, "--sampling", str(_SAMPLING))
    return f"http://{at}"


def main() -> None:
    """Run the steps; a step that fails ends the demo with its message and exit code."""
    from govcloud.cli.demo.workloads import SELECTOR

    start = time.monotonic()
    try:
        _step("1. The pinned programs", "toolchain", "install", *_PROGRAMS)
        _step("2. Two regions on this machine", "region", "up", *_REGIONS, "--estate", _ESTATE)
        _step("3. All tenancies of the plan, in primary and standby", "up", _ESTATE)
        _run_workloads("4. Work for the tenancies, in their primary regions")
        url = _monitor("5. Metrics and portal, in the background")
        _standing()
    except GovCloudError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; run `make demo` again to go on", err=True)
        sys.exit(130)
    click.echo(_NEXT.format(estate=_ESTATE, url=url, selector=SELECTOR))
    click.echo(f"\nThe demo took {time.monotonic() - start:.0f} s.", err=True)


if __name__ == "__main__":
    main()
