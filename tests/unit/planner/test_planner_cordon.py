"""What a cordon changes in the plan of a tenancy, and whom it closes."""

from govcloud.planner import plan_tenancy
from govcloud.planner.cordon import CORDONED, cordon_policies, cordoned


def test_a_cordon_is_one_label_of_the_namespace_and_nothing_else(beijing, mee, make_tenancy):
    plain = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    closed = cordoned(plain)
    (namespace,) = (m for m in closed if m["kind"] == "Namespace")
    assert namespace["metadata"]["labels"].pop(CORDONED) == "true"
    assert closed == plain
    assert CORDONED not in plain[0]["metadata"]["labels"]


def test_the_policy_looks_at_what_is_in_a_namespace_alone(beijing):
    policy, _ = cordon_policies(beijing)
    rules = policy["spec"]["matchConstraints"]["resourceRules"]
    assert {rule["scope"] for rule in rules} == {"Namespaced"}
    assert policy["spec"]["matchConstraints"]["namespaceSelector"]["matchExpressions"][0]["key"] == CORDONED
