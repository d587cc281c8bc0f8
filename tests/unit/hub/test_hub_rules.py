import re

import pytest

from govcloud.hub.names import PLATFORM
from govcloud.hub.rules import RULES
from govcloud.local.region import credentials
from govcloud.planner.admission import PLATFORM_GROUP
from govcloud.planner.register import register_platform


@pytest.fixture(scope="module")
def messages(beijing_hub):
    policies = [m for m in beijing_hub if m["kind"] == "ValidatingAdmissionPolicy"]
    return [v["messageExpression"] for policy in policies for v in policy["spec"]["validations"]]


@pytest.fixture(scope="module")
def beijing_hub(estate):
    return register_platform(estate.regions["north"])


def test_every_rule_is_enforced_and_every_refusal_names_a_rule(messages):
    quoted = [re.findall(r"\[(GC-[A-Z]+-\d+)\]", message) for message in messages]
    assert all(len(ids) == 1 for ids in quoted)
    assert {ids[0] for ids in quoted} == set(RULES)


def test_the_group_of_the_platform_has_one_name_everywhere():
    assert PLATFORM == PLATFORM_GROUP == credentials.PLATFORM_GROUP


def test_rules_are_in_the_order_of_their_numbers_and_say_what_to_do():
    assert list(RULES) == sorted(RULES)
    for rule in RULES.values():
        assert re.fullmatch(r"GC-REG-\d\d", rule.id)
        assert rule.title[0].islower()
        assert not rule.title.endswith(".")
        assert re.search(r"\b(ask|leave|look|change|name|write)\b", rule.mend), rule.id
