"""Every metric as data: name, help, kind, unit, labels, and how its samples are read from the facts.

Text, collector, rules and dashboards all go by these tables, so that no name is written twice and a query about a metric
that does not exist can be found before it is run. Names follow the Prometheus naming guide: base units at the end,
``_total`` on counters alone, moments instead of ages. Series grow with tenancies and pools, never with pods.
"""

from __future__ import annotations

from monitors.facts import RESOURCES, PoolFacts, RegionFacts, TenancyFacts
from monitors.families_extra import EXTRAS
from monitors.family import (
    POOL_LABELS,
    REGION_LABELS,
    TENANCY_LABELS,
    Counted,
    Extra,
    Family,
    Health,
    Rows,
    Totals,
    TotalsKey,
    amounts_of,
    counted_labels,
    only,
    pool_labels,
    region_labels,
    tenancy_labels,
)

__all__ = [
    "ALL",
    "EXTRAS",
    "HEALTH",
    "POOL",
    "POOL_LABELS",
    "REGION",
    "REGION_LABELS",
    "TENANCY",
    "TENANCY_LABELS",
    "TOTALS",
    "Counted",
    "Extra",
    "Family",
    "Health",
    "Totals",
    "TotalsKey",
    "counted_labels",
    "pool_labels",
    "region_labels",
    "tenancy_labels",
]

TENANCY: tuple[Family[TenancyFacts], ...] = (
    Family(
        "govcloud_tenancy_info",
        "Tenancies that a region has, with the role of the region and the recovery tier; always 1.",
        "gauge",
        "",
        (*TENANCY_LABELS, "role", "tier"),
        lambda facts: (((facts.role, str(facts.tier)), 1.0),),
    ),
    *amounts_of(
        "govcloud_tenancy",
        TENANCY_LABELS,
        (
            ("quota", "Quota of {} that a tenancy holds.", lambda facts: facts.quota),
            ("requested", "Requested {} of a tenancy's pods and claims.", lambda facts: facts.requested),
            ("limit", "Upper limit of {} of a tenancy's pods and claims.", lambda facts: facts.limit),
            (
                "used",
                "Used {} of a tenancy, as its nodes tell; storage and cards count when held.",
                lambda facts: facts.used,
            ),
            (
                "allocated",
                "Allocated {} of a tenancy: for each pod the larger of requested and used.",
                lambda facts: facts.allocated,
            ),
        ),
    ),
    Family(
        "govcloud_tenancy_power_watts",
        "Estimated power that a tenancy's share of the nodes draws, at the plug of the site.",
        "gauge",
        "watts",
        TENANCY_LABELS,
        only(lambda facts: facts.watts),
    ),
)

TOTALS: tuple[Family[Counted], ...] = (
    Family(
        "govcloud_tenancy_cpu_core_seconds_total",
        "Allocated processor cores, integrated over time.",
        "counter",
        "seconds",
        TENANCY_LABELS,
        only(lambda counted: counted[1].cpu_core_seconds),
    ),
    Family(
        "govcloud_tenancy_memory_byte_seconds_total",
        "Allocated bytes of memory, integrated over time.",
        "counter",
        "seconds",
        TENANCY_LABELS,
        only(lambda counted: counted[1].memory_byte_seconds),
    ),
    Family(
        "govcloud_tenancy_storage_byte_seconds_total",
        "Allocated bytes of storage, integrated over time.",
        "counter",
        "seconds",
        TENANCY_LABELS,
        only(lambda counted: counted[1].storage_byte_seconds),
    ),
    Family(
        "govcloud_tenancy_accelerator_seconds_total",
        "Allocated accelerator cards, integrated over time.",
        "counter",
        "seconds",
        TENANCY_LABELS,
        only(lambda counted: counted[1].accelerator_seconds),
    ),
    Family(
        "govcloud_tenancy_energy_joules_total",
        "Estimated energy of a tenancy's share of the nodes, at the plug of the site.",
        "counter",
        "joules",
        TENANCY_LABELS,
        only(lambda counted: counted[1].energy_joules),
    ),
)


def _overcommit(facts: PoolFacts) -> Rows:
    """By resource; none where a pool offers nothing of it."""
    pairs = zip(RESOURCES, facts.quota.values(), facts.allocatable.values(), strict=True)
    return [((resource,), quota / offered) for resource, quota, offered in pairs if offered > 0]


