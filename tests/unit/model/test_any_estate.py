"""Whatever is wrong with an estate, loading it fails in one way only: with problems that a person can act on."""

import copy
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from govcloud.errors import EstateError, InputError
from govcloud.model.loader import load_estate

VALID = """\
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: test, labels: {a: b}}
spec: {title: 测试, network: extranet, hub: north, state: "file://state"}
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {name: north}
spec:
  title: 北
  level: central
  network: extranet
  zones: [internet, dedicated]
  gradeCeiling: 4
  addresses: {pods: 10.64.0.0/14, services: 10.80.0.0/16}
  location: {latitude: 39.9, longitude: 116.4}
  energy: {pue: 1.25}
  storage: [{name: ssd, provisioner: a/b, encrypted: true}]
  cluster: {kind: kubeconfig, context: north}
  pools:
    - {name: i3, zone: internet, grade: 3, nodes: 4, shape: {cpu: "64", memory: 256Gi}}
    - name: d4
      zone: dedicated
      grade: 4
      nodes: 4
      runtime: sandbox
      shape: {cpu: 64, memory: 256Gi, storage: 1Ti, pods: 110, accelerators: {nvidia.com/gpu: 8}}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec:
  title: 生态环境部
  roles: {owner: {groups: ["mee:owners"], users: [a]}, operator: {}, viewer: {}}
  contacts: [{name: 值班, phone: "010"}]
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {name: air}
spec:
  title: 大气
  department: mee
  programme: box-11.1
  zone: dedicated
  grading: {information: 4, service: 3, filing: {number: "1-2", date: 2026-03-01}}
  data: {class: important, level: L4, personal: false, secrecy: none}
  recovery: {tier: 1, rpo: 1d, rto: 2d}
  isolation: sandbox
  resources: {cpu: "32", memory: 128Gi, storage: 2Ti, pods: 100, accelerators: {nvidia.com/gpu: 2}}
  regions: {primary: north, standby: []}
  requestedBy: zhang
  contacts: [{name: 值班, phone: "010"}]
  until: 2029-12-31
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {name: site}
spec:
  title: 门户
  department: mee
  zone: internet
  grading: {information: 2, service: 2}
  data: {class: general, level: L1}
  recovery: {tier: 3}
  resources: {cpu: 2, memory: 4Gi, storage: 10Gi, pods: 10, ephemeralStorage: 1Gi, nodePorts: 1}
---
apiVersion: govcloud.dev/v1
kind: Sharing
metadata: {name: air-to-site}
spec:
  provider: air
  consumer: site
  ports: [{port: 443, protocol: TCP}]
  level: L1
  purpose: 公布
  until: 2029-12-31T00:00:00+08:00
---
apiVersion: govcloud.dev/v1
kind: Waiver
metadata: {name: w}
spec: {rule: r, tenancy: air, reason: r, ticket: t, approvedBy: b, until: 2029-12-31T00:00:00+08:00}
"""
DOCUMENTS = list(yaml.safe_load_all(VALID))
DROP = object()


def places(value, path=()):
    """Every place in a tree of mappings and lists, by its path."""
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from places(value[step], (*path, step))


PLACES = list(places(DOCUMENTS))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.datetimes(),
    st.sampled_from(
        [
            "north",
            "air",
            "site",
            "mee",
            "extranet",
            "cluster",
            "core",
            "L4",
            "system:masters",
            "1h",
            "9" * 5000 + "d",
            "4\n",
        ]
    ),
    st.just(date(2020, 1, 1)),
)
VALUES = st.one_of(st.just(DROP), SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(), SCALARS))


def mutated(path, value):
    documents = copy.deepcopy(DOCUMENTS)
    holder = documents
    for step in path[:-1]:
        holder = holder[step]
    if value is DROP:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return yaml.dump_all(documents, Dumper=yaml.CSafeDumper, allow_unicode=True)


def assert_loads_or_explains(text):
    try:
        load_estate("estate.yaml", text=text)
    except EstateError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.file == "estate.yaml"
            assert 1 <= problem.line <= max(1, len(text.splitlines()))
            for part in (problem.field, problem.value, problem.what, problem.expected, problem.mend):
                assert part.strip() == part
                assert part
                assert "\n" not in part
    except InputError as error:
        assert error.what and error.expected and error.mend


def test_the_estate_that_is_mutated_is_valid():
    assert len(load_estate("estate.yaml", text=VALID).tenancies) == 2


@settings(max_examples=150, deadline=None, database=None)
@given(path=st.sampled_from(PLACES), value=VALUES)
def test_one_field_dropped_or_replaced_loads_or_is_explained(path, value):
    assert_loads_or_explains(mutated(path, value))


@pytest.mark.parametrize("path", PLACES, ids=str)
def test_one_field_dropped_loads_or_is_explained(path):
    assert_loads_or_explains(mutated(path, DROP))


@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=200))
def test_any_text_at_all_is_explained(text):
    with pytest.raises(EstateError):
        load_estate("estate.yaml", text=text)
    assert_loads_or_explains(text)


@settings(max_examples=50, deadline=None, database=None)
@given(st.integers(0, len(VALID)), st.text(alphabet="{}[]:-&*!|>'\"%@`#,? \n\tab~", max_size=4))
def test_any_slip_of_the_keyboard_loads_or_is_explained(position, slip):
    assert_loads_or_explains(VALID[:position] + slip + VALID[position:])


@pytest.mark.parametrize(
    "text",
    [
        'a: 1\n"b\\nc": 1\n"b\\nc": 2\n',
        "kind: !%0A x\n",
        'kind: Estate\nmetadata: {name: "a\\nb"}\n---\nkind: Estate\nmetadata: {name: x}\n',
        VALID.replace("{a: b}", '{"k8s.io/a\\nb": c}'),
        VALID.replace("{name: north}", '{name: "nor\\nth"}'),
    ],
    ids=["field", "tag", "estate", "label", "name"],
)
def test_what_cannot_be_printed_breaks_no_message_in_two(text):
    assert_loads_or_explains(text)
