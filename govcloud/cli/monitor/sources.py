"""What the server tells beside what it watches: each source with its pace, put together for the estate that is served."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from govcloud.cli.estates import read_estate
from govcloud.cli.monitor import regions, stacks
from govcloud.cli.monitor.identity import kubeconfig_for

if TYPE_CHECKING:
    from govcloud.audit import Audit
    from govcloud.model import Estate
    from govcloud.report import Report
    from monitors.ledger import Ledger
    from monitors.sources import Known
    from monitors.sources.rounds import Source
    from monitors.text.exposition import ExtraSource
    from monitors.watch import ApiServer, EstateWatch

_REGISTER_EVERY = 60.0


class Beside:
    """All sources of a server; they begin and end together.

    Args:
        path: where the estate was read, ``-`` for standard input.
        known: the estate as it was read, and as it will be read again.
        ledger: the ledger.
        watch: is told of regions that come later.
        audit_every: seconds between two audits of a region; 0 for none.
    """

    def __init__(
        self, path: str, known: Known, ledger: Ledger, watch: EstateWatch, audit_every: float
    ) -> None:
        from monitors.sources import Rounds
        from monitors.sources.findings import Findings

        self.known = known
        self._watch = watch
        self._audit_every = audit_every
        self._rounds = Rounds()
        self._findings = Findings(lambda: self.known.estate, self._report)
        for source in self._sources(path, ledger):
            self._rounds.add(source)
        for one in watch.regions:
            self._audit(one.region.name)

    @property
    def samples(self) -> Sequence[ExtraSource]:
        """What gives the samples, for `monitors.text.Exposition`."""
        return (self.known.samples, self._rounds.samples, self._findings.samples)

    def report(self) -> Report | None:
        """The last audits as one report; None before the first."""
        return self._findings.last

    def start(self) -> None:
        """Begin."""
        self._rounds.start()

    def stop(self) -> None:
        """End; an audit under way ends with it."""
        self._rounds.stop()

    def _sources(self, path: str, ledger: Ledger) -> list[Source]:
        from monitors.sources import Source, exhaustion, files
        from monitors.sources.register import register_reader

        def documents() -> Estate:
            return self.known.files

        def hub() -> ApiServer:
            return regions.connect(documents, documents().head.spec.hub)

        def watched() -> list[str]:
            return [one.region.name for one in self._watch.regions]

        found = [
            Source("register", register_reader(self.known, hub), _REGISTER_EVERY),
            Source("stacks", stacks.stacks_reader(lambda: self.known.estate), stacks.EVERY),
            Source("forecast", exhaustion.exhaustion_reader(ledger), exhaustion.EVERY),
            Source("regions", regions.arrivals(documents, watched, self._welcome), regions.EVERY),
        ]
        if path != "-":
            place = Path(path).expanduser()
            found.append(
                Source(
                    "estate", files.files_reader(place, lambda: read_estate(path), self._take), files.EVERY
                )
            )
        return found

    def _take(self, estate: Estate) -> None:
        """The files say something else now, perhaps of the regions, too."""
        gone = self.known.files.regions.keys() - estate.regions.keys()
        self.known.read(estate)
        self._watch.take(estate)
        for region in gone:
            self._rounds.drop(region)
            self._findings.forget(region)

    def _welcome(self, region: str) -> None:
        self._watch.add(region, partial(regions.connect, lambda: self.known.files, region))
        self._audit(region)

    def _audit(self, region: str) -> None:
        from monitors.sources import Source

        if self._audit_every:
            reader = self._findings.reader(region, lambda: kubeconfig_for(self.known.files, region))
            self._rounds.add(
                Source("audit", reader, self._audit_every, region=region, cancel=self._findings.stop)
            )

    def _report(self, audits: Sequence[Audit], now: datetime) -> Report:
        """What `govcloud policy audit` would say, of the regions that were looked at."""
        from govcloud.cli.policy.found import report_of
        from govcloud.waivers import review
        from policies.waivers import waivers_of_estate

        estate = self.known.estate
        found = review(estate, waivers_of_estate(estate), audits, now=now, whole=False)
        return report_of(audits, estate.name, now, found)
