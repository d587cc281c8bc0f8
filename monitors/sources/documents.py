"""What the documents of an estate tell of its future: when waivers, sharings and filings end, and what recovery aims at."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from govcloud.model import Estate
from govcloud.model.tenancy import duration_seconds
from govcloud.standards.grading import assessment_months
from govcloud.standards.recovery import recovery_tiers
from monitors.families import Extra

_HERE = ZoneInfo("Asia/Shanghai")
"""Days of documents are days there."""


def documented(estate: Estate) -> Iterator[Extra]:
    """Samples of the families that documents tell; moments are Unix seconds."""
    yield from _waivers(estate)
    yield from _sharings(estate)
    yield from _filings(estate)
    yield from _objectives(estate)


def _waivers(estate: Estate) -> Iterator[Extra]:
    for name, waiver in estate.waivers.items():
        spec = waiver.spec
        labels = (name, spec.rule, spec.tenancy, _department(estate, spec.tenancy))
        yield "govcloud_waiver_expiry_timestamp_seconds", labels, spec.until.timestamp()


def _sharings(estate: Estate) -> Iterator[Extra]:
    """A sharing is told with its consumer, who has to ask for it again."""
    for name, sharing in estate.sharings.items():
        labels = (name, sharing.spec.consumer, _department(estate, sharing.spec.consumer))
        yield "govcloud_sharing_expiry_timestamp_seconds", labels, sharing.spec.until.timestamp()


def _filings(estate: Estate) -> Iterator[Extra]:
    """A filing holds until its grade has to be assessed anew (公通字〔2007〕43号, art. 14); grade 1 has no such day."""
    for name, tenancy in estate.tenancies.items():
        filing, months = tenancy.spec.grading.filing, assessment_months(tenancy.grade)
        if filing and months:
            labels = (name, tenancy.spec.department)
            end = datetime.combine(_after(filing.date, months), datetime.min.time(), _HERE)
            yield "govcloud_tenancy_filing_expiry_timestamp_seconds", labels, end.timestamp()


def _after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _objectives(estate: Estate) -> Iterator[Extra]:
    """What a tenancy asks for, or what its tier gives where it asks for nothing."""
    for name, tenancy in estate.tenancies.items():
        asked = tenancy.spec.recovery
        tier = recovery_tiers()[asked.tier]
        labels = (name, tenancy.spec.department, str(asked.tier))
        rpo = duration_seconds(asked.rpo) if asked.rpo else tier.rpo_seconds
        rto = duration_seconds(asked.rto) if asked.rto else tier.rto_seconds
        yield "govcloud_recovery_rpo_target_seconds", labels, float(rpo)
        yield "govcloud_recovery_rto_target_seconds", labels, float(rto)


def _department(estate: Estate, tenancy: str) -> str:
    found = estate.tenancies.get(tenancy)
    return found.spec.department if found else ""
