import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from govcloud.cli.tenancy.log import log
from govcloud.errors import InputError
from govcloud.hub.log import decision, lines
from govcloud.hub.record import Record

NOBODY = ("--kubeconfig", "there-is-none")


def _chain(department, count):
    metadata = {"name": f"{department}-air", "namespace": f"d-{department}", "uid": f"u-{department}"}
    record = Record({"metadata": metadata, "spec": {"department": department}})
    made = []
    for seq in range(1, count + 1):
        entry = {"seq": seq, "from": "draft", "to": "requested", "by": "张伟", "at": "2026-11-24T12:00:00Z"}
        before = made[-1] if made else None
        made.append(decision(record, entry | {"reason": f"r{seq}"}, before, "2026-11-24T12:00:01Z"))
    return made


@pytest.fixture
def write(tmp_path):
    def make(decisions, name="log.jsonl"):
        path = tmp_path / name
        path.write_text("".join(f"{line}\n" for line in lines(decisions)), encoding="utf-8")
        return str(path)

    return make


def _run(*words, code=0):
    result = CliRunner().invoke(log, [*words, *NOBODY])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def _flaws(result):
    return [(row["department"], row["where"], row["what"]) for row in json.loads(result.stdout)]


def test_an_exported_log_is_read_and_verified_without_a_hub(write):
    path = write(_chain("mee", 3) + _chain("mem", 2))
    assert _flaws(_run("--file", path, "--verify", "--output", "json")) == []
    assert "5 decisions of 2 departments: no flaws" in _run("--file", path, "--verify").stderr
    assert _run("--file", path, "--output", "lines").stdout == Path(path).read_text(encoding="utf-8")


def test_only_the_tenancy_and_the_departments_that_are_named_are_printed(write):
    path = write(_chain("mee", 3) + _chain("mem", 2))
    rows = json.loads(_run("--file", path, "mem-air", "--output", "json").stdout)
    assert [(row["tenancy"], row["number"], row["by"]) for row in rows] == [
        ("mem-air", 1, "张伟"),
        ("mem-air", 2, "张伟"),
    ]
    assert len(json.loads(_run("--file", path, "--department", "mee", "--output", "json").stdout)) == 3
    assert "r2" in _run("--file", path).stdout


def test_a_changed_or_missing_decision_is_a_finding(write):
    changed = _chain("mee", 3)
    changed[1]["spec"]["entry"]["by"] = "somebody"
    found = _flaws(_run("--file", write(changed), "--verify", "--output", "json", code=1))
    assert found == [
        ("mee", "decision 0000000002", "its content is not what was recorded: the digest differs")
    ]
    missing = _chain("mee", 3)
    del missing[1]
    assert "number 2 is due" in _run("--file", write(missing), "--verify", code=1).stdout


def test_an_end_that_was_cut_off_is_found_by_an_anchor_that_was_kept(write, tmp_path):
    chain, kept = _chain("mee", 3), str(tmp_path / "anchors.json")
    _run("--file", write(chain[:2]), "--verify", "--keep-anchor", kept)
    _run("--file", write(chain), "--verify", "--anchor", kept, "--keep-anchor", kept)
    assert set(json.loads((tmp_path / "anchors.json").read_text())["mee"]) == {"2", "3"}
    _run("--file", write(chain[:2]), "--verify")
    found = _flaws(_run("--file", write(chain[:2]), "--verify", "--anchor", kept, "--output", "json", code=1))
    assert found == [("mee", "decision 0000000003", "is gone from the end of the log")]
    assert _run("--file", write([]), "--verify", "--anchor", kept, code=1).stdout.count("is gone") == 2


def test_a_log_that_is_not_sound_leaves_no_anchor(write, tmp_path):
    chain = _chain("mee", 3)
    _run("--file", write(chain[1:]), "--verify", "--keep-anchor", str(tmp_path / "kept"), code=1)
    assert not (tmp_path / "kept").exists()


def test_anchors_of_departments_that_are_not_meant_do_not_count(write, tmp_path):
    kept = str(tmp_path / "kept")
    _run("--file", write(_chain("mee", 1) + _chain("mem", 1)), "--verify", "--keep-anchor", kept)
    one = write(_chain("mee", 1))
    _run("--file", one, "--verify", "--anchor", kept, "--department", "mee")
    assert "decision 0000000001" in _run("--file", one, "--verify", "--anchor", kept, code=1).stdout


@pytest.mark.parametrize(
    "words", [["--anchor", "a"], ["--keep-anchor", "a"], ["--verify", "--output", "lines"]]
)
def test_what_does_not_go_together_is_wrong_usage(words):
    _run("--file", "log", *words, code=2)


@pytest.mark.parametrize("text", ["{}", "no", '{"metadata": {"name": "1"}, "spec": {}}'])
def test_a_file_that_is_no_log_is_named(tmp_path, text):
    (tmp_path / "x").write_text(text)
    result = CliRunner().invoke(log, ["--file", str(tmp_path / "x"), "--verify"])
    assert isinstance(result.exception, InputError)


def test_a_decision_that_does_not_say_whose_it_is_is_refused(write, tmp_path):
    (one,) = _chain("mee", 1)
    del one["spec"]["uid"]
    result = CliRunner().invoke(log, ["--file", write([one]), "--verify"])
    assert isinstance(result.exception, InputError)
    assert "does not say of which" in result.exception.what


@pytest.mark.parametrize("text", ["[]", "no", '{"mee": []}', '{"mee": {"one": "sha256:0"}}'])
def test_anchors_that_cannot_be_read_are_named(write, tmp_path, text):
    (tmp_path / "kept").write_text(text)
    path = write(_chain("mee", 1))
    result = CliRunner().invoke(log, ["--file", path, "--verify", "--anchor", str(tmp_path / "kept")])
    assert isinstance(result.exception, InputError)
    assert result.exception.where == str(tmp_path / "kept")
