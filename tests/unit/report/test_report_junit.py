from xml.etree import ElementTree as ET

import pytest
import xmlschema
from public_schemas import junit_schema
from report_samples import HOSTILE, IMAGES, LOOKS, PRIVILEGED, REPLICAS, a_finding, a_report, a_waiver

from govcloud.report.junit import write_junit


def root_of(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 -- it is our own


def suites_of(text: str) -> dict[str, ET.Element]:
    return {suite.attrib["name"]: suite for suite in root_of(text)}


def test_a_report_is_what_jenkins_reads() -> None:
    junit_schema().validate(write_junit(a_report()))


def test_a_report_of_nothing_is_what_jenkins_reads() -> None:
    junit_schema().validate(write_junit(a_report(findings=(), looks=(), tenancies=())))


def test_the_public_schema_refuses_what_is_no_report() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        junit_schema().validate(
            write_junit(a_report()).replace("<testcase", "<case").replace("</testcase", "</case")
        )


def test_a_suite_is_a_tenancy() -> None:
    assert list(suites_of(write_junit(a_report()))) == ["air", "water", "no tenancy"]


def test_a_rule_that_found_nothing_is_a_case_that_passes() -> None:
    water = suites_of(write_junit(a_report()))["water"]
    passed = [case for case in water.iter("testcase") if len(case) == 0]
    assert [case.attrib["classname"] for case in passed] == ["GC-POD-01", "GC-SVC-01"]


def test_what_blocks_fails_what_is_waived_is_skipped_and_a_warning_passes() -> None:
    findings = (
        a_finding(PRIVILEGED, "a"),
        a_finding(PRIVILEGED, "b", waived=a_waiver()),
        a_finding(PRIVILEGED, "c", error=True),
        a_finding(REPLICAS, "d"),
    )
    air = suites_of(write_junit(a_report(findings=findings, looks=())))["air"]
    assert [case[0].tag for case in air.iter("testcase")] == ["failure", "skipped", "error", "system-out"]
    assert "until 2027-01-31T16:00:00Z (OPS-12)" in (air.findtext("testcase/skipped") or "")
    counts = {key: air.attrib[key] for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}


def test_the_root_counts_all_suites() -> None:
    root = root_of(write_junit(a_report()))
    for key in ("tests", "failures", "errors"):
        assert root.attrib[key] == str(sum(int(suite.attrib[key]) for suite in root))


def test_every_offence_is_in_the_text_of_a_failure() -> None:
    finding = a_finding(IMAGES, offences=("one", "two"))
    text = suites_of(write_junit(a_report(findings=(finding,))))["air"].findtext("testcase/failure") or ""
    assert "\n  one\n  two" in text


def test_hostile_texts_stay_texts() -> None:
    finding = a_finding(IMAGES, message=HOSTILE, offences=(HOSTILE,), title=HOSTILE)
    failure = suites_of(write_junit(a_report(findings=(finding,), looks=LOOKS)))["air"].find(
        "testcase/failure"
    )
    assert failure is not None
    assert failure.attrib["message"] == HOSTILE.replace("\x00", "\ufffd").replace("\x1b", "\ufffd")
