"""An audit asks about every live object once, in one order, whatever happens meanwhile; the API server is played."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from played_regions import PlayedCluster, audited
from policy_samples import budget, deployment, namespace

from govcloud.audit import Audit
from govcloud.errors import ClusterError
from policies.waivers import Excuse

Manifest = dict[str, Any]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 31, tzinfo=UTC)


def found(result: Audit) -> list[tuple[str, str, str | None, str]]:
    return [(one.rule, one.subject.kind, one.subject.namespace, one.subject.name) for one in result.findings]


AIR = (namespace("t-air", 3), deployment("web"), budget())
WATER = (namespace("t-water", 2), deployment("web", 1, "t-water"), deployment("api", 2, "t-water"))


def test_findings_are_by_kind_namespace_and_name_whatever_order_the_server_has() -> None:
    untitled = namespace("t-soil", 1)
    del untitled["metadata"]["annotations"]
    objects = (*WATER, *AIR, untitled, deployment("a"))
    expected = [
        ("GC-TST-01", "Deployment", "t-air", "a"),
        ("GC-TST-01", "Deployment", "t-air", "web"),
        ("GC-TST-01", "Deployment", "t-water", "web"),
        ("GC-TST-05", "Namespace", None, "t-soil"),
    ]
    for order in (objects, objects[::-1]):
        assert found(audited(PlayedCluster(*order))) == expected


def test_a_finding_knows_region_tenancy_and_grade() -> None:
    (finding,) = audited(PlayedCluster(*AIR)).findings
    told = (finding.point, finding.region, finding.tenancy, finding.grade)
    assert told == ("audit", "north", "air", 3)


def test_what_is_in_no_tenancy_is_not_asked_about() -> None:
    other = namespace("kube-system")
    other["metadata"]["labels"] = {}
    result = audited(PlayedCluster(other, deployment(namespace="kube-system"), *AIR))
    assert result.asked == {"Deployment": 1, "Namespace": 1}
    assert set(result.namespaces) == {"air"}


def test_every_object_is_counted_and_so_is_what_each_rule_was_asked_about() -> None:
    many = [deployment(f"d-{number:03}", 2) for number in range(250)]
    result = audited(PlayedCluster(*AIR, *many))
    assert result.objects == 252
    looks = {(one.tenancy, one.rule): one.objects for one in result.looks}
    assert looks["air", "GC-TST-01"] == 251
    assert [(one.tenancy, one.overall) for one in result.tenancies] == [("air", 3)]


def test_neighbours_are_those_of_the_same_namespace() -> None:
    lonely = (namespace("t-water", 3), deployment("web", 2, "t-water"))
    assert found(audited(PlayedCluster(*AIR, *lonely)))[1:] == [("GC-TST-02", "Deployment", "t-water", "web")]


def test_chosen_tenancies_alone_are_listed_and_asked_about() -> None:
    cluster = PlayedCluster(*AIR, *WATER)
    assert found(audited(cluster, tenancies=("water",))) == [("GC-TST-01", "Deployment", "t-water", "web")]
    assert {place for kind, place in cluster.lists if kind == "Deployment"} == {"t-water"}


def test_requests_are_asked_about_in_the_register_without_a_namespace_of_a_tenancy() -> None:
    request = {
        "apiVersion": "govcloud.dev/v1",
        "kind": "Tenancy",
        "metadata": {"name": "soil", "namespace": "d-mee"},
        "spec": {"department": "mee", "zone": "extranet", "grading": {"information": 3, "service": 2}},
    }
    result = audited(PlayedCluster(request))
    assert found(result) == [("GC-TST-04", "Tenancy", "d-mee", "soil")]
    assert result.findings[0].offences == ("spec.grading.filing is missing, ceiling 3",)
    assert [(one.tenancy, one.overall) for one in result.tenancies] == [("soil", 3)]
    assert found(audited(PlayedCluster(request), tenancies=("air",))) == []


def test_a_namespace_that_came_after_the_namespaces_were_listed_is_asked_for() -> None:
    cluster = PlayedCluster(*AIR, deployment("web", 1, "t-water"), deployment("x", 1, "default"))
    cluster.late = [namespace("t-water", 2)]
    assert ("GC-TST-01", "Deployment", "t-water", "web") in found(audited(cluster))


def test_what_goes_meanwhile_is_left_out() -> None:
    assert audited(PlayedCluster(deployment("web", 1, "t-gone"))).objects == 0


def test_a_list_whose_next_page_is_gone_begins_anew_and_nothing_is_found_twice() -> None:
    cluster = PlayedCluster(*AIR)
    cluster.gone = 2
    assert found(audited(cluster)) == [("GC-TST-01", "Deployment", "t-air", "web")]


def test_a_list_that_never_comes_to_an_end_is_an_error() -> None:
    cluster = PlayedCluster(*AIR)
    cluster.gone = 99
    with pytest.raises(ClusterError, match="too old"):
        audited(cluster)


def test_a_kind_that_may_not_be_read_is_an_error_since_the_audit_would_not_be_whole() -> None:
    cluster = PlayedCluster(*AIR)
    cluster.refused = {"DaemonSet"}
    with pytest.raises(ClusterError, match="forbidden"):
        audited(cluster)


def test_kinds_that_the_server_does_not_serve_are_told() -> None:
    lacking = audited(PlayedCluster(*AIR)).lacking
    assert "NetworkPolicy of networking.k8s.io/v1" in lacking  # a neighbour may be of any kind
    assert "Deployment of apps/v1" not in lacking


def marked(text: str) -> tuple[Manifest, ...]:
    return (namespace("t-air", 3, **{"waiver.govcloud.dev/GC-TST-01": text}), *AIR[1:])


def test_the_waivers_that_count_are_those_of_the_live_namespace() -> None:
    (finding,) = audited(PlayedCluster(*marked("2027-01-31T00:00:00Z */web"))).findings
    assert not finding.blocks
    (finding,) = audited(PlayedCluster(*marked("2027-01-31T00:00:00Z */web")), now=END).findings
    assert finding.blocks
    document = Excuse("GC-TST-01", "air", "*", "web", END, "w", "T-1", "li")
    (finding,) = audited(PlayedCluster(*AIR), waivers=[document]).findings
    assert finding.blocks


def test_a_document_lends_its_name_and_ticket_to_the_annotation_that_says_the_same() -> None:
    document = Excuse("GC-TST-01", "air", "*", "web", END, "w", "T-1", "li")
    cluster = PlayedCluster(*marked("2027-01-31T00:00:00Z */web"))
    (finding,) = audited(cluster, waivers=[document]).findings
    assert finding.waived is not None
    assert (finding.waived.name, finding.waived.ticket) == ("w", "T-1")
