import os
from pathlib import Path

import pytest
import yaml

from govcloud.planner import plan_platform, plan_tenancy

GOLDEN = Path(__file__).parent / "golden"
REMAKE = "REMAKE_GOLDEN"


def _compare(name, manifests):
    text = yaml.safe_dump_all(manifests, allow_unicode=True, sort_keys=False, width=110)
    path = GOLDEN / name
    if os.environ.get(REMAKE):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), (
        f"the plan differs from {path}; if that is meant, remake it with "
        f"{REMAKE}=1 pytest {Path(__file__).name} and look at the difference before you commit it"
    )


@pytest.mark.parametrize("role", ["primary", "standby"])
def test_the_plan_of_a_tenancy_is_as_it_was_reviewed(beijing, mee, make_tenancy, role):
    tenancy = make_tenancy(tier=3, resources={"accelerators": {"nvidia.com/gpu": "2"}})
    _compare(f"mee-air-quality.{role}.yaml", plan_tenancy(tenancy, mee, beijing, role))


def test_the_plan_of_a_platform_is_as_it_was_reviewed(beijing):
    """But for the policies made from rules: those are reviewed as rules, and held against a real API server."""
    planned = [
        one for one in plan_platform(beijing) if not one["metadata"]["name"].startswith("govcloud-rules-")
    ]
    _compare("beijing.platform.yaml", planned)
