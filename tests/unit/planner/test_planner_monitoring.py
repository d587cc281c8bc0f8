"""The exporter may read what its watches and rules read, and nothing else."""

from itertools import product

import pytest

from govcloud.planner.monitoring import monitor_roles
from monitors.watch.informer import PATHS
from policies.target import targets


def _granted(region):
    roles = {m["metadata"]["name"]: m["rules"] for m in monitor_roles(region) if m["kind"] == "ClusterRole"}
    return {
        name: {
            right for rule in rules for right in product(rule["apiGroups"], rule["resources"], rule["verbs"])
        }
        for name, rules in roles.items()
    }


def test_what_is_watched_may_be_watched_and_kubelets_be_asked_for_usage(beijing):
    granted = _granted(beijing)["govcloud-monitor"]
    watched = {path.rpartition("/")[2] for path in PATHS.values()}
    register = {("govcloud.dev", kind, "list") for kind in ("tenancies", "sharings", "waivers")}
    expected = {("", kind, verb) for kind in watched for verb in ("list", "watch")}
    assert granted == expected | register | {("", "nodes/metrics", "get")}


def test_every_kind_that_rules_are_about_may_be_listed_but_secrets(beijing):
    granted = _granted(beijing)["govcloud-monitor-audit"]
    kinds = {(kind.group, kind.plural) for target in targets().values() for kind in target.kinds}
    assert {right[:2] for right in granted if right[2] == "list"} == kinds - {("", "secrets")}
    assert {right for right in granted if right[2] != "list"} == {("", "namespaces", "get")}


@pytest.mark.parametrize("name", ["govcloud-monitor", "govcloud-monitor-audit"])
def test_the_group_of_exporters_alone_has_it(beijing, name):
    (binding,) = (
        m
        for m in monitor_roles(beijing)
        if m["kind"] == "ClusterRoleBinding" and m["roleRef"]["name"] == name
    )
    assert [one["name"] for one in binding["subjects"]] == ["govcloud:monitors"]
