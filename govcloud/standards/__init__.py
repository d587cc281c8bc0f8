"""GB/T facts as data, each with its source and confidence."""

from govcloud.standards.grading import assessment_months, grade_names, grade_text
from govcloud.standards.load import standards_data
from govcloud.standards.plan import (
    Assumed,
    Centre,
    PlanSystem,
    plan_centres,
    plan_departments,
    plan_systems,
)
from govcloud.standards.recovery import RecoveryTier, Standby, recovery_tiers, standby
from govcloud.standards.zones import ZoneFact, zone_facts

__all__ = [
    "Assumed",
    "Centre",
    "PlanSystem",
    "RecoveryTier",
    "Standby",
    "ZoneFact",
    "assessment_months",
    "grade_names",
    "grade_text",
    "plan_centres",
    "plan_departments",
    "plan_systems",
    "recovery_tiers",
    "standards_data",
    "standby",
    "zone_facts",
]
