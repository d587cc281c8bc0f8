"""The shipped rules and bases, read once, and each rule ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policies.evaluation import Evaluator
from policies.examples import Bases, shipped_bases
from policies.loading import shipped_rules
from policies.rule import Rule


@pytest.fixture(scope="session")
def rules() -> Mapping[str, Rule]:
    return shipped_rules()


@pytest.fixture(scope="session")
def bases() -> Bases:
    return shipped_bases()


@pytest.fixture(scope="session")
def evaluators(rules: Mapping[str, Rule], bases: Bases) -> Mapping[str, Evaluator]:
    """An evaluator for each rule alone, by the rule's id."""
    return {rule.id: Evaluator([rule], bases.settings) for rule in rules.values()}


@pytest.fixture(scope="session")
def changed() -> Callable[..., Rule]:
    """A rule with some of its fields replaced, by their names in YAML."""

    def change(rule: Rule, **fields: Any) -> Rule:
        return Rule.model_validate(rule.model_dump(by_alias=True, exclude_defaults=True) | fields)

    return change
