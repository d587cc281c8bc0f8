"""Families of what the watches do not see: documents, register, audit, forecast, stacks, and how these sources are.

Their samples come ready, from the modules of `monitors.sources`.
"""

from __future__ import annotations

from monitors.family import POOL_LABELS, Family, Rows

_UNITS = ("seconds", "ratio")
_OF_TENANCY = ("tenancy", "department")
_OF_SOURCE = ("source", "resource_region")


def _extra(name: str, sentence: str, *labels: str) -> Family[Rows]:
    unit = next((unit for unit in _UNITS if name.endswith(f"_{unit}")), "")
    kind = "counter" if name.endswith("_total") else "gauge"
    return Family(name, sentence, kind, unit, labels, lambda rows: rows)  # type: ignore[arg-type]


EXTRAS: tuple[Family[Rows], ...] = (
    _extra("govcloud_findings", "Findings of the last audit, waived ones apart.", "rule", "severity"),
    _extra("govcloud_waiver_expiry_timestamp_seconds", "When a waiver ends.", "waiver", "rule", *_OF_TENANCY),
    _extra("govcloud_sharing_expiry_timestamp_seconds", "When a sharing ends.", "sharing", *_OF_TENANCY),
    _extra(
        "govcloud_tenancy_filing_expiry_timestamp_seconds",
        "When the filing of a tenancy's grade has to be renewed.",
        *_OF_TENANCY,
    ),
    _extra(
        "govcloud_tenancy_phase_timestamp_seconds",
        "Since when a tenancy of the register is in its phase.",
        *_OF_TENANCY,
        "phase",
    ),
    _extra(
        "govcloud_stack_settled_timestamp_seconds",
        "When a stack was last brought about as planned; 0 where it never was.",
        "stack",
        *_OF_TENANCY,
        "resource_region",
    ),
    _extra(
        "govcloud_recovery_last_success_timestamp_seconds",
        "When a tenancy's data last reached its standby.",
        *_OF_TENANCY,
        "tier",
        "resource_region",
    ),
    _extra(
        "govcloud_recovery_rpo_target_seconds",
        "Largest loss of data that a tenancy bears.",
        *_OF_TENANCY,
        "tier",
    ),
    _extra(
        "govcloud_recovery_rto_target_seconds",
        "Longest outage that a tenancy bears.",
        *_OF_TENANCY,
        "tier",
    ),
    _extra(
        "govcloud_pool_exhaustion_timestamp_seconds",
        "When a pool is forecast to be exhausted, by resource.",
        *POOL_LABELS,
        "resource",
    ),
    _extra(
        "govcloud_source_last_success_timestamp_seconds",
        "When a source of metrics beside the watches was last read in full.",
        *_OF_SOURCE,
    ),
    _extra(
        "govcloud_source_errors_total",
        "Rounds of a source of metrics that failed since the exporter started.",
        *_OF_SOURCE,
    ),
)