POOL: tuple[Family[PoolFacts], ...] = (
    *amounts_of(
        "govcloud_pool",
        POOL_LABELS,
        (
            ("capacity", "Capacity in {} of a pool's nodes.", lambda facts: facts.capacity),
            (
                "allocatable",
                "Allocatable {} of a pool's nodes that are ready and take pods.",
                lambda facts: facts.allocatable,
            ),
            ("requested", "Requested {} of the pods on a pool's nodes.", lambda facts: facts.requested),
            (
                "headroom",
                "Allocatable less requested {} of a pool; negative where too much was granted.",
                lambda facts: facts.headroom,
            ),
            (
                "headroom_n1",
                "Headroom in {} of a pool after the loss of its largest node.",
                lambda facts: facts.headroom_n1,
            ),
            ("quota", "Quota of {} of the tenancies that are placed on a pool.", lambda facts: facts.quota),
        ),
    ),
    *amounts_of(
        "govcloud_pool",
        POOL_LABELS,
        (("used", "Used {} of a pool's nodes, as they tell.", lambda facts: facts.used),),
        ("cpu", "memory", "accelerators", "pods"),
    ),
    Family(
        "govcloud_pool_overcommit_ratio",
        "Quota of the tenancies placed on a pool over what is allocatable, by resource.",
        "gauge",
        "ratio",
        (*POOL_LABELS, "resource"),
        _overcommit,
    ),
    Family(
        "govcloud_pool_nodes",
        "Nodes of a pool.",
        "gauge",
        "nodes",
        POOL_LABELS,
        only(lambda facts: float(facts.nodes)),
    ),
    Family(
        "govcloud_pool_nodes_ready",
        "Nodes of a pool that are ready.",
        "gauge",
        "",
        POOL_LABELS,
        only(lambda facts: float(facts.ready)),
    ),
    Family(
        "govcloud_pool_power_watts",
        "Estimated power that a pool's nodes draw, at the plug of the site.",
        "gauge",
        "watts",
        POOL_LABELS,
        only(lambda facts: facts.watts),
    ),
)

REGION: tuple[Family[RegionFacts], ...] = (
    Family(
        "govcloud_region_up",
        "1 where a region's API server and kubelets are heard of, 0 where what is told is of the past.",
        "gauge",
        "",
        REGION_LABELS,
        only(lambda facts: float(facts.fresh)),
    ),
    Family(
        "govcloud_region_observed_timestamp_seconds",
        "When a region's API server was last heard of.",
        "gauge",
        "seconds",
        REGION_LABELS,
        only(lambda facts: facts.observed),
    ),
    Family(
        "govcloud_region_sampled_timestamp_seconds",
        "When the kubelets of a region told their usage last.",
        "gauge",
        "seconds",
        REGION_LABELS,
        only(lambda facts: facts.sampled),
    ),
    Family(
        "govcloud_region_pue_ratio",
        "Total energy of a region's site over that of its IT equipment.",
        "gauge",
        "ratio",
        REGION_LABELS,
        only(lambda facts: facts.pue),
    ),
    Family(
        "govcloud_watch_errors_total",
        "Calls to a region's API server or kubelets that failed since the exporter started.",
        "counter",
        "",
        REGION_LABELS,
        only(lambda facts: float(facts.watch_errors)),
    ),
)

HEALTH: tuple[Family[Health], ...] = (
    Family(
        "govcloud_build_info",
        "Version of govcloud; always 1.",
        "gauge",
        "",
        ("version",),
        lambda health: (((health.version,), 1.0),),
    ),
    Family(
        "govcloud_exporter_facts_timestamp_seconds",
        "Moment of the facts that are told.",
        "gauge",
        "seconds",
        (),
        only(lambda health: health.at),
    ),
    Family(
        "govcloud_exporter_render_duration_seconds",
        "Time that it took to write the metrics of the present facts.",
        "gauge",
        "seconds",
        (),
        only(lambda health: health.rendered),
    ),
    Family(
        "process_start_time_seconds",
        "When the exporter started.",
        "gauge",
        "seconds",
        (),
        only(lambda health: health.begun),
    ),
    Family(
        "process_cpu_seconds_total",
        "Processor time of the exporter.",
        "counter",
        "seconds",
        (),
        only(lambda health: health.cpu),
    ),
    Family(
        "process_resident_memory_bytes",
        "Resident memory of the exporter.",
        "gauge",
        "bytes",
        (),
        only(lambda health: health.memory),
    ),
)


ALL = (*TENANCY, *TOTALS, *POOL, *REGION, *HEALTH, *EXTRAS)
"""Every family, in the order in which they are told."""
