import pytest
from report_samples import HOSTILE, IMAGES, a_finding, a_report, a_waiver

from govcloud.errors import InputError
from govcloud.report import FORMATS, coverage_rows, finding_rows, summary_rows, write
from govcloud.report.rows import COVERAGE_COLUMNS, FINDING_COLUMNS, SUMMARY_COLUMNS


def test_a_finding_is_a_row() -> None:
    (row,) = finding_rows(a_report(findings=(a_finding(IMAGES, offences=("one", "two", "three")),)))
    assert tuple(row) == FINDING_COLUMNS
    assert row == {
        "severity": "high",
        "rule": "GC-POD-02",
        "tenancy": "air",
        "object": "beijing: Deployment t-air/web",
        "offence": "one (and 2 more)",
        "clause": "GB/T 22239-2019 8.1.9.3, GB/T 22239-2019 8.2.4.4 a,b",
        "state": "deny",
    }


def test_a_row_tells_until_when_a_finding_is_waived() -> None:
    (row,) = finding_rows(a_report(findings=(a_finding(IMAGES, waived=a_waiver()),)))
    assert row["state"] == "waived until 2027-01-31"


def test_a_row_of_a_rule_that_failed_tells_why() -> None:
    failed = a_finding(IMAGES, offences=(), error=True, message="it cannot be evaluated")
    (row,) = finding_rows(a_report(findings=(failed,)))
    assert row["offence"] == "it cannot be evaluated"


def test_no_row_steers_a_terminal() -> None:
    (row,) = finding_rows(a_report(findings=(a_finding(IMAGES, HOSTILE, offences=(f"{HOSTILE}\nx",)),)))
    assert all(cell.isprintable() for cell in row.values())


def test_a_tenancy_is_a_row_of_the_summary() -> None:
    rows = {row["tenancy"]: row for row in summary_rows(a_report())}
    assert list(rows) == ["air", "water", ""]
    assert tuple(rows["air"]) == SUMMARY_COLUMNS
    assert {key: rows["air"][key] for key in ("grading", "deny", "warn", "waived")} == {
        "grading": "S3A3G3", "deny": "2", "warn": "1", "waived": "2"
    }  # fmt: skip
    assert rows["air"]["controls violated"] == "2"


def test_a_control_is_a_row_of_the_coverage() -> None:
    rows = {row["control"]: row for row in coverage_rows(a_report(), "air")}
    assert tuple(rows["MLPS-CMP-13"]) == COVERAGE_COLUMNS
    assert rows["MLPS-CMP-13"]["status"] == "violated"


def test_a_form_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(InputError) as raised:
        write(a_report(), "pdf")
    assert all(form in str(raised.value) for form in FORMATS)
