"""What the rules cost: a decision, a preview, an admission, an audit; each beside a baseline of the same run.

    python -m benchmarks.policy [--tenancies N ...] [--repeat R] [--only PART ...]

- decision: all rules about one Deployment that passes them, from plain data to findings; beside turning it to JSON and back.
- preview: `preview` of tenancies that all change, with the rules and without: judged beforehand and by Pulumi's engine, and
  by nobody. Commands are timed from outside, start of Python included.
- plain: `pulumi preview` of one stack, with `--policy-pack policies` and without.
- admission: a server-side apply of a Deployment as a dry run, in a tenancy's namespace and in one that differs by being no
  tenancy's: quotas and limits are the same. One connection, one request after the other, in turns.
- audit: every live object of the region, read and judged; beside reading them alone.

A region of its own is started for it and taken down after. Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median, quantiles
from typing import Any, NamedTuple

from benchmarks.provisioning import estate_text, up_seconds
from govcloud.audit import audit
from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion, regions_root
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.paths import local_kubeconfig
from govcloud.planner import plan_nodes
from policies.evaluation import Evaluator
from policies.examples import shipped_bases
from policies.finding import Point
from policies.loading import shipped_rules
from policies.settings import Settings
from stacks.desired import tenancy_manifests

_REGION = "bench"
_REPOSITORY = Path(__file__).parents[1]
_WORKLOADS = 8
"""Deployments in each tenancy for the audit; paused, so that they make no pods."""

Figures = dict[str, Any]


class Spent(NamedTuple):
    """Seconds by the clock, and of processors, what a command started included."""

    seconds: float
    processor: float


def decision(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """Seconds of one decision about a Deployment at each point, and of the same object's way to JSON and back."""
    bases = shipped_bases()
    web, around = bases.of("Deployment"), bases.namespace
    rules = shipped_rules().values()
    evaluator = Evaluator(rules, bases.settings)
    text = _times(lambda: json.loads(json.dumps(web)), 2000)
    for point in ("preview", "audit"):
        yield _decision(evaluator, web, around, point, median(text)) | {"rules": len(rules)}


def _decision(
    evaluator: Evaluator, web: dict[str, Any], namespace: dict[str, Any], point: Point, text: float
) -> Figures:
    from policies.evaluation import Surroundings

    around = Surroundings(namespace=namespace, siblings=(web,))
    asked = sum(
        1
        for rule in evaluator.rules
        if point in rule.points and Evaluator([rule], evaluator.settings).concerns(web, point)
    )
    spent = [_spent(lambda: evaluator.evaluate(web, point, around)) for _ in range(2000)]
    times = [one.seconds for one in spent]
    many = _times(lambda: evaluator.evaluate_all([web] * 50, point, around), 40)
    return {
        "decision": point,
        "rules asked": asked,
        "p50 ms": _ms(median(times)),
        "p99 ms": _ms(_p99(times)),
        "p99 processor ms": _ms(_p99([one.processor for one in spent])),
        "rules asked/s": round(asked / median(times)),
        "objects/s, 50 of a namespace at once": round(50 / median(many)),
        "p50 / JSON round trip": round(median(times) / text, 1),
    }


