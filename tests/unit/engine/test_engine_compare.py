"""What counts as a difference between the plan and the cluster, and who is named for it."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govcloud.engine.compare import Difference, differences

Manifest = dict[str, Any]
_NOON = "2026-05-01T12:00:00Z"


def planned(**fields: Any) -> Manifest:
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "one"}} | fields


def live(*writes: dict[str, Any], **fields: Any) -> Manifest:
    thing = planned(**fields)
    metadata = {"uid": "4d", "resourceVersion": "7", "managedFields": list(writes)}
    return {**thing, "metadata": {**thing["metadata"], **metadata}, "status": {"phase": "Active"}}


def write(manager: str, fields: dict[str, Any], time: str = _NOON, **more: str) -> dict[str, Any]:
    """One entry of managedFields."""
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields} | more


def changes(plan: Manifest, found: Manifest) -> list[tuple[str, str, Any, Any]]:
    return [(d.change, d.field, d.old, d.new) for d in differences(plan, found)]


def test_an_object_that_is_not_there_is_missing() -> None:
    (difference,) = differences(planned(spec={"a": 1}), None)
    assert (difference.change, difference.field) == ("missing", "")


def test_what_the_server_fills_in_is_no_difference() -> None:
    found = live(write("kubelet", {"f:status": {"f:phase": {}}}), spec={"a": 1, "defaulted": True})
    assert differences(planned(spec={"a": 1}), found) == []


@pytest.mark.parametrize("empty", [{}, [], "", None])
def test_empty_is_as_good_as_absent(empty: Any) -> None:
    assert differences(planned(spec={"a": empty}), live(spec={})) == []


@pytest.mark.parametrize("kind", ["ResourceQuota", "LimitRange"])
@pytest.mark.parametrize(
    ("plan", "cluster"),
    [("1", "1000m"), ("1024Mi", "1Gi"), (2, "2"), ("0.5", "500m"), ("1000", "1k")],
)
def test_quantities_are_equal_by_their_value(kind: str, plan: Any, cluster: Any) -> None:
    hard = planned(kind=kind, spec={"hard": {"cpu": plan}})
    assert differences(hard, live(kind=kind, spec={"hard": {"cpu": cluster}})) == []


def test_quantities_of_another_value_differ() -> None:
    found = live(kind="ResourceQuota", spec={"hard": {"requests.cpu": "8"}})
    plan = planned(kind="ResourceQuota", spec={"hard": {"requests.cpu": "4"}})
    assert changes(plan, found) == [("changed", 'spec.hard["requests.cpu"]', "4", "8")]


def test_a_text_is_no_quantity() -> None:
    assert changes(planned(data={"grade": "3"}), live(data={"grade": "3000m"})) == [
        ("changed", "data.grade", "3", "3000m")
    ]


def test_a_value_of_another_kind_differs() -> None:
    assert changes(planned(on=True), live(on="yes")) == [("changed", "on", True, "yes")]


def test_a_planned_field_that_is_gone_was_removed() -> None:
    assert changes(planned(spec={"a": 1}), live(spec={})) == [("removed", "spec.a", 1, None)]


def test_lists_of_one_length_are_compared_item_by_item() -> None:
    plan, found = (
        planned(rules=[{"verb": "get"}, {"verb": "list"}]),
        live(rules=[{"verb": "get"}, {"verb": "*"}]),
    )
    assert changes(plan, found) == [("changed", "rules[1].verb", "list", "*")]


def test_lists_of_another_length_differ_as_a_whole() -> None:
    assert changes(planned(rules=["a"]), live(rules=["a", "b"])) == [("changed", "rules", ["a"], ["a", "b"])]


def test_several_differences_are_all_found() -> None:
    plan, found = planned(a=1, b={"c": "x", "d": "y"}), live(a=2, b={"c": "z"})
    assert {field for _, field, _, _ in changes(plan, found)} == {"a", "b.c", "b.d"}


def test_a_field_that_somebody_added_is_found_with_its_author_and_time() -> None:
    fields = {"f:metadata": {"f:labels": {".": {}, "f:open": {}}}}
    found = live(write("kubectl-label", fields))
    found["metadata"]["labels"] = {"open": "yes"}
    (difference,) = differences(planned(), found)
    assert (difference.change, difference.field, difference.new) == ("added", "metadata.labels.open", "yes")
    assert (difference.who, difference.when) == ("kubectl-label", _NOON)


def test_a_selector_that_the_plan_leaves_empty_and_somebody_narrows_is_found() -> None:
    """An empty pod selector means every pod; with a label in it a policy guards fewer."""
    fields = {"f:spec": {"f:podSelector": {"f:matchLabels": {"f:app": {}}}}}
    found = live(write("kubectl-edit", fields), spec={"podSelector": {"matchLabels": {"app": "none"}}})
    assert changes(planned(spec={"podSelector": {}}), found) == [
        ("added", "spec.podSelector.matchLabels.app", None, "none")
    ]


def test_an_added_field_that_is_gone_again_is_no_difference() -> None:
    assert differences(planned(), live(write("kubectl", {"f:spec": {"f:extra": {}}}), spec={})) == []


def test_what_is_written_through_a_subresource_is_no_difference() -> None:
    entry = write("kubelet", {"f:spec": {"f:replicas": {}}}, subresource="scale")
    assert differences(planned(), live(entry, spec={"replicas": 3})) == []


def test_status_is_no_difference_whoever_writes_it() -> None:
    assert differences(planned(), live(write("kubectl-edit", {"f:status": {"f:phase": {}}}))) == []


def test_marks_of_the_provider_are_no_difference() -> None:
    fields = {"f:metadata": {"f:annotations": {"f:pulumi.com/patchFieldManager": {}}}}
    found = live(write("govcloud", fields, operation="Apply"))
    found["metadata"]["annotations"] = {"pulumi.com/patchFieldManager": "govcloud"}
    assert differences(planned(), found) == []


@pytest.mark.parametrize("name", ["govcloud", "kwok", "kube-scheduler"])
def test_nobody_hides_an_added_field_behind_a_borrowed_name(name: str) -> None:
    found = live(write(name, {"f:spec": {"f:extra": {}}}), spec={"extra": 1})
    assert changes(planned(), found) == [("added", "spec.extra", None, 1)]


def test_a_field_added_inside_an_item_of_a_list_shows_as_a_change_of_the_list() -> None:
    """Of a list without keys nobody owns single fields: whoever edits one takes the list over."""
    ours = write("govcloud", {"f:spec": {"f:other": {}}}, operation="Apply")
    theirs = write("kubectl-edit", {"f:spec": {"f:limits": {}}})
    item = {"type": "Container", "default": {"cpu": "1"}}
    wider = {**item, "max": {"cpu": "64"}}
    found = live(ours, theirs, spec={"limits": [wider], "other": 1})
    (difference,) = differences(planned(spec={"limits": [item], "other": 1}), found)
    assert (difference.change, difference.field, difference.who) == ("changed", "spec.limits", "kubectl-edit")
    assert (difference.old, difference.new) == ([item], [wider])


def test_a_list_that_is_ours_may_have_defaults_in_its_items() -> None:
    ours = write("govcloud", {"f:spec": {"f:ports": {}}}, operation="Apply")
    found = live(ours, spec={"ports": [{"port": 53, "protocol": "TCP"}]})
    assert differences(planned(spec={"ports": [{"port": 53}]}), found) == []


def test_a_change_inside_a_list_that_was_taken_over_is_told_once() -> None:
    found = live(write("kubectl-edit", {"f:rules": {}}), rules=[{"verb": "*"}])
    assert [d.field for d in differences(planned(rules=[{"verb": "get"}]), found)] == ["rules[0].verb"]


@pytest.mark.parametrize("field", ["ownerReferences", "finalizers"])
def test_bookkeeping_of_controllers_is_no_difference(field: str) -> None:
    found = live(write("some-operator", {"f:metadata": {f"f:{field}": {".": {}}}}))
    found["metadata"][field] = ["x"]
    assert differences(planned(), found) == []


def test_the_owner_of_a_changed_field_is_named() -> None:
    found = live(
        write("govcloud", {"f:spec": {"f:a": {}}}, operation="Apply"),
        write("kubectl-edit", {"f:spec": {"f:b": {}}}),
        write("kubectl-patch", {"f:spec": {"f:a": {}}}, "2026-06-01T00:00:00Z"),
        spec={"a": 2, "b": 1},
    )
    (difference,) = differences(planned(spec={"a": 1, "b": 1}), found)
    assert (difference.who, difference.when) == ("kubectl-patch", "2026-06-01T00:00:00Z")


def test_of_two_owners_the_last_is_named() -> None:
    fields = {"f:spec": {"f:a": {}}}
    writes = write("late", fields, "2026-06-02T00:00:00Z"), write("early", fields, "2026-06-01T00:00:00Z")
    (difference,) = differences(planned(spec={"a": 1}), live(*writes, spec={"a": 2}))
    assert difference.who == "late"


def test_the_owner_of_a_list_is_named_for_an_item_of_it() -> None:
    found = live(write("kubectl-edit", {"f:rules": {}}), rules=[{"verb": "*"}])
    (difference,) = differences(planned(rules=[{"verb": "get"}]), found)
    assert difference.who == "kubectl-edit"


def test_nobody_is_named_where_nobody_else_owns_the_field() -> None:
    (difference,) = differences(planned(a=1), live(write("govcloud", {"f:a": {}}, operation="Apply"), a=2))
    assert (difference.who, difference.when) == (None, None)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ((), ""),
        (("spec", "a"), "spec.a"),
        (("spec", "rules", "[0]", "verbs", "[2]"), "spec.rules[0].verbs[2]"),
        (("metadata", "labels", "app.kubernetes.io/name"), 'metadata.labels["app.kubernetes.io/name"]'),
        (("spec", "hard", "requests.cpu"), 'spec.hard["requests.cpu"]'),
        (("data", "a-b_c"), "data.a-b_c"),
    ],
)
def test_a_field_is_written_as_a_person_would(path: tuple[str, ...], field: str) -> None:
    assert Difference("changed", path, 1, 2).field == field


_keys = st.text("abcdefgh", min_size=1, max_size=4)
_scalars = st.one_of(
    st.booleans(), st.integers(0, 99), st.sampled_from(["get", "list", "deny", "4Gi", "250m"])
)
_trees = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(_keys, inner, min_size=1, max_size=3)
    ),
    max_leaves=10,
)
_plans = st.dictionaries(_keys, _trees, min_size=1, max_size=4).map(lambda spec: planned(spec=spec))


def _with_defaults(tree: Any) -> Any:
    """As the server returns it: every map, also one in a list, has gained a field."""
    if isinstance(tree, dict):
        return {**{key: _with_defaults(value) for key, value in tree.items()}, "defaultedByServer": 1}
    return [_with_defaults(item) for item in tree] if isinstance(tree, list) else tree


def _fields(tree: Any) -> dict[str, Any]:
    return {f"f:{key}": _fields(value) for key, value in tree.items()} if isinstance(tree, dict) else {}


def _leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else None
    if items is None:
        return [path]
    return [leaf for key, value in items for leaf in _leaves(value, (*path, key))]


def _as_live(plan: Manifest) -> Manifest:
    found = copy.deepcopy(plan)
    found["spec"] = _with_defaults(found["spec"])
    ours = write("govcloud", {"f:spec": _fields(plan["spec"])}, operation="Apply")
    found["metadata"] |= {"uid": "4d", "generation": 1, "managedFields": [ours]}
    return {**found, "status": {"observedGeneration": 1}}


@settings(max_examples=40, deadline=None)
@given(_plans)
def test_whatever_the_server_fills_in_nothing_differs(plan: Manifest) -> None:
    assert differences(plan, _as_live(plan)) == []


@settings(max_examples=40, deadline=None)
@given(_plans, st.data())
def test_whichever_planned_value_is_changed_it_is_found_and_named(
    plan: Manifest, data: st.DataObject
) -> None:
    *way, last = data.draw(st.sampled_from(_leaves(plan["spec"])))
    found = _as_live(plan)
    holder: Any = found["spec"]
    for part in way:
        holder = holder[part]
    old, holder[last] = holder[last], "changed-by-hand"
    path = tuple(f"[{part}]" if isinstance(part, int) else part for part in (*way, last))
    (difference,) = differences(plan, found)
    assert difference == Difference("changed", ("spec", *path), old, "changed-by-hand", None, None)
