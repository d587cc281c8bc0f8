"""The rules about what crosses the border of a tenancy: hosts, addresses, peers and rights, and how they could be dodged."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from typing import Any

import pytest

from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases, shipped_bases
from policies.inspection import strictest_namespace
from policies.rule import Rule

Manifest = dict[str, Any]

OWN = "govcloud.dev/tenancy"
NAME = "kubernetes.io/metadata.name"
DOMAINS = "govcloud.dev/domains"
BORDERS = ("service", "ingress", "network", "role", "binding", "owned")
PUBLISHED = "external-dns.alpha.kubernetes.io/hostname"

HOSTS = [
    ("mee.gov.cn", "mee.gov.cn", True),
    ("air.mee.gov.cn", "mee.gov.cn", True),
    ("a.b.mee.gov.cn", "mee.gov.cn", True),
    ("*.mee.gov.cn", "mee.gov.cn", True),
    ("air.example.cn", "mee.gov.cn, example.cn", True),
    ("air.mee.gov.cn", " mee.gov.cn ,", True),
    ("evil-mee.gov.cn", "mee.gov.cn", False),
    ("evilmee.gov.cn", "mee.gov.cn", False),
    ("mee.gov.cn.evil.example", "mee.gov.cn", False),
    ("gov.cn", "mee.gov.cn", False),
    ("*.gov.cn", "mee.gov.cn", False),
    ("*", "mee.gov.cn", False),
    ("AIR.MEE.GOV.CN", "mee.gov.cn", False),
    ("air.mee.gov.cn.", "mee.gov.cn", False),
    ("mee.gov.cn.", "mee.gov.cn", False),
    ("air.mee.gov.cn:8443", "mee.gov.cn", False),
    ("air.mee.gov.cn", "", False),
    ("evil.", ",", False),
    ("evil.example.", ". ,", False),
    ("air.mee.gov.cn", None, False),
]

PEERS: list[tuple[Manifest, str]] = [
    ({"podSelector": {}}, ""),
    ({"namespaceSelector": {"matchLabels": {OWN: "example"}}}, ""),
    ({"namespaceSelector": {"matchLabels": {OWN: "example", "team": "air"}}, "podSelector": {}}, ""),
    ({"namespaceSelector": {"matchLabels": {NAME: "t-example"}}}, ""),
    (
        {"namespaceSelector": {"matchExpressions": [{"key": OWN, "operator": "In", "values": ["example"]}]}},
        "",
    ),
    ({"namespaceSelector": {}}, "all namespaces"),
    ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}, "all namespaces"),
    ({"namespaceSelector": {"matchLabels": {OWN: "other"}}}, "tenancy other"),
    ({"namespaceSelector": {"matchLabels": {OWN: "example2"}}}, "tenancy example2"),
    ({"namespaceSelector": {"matchLabels": {NAME: "kube-system"}}}, "namespace kube-system"),
    ({"namespaceSelector": {"matchLabels": {"team": "air"}}}, "namespaces by other labels"),
    (
        {
            "namespaceSelector": {
                "matchExpressions": [{"key": OWN, "operator": "In", "values": ["example", "other"]}]
            }
        },
        "namespaces by other labels",
    ),
    (
        {"namespaceSelector": {"matchExpressions": [{"key": OWN, "operator": "NotIn", "values": ["other"]}]}},
        "namespaces by other labels",
    ),
    (
        {"namespaceSelector": {"matchExpressions": [{"key": OWN, "operator": "Exists"}]}},
        "namespaces by other labels",
    ),
    (
        {
            "namespaceSelector": {
                "matchExpressions": [{"key": OWN, "operator": "NotIn", "values": ["example"]}]
            }
        },
        "namespaces by other labels",
    ),
    ({"ipBlock": {"cidr": "10.1.2.0/24"}}, "10.1.2.0/24"),
    ({"ipBlock": {"cidr": "fd00:64::/64", "except": ["fd00:64::1/128"]}}, "fd00:64::/64"),
]

RANGES = [
    ("10.0.0.0/8", True),
    ("10.169.254.0/24", True),
    ("59.192.0.0/10", True),
    ("168.254.0.0/16", True),
    ("2409:8a00::/32", True),
    ("2001:db8:0:1::/64", True),
    ("0.0.0.0/0", False),
    ("128.0.0.0/1", False),
    ("10.0.0.0/7", False),
    ("169.254.169.254/32", False),
    ("169.254.0.0/16", False),
    ("169.254.128.0/17", False),
    ("169.0.0.0/8", False),
    ("169.252.0.0/14", False),
    ("::/0", False),
    ("2000::/3", False),
    ("2409::/16", False),
    ("::ffff:169.254.169.254/128", False),
    ("::ffff:a9fe:a9fe/128", False),
    ("0:0:0:0:0:ffff:a9fe:a9fe/128", False),
    ("0000::ffff:a9fe:a9fe/128", False),
    ("64:ff9b::a9fe:a9fe/128", False),
    ("fe80::1/128", False),
    ("FEBF::/64", False),
    ("fd00:ec2::254/128", False),
    ("FD00:0EC2::254/128", False),
    ("10.0.0.1", False),
]

SUBJECTS = [
    ("Group", "mee:operators", True),
    ("User", "zhang.wei@mee", True),
    ("Group", "system:serviceaccounts:t-example", True),
    ("User", "system:serviceaccount:t-example:workload", True),
    ("Group", "system:masters", False),
    ("Group", "System:Masters", False),
    ("Group", "system:authenticated", False),
    ("Group", "system:unauthenticated", False),
    ("User", "system:anonymous", False),
    ("Group", "system:serviceaccounts", False),
    ("Group", "system:serviceaccounts:t-example-2", False),
    ("User", "system:serviceaccount:t-example-2:workload", False),
    ("User", "system:kube-controller-manager", False),
]

CERTIFICATES = [
    ("air.mee.gov.cn", ["air.mee.gov.cn"], True),
    ("air.mee.gov.cn", ["*.mee.gov.cn"], True),
    ("*.mee.gov.cn", ["*.mee.gov.cn"], True),
    ("a.b.mee.gov.cn", ["*.mee.gov.cn"], False),
    ("mee.gov.cn", ["*.mee.gov.cn"], False),
    ("evil-mee.gov.cn", ["*.mee.gov.cn"], False),
    ("air.mee.gov.cn", ["water.mee.gov.cn"], False),
    ("air.mee.gov.cn", [], False),
]


def offences(
    evaluator: Evaluator,
    manifest: Manifest,
    *siblings: Manifest,
    namespace: Manifest | None = None,
) -> list[str]:
    around = Surroundings(namespace or shipped_bases().namespace, siblings)
    found = evaluator.evaluate(manifest, next(iter(evaluator.rules)).points[0], around)
    assert [one.message for one in found if one.error] == []
    return [offence for one in found for offence in one.offences]


def with_domains(bases: Bases, domains: str | None) -> Manifest:
    namespace = bases.of("Namespace")
    namespace["metadata"]["annotations"] = {} if domains is None else {DOMAINS: domains}
    return namespace


@pytest.mark.parametrize(("host", "domains", "allowed"), HOSTS)
def test_a_host_is_a_domain_of_the_department_or_below_one(
    host: str, domains: str | None, allowed: bool, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    namespace = with_domains(bases, domains)
    ingress, route, gateway, service = (
        bases.of(kind) for kind in ("Ingress", "HTTPRoute", "Gateway", "Service")
    )
    ingress["spec"]["rules"][0]["host"] = host
    ingress["spec"]["tls"] = []
    route["spec"]["hostnames"] = [host]
    gateway["spec"]["listeners"][0]["hostname"] = host
    service["metadata"]["annotations"] = {PUBLISHED: host}
    places = {
        "spec.rules.host": ("GC-ING-02", ingress),
        "spec.hostnames": ("GC-ING-02", route),
        "spec.listeners[https].hostname": ("GC-ING-02", gateway),
        f"metadata.annotations[{PUBLISHED}]": ("GC-SVC-11", service),
    }
    for place, (rule, one) in places.items():
        expected = [] if allowed else [f"{place} is {host}"]
        assert offences(evaluators[rule], one, namespace=namespace) == expected


@pytest.mark.parametrize(
    "domain", ["gov.cn", "cn", "", "MEE.gov.cn", "mee.gov.cn.", "*.mee.gov.cn", "10.0.0.1", "a..cn"]
)
def test_a_domain_that_opens_more_than_a_department_is_none(
    domain: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    found = offences(evaluators["GC-NS-08"], with_domains(bases, f"mee.gov.cn,{domain}"))
    assert found == ([f"metadata.annotations[{DOMAINS}] is {domain}"] if domain else [])


@pytest.mark.parametrize(("host", "certified", "covered"), CERTIFICATES)
def test_a_certificate_covers_its_hosts_as_browsers_see_it(
    host: str, certified: list[str], covered: bool, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    ingress = bases.of("Ingress")
    ingress["spec"]["rules"][0]["host"] = host
    ingress["spec"]["tls"] = [{"hosts": certified, "secretName": "own"}]
    assert offences(evaluators["GC-ING-03"], ingress) == (
        [] if covered else [f"spec.tls is missing for {host}"]
    )


@pytest.mark.parametrize(("peer", "outside"), PEERS)
def test_a_tenant_opens_its_network_to_its_own_tenancy_alone(
    peer: Manifest, outside: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    policy = bases.of("NetworkPolicy")
    policy["spec"] = {
        "podSelector": {},
        "ingress": [{"from": [{"podSelector": {}}, peer]}],
        "egress": [{"to": [peer]}],
    }
    expected = [f"spec.{side} is {outside}" for side in ("ingress.from", "egress.to")] if outside else []
    assert offences(evaluators["GC-NET-01"], policy) == expected
    policy["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "govcloud"}
    assert offences(evaluators["GC-NET-01"], policy) == []


@pytest.mark.parametrize("label", ["Govcloud", "govcloud2", "helm", ""])
def test_only_the_label_of_the_platform_marks_its_policies(
    label: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    policy = bases.of("NetworkPolicy")
    policy["metadata"]["labels"] = {"app.kubernetes.io/managed-by": label}
    policy["spec"]["egress"] = [{}]
    assert offences(evaluators["GC-NET-02"], policy) == ["spec.egress.to is empty, which is everybody"]


def test_a_policy_without_rules_closes_and_is_right(
    bases: Bases, rules: Mapping[str, Rule], evaluators: Mapping[str, Evaluator]
) -> None:
    about = [rule.id for rule in rules.values() if rule.target == "network"]
    specs: tuple[Manifest, ...] = (
        {},
        {"podSelector": {}},
        {"podSelector": {}, "ingress": [], "egress": [], "policyTypes": ["Egress"]},
    )
    for spec in specs:
        policy = bases.of("NetworkPolicy") | {"spec": spec}
        assert {rule: offences(evaluators[rule], policy) for rule in about} == {rule: [] for rule in about}


@pytest.mark.parametrize(("cidr", "allowed"), RANGES)
def test_a_range_is_narrow_and_keeps_off_the_metadata_of_nodes_however_it_is_written(
    cidr: str, allowed: bool, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    policy = bases.of("DefaultDeny")
    policy["spec"]["egress"] = [{"to": [{"ipBlock": {"cidr": "10.9.0.0/16"}}, {"ipBlock": {"cidr": cidr}}]}]
    expected = [] if allowed else [f"spec.egress.to is {cidr}"]
    assert offences(evaluators["GC-NET-04"], policy) == expected


@pytest.mark.parametrize(
    "spec",
    [
        {"policyTypes": ["Ingress", "Egress"]},
        {"podSelector": {}, "policyTypes": ["Egress", "Ingress"], "ingress": []},
        {"podSelector": {"matchLabels": {}, "matchExpressions": []}, "policyTypes": ["Ingress", "Egress"]},
    ],
)
def test_a_default_deny_may_be_written_in_more_than_one_way(
    spec: Manifest, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    policy = bases.of("DefaultDeny") | {"spec": spec}
    assert offences(evaluators["GC-NET-05"], policy) == []
    assert offences(evaluators["GC-NS-09"], bases.of("Namespace"), policy) == []


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"policyTypes": ["Egress"]},
        {"policyTypes": ["Ingress", "Egress"], "ingress": [{}]},
        {"policyTypes": ["Ingress", "Egress"], "podSelector": {"matchLabels": {"app": "web"}}},
        {
            "policyTypes": ["Ingress", "Egress"],
            "podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        },
    ],
)
def test_what_leaves_a_gap_is_no_default_deny(
    spec: Manifest, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    policy = bases.of("DefaultDeny") | {"spec": spec}
    assert len(offences(evaluators["GC-NET-05"], policy)) == 1
    assert len(offences(evaluators["GC-NS-09"], bases.of("Namespace"), policy)) == 1


@pytest.mark.parametrize(("kind", "name", "allowed"), SUBJECTS)
def test_bindings_are_for_people_and_for_accounts_of_the_tenancy(
    kind: str, name: str, allowed: bool, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    binding = bases.of("RoleBinding")
    binding["subjects"] = [{"kind": kind, "name": name}]
    assert bool(offences(evaluators["GC-RBAC-11"], binding)) != allowed


def test_a_role_without_rules_grants_nothing_and_is_right(
    bases: Bases, rules: Mapping[str, Rule], evaluators: Mapping[str, Evaluator]
) -> None:
    nothing: tuple[Manifest, ...] = ({}, {"rules": None}, {"rules": []})
    for kind, target in (("Role", "role"), ("ClusterRole", "cluster-role")):
        about = [rule.id for rule in rules.values() if rule.target == target]
        for missing in nothing:
            role = {key: value for key, value in bases.of(kind).items() if key != "rules"} | missing
            assert {rule: offences(evaluators[rule], role) for rule in about} == {rule: [] for rule in about}


def test_of_many_annotations_the_same_one_is_named_in_whatever_order_they_come(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    keys = ["z.example/server-snippet", "a.example/Auth-Snippet", "m.example/snippet", "b.example/fine"]
    ingress = bases.of("Ingress")
    for order in permutations(keys):
        ingress["metadata"]["annotations"] = dict.fromkeys(order, "x")
        assert offences(evaluators["GC-ING-05"], ingress) == [
            "metadata.annotations[a.example/Auth-Snippet] is set, with 2 more of its kind"
        ]


@pytest.mark.parametrize("value", ["/a\n}", "/$1; deny all", "a{b"])
def test_configuration_is_not_slipped_in_through_a_harmless_annotation_either(
    value: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    ingress = bases.of("Ingress")
    ingress["metadata"]["annotations"] = {"nginx.ingress.kubernetes.io/rewrite-target": value}
    assert offences(evaluators["GC-ING-05"], ingress)
    ingress["metadata"]["annotations"] = {"notes.example/rewrite-target": value}
    assert offences(evaluators["GC-ING-05"], ingress) == []


def test_a_service_is_judged_alike_with_its_defaults_left_out_and_filled_in(
    bases: Bases, rules: Mapping[str, Rule]
) -> None:
    every = Evaluator([rule for rule in rules.values() if rule.target == "service"], bases.settings)
    for kind, filled in DEFAULTS.items():
        bare, whole = bases.of("Service"), bases.of("Service")
        bare["spec"] |= {"type": kind} if kind != "ClusterIP" else {}
        whole["spec"] |= {"type": kind, **filled}
        around = Surroundings(bases.namespace)
        found = [every.evaluate(one, "admission", around) for one in (bare, whole)]
        assert [one.message for one in found[0]] == [one.message for one in found[1]]


DEFAULTS: Mapping[str, Manifest] = {
    "ClusterIP": {"sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"]},
    "NodePort": {"externalTrafficPolicy": "Cluster"},
    "LoadBalancer": {"externalTrafficPolicy": "Cluster", "allocateLoadBalancerNodePorts": True},
}
"""What the API server fills in."""


def test_services_and_policies_find_pods_in_whatever_makes_them(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    makers = ("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job")
    for rule, kind in (("GC-SVC-12", "Service"), ("GC-NET-08", "NetworkPolicy")):
        for maker in makers:
            assert offences(evaluators[rule], bases.of(kind), bases.of(maker)) == [], maker
        strangers = [
            bases.of(one) for one in ("ConfigMap", "Secret", "ServiceAccount", "PodDisruptionBudget")
        ]
        assert len(offences(evaluators[rule], bases.of(kind), *strangers)) == 1


def test_what_is_in_a_namespace_that_a_plan_does_not_tell_of_is_judged_and_never_an_error(
    bases: Bases, rules: Mapping[str, Rule]
) -> None:
    every = Evaluator([rule for rule in rules.values() if rule.target in BORDERS], bases.settings)
    unknown = strictest_namespace("t-example", {})
    unknown["metadata"]["annotations"] = {DOMAINS: "mee.gov.cn"}
    for manifest in bases.objects.values():
        found = every.evaluate(manifest, "preview", Surroundings(unknown, tuple(bases.objects.values())))
        assert [one.message for one in found] == [], manifest["kind"]
    balancer = bases.of("Service")
    balancer["spec"] |= {"type": "LoadBalancer", "loadBalancerClass": "elsewhere"}
    texts = [
        offence
        for one in every.evaluate(balancer, "preview", Surroundings(unknown))
        for offence in one.offences
    ]
    assert "spec.loadBalancerClass is elsewhere" in texts
