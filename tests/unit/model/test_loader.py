"""Reading estates: files, folders, texts; and the order, lines and values of what was read."""

from datetime import UTC, date, datetime

import pytest

from govcloud.errors import EstateError, InputError
from govcloud.model.documents import parse_documents
from govcloud.model.draft import Draft
from govcloud.model.loader import load_documents, load_estate

HEAD = """\
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: test}
spec: {title: 测试, network: extranet, hub: north}
"""
NORTH = """\
apiVersion: govcloud.dev/v1
kind: Region
metadata: {name: north}
spec:
  title: 北
  level: central
  network: extranet
  zones: [internet]
  gradeCeiling: 3
  addresses: {pods: 10.64.0.0/14, services: 10.80.0.0/16}
  pools: [{name: internet, zone: internet, grade: 3, nodes: 1, shape: {cpu: 4, memory: 8Gi}}]
"""
ESTATE = f"{HEAD}---\n{NORTH}"


def department(name):
    return f"apiVersion: govcloud.dev/v1\nkind: Department\nmetadata: {{name: {name}}}\nspec: {{title: 部}}\n"


def values_of(text):
    documents, problems = parse_documents(text, "text")
    assert problems == []
    return documents[0].data


def test_one_file_may_hold_many_documents(tmp_path):
    file = tmp_path / "estate.yaml"
    file.write_text(ESTATE, encoding="utf-8")
    estate = load_estate(file)
    assert (estate.name, estate.network, list(estate.regions)) == ("test", "extranet", ["north"])


def test_a_text_is_read_in_place_of_a_file():
    assert load_estate("-", text=ESTATE).name == "test"


def test_a_folder_is_read_whole_in_the_order_of_its_paths(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "estate.yml").write_text(ESTATE, encoding="utf-8")
    (tmp_path / "deep" / "er" / "b.yaml").write_text(department("b"), encoding="utf-8")
    (tmp_path / "deep" / "c.yml").write_text(department("c"), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(department("a"), encoding="utf-8")
    assert list(load_estate(tmp_path).departments) == ["a", "c", "b"]


def test_other_files_and_hidden_ones_are_left_out(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("}", encoding="utf-8")
    (tmp_path / ".x.yaml").write_text("}", encoding="utf-8")
    (tmp_path / "x.json").write_text("}", encoding="utf-8")
    (tmp_path / "estate.yaml").write_text(ESTATE, encoding="utf-8")
    assert load_estate(tmp_path).name == "test"


def test_a_byte_order_mark_does_no_harm(tmp_path):
    file = tmp_path / "estate.yaml"
    file.write_text(ESTATE, encoding="utf-8-sig")
    assert load_estate(file).name == "test"


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file") as caught:
        load_estate(tmp_path / "none.yaml")
    assert caught.value.where == str(tmp_path / "none.yaml")
    assert caught.value.mend


def test_a_file_that_cannot_be_opened_is_an_input_error(tmp_path):
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    with pytest.raises(InputError, match="cannot be read"):
        load_estate(tmp_path / "loop.yaml")


def test_a_tenancy_may_come_without_regions_and_before_its_department():
    tenancy = """\
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {name: portal}
spec:
  title: 门户
  department: gosc
  zone: internet
  grading: {information: 2, service: 2}
  data: {class: general, level: L1}
  recovery: {tier: 6, rto: 5m}
  resources: {cpu: 2, memory: 4Gi, storage: 10Gi, pods: 10}
"""
    estate = load_estate("-", text=f"{tenancy}---\n{ESTATE}---\n{department('gosc')}")
    assert estate.tenancies["portal"].spec.regions is None


def test_an_estate_knows_the_file_and_line_of_every_field():
    source = load_estate("estate.yaml", text=ESTATE).sources["Region", "north"]
    assert (source.file, source.line) == ("estate.yaml", 6)
    assert source.line_of(("spec", "gradeCeiling")) == 14
    assert source.line_of(("spec", "pools", 0, "tenancy")) == 16


def test_where_an_estate_was_read_from_makes_it_no_other_estate():
    assert load_estate("a", text=ESTATE) == load_estate("b", text=ESTATE)


def test_one_document_can_be_read_without_an_estate():
    (document,) = load_documents("request.yaml", text=department("mee"))
    assert (document.kind, document.name) == ("Department", "mee")


def test_a_broken_document_read_alone_is_refused():
    with pytest.raises(EstateError, match="did you mean 'Department'"):
        load_documents("request.yaml", text=department("mee").replace("Department", "Departement"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("010", "010"),
        ("1:30", "1:30"),
        ("1_000", "1_000"),
        ("true", True),
        ("-7", -7),
        ("1.50", 1.5),
        ("~", None),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("2029-12-31", date(2029, 12, 31)),
        ("2029-12-31T08:00:00Z", datetime(2029, 12, 31, 8, tzinfo=UTC)),
        ("2029-02-30", "2029-02-30"),
        ("2029-02-28T99:00:00Z", "2029-02-28T99:00:00Z"),
        ("9" * 5000, "9" * 5000),
        ("!!int abc", "abc"),
        ("!!float abc", "abc"),
    ],
)
def test_plain_values_are_read_as_they_look(text, value):
    assert values_of(f"a: {text}") == {"a": value}


def test_an_alias_stands_for_its_value():
    assert values_of("a: &shape {cpu: 4}\nb: *shape") == {"a": {"cpu": 4}, "b": {"cpu": 4}}


def test_nesting_without_end_is_refused():
    _, problems = parse_documents("[" * 100_000, "text")
    assert problems[0].what == "the document is too large to read"


def test_a_complete_estate_makes_a_whole_draft():
    estate = load_estate("-", text=ESTATE)
    draft = Draft.of(estate)
    assert draft.head == estate.head
    assert draft.declared["Region"] == {"north"}