def preview(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """Seconds of a preview of tenancies that all change, with the rules and without."""
    for tenancies in options.tenancies:
        file = folder / f"preview{tenancies}.yaml"
        name = f"p{tenancies}"
        file.write_text(estate_text(name, tenancies))
        up_seconds(file)
        file.write_text(estate_text(name, tenancies, lambda _: 5))
        once = partial(_run, sys.executable, "-m", "benchmarks.one_preview", str(file))
        found = _in_turns(options.repeat, {"with": once, "without": partial(once, "--bare")})
        yield {"preview": tenancies, **_beside(found)}


def plain(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """Seconds of a plain `pulumi preview` of one tenancy's stack, with the policy pack and without."""
    file = folder / "plain.yaml"
    file.write_text(estate_text("plain", 1))
    up_seconds(file)
    stack = f"tenancy.plain-0.{_REGION}"
    exports = subprocess.run(
        [sys.executable, "-m", "govcloud.cli.main", "env", str(file)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    def spent(words: str) -> Spent:
        command = f"{exports}\ncd {_REPOSITORY}\npulumi preview --stack {stack} {words}"
        return _run("/bin/bash", "-c", command)

    try:
        found = _in_turns(
            options.repeat, {"with": partial(spent, "--policy-pack policies"), "without": partial(spent, "")}
        )
    finally:
        (_REPOSITORY / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)
    yield {"plain pulumi preview": 1, **_beside(found)}


def admission(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """Seconds of an apply in a tenancy's namespace, and in one that is no tenancy's."""
    file = folder / "admission.yaml"
    file.write_text(estate_text("admission", 1))
    up_seconds(file)
    cluster = Cluster(local_kubeconfig(_REGION), connections=1)
    governed, free = "t-admission-0", "ungoverned"
    _like(cluster, governed, free)
    web = shipped_bases().of("Deployment")

    def apply(namespace: str) -> None:
        manifest = copy.deepcopy(web)
        manifest["metadata"]["namespace"] = namespace
        cluster.apply(manifest, manager="bench", dry_run=True)

    times = {name: list[float]() for name in (governed, free)}
    for _ in range(options.repeat * 100 + 20):
        for name, found in times.items():
            found += _times(partial(apply, name), 1)
    measured = {name: found[20:] for name, found in times.items()}
    p50 = {name: median(found) for name, found in measured.items()}
    p99 = {name: _p99(found) for name, found in measured.items()}
    yield {
        "admission": len(measured[free]),
        **{
            f"{what} {which} ms": _ms(value[name])
            for what, name in (("governed", governed), ("ungoverned", free))
            for which, value in (("p50", p50), ("p99", p99))
        },
        "added p50 ms": _ms(p50[governed] - p50[free]),
        "added p99 ms": _ms(p99[governed] - p99[free]),
        "governed / ungoverned": round(p50[governed] / p50[free], 2),
    }


def audits(folder: Path, options: argparse.Namespace) -> Iterator[Figures]:
    """Objects a second of an audit of the whole region, and of reading the same kinds alone."""
    tenancies = max(options.tenancies)
    file = folder / "audit.yaml"
    file.write_text(estate_text("audit", tenancies))
    up_seconds(file)
    cluster = Cluster(local_kubeconfig(_REGION))
    for number in range(tenancies):
        for name in range(_WORKLOADS):
            cluster.apply(_paused(f"t-audit-{number}", f"web-{name}"), manager="bench")
    region = load_estate("audit.yaml", text=file.read_text()).regions[_REGION]
    evaluator = Evaluator(shipped_rules().values(), Settings.of(region))
    now = datetime.now(UTC)
    audit(cluster, evaluator, now=now)
    report = audit(cluster, evaluator, now=now)
    kinds = [kind for kind in cluster.kinds.values() if kind.kind in report.asked]
    found = _in_turns(
        options.repeat,
        {
            "audit": lambda: _spent(lambda: audit(cluster, evaluator, now=now)),
            "read": lambda: _spent(lambda: [list(cluster.list(kind)) for kind in kinds]),
        },
    )
    seconds = {name: median(one.seconds for one in spent) for name, spent in found.items()}
    processor = median(one.processor for one in found["audit"])
    yield {
        "audit": report.objects,
        "objects/s": round(report.objects / seconds["audit"]),
        "audit s": round(seconds["audit"], 2),
        "processor s": round(processor, 2),
        "objects a processor second": round(report.objects / processor),
        "audit / reading alone": round(seconds["audit"] / seconds["read"], 2),
        "rules": len(shipped_rules()),
    }


_PARTS: Mapping[str, Callable[[Path, argparse.Namespace], Iterator[Figures]]] = {
    "decision": decision,
    "preview": preview,
    "plain": plain,
    "admission": admission,
    "audit": audits,
}


def _like(cluster: Cluster, governed: str, free: str) -> None:
    """A namespace with the quotas and limits of a tenancy's, and nothing that makes it one."""
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": free}}, manager="bench")
    estate = load_estate("admission.yaml", text=estate_text("admission", 1))
    for manifest in tenancy_manifests(estate, governed.removeprefix("t-"), _REGION):
        if manifest["kind"] in ("ResourceQuota", "LimitRange"):
            metadata = {"name": manifest["metadata"]["name"], "namespace": free}
            cluster.apply({**manifest, "metadata": metadata}, manager="bench")


def _paused(namespace: str, name: str) -> dict[str, Any]:
    web = shipped_bases().of("Deployment")
    web["metadata"] |= {"namespace": namespace, "name": name}
    web["spec"]["paused"] = True
    return web


def _run(*command: str) -> Spent:
    """Run a command to its end and stop where it failed."""
    before, start = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, cwd=_REPOSITORY)
    seconds, after = time.perf_counter() - start, getrusage(RUSAGE_CHILDREN)
    if ended.returncode:
        sys.exit(f"{command[0]} failed:\n{ended.stdout[-2000:]}\n{ended.stderr[-2000:]}")
    return Spent(seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _in_turns(repeat: int, what: Mapping[str, Callable[[], Spent]]) -> dict[str, list[Spent]]:
    """What each spends, one after the other, after a first round that does not count."""
    found: dict[str, list[Spent]] = {name: [] for name in what}
    for number in range(repeat + 1):
        for name, measure in what.items():
            spent = measure()
            if number:
                found[name].append(spent)
    return found


def _beside(found: Mapping[str, list[Spent]]) -> Figures:
    figures: Figures = {"rounds": len(found["with"])}
    for field, what in (("seconds", "s"), ("processor", "processor s")):
        values = {name: [getattr(one, field) for one in spent] for name, spent in found.items()}
        with_, without = median(values["with"]), median(values["without"])
        figures |= {
            f"with, {what}": round(with_, 2),
            f"without, {what}": round(without, 2),
            f"with / without, {what}": round(with_ / without, 2),
        }
    return figures


def _spent(what: Callable[[], object]) -> Spent:
    """What this process spends."""
    start, used = time.perf_counter(), time.process_time()
    what()
    return Spent(time.perf_counter() - start, time.process_time() - used)


def _times(what: Callable[[], object], number: int) -> list[float]:
    return [_spent(what).seconds for _ in range(number)]


def _p99(times: list[float]) -> float:
    return quantiles(times, n=100)[98]


def _ms(seconds: float) -> float:
    return round(1000 * seconds, 2)


@contextmanager
def _region() -> Iterator[Path]:
    """A region of the benchmark's own, in a passing state folder, with its platform."""
    toolchain = Toolchain.default()
    toolchain.install()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOVCLOUD_STATE"] = folder
        text = estate_text("platform", 1)
        region = LocalRegion(_REGION, regions_root() / _REGION, toolchain)
        try:
            region.up(plan_nodes(load_estate("bench.yaml", text=text).regions[_REGION]))
            file = Path(folder) / "platform.yaml"
            file.write_text(text)
            up_seconds(file)
            yield Path(folder)
        finally:
            region.down(purge=True)


def main() -> None:
    """Measure and print one JSON line a measurement: medians in seconds or milliseconds, and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenancies", type=int, nargs="+", default=[1, 50])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=list(_PARTS), default=list(_PARTS))
    options = parser.parse_args()
    with _region() as folder:
        for part in options.only:
            for figures in _PARTS[part](folder, options):
                figures["load average"] = round(os.getloadavg()[0], 1)
                print(json.dumps(figures, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
