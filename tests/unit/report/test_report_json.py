import json
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
from public_schemas import problems
from report_samples import HOSTILE, PRIVILEGED, a_finding, a_report

from govcloud.report.plain import plain, schema, write_json
from policies.coverage import STATUSES


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Validator:
    jsonschema_rs.meta.validate(dict(schema()))
    return jsonschema_rs.validator_for(dict(schema()), validate_formats=True)


@pytest.mark.parametrize(
    "report", [a_report(), a_report(findings=(), rules=(), looks=(), tenancies=(), regions=())]
)
def test_what_is_written_is_what_the_shipped_schema_says(
    report: Any, validator: jsonschema_rs.Validator
) -> None:
    assert problems(validator, json.loads(write_json(report))) == []


@pytest.mark.parametrize("field", ["message", "fingerprint", "waived", "clauses"])
def test_the_schema_refuses_a_finding_without_a_field(field: str, validator: jsonschema_rs.Validator) -> None:
    document = deepcopy(plain(a_report()))
    del document["findings"][0][field]
    assert problems(validator, document)


def test_the_schema_refuses_a_time_without_its_zone(validator: jsonschema_rs.Validator) -> None:
    assert problems(validator, plain(a_report()) | {"time": "2026-11-24T08:30:00"})


def test_nothing_of_a_finding_is_lost() -> None:
    finding = a_finding(PRIVILEGED, offences=(HOSTILE,))
    (told,) = json.loads(write_json(a_report(findings=(finding,))))["findings"]
    assert told["offences"] == [HOSTILE]
    assert told["subject"] == {
        "apiVersion": "apps/v1", "kind": "Deployment", "namespace": "t-air", "name": "web", "source": None
    }  # fmt: skip
    assert told["clauses"] == [
        {
            "control": "MLPS-CMP-13",
            "standard": "GB/T 22239-2019",
            "number": "8.1.4.4 a,b",
            "confidence": "high",
        }
    ]


def test_a_waived_finding_tells_until_when() -> None:
    waived = [one["waived"] for one in plain(a_report())["findings"] if one["waived"]]
    assert waived[0] == {
        "name": "air-images",
        "ticket": "OPS-12",
        "approvedBy": "li.na@review",
        "until": "2027-01-31T16:00:00Z",
    }


def test_the_statuses_of_a_tenancy_count_its_controls() -> None:
    for tenancy in plain(a_report())["coverage"]:
        for status in STATUSES:
            counted = [one for one in tenancy["controls"] if one["status"] == status]
            assert tenancy["statuses"][status] == len(counted)
