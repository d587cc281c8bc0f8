import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcloud.errors import InputError
from govcloud.hub.hashes import digest
from govcloud.hub.log import anchor, compare, decision, lines, name_of, parse, verify
from govcloud.hub.record import Record

RECORDED = "2026-11-24T12:00:00Z"


def _record(entries, logged=None, uid="u-1"):
    metadata = {"name": "mee-air", "namespace": "d-mee", "uid": uid, "generation": 1, "resourceVersion": "1"}
    status = {"phase": "active", "history": entries, **({"logged": logged} if logged is not None else {})}
    return Record({"metadata": metadata, "spec": {"department": "mee"}, "status": status})


def _entries(count):
    return [
        {"seq": seq, "from": "draft", "to": "requested", "by": "zhang", "reason": f"reason {seq}"}
        for seq in range(1, count + 1)
    ]


def _chain(count=5, algorithm="sha256"):
    made = []
    record = _record(_entries(count))
    for entry in record.history:
        made.append(decision(record, entry, made[-1] if made else None, RECORDED, algorithm))
    return made


def _copy(decisions):
    return json.loads(json.dumps(decisions))


def _resealed(decisions):
    """What somebody makes of a log who can write everything: each decision sealed anew."""
    before = None
    for item in decisions:
        spec = {k: v for k, v in item["spec"].items() if k not in ("digest", "previous")}
        spec |= {"previous": before} if before else {}
        item["spec"] = spec | {"digest": digest(spec, "sha256")}
        before = item["spec"]["digest"]
    return decisions


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_log_that_nobody_touched_is_whole(algorithm):
    chain = _chain(algorithm=algorithm)
    assert verify(chain) == []
    assert [item["metadata"]["name"] for item in chain] == [name_of(number) for number in range(1, 6)]
    assert chain[0]["spec"]["digest"].startswith(f"{algorithm}:")
    assert "previous" not in chain[0]["spec"]


def test_an_empty_log_is_whole():
    assert verify([]) == []


def test_a_log_may_go_on_with_another_algorithm():
    chain = _chain(2)
    entry = {**_entries(3)[2]}
    assert verify([*chain, decision(_record([entry]), entry, chain[-1], RECORDED, "sm3")]) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("entry", "by"), "li"),
        (("entry", "reason"), "another"),
        (("recorded",), "2026-11-24T12:00:01Z"),
        (("tenancy",), "mee-water"),
        (("uid",), "u-2"),
        (("previous",), f"sha256:{'0' * 64}"),
        (("digest",), f"sha256:{'0' * 64}"),
        (("digest",), f"md5:{'0' * 32}"),
    ],
)
def test_a_changed_decision_is_found(path, value):
    chain = _copy(_chain())
    target = chain[2]["spec"]
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    assert any(flaw.where == "decision 0000000003" for flaw in verify(chain))


@given(st.data())
def test_whatever_is_taken_swapped_repeated_or_changed_is_found(data):
    chain = _copy(_chain(6))
    act = data.draw(st.sampled_from(["take", "swap", "repeat", "change"]))
    one = data.draw(st.integers(0, 4 if act == "take" else 5))
    if act == "take":
        del chain[one]
    elif act == "swap":
        other = data.draw(st.integers(0, 5).filter(lambda index: index != one))
        chain[one], chain[other] = chain[other], chain[one]
    elif act == "repeat":
        chain.insert(data.draw(st.integers(0, 6)), chain[one])
    else:
        chain[one]["spec"]["entry"]["reason"] += "!"
    assert verify(chain)


def test_what_is_cut_off_at_the_end_is_found_by_what_was_kept_elsewhere():
    chain = _chain()
    kept = anchor(chain)
    assert verify(chain[:-1]) == []
    assert [str(flaw) for flaw in verify(chain[:-1], kept)] == [
        "decision 0000000005: is gone from the end of the log"
    ]
    assert anchor([]) == {}


def test_a_log_that_was_made_anew_is_found_by_what_was_kept_elsewhere_and_by_the_histories():
    chain = _chain()
    forged = _copy(chain)
    forged[1]["spec"]["entry"]["by"] = "li"
    forged = _resealed(forged)
    assert verify(forged) == []
    assert verify(forged, anchor(chain))[0].what == "is not the one that was kept elsewhere"
    (flaw,) = compare(forged, [_record(_entries(5))])
    assert flaw.what == "entry 2 of its history is another one in the log"


def test_a_renamed_decision_is_found():
    chain = _copy(_chain())
    chain[4]["metadata"]["name"] = name_of(6)
    assert "its name is not its number, 5" in str(verify(chain)[0])


def test_an_entry_that_is_recorded_twice_is_found():
    record = _record(_entries(1))
    first = decision(record, record.history[0], None, RECORDED)
    second = decision(record, record.history[0], first, RECORDED)
    (flaw,) = verify([first, second])
    assert flaw.what == "it records again what decision 0000000001 does"


def test_a_history_that_is_recorded_is_found_in_the_log():
    record = _record(_entries(5), logged=5)
    chain = _chain(5)
    assert compare(chain, [record]) == []
    assert [flaw.what for flaw in compare(chain[:4], [record])] == [
        "entry 5 of its history is missing from the log"
    ]


def test_what_is_not_recorded_yet_is_no_flaw():
    assert compare(_chain(3), [_record(_entries(5), logged=3)]) == []


def test_a_decision_that_no_history_knows_is_found():
    assert [flaw.what for flaw in compare(_chain(5), [_record(_entries(4))])] == [
        "the log has an entry 5, which its history lacks"
    ]


def test_the_log_of_a_tenancy_that_is_gone_is_no_flaw():
    assert compare(_chain(5), [_record(_entries(1), uid="another")]) == []


def test_a_log_leaves_and_comes_back_as_json_lines():
    chain = _chain()
    exported = list(lines(chain))
    assert len(exported) == len(chain)
    assert verify(parse(exported), anchor(chain)) == []
    assert list(lines(parse([*exported, "", "\n"]))) == exported


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"metadata": {"name": "1"}, "spec": {}}', "7"])
def test_a_line_that_is_no_decision_is_refused(line):
    with pytest.raises(InputError, match="line 2 is no decision"):
        parse([next(lines(_chain(1))), line])
