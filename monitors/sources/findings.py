"""What the audit finds in the regions, for metrics and for the portal: each region at its own turn, never two at once."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from threading import Lock

from govcloud.audit import Audit
from govcloud.errors import OutsideError
from govcloud.model import Estate, Region
from govcloud.report.report import Report
from monitors.families import Extra
from monitors.sources.auditor import Failure, Task, asked_rules
from policies.settings import Settings
from policies.waivers import waivers_of_estate

_PROGRAM = ("-P", "-c", "from monitors.sources.auditor import main; main()")
_PATIENCE = 1800.0
"""Seconds for one region."""

Reporting = Callable[[Sequence[Audit], datetime], Report]
"""From the last audit of each region to one report of all."""


class Findings:
    """The last audit of each region, and what they come to.

    Args:
        estate: gives the estate as it is known now: its waivers excuse.
        report: makes the report of all regions.
    """

    def __init__(self, estate: Callable[[], Estate], report: Reporting) -> None:
        self._estate = estate
        self._report = report
        self._turn = Lock()
        self._audits: dict[str, Audit] = {}
        self._last: Report | None = None
        self._samples: tuple[Extra, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    @property
    def last(self) -> Report | None:
        """The report of the last audits; None before the first."""
        return self._last

    def reader(
        self, region: str, kubeconfig: Callable[[], tuple[str, str | None]]
    ) -> Callable[[], Iterable[Extra]]:
        """What audits a region, for a `Source`; its samples are those of all regions (`samples`).

        Args:
            region: its name.
            kubeconfig: gives path and context of the kubeconfig with which it is audited.
        """

        def read() -> Iterable[Extra]:
            with self._turn:
                self._take(self._estate().regions[region], *kubeconfig())
            return ()

        return read

    def forget(self, region: str) -> None:
        """A region is none of the estate any more."""
        with self._turn:
            if self._audits.pop(region, None):
                self._tell()

    def samples(self) -> tuple[Extra, ...]:
        """How many findings each rule that was asked has; none before the first audit."""
        return self._samples

    def stop(self) -> None:
        """End an audit under way."""
        self._stopped = True
        if process := self._process:
            process.kill()

    def _take(self, region: Region, kubeconfig: str, context: str | None) -> None:
        excuses = waivers_of_estate(self._estate())
        task = Task(region.name, kubeconfig, context, Settings.of(region), excuses)
        self._audits[region.name] = self._performed(task)
        self._tell()

    def _tell(self) -> None:
        self._last = self._report(tuple(self._audits.values()), datetime.now(UTC))
        self._samples = tuple(_counted(self._last))

    def _performed(self, task: Task) -> Audit:
        """The audit by a process that ends with it."""
        process = subprocess.Popen(
            [sys.executable, *_PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the exporter, which ends it in order
        )
        self._process = process
        if self._stopped:
            process.kill()
        with process:
            try:
                answer, _ = process.communicate(pickle.dumps(task), timeout=_PATIENCE)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise OutsideError(f"the audit of region {task.region} took too long") from error
            finally:
                self._process = None
        if process.returncode:
            raise OutsideError(f"the audit of region {task.region} ended with {process.returncode}")
        found: Audit | Failure = pickle.loads(answer)  # noqa: S301  # from the process that was just started
        if isinstance(found, Failure):
            raise OutsideError(found.what)
        return found


def _counted(report: Report) -> Iterable[Extra]:
    """A rule without findings is told as 0, so that what was mended is seen to be."""
    severities: Mapping[str, str] = {rule.id: rule.severity for rule in asked_rules()}
    counts = Counter((one.rule, str(one.severity)) for one in report.findings if one.waived is None)
    for key in dict.fromkeys((*severities.items(), *counts)):
        yield "govcloud_findings", key, float(counts[key])
