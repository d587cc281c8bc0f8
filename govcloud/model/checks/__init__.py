"""What must hold between the documents of an estate, one check a sentence.

A check is a function from a draft to the flaws that it finds; its docstring names the clause, where one
exists. It sees well-formed documents only, and stays silent about references that lead nowhere: one check
of its own speaks of those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from govcloud.errors import Problem
from govcloud.model.checks.addresses import ranges_do_not_overlap
from govcloud.model.checks.carrying import (
    ceiling_reaches_grade,
    cluster_is_its_own,
    isolation_is_strict_enough,
    pool_carries_tenancy,
    zone_is_offered,
)
from govcloud.model.checks.data import (
    classified_data_stays_on_the_intranet,
    core_data_is_in_a_dedicated_zone,
    sensitive_data_is_well_graded,
    zone_may_hold_data,
)
from govcloud.model.checks.domains import domains_are_not_shared
from govcloud.model.checks.identity import (
    issuers_differ,
    issuers_do_not_speak_for_each_other,
    prefixes_are_not_reserved,
    two_factors_stand_behind_grade_three,
)
from govcloud.model.checks.names import (
    labels_are_not_reserved,
    members_are_not_system,
    requester_is_not_system,
)
from govcloud.model.checks.recovery import (
    objectives_are_not_looser,
    regions_are_different,
    standby_is_named,
)
from govcloud.model.checks.references import references_lead_somewhere
from govcloud.model.checks.regions import (
    names_within_a_region_differ,
    pools_stay_below_the_ceiling,
    pools_stay_in_the_zones,
    region_is_on_the_network,
)
from govcloud.model.checks.sharing import (
    ends_are_different,
    ends_are_on_one_network,
    level_fits_consumer,
    level_fits_provider,
)
from govcloud.model.checks.waivers import waivers_name_the_department
from govcloud.model.draft import Draft, Flaw
from govcloud.model.estate import Estate

Check = Callable[[Draft], Iterator[Flaw]]

CHECKS: tuple[Check, ...] = (
    references_lead_somewhere,
    ranges_do_not_overlap,
    region_is_on_the_network,
    names_within_a_region_differ,
    pools_stay_in_the_zones,
    pools_stay_below_the_ceiling,
    regions_are_different,
    zone_is_offered,
    ceiling_reaches_grade,
    pool_carries_tenancy,
    isolation_is_strict_enough,
    cluster_is_its_own,
    standby_is_named,
    objectives_are_not_looser,
    classified_data_stays_on_the_intranet,
    zone_may_hold_data,
    sensitive_data_is_well_graded,
    core_data_is_in_a_dedicated_zone,
    ends_are_different,
    ends_are_on_one_network,
    level_fits_provider,
    level_fits_consumer,
    members_are_not_system,
    requester_is_not_system,
    labels_are_not_reserved,
    domains_are_not_shared,
    waivers_name_the_department,
    issuers_differ,
    prefixes_are_not_reserved,
    issuers_do_not_speak_for_each_other,
    two_factors_stand_behind_grade_three,
)


def check_draft(draft: Draft) -> list[Problem]:
    """Every problem between the documents of a draft."""
    return [draft.problem(flaw) for check in CHECKS for flaw in check(draft)]


def check_estate(estate: Estate) -> list[Problem]:
    """Every problem between the documents of an estate, such as one that was placed after loading."""
    return check_draft(Draft.of(estate))
