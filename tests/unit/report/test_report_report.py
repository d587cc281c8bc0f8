from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from report_samples import (
    AT,
    FINDINGS,
    IMAGES,
    LOOKS,
    PRIVILEGED,
    RULES,
    TENANCIES,
    a_finding,
    a_report,
    a_waiver,
)

from govcloud.report import FORMATS, write
from govcloud.report.report import by_rule, fingerprint
from policies.finding import Subject


def test_the_order_of_what_is_given_does_not_matter() -> None:
    other = a_report(
        findings=FINDINGS[::-1],
        rules=RULES[::-1] + RULES,
        tenancies=TENANCIES[::-1],
        looks=LOOKS[::-1],
        regions=("beijing", "guian"),
    )
    for form in FORMATS:
        assert write(other, form) == write(a_report(), form), form


def test_a_time_is_told_in_utc_whatever_its_zone() -> None:
    beijing = datetime(2026, 11, 24, 16, 30, 0, 999, tzinfo=timezone(timedelta(hours=8)))
    assert a_report(at=beijing).time == "2026-11-24T08:30:00Z" == a_report(at=AT).time
    assert a_report(at=beijing).at == datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def test_every_finding_is_either_blocking_or_a_warning_or_waived() -> None:
    report = a_report()
    assert (len(report.blocking), len(report.warnings), len(report.waived)) == (4, 1, 2)
    assert len(report.findings) == 7


def test_what_is_waived_counts_for_no_severity() -> None:
    assert a_report().by_severity() == {"critical": 2, "high": 2, "medium": 1, "low": 0}


def test_tenancies_come_by_name_and_what_is_nobodys_comes_last() -> None:
    assert list(a_report().by_tenancy()) == ["air", "water", None]


def test_the_gravest_rule_comes_first() -> None:
    assert list(by_rule(a_report().by_tenancy()["air"])) == ["GC-POD-01", "GC-POD-02", "GC-POD-03"]


def test_a_request_belongs_to_the_tenancy_it_asks_for() -> None:
    request = a_finding(IMAGES, tenancy=None, subject=Subject("govcloud.dev/v1", "Tenancy", "fire"))
    assert list(a_report(findings=(request,)).by_tenancy()) == ["fire"]


def test_a_finding_keeps_its_fingerprint_when_lines_and_values_change() -> None:
    first = a_finding(IMAGES)
    moved = replace(first.subject, source="other.yaml:99")
    later = replace(first, subject=moved, offences=("other",), message="other", waived=a_waiver())
    assert fingerprint(later) == fingerprint(first)


def test_findings_about_other_objects_rules_and_places_have_other_fingerprints() -> None:
    first = a_finding(IMAGES)
    others = [
        a_finding(IMAGES, "other"),
        a_finding(PRIVILEGED),
        a_finding(IMAGES, region="guian"),
        a_finding(IMAGES, point="audit"),
        a_finding(IMAGES, subject=replace(first.subject, kind="StatefulSet")),
    ]
    assert len({fingerprint(one) for one in [first, *others]}) == 1 + len(others)
