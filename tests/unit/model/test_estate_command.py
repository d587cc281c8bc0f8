"""``govcloud estate``: what it prints, and how it ends."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from govcloud.cli.estate import estate
from govcloud.errors import EstateError

ROOT = Path(__file__).parents[3]
NATIONAL = str(ROOT / "estates" / "national")
BAD = str(Path(__file__).parent / "bad_estates" / "objectives-too-loose.yaml")


def run(*arguments, **options):
    return CliRunner().invoke(estate, arguments, **options)


def test_a_valid_estate_is_counted():
    result = run("validate", NATIONAL)
    assert result.exit_code == 0
    text = " ".join(result.stdout.split())
    assert text == "estate national is valid: 4 regions, 21 departments, 31 tenancies, 0 sharings, 0 waivers"


def test_a_valid_estate_is_counted_as_data():
    data = json.loads(run("validate", NATIONAL, "--output", "json").stdout)
    assert data == {
        "valid": True,
        "problems": [],
        "estate": "national",
        "regions": 4,
        "departments": 21,
        "tenancies": 31,
        "sharings": 0,
        "waivers": 0,
        "findings": [],
    }


def test_problems_are_raised_to_be_printed_in_one_place():
    result = run("validate", BAD)
    assert isinstance(result.exception, EstateError)
    assert result.exception.exit_code == 2


@pytest.mark.parametrize("parse", [json.loads, yaml.safe_load], ids=["json", "yaml"])
def test_problems_are_data_too_and_the_exit_code_tells(parse, request):
    result = run("validate", BAD, "--output", request.node.callspec.id)
    data = parse(result.stdout)
    assert result.exit_code == 2
    assert data["valid"] is False
    assert [problem["field"] for problem in data["problems"]] == ["spec.recovery.rpo", "spec.recovery.rto"]
    assert set(data["problems"][0]) == {"file", "line", "field", "value", "what", "expected", "mend"}


def test_a_dash_reads_standard_input():
    result = run("validate", "-", input="kind: Tenency\n")
    assert [problem.file for problem in result.exception.problems] == ["<stdin>", "<stdin>"]


def test_show_lists_regions_and_tenancies():
    text = run("show", NATIONAL).stdout
    assert "Regions of national (extranet)" in text
    row = next(line for line in text.splitlines() if "mps-population" in line)
    assert [cell.strip() for cell in row.strip("│ ").split("│")] == [
        "mps-population",
        "mps",
        "dedicated",
        "S4A3G4",
        "6",
        "sandbox",
        "beijing > guian",
        "128",
        "512Gi",
    ]
    row = next(line for line in text.splitlines() if line.startswith("│ guian"))
    assert [cell.strip() for cell in row.strip("│ ").split("│")][-4:] == ["9", "80", "5120", "20Ti"]


def test_show_as_data_gives_whole_documents():
    data = json.loads(run("show", NATIONAL, "--output", "json").stdout)
    assert data["estate"]["spec"]["hub"] == "beijing"
    assert len(data["tenancies"]) == 31
    tenancy = next(t for t in data["tenancies"] if t["metadata"]["name"] == "nbs-statistics")
    assert tenancy["spec"]["data"]["class"] == "general"
    assert tenancy["spec"]["until"] == "2030-12-31"


def test_what_is_shown_can_be_loaded_again():
    data = yaml.safe_load(run("show", NATIONAL, "--output", "yaml").stdout)
    documents = [data.pop("estate"), *(document for documents in data.values() for document in documents)]
    result = run("validate", "-", input=yaml.safe_dump_all(documents, allow_unicode=True))
    assert result.exit_code == 0, result.exception
