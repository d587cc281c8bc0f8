"""A region whose API server holds the generated policies, beside what else of a platform changes objects on their way in.

The other policies of the platform stay out, and the namespaces have no pod security: what is refused here is refused by
the rules, or it is no object of its kind at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from api_servers import Cluster, Manifest
from policy_mutants import SEED, Case, examples, mutants
from policy_server import AT_ONCE, Ruled, unserved, until_in_force

from govcloud.local.region import LocalRegion
from govcloud.model import Region
from govcloud.planner import plan_platform
from policies.admission import PREFIX
from policies.examples import Bases, shipped_bases
from policies.loading import shipped_rules
from policies.rule import Rule

MUTANTS = 2900


@pytest.fixture(scope="session")
def region(start_region: Callable[..., LocalRegion]) -> LocalRegion:
    """A region of these tests' own: rules would get in the way of others."""
    return start_region("ruled")


@pytest.fixture(scope="session")
def bases() -> Bases:
    return shipped_bases()


@pytest.fixture(scope="session")
def rules() -> list[Rule]:
    """The rules that admission asks."""
    return [rule for rule in shipped_rules().values() if "admission" in rule.points]


@pytest.fixture(scope="session")
def platform(bases: Bases) -> list[Manifest]:
    """What of a platform makes or changes objects, and the rules."""
    spec: dict[str, Any] = {
        "title": "试验中心",
        "level": "central",
        "network": bases.settings.network,
        "zones": ["dedicated"],
        "gradeCeiling": bases.settings.ceiling,
        "registries": list(bases.settings.registries),
        "storage": [{"name": "ssd"}, {"name": "hdd", "encrypted": False}],
        "pools": [
            {
                "name": "d4",
                "zone": "dedicated",
                "grade": 4,
                "nodes": 1,
                "shape": {"cpu": "16", "memory": "64Gi"},
            }
        ],
        "addresses": {"pods": "10.1.0.0/16", "services": "10.2.0.0/16"},
    }
    planned = plan_platform(Region.model_validate({"metadata": {"name": "ruled"}, "spec": spec}))
    return [manifest for manifest in planned if _stays(manifest)]


def _stays(manifest: Manifest) -> bool:
    name = manifest["metadata"]["name"]
    if manifest["kind"].startswith("ValidatingAdmissionPolicy"):
        return name.startswith(PREFIX)
    if manifest["kind"].startswith("MutatingAdmissionPolicy"):
        return name == "govcloud-placement"
    return True


@pytest.fixture(scope="session")
def bare(region: LocalRegion) -> Iterator[Cluster]:
    """The region's API server as it comes."""
    cluster = Cluster(region.kubeconfig, AT_ONCE)
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def cases(rules: list[Rule], bases: Bases) -> list[Case]:
    """Every example, then mutants, all of them new today."""
    found = (*examples(rules, bases), *islice(mutants(rules, bases, SEED), MUTANTS))
    return [case.asked_on(datetime.now(UTC).date()) for case in found]


@pytest.fixture(scope="session")
def ruled(
    bare: Cluster, platform: list[Manifest], rules: list[Rule], bases: Bases, cases: list[Case]
) -> Ruled:
    """The server with the platform in it, as soon as it goes by every policy."""
    bare.apply_all(manifest for manifest in platform if "AdmissionPolicy" not in manifest["kind"])
    bare.apply_all(unserved(bare))
    ruled = Ruled(bare, rules, bases)
    for case in cases:
        ruled.place(case)
    bare.apply_all(manifest for manifest in platform if "AdmissionPolicy" in manifest["kind"])
    until_in_force(ruled, [ruled.place(case) for case in cases if case.fails])
    return ruled
