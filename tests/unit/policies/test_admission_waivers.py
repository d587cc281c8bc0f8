"""What proves to the API server that it put down the time of an update, and what an update changes at all."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.admission_names import pod_of
from policies.admission_waivers import content_changed, sets_a_field
from policies.cel import Expression, Inputs
from policies.target import targets

POD = pod_of(targets()["workload"])
CHANGED, SETS = Expression(content_changed()), Expression(sets_a_field(None, 5))
SETS_IN_POD = Expression(sets_a_field(POD, 7))


def _asked(expression, old, new):
    return expression.value(Inputs({"object": new, "oldObject": old}))


def _deployment(bases):
    return bases.of("Deployment")


def _app(manifest):
    return manifest["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda d: _app(d).update(image="other"),
        lambda d: _app(d)["env"][0].update(value="debug"),
        lambda d: _app(d)["env"].append({"name": "NEW", "value": "1"}),
        lambda d: _app(d)["securityContext"].update(privileged=True),
        lambda d: _app(d)["securityContext"]["capabilities"].update(add=["NET_ADMIN"]),
        lambda d: _app(d)["securityContext"]["capabilities"]["drop"].append("NET_RAW"),
        lambda d: d["spec"]["template"]["spec"].update(hostNetwork=True),
        lambda d: d["spec"]["template"]["spec"]["containers"].append({"name": "second", "image": "i"}),
        lambda d: d["metadata"].update(annotations={"a": "b"}),
        lambda d: d["metadata"].update(labels={"a": "b"}),
        lambda d: d["spec"].update(replicas=7),
    ],
)
def test_a_field_that_is_set_or_added_is_seen(bases, change):
    old, new = _deployment(bases), _deployment(bases)
    change(new)
    assert _asked(SETS_IN_POD, old, new) is True
    assert _asked(CHANGED, old, new) is True


@pytest.mark.parametrize(
    "change",
    [
        lambda d: _app(d).pop("securityContext"),
        lambda d: _app(d)["securityContext"].pop("readOnlyRootFilesystem"),
        lambda d: _app(d)["securityContext"]["capabilities"].update(drop=[]),
        lambda d: _app(d)["env"].pop(0),
        lambda d: _app(d)["env"].reverse(),
        lambda d: _app(d)["resources"].pop("limits"),
        lambda d: d["spec"]["template"]["spec"]["initContainers"].clear(),
        lambda d: d["spec"]["template"]["spec"]["topologySpreadConstraints"][0].pop("labelSelector"),
        lambda d: d["spec"].pop("replicas"),
        lambda d: d.update(status={"replicas": 1}),
        lambda d: d["metadata"].update(finalizers=["a/b"], managedFields=[{"time": "now"}], generation=3),
        lambda d: d["spec"]["template"]["spec"].update(nodeSelector={}),
    ],
)
def test_what_is_only_taken_away_or_is_no_content_proves_nothing(bases, change):
    old, new = _deployment(bases), _deployment(bases)
    change(new)
    assert _asked(SETS_IN_POD, old, new) is False


def test_of_two_entries_with_one_name_none_proves_anything():
    """They may be of a list that has another key, and one of them may just have gone."""
    mounts = [{"name": "data", "mountPath": "/a"}, {"name": "data", "mountPath": "/b"}]
    old = {"metadata": {}, "spec": {"mounts": mounts}}
    new = {"metadata": {}, "spec": {"mounts": mounts[1:]}}
    assert _asked(SETS, old, new) is False


_LEAVES = st.one_of(st.booleans(), st.integers(0, 3), st.sampled_from(["", "a", "b"]))
_NAMED = st.dictionaries(st.sampled_from(["x", "y", "z"]), _LEAVES, max_size=3)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from(["a", "b", "c", "name"]), inner, max_size=3),
        st.lists(inner, max_size=3),
        st.lists(
            _NAMED.flatmap(lambda one: st.sampled_from(["p", "q"]).map(lambda n: {**one, "name": n})),
            max_size=3,
        ),
    ),
    max_leaves=12,
)


@st.composite
def _with_less(draw, value):
    """The value with some of it taken away, at any depth."""
    if isinstance(value, dict):
        kept = [key for key in value if draw(st.integers(0, 3)) > 0]
        return {key: draw(_with_less(value[key])) for key in kept}
    if isinstance(value, list):
        return [draw(_with_less(one)) for one in value if draw(st.integers(0, 3)) > 0]
    return value


@settings(max_examples=150)
@given(st.data())
def test_nothing_that_is_only_taken_away_ever_proves_anything(data):
    content = data.draw(st.dictionaries(st.sampled_from(["spec", "data"]), _VALUES, min_size=1, max_size=2))
    old = {"metadata": {"labels": {"a": "b"}}, **content}
    new = {"metadata": {}, **data.draw(_with_less(content))}
    new["metadata"] = copy.deepcopy(data.draw(st.sampled_from([old["metadata"], {}])))
    assert _asked(SETS, old, new) is False


@pytest.mark.parametrize(
    ("new", "changed"),
    [
        ({"metadata": {"labels": {"a": "b"}}, "spec": {"x": 1}}, False),
        ({"metadata": {"labels": {"a": "b"}, "finalizers": ["f"]}, "spec": {"x": 1}, "status": {}}, False),
        ({"metadata": {"labels": {"a": "b"}, "ownerReferences": [{}]}, "spec": {"x": 1}}, False),
        ({"metadata": {"labels": {"a": "c"}}, "spec": {"x": 1}}, True),
        ({"metadata": {}, "spec": {"x": 1}}, True),
        ({"metadata": {"labels": {"a": "b"}, "annotations": {"a": "b"}}, "spec": {"x": 1}}, True),
        ({"metadata": {"labels": {"a": "b"}}, "spec": {"x": 2}}, True),
        ({"metadata": {"labels": {"a": "b"}}}, True),
        ({"metadata": {"labels": {"a": "b"}}, "spec": {"x": 1}, "data": {}}, True),
    ],
)
def test_content_labels_and_annotations_are_what_a_change_is_about(new, changed):
    assert _asked(CHANGED, {"metadata": {"labels": {"a": "b"}}, "spec": {"x": 1}}, new) is changed
