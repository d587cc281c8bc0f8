"""The audit of one region in a process of its own.

To ask all rules about tens of thousands of objects takes seconds of processor time and hundreds of megabytes. In the
exporter's own process every scrape would wait for it, and the memory would stay. The process reads its task from standard
input, writes what it found to standard output and ends; it ends by itself, too, where the exporter is gone.
"""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from govcloud.audit import Audit, audit
from govcloud.cluster import Cluster, Kind
from govcloud.errors import GovCloudError
from policies.evaluation import Evaluator
from policies.loading import shipped_rules
from policies.rule import Rule
from policies.settings import Settings
from policies.waivers import Excuse

_SECRET = ("v1", "Secret")
_NICE = 10
"""Lower in rank than whoever scrapes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A region to audit: its name, how it is reached, its settings, and what documents excuse there."""

    region: str
    kubeconfig: str
    context: str | None
    settings: Settings
    excuses: tuple[Excuse, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a region could not be audited, in words."""

    what: str


class _Sparing(Cluster):
    """An API server whose secrets nobody asks for: the exporter may not read them."""

    @cached_property
    def kinds(self) -> dict[tuple[str, str], Kind]:
        """Every kind that is served but secrets."""
        return {key: kind for key, kind in super().kinds.items() if key != _SECRET}


def asked_rules() -> list[Rule]:
    """The rules that the exporter asks: those of an audit, but for those about secrets."""
    return [rule for rule in shipped_rules().values() if "audit" in rule.points and rule.target != "secret"]


def perform(task: Task) -> Audit | Failure:
    """Audit a region."""
    evaluator = Evaluator(asked_rules(), task.settings)
    try:
        cluster = _Sparing(task.kubeconfig, task.context)
        now = datetime.now(UTC)
        return audit(cluster, evaluator, now=now, region=task.region, waivers=task.excuses)
    except GovCloudError as error:
        return Failure(str(error))


def main() -> None:
    """Perform the task of standard input."""
    os.nice(_NICE)
    task: Task = pickle.load(sys.stdin.buffer)  # noqa: S301  # from the exporter that started this process
    pickle.dump(perform(task), sys.stdout.buffer)
