"""An audit of a real region finds exactly what was put there, twice in the same order, and knows its waivers.

The objects are put into namespaces before those are a tenancy's, for the API server would refuse what the rules refuse.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from small_estates import estate_text

from govcloud.audit import audit
from govcloud.cli.main import cli
from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.model.loader import load_estate
from govcloud.planner import plan_tenancy
from policies.evaluation import Evaluator
from policies.examples import shipped_bases
from policies.loading import shipped_rules
from policies.settings import Settings

NOW = datetime.now(UTC)
PAGES = 600
"""More objects of a kind than the API server gives at once."""

PUT = [
    ("GC-POD-01", "PodTemplate", "t-audited-1", "bad-rights"),
    ("GC-SVC-01", "Service", "t-audited-1", "bad-address"),
    ("GC-POD-01", "PodTemplate", "t-audited-2", "bad-rights"),
    ("GC-SVC-01", "Service", "t-audited-2", "bad-address"),
]


@pytest.fixture(scope="module")
def regions(start_regions: Callable[[], dict[str, LocalRegion]]) -> dict[str, LocalRegion]:
    return start_regions()


@pytest.fixture(scope="module")
def estate():
    text = estate_text("audited", tenancies=2).replace("pods: 20}", "pods: 2000}")
    return load_estate("audited.yaml", text=text)


@pytest.fixture(scope="module")
def north(regions):
    return Cluster(regions["north"].kubeconfig)


@pytest.fixture(scope="module")
def audited(north, estate):
    """Makes an audit of the two tenancies, with what is wrong in them put there."""
    planned = {
        name: plan_tenancy(one, estate.departments["mee"], estate.regions["north"], "primary")
        for name, one in estate.tenancies.items()
    }
    spaces = [manifests[0] for manifests in planned.values()]
    evaluator = Evaluator(list(shipped_rules().values()), Settings.of(estate.regions["north"]))

    def run(now=NOW, tenancies=tuple(estate.tenancies)):
        return audit(north, evaluator, now=now, region="north", tenancies=tenancies)

    try:
        for space in spaces:
            north.apply({**space, "metadata": {"name": space["metadata"]["name"]}})
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(north.apply, (one for own in planned.values() for one in own[1:])))
            list(
                pool.map(north.apply, (one for space in spaces for one in _wrong(space["metadata"]["name"])))
            )
            list(pool.map(north.apply, _many(spaces[0]["metadata"]["name"])))
        for space in spaces:
            north.apply(space)
        yield run
    finally:
        for space in spaces:
            north.delete(space)


def _wrong(namespace):
    """Objects of a namespace, each with one thing wrong that no controller makes more objects of."""
    bases = shipped_bases()
    template, service = bases.of("PodTemplate"), bases.of("Service")
    template["metadata"] = {"name": "bad-rights", "namespace": namespace}
    template["template"]["spec"]["containers"][0]["securityContext"] = {"privileged": True}
    service["metadata"] = {"name": "bad-address", "namespace": namespace}
    service["spec"]["externalIPs"] = ["192.0.2.1"]
    return [template, service]


def _many(namespace):
    """Configuration that nothing is wrong with, but for one thing in the last."""
    for number in range(PAGES):
        metadata = {"name": f"many-{number:03}", "namespace": namespace}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"colour": "green"}}
    key = "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n"
    metadata = {"name": "many-z", "namespace": namespace}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"tls.key": key}}


def _found(result):
    return [(one.rule, one.subject.kind, one.subject.namespace, one.subject.name) for one in result.findings]


def _put(result):
    """What was found of what was put there; a violation may be one of several rules."""
    return [one for one in _found(result) if one[3].startswith(("bad-", "many-"))]


def test_what_was_put_there_is_found_and_nothing_else(audited):
    result = audited()
    found = _put(result)
    assert [one for one in found if one in PUT] == sorted(PUT, key=lambda one: one[1:])
    assert ("GC-SEC-03", "ConfigMap", "t-audited-1", "many-z") in found
    names = {one[3] for one in found}
    assert names == {"bad-rights", "bad-address", "many-z"}
    assert [one for one in _found(result) if one not in found] == []


def test_every_object_is_asked_about_over_all_pages(audited):
    result = audited()
    assert result.asked["ConfigMap"] > PAGES
    assert result.asked["Namespace"] == 2
    assert set(result.namespaces) == {"audited-1", "audited-2"}


def test_a_second_audit_finds_the_same_in_the_same_order(audited):
    first, second = audited(), audited()
    assert first.findings == second.findings
    assert _found(first) == sorted(_found(first), key=lambda one: (*one[1:], one[0]))


def test_one_tenancy_can_be_asked_about_alone(audited):
    assert {one[2] for one in _found(audited(tenancies=("audited-2",)))} == {"t-audited-2"}


@pytest.fixture
def waived(north, estate):
    """A waiver for an hour on the namespace of the first tenancy."""
    end = (NOW + timedelta(hours=1)).replace(microsecond=0)
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t-audited-1"}}
    key = "waiver.govcloud.dev/GC-POD-01"
    entry = f"{end:%Y-%m-%dT%H:%M:%SZ} PodTemplate/bad-*"
    north.merge(space, {"metadata": {"annotations": {key: entry}}})
    yield end
    north.merge(space, {"metadata": {"annotations": {key: None}}})


def test_a_waiver_excuses_what_it_is_about_to_the_second(audited, waived):
    def excused(now):
        return {(one.rule, one.subject.namespace) for one in audited(now).findings if one.waived}

    assert excused(NOW) == {("GC-POD-01", "t-audited-1")}
    assert excused(waived - timedelta(seconds=1)) == {("GC-POD-01", "t-audited-1")}
    assert excused(waived) == set()


def test_the_command_reports_what_was_found_and_ends_with_1(audited, estate, tmp_path):
    path = tmp_path / "audited.yaml"
    path.write_text(estate_text("audited", tenancies=2).replace("pods: 20}", "pods: 2000}"))
    words = ["policy", "audit", str(path), "-r", "north", "-t", "audited-1", "-t", "audited-2", "-o", "json"]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 1, result.stderr
    report = json.loads(result.stdout)
    counts = Counter(finding["rule"] for finding in report["findings"])
    assert (counts["GC-POD-01"], counts["GC-SVC-01"], counts["GC-SEC-03"]) == (2, 2, 1)
    assert report["regions"] == ["north"]
    assert {one["tenancy"] for one in report["coverage"]} == {"audited-1", "audited-2"}
