"""Recovery readiness as the page shows it: what each tier asks for, what stands by, and what was measured of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from govcloud.model import Estate
from govcloud.model.tenancy import duration_seconds
from govcloud.standards import recovery_tiers, standby
from monitors.facts import EstateFacts, TenancyFacts
from monitors.portal.sources import Readiness
from monitors.portal.tenancies import title_of


def recovery(
    facts: EstateFacts, estate: Estate | None, measured: Iterable[Readiness] | None
) -> dict[str, Any]:
    """A row a tenancy, the highest tier first; ``measured`` is false where nobody measures.

    ``standbys`` are the regions where objects of the tenancy were seen in the standby's role; ``needed`` is how many the
    tier asks for (standards/standby.yaml).
    """
    found = {(one.tenancy, one.region): one for one in measured or ()}
    fresh = {region.region: region.fresh for region in facts.regions}
    groups: dict[str, list[TenancyFacts]] = {}
    for region in facts.regions:
        for one in region.tenancies:
            groups.setdefault(one.tenancy, []).append(one)
    rows = [_row(group, estate, found, fresh) for group in groups.values()]
    rows.sort(key=lambda row: (-row["tier"], row["tenancy"]))
    return {"at": facts.at, "measured": measured is not None, "rows": rows}


def _row(
    group: list[TenancyFacts],
    estate: Estate | None,
    found: Mapping[tuple[str, str], Readiness],
    fresh: Mapping[str, bool],
) -> dict[str, Any]:
    first = group[0]
    rpo, rto = _objectives(first, estate)
    standbys = [one.region for one in group if one.role == "standby"]
    known = [found[first.tenancy, name] for name in standbys if (first.tenancy, name) in found]
    return {
        "tenancy": first.tenancy,
        "title": title_of(first.tenancy, estate),
        "tier": first.tier,
        "primary": [one.region for one in group if one.role == "primary"],
        "standbys": standbys,
        "needed": standby(first.tier).sites,
        "stale": [one.region for one in group if not fresh[one.region]],
        "rpo_target": rpo,
        "rto_target": rto,
        "copied": _worst(min, (one.copied for one in known)),
        "drilled": _worst(min, (one.drilled for one in known)),
        "rpo": _worst(max, (one.rpo for one in known)),
        "rto": _worst(max, (one.rto for one in known)),
    }


def _objectives(one: TenancyFacts, estate: Estate | None) -> tuple[int, int]:
    """RPO and RTO in seconds: those that the tenancy gives, else those of its tier."""
    tier = recovery_tiers()[one.tier]
    document = estate.tenancies.get(one.tenancy) if estate else None
    asked = document.spec.recovery if document else None
    rpo = duration_seconds(asked.rpo) if asked and asked.rpo else tier.rpo_seconds
    rto = duration_seconds(asked.rto) if asked and asked.rto else tier.rto_seconds
    return rpo, rto


def _worst(choose: Any, values: Iterable[float | None]) -> float | None:
    """Of several standbys the one that is worst off counts; one that was never measured makes the whole unknown."""
    listed = list(values)
    return None if not listed or None in listed else choose(listed)
