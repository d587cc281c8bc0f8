import hashlib

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from hypothesis import given
from hypothesis import strategies as st

from govcloud.errors import InputError
from govcloud.hub.hashes import canonical, digest, spec_hash

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def test_the_canonical_form_is_what_jq_prints_of_sorted_keys():
    spec = {"title": "大气", "resources": {"pods": 50, "cpu": "8"}, "until": None, "contacts": []}
    expected = '{"contacts":[],"resources":{"cpu":"8","pods":50},"title":"大气","until":null}'
    assert canonical(spec).decode() == expected
    assert spec_hash(spec) == f"sha256:{hashlib.sha256(expected.encode()).hexdigest()}"


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_the_order_of_fields_does_not_count(value):
    assert spec_hash(dict(reversed(value.items()))) == spec_hash(value)


@given(JSON, JSON)
def test_other_content_has_another_form(one, other):
    assert (canonical(one) == canonical(other)) == (repr(_sorted(one)) == repr(_sorted(other)))


def _sorted(value):
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def test_sm3_is_that_of_the_standard():
    example = bytes.fromhex("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(b"abc")  # example A.1 of GB/T 32905-2016
    assert sm3.finalize() == example
    sm3 = hashes.Hash(hashes.SM3())
    sm3.update(b'{"a":1}')
    assert digest({"a": 1}, "sm3") == f"sm3:{sm3.finalize().hex()}"


def test_a_machine_without_sm3_says_so(monkeypatch):
    def missing(_):
        raise UnsupportedAlgorithm("no SM3 here")

    monkeypatch.setattr(hashes, "Hash", missing)
    with pytest.raises(InputError, match="SM3 is not offered"):
        digest({}, "sm3")
