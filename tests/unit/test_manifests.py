"""Manifests are read as kubectl reads them, each object with its line, and every problem at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from govcloud.errors import InputError
from govcloud.manifests import ManifestError, plain_word, read_manifests

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
HELM = """\
---
# Source: chart/templates/config.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# Source: chart/templates/account.yaml

---
# Source: chart/templates/pod.yaml
apiVersion: v1
kind: Pod
metadata: {name: b}
"""


def read(text: str) -> list[tuple[str, str]]:
    """(kind/name, line) of what a text holds."""
    found = read_manifests(["-"], text).objects
    return [
        (f"{one.manifest['kind']}/{one.manifest['metadata']['name']}", one.source.removeprefix("<stdin>:"))
        for one in found
    ]


def problems(text: str) -> list[str]:
    with pytest.raises(ManifestError) as raised:
        read_manifests(["-"], text)
    return raised.value.problems


def test_documents_have_the_line_where_they_begin() -> None:
    assert read(HELM) == [("ConfigMap/a", "3"), ("Pod/b", "11")]


def test_a_list_is_taken_apart_and_its_items_have_their_own_lines() -> None:
    text = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
-
  apiVersion: v1
  kind: Secret
  metadata: {name: b}
"""
    assert read(text) == [("Pod/a", "4"), ("Secret/b", "8")]


def test_items_of_a_list_of_one_kind_need_not_say_what_they_are() -> None:
    text = "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: a}\n"
    (one,) = read_manifests(["-"], text).objects
    assert one.manifest == {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_is_read_too_with_lines_where_it_has_any(indent: Any) -> None:
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [POD, POD]}, indent=indent)
    lines = [line for _, line in read(text)]
    assert lines == (["1", "1"] if indent is None else ["5", "12"])


def test_json_that_is_no_yaml_is_read_all_the_same() -> None:
    text = json.dumps(POD | {"metadata": {"name": "\U0001f600"}})
    assert "\\ud83d" in text
    assert read(text) == [("Pod/\U0001f600", "1")]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None),
        ("~", None),
        ("yes", True),
        ("Off", False),
        ("y", True),
        ("0644", 420),
        ("0o644", 420),
        ("-0x1F", -31),
        ("1_000", 1000),
        ("0b11", 3),
        ("089", 89.0),
        ("1.5e3", 1500.0),
        (".5", 0.5),
        ("1:30", "1:30"),
        ("2027-01-31", "2027-01-31"),
        ("1.2.3", "1.2.3"),
        ("yEs", "yEs"),
        ("nginx", "nginx"),
        (".inf", ".inf"),
    ],
)
def test_words_without_quotes_mean_what_they_mean_to_kubectl(word: str, value: object) -> None:
    read_value = plain_word(word)
    assert read_value == value
    assert type(read_value) is type(value)


def test_a_number_of_any_length_is_read() -> None:
    assert plain_word("9" * 100) == float("9" * 100)
    assert plain_word("9" * 5000) == float("inf")


def test_quotes_and_tags_decide_before_the_look_of_a_word() -> None:
    text = (
        "apiVersion: v1\nkind: Pod\nmetadata: {name: '1', labels: {a: \"yes\", b: !!str 5, c: !!int '7'}}\n"
    )
    (one,) = read_manifests(["-"], text).objects
    assert one.manifest["metadata"] == {"name": "1", "labels": {"a": "yes", "b": "5", "c": 7}}


def test_anchors_and_merged_mappings_are_written_out() -> None:
    text = """\
apiVersion: v1
kind: Pod
metadata: &m {name: a, labels: {x: "1"}}
copy: *m
merged:
  name: own
  <<: *m
many: {<<: [{a: 1}, {a: 2, b: 3}]}
"""
    (one,) = read_manifests(["-"], text).objects
    assert one.manifest["copy"] == one.manifest["metadata"]
    assert one.manifest["merged"] == {"name": "own", "labels": {"x": "1"}}
    assert one.manifest["many"] == {"a": 1, "b": 3}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: [", 1, "it is not YAML"),
        ("- 1\n- 2\n", 1, "no object"),
        ("just words", 1, "no object"),
        ("a: 1\nb: 2\na: 3\n", 3, "written twice"),
        ('{"a": 1, "a": 2}', 1, "written twice"),
        ("a: !Ref x\n", 1, "the tag !Ref"),
        ("a: *b\n", 1, "no anchor"),
        ("{{ .Values.x }}: 1\n", 1, "helm template"),
        ("a:\n  {{- toYaml . }}\n", 2, "helm template"),
        ("a: 1\n<<: 3\n", 2, "merges what is no mapping"),
        ("[" * 300, 1, "nested more than"),
        ("[" * 100_000, 1, "nested more than"),
        ("a\x00: 1", 1, "it is not YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, words: str) -> None:
    (problem,) = problems(text)
    assert problem.startswith(f"<stdin>:{line}: ")
    assert words in problem
    assert "to mend it: " in problem


def test_aliases_of_aliases_do_not_fill_the_memory() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    (problem,) = problems("\n".join(lines))
    assert "aliases of aliases" in problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "b" / "pod.json").write_text(json.dumps(POD))
    (tmp_path / "a.yml").write_text(HELM)
    (tmp_path / "values.yaml").write_text("replicas: 2\n")
    (tmp_path / "kustomization.yaml").write_text(
        "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [a.yml]\n"
    )
    (tmp_path / ".git" / "x.yaml").write_text("no: [")
    (tmp_path / "notes.txt").write_text("no: [")
    return tmp_path


def test_a_folder_is_read_whole_in_the_order_of_its_paths(folder: Path) -> None:
    found = read_manifests([str(folder)]).objects
    assert [one.source for one in found] == [
        f"{folder}/a.yml:3",
        f"{folder}/a.yml:11",
        f"{folder}/b/pod.json:1",
    ]


def test_what_is_left_out_is_told(folder: Path) -> None:
    assert read_manifests([str(folder)]).notes == [
        f"{folder}/kustomization.yaml:1: not built here; check what `kustomize build` prints",
        f"{folder}/values.yaml:1: left out, since it has no apiVersion and kind",
    ]


def test_problems_of_all_files_are_told_at_once(folder: Path) -> None:
    (folder / "a.yml").write_text("a: [")
    (folder / "z.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(ManifestError) as raised:
        read_manifests([str(folder)])
    first, second = str(raised.value).splitlines()
    assert first.startswith(f"{folder}/a.yml:1: it is not YAML")
    assert second.startswith(f"{folder}/z.yaml:1: it is not UTF-8")
    assert raised.value.exit_code == 2


def test_a_path_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read") as raised:
        read_manifests([str(tmp_path / "nowhere.yaml")])
    assert raised.value.where == str(tmp_path / "nowhere.yaml")


def test_nothing_is_nothing() -> None:
    assert read("") == []
    assert read("---\n# only words\n---\n") == []
