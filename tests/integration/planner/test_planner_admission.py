"""What an API server makes of the plans: it takes all of them, and holds tenants to them."""

import pytest

from govcloud.planner import plan_platform

AIR, OWNERS, OTHERS = "t-lab-air", "mee:owners", "mem:owners"
_RBAC = "rbac.authorization.k8s.io/v1"


def _object(version, kind, name, namespace=AIR, **fields):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **fields}


def test_every_manifest_of_a_tenancy_is_taken_as_it_is_and_taking_it_again_changes_nothing(cluster, plans):
    for manifest in [manifest for plan in plans.values() for manifest in plan]:
        before = cluster.get(manifest)[1]["metadata"]["managedFields"]
        status, after = cluster.apply(manifest)
        assert status == 200, after
        ours = [
            [f for f in fields if f["manager"] == "govcloud-test"]
            for fields in (before, after["metadata"]["managedFields"])
        ]
        assert ours[0] == ours[1], manifest


def test_the_policies_are_well_typed(cluster, lab):
    planned = {m["metadata"]["name"] for m in plan_platform(lab) if m["kind"] == "ValidatingAdmissionPolicy"}
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"

    def checked():
        items = cluster.call("GET", path)[1]["items"]
        ours = [item for item in items if item["metadata"]["name"].startswith("govcloud-")]
        return ours if all("typeChecking" in item.get("status", {}) for item in ours) else []

    policies = cluster.until(checked)
    assert {p["metadata"]["name"] for p in policies} == planned
    assert {p["metadata"]["name"]: p["status"]["typeChecking"] for p in policies} == {
        key: {} for key in planned
    }


def test_a_pod_that_says_nothing_is_placed_for_its_tenancy(cluster, pod):
    status, made = cluster.create(pod(AIR), OWNERS)
    assert status == 201, made.get("message")
    spec = made["spec"]
    assert spec["nodeSelector"] == {"govcloud.dev/zone": "dedicated", "govcloud.dev/grade": "3"}
    assert [(t["key"], t["value"]) for t in spec["tolerations"] if t["key"].startswith("govcloud.dev/")] == [
        ("govcloud.dev/zone", "dedicated"),
        ("govcloud.dev/grade", "3"),
    ]
    assert (spec["priorityClassName"], spec["priority"]) == ("govcloud-grade-3", 600_000)
    (term,) = spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert term["topologyKey"] == "kubernetes.io/hostname"


def test_a_pod_keeps_what_it_says_itself_where_that_fits(cluster, pod):
    term = {"topologyKey": "rack", "labelSelector": {"matchLabels": {"app": "web"}}}
    rules = "requiredDuringSchedulingIgnoredDuringExecution"
    spec = {
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}],
        "affinity": {"podAntiAffinity": {rules: [term]}},
    }
    status, made = cluster.create(pod(AIR, **spec), OWNERS)
    assert status == 201, made.get("message")
    assert made["spec"]["nodeSelector"]["kubernetes.io/arch"] == "amd64"
    terms = made["spec"]["affinity"]["podAntiAffinity"][rules]
    assert [t["topologyKey"] for t in terms] == ["rack", "kubernetes.io/hostname"]


def test_a_pod_of_the_highest_grade_is_sandboxed(cluster, pod):
    spec = cluster.create(pod("t-lab-vault"), OTHERS)[1]["spec"]
    assert spec["runtimeClassName"] == "govcloud-sandbox"
    assert spec["nodeSelector"]["govcloud.dev/runtime"] == "sandbox"


def test_a_pod_of_a_tenancy_with_a_pool_of_its_own_goes_there(cluster, pod):
    spec = cluster.create(pod("t-lab-own"), OTHERS)[1]["spec"]
    assert spec["nodeSelector"]["govcloud.dev/dedicated"] == "lab-own"
    assert {"govcloud.dev/dedicated": "lab-own"}.items() <= {
        t["key"]: t.get("value") for t in spec["tolerations"]
    }.items()


@pytest.mark.parametrize(
    ("asks", "field"),
    [
        ({"nodeName": "lab-own-001"}, "spec.nodeName"),
        ({"nodeSelector": {"govcloud.dev/zone": "extranet"}}, "spec.nodeSelector"),
        ({"tolerations": [{"operator": "Exists"}]}, "spec.tolerations"),
        ({"tolerations": [{"key": "govcloud.dev/grade", "operator": "Exists"}]}, "spec.tolerations"),
        ({"tolerations": [{"key": "govcloud.dev/dedicated", "value": "lab-own"}]}, "spec.tolerations"),
        ({"priorityClassName": "govcloud-grade-4"}, "spec.priorityClassName"),
        ({"priorityClassName": "system-node-critical"}, "spec.priorityClassName"),
    ],
)
def test_a_pod_that_asks_for_the_place_of_others_is_refused(cluster, pod, asks, field):
    status, answer = cluster.create(pod(AIR, **asks), OWNERS)
    assert status == 403
    assert field in answer["message"]


def test_a_running_pod_cannot_be_given_a_foreign_toleration(cluster, pod):
    running = pod(AIR, "later")
    assert cluster.create(running, OWNERS, dry=False)[0] == 201
    more = [{"op": "add", "path": "/spec/tolerations/-", "value": {"operator": "Exists"}}]
    status, answer = cluster.call("PATCH", cluster.path(running), more, OWNERS, "json-patch+json")
    assert (status, "spec.tolerations" in answer["message"]) == (403, True)
    assert cluster.delete(running, OWNERS)[0] == 200


def test_a_pod_beyond_the_quota_is_refused(cluster, pod):
    much = {"requests": {"cpu": "9"}, "limits": {"cpu": "9"}}
    containers = [{**pod(AIR)["spec"]["containers"][0], "name": f"c{i}"} for i in range(2)]
    for container in containers:
        container["resources"] = {"requests": {"cpu": "5"}, "limits": {"cpu": "5"}}
    assert (
        "maximum cpu usage" in cluster.create(pod(AIR, container={"resources": much}), OWNERS)[1]["message"]
    )
    status, answer = cluster.create(pod(AIR, containers=containers), OWNERS)
    assert (status, "exceeded quota: compute" in answer["message"]) == (403, True)


@pytest.mark.parametrize("kind", ["NetworkPolicy", "ResourceQuota", "LimitRange", "RoleBinding", "ConfigMap"])
def test_a_tenant_cannot_delete_what_govcloud_made(cluster, plans, kind):
    for manifest in [m for m in plans["lab-air"] if m["kind"] == kind]:
        status, answer = cluster.delete(manifest, OWNERS)
        assert status == 403, manifest
        assert "govcloud:platform" in answer["message"] or "cannot delete resource" in answer["message"]


def test_a_tenant_cannot_take_the_label_off_first(cluster, plans):
    policy = plans["lab-air"][1]
    off = {"metadata": {"labels": {"app.kubernetes.io/managed-by": None}}}
    status, answer = cluster.call("PATCH", cluster.path(policy), off, OWNERS, "merge-patch+json")
    assert (status, "NetworkPolicy default-deny is managed by govcloud" in answer["message"]) == (403, True)


def test_a_tenant_cannot_delete_all_of_a_kind_at_once(cluster, plans):
    folder = cluster.path(plans["lab-air"][1], name=False)
    status, answer = cluster.call("DELETE", folder, user=OWNERS)
    assert (status, "is managed by govcloud" in answer["message"]) == (403, True)


def test_a_tenant_cannot_pass_an_object_off_as_made_by_govcloud(cluster):
    forged = _object("v1", "ConfigMap", "forged")
    forged["metadata"]["labels"] = {"app.kubernetes.io/managed-by": "govcloud"}
    assert cluster.create(forged, OWNERS)[0] == 403


def test_a_tenant_cannot_relabel_its_namespace(cluster, plans):
    lower = {"metadata": {"labels": {"govcloud.dev/grade": "1"}}}
    path = cluster.path(plans["lab-air"][0])
    assert cluster.call("PATCH", path, lower, OWNERS, "merge-patch+json")[0] == 403


@pytest.fixture
def keepers(cluster):
    """A group that may write namespaces, by the object itself and by its subresources, and is not the platform."""
    rules = [
        {
            "apiGroups": [""],
            "resources": ["namespaces", "namespaces/status", "namespaces/finalize"],
            "verbs": ["get", "create", "update", "patch"],
        }
    ]
    role = _object(_RBAC, "ClusterRole", "lab-keepers", rules=rules)
    binding = _object(
        _RBAC,
        "ClusterRoleBinding",
        "lab-keepers",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "lab-keepers"},
        subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "lab:keepers"}],
    )
    made = [role, binding]
    for manifest in made:
        status, answer = cluster.create(manifest, dry=False)
        assert status == 201, answer["message"]
    annex = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "annex"}}
    assert cluster.until(lambda: cluster.create(annex, "lab:keepers")[0] == 201)
    yield "lab:keepers"
    for manifest in made:
        cluster.delete(manifest)


def test_whoever_may_write_namespaces_cannot_slip_one_into_a_tenancy(cluster, plans, keepers):
    labels = {**plans["lab-air"][0]["metadata"]["labels"], "govcloud.dev/tenancy": "annex"}
    labels["app.kubernetes.io/managed-by"] = "somebody"
    annex = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t-annex", "labels": labels}}
    status, answer = cluster.create(annex, keepers)
    assert status == 403
    assert "only the platform (group govcloud:platform) may change" in answer["message"]


_PARTS = ("govcloud.dev/information-grade", "govcloud.dev/service-grade")


@pytest.mark.parametrize("subresource", ["", "/status", "/finalize"])
@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("labels", dict.fromkeys(["govcloud.dev/grade", *_PARTS], "1")),
        ("labels", {_PARTS[0]: "1"}),
        ("labels", {"pod-security.kubernetes.io/enforce-version": "v1.20"}),
        ("annotations", {"govcloud.dev/domains": "mem.gov.cn"}),
        ("annotations", {"waiver.govcloud.dev/GC-POD-01": "2099-01-01T00:00:00Z */*"}),
    ],
)
def test_nor_lower_its_grade_or_waive_a_rule_by_any_way(cluster, plans, keepers, subresource, field, changes):
    """The changes break no rule: where several policies refuse, the API server tells what any one of them says."""
    path = cluster.path(plans["lab-air"][0])
    namespace = cluster.call("GET", path)[1]
    namespace["metadata"].setdefault(field, {}).update(changes)
    status, answer = cluster.call("PUT", f"{path}{subresource}?dryRun=All", namespace, keepers)
    message = answer["message"]
    assert status == 403
    assert "is managed by" in message or (
        "may change the labels and annotations " in message and all(key in message for key in changes)
    )


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        ({"ingress": [{}]}, "GC-NET-02"),
        ({"ingress": [{"from": [{"namespaceSelector": {}}]}]}, "GC-NET-01"),
        ({"egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]}, "GC-NET-01"),
        (
            {
                "egress": [
                    {"to": [{"namespaceSelector": {"matchLabels": {"govcloud.dev/tenancy": "lab-own"}}}]}
                ]
            },
            "GC-NET-01",
        ),
    ],
)
def test_a_tenant_cannot_open_its_network_to_others(cluster, right, spec, rule):
    status, answer = cluster.create(right("NetworkPolicy", AIR, **spec), OWNERS)
    assert (status, f"[{rule}]" in answer["message"]) == (403, True)


@pytest.mark.parametrize("role", ["mee:operators", "mee:viewers", "govcloud:auditors", OTHERS])
def test_only_its_owners_govern_a_tenancy(cluster, right, role):
    assert cluster.create(right("NetworkPolicy", AIR), role)[0] == 403


def test_a_tenant_cannot_bind_its_claim_to_a_volume_that_it_picks(cluster, right):
    """Not when it makes the claim, and not later, whatever it writes beside."""
    claim = right("PersistentVolumeClaim", AIR)
    assert cluster.create(claim, OWNERS, dry=False)[0] == 201
    marked = {"annotations": {"pv.kubernetes.io/bound-by-controller": "yes"}}
    patch = {"metadata": marked, "spec": {"volumeName": "left-by-another"}}
    try:
        path = f"{cluster.path(claim)}?dryRun=All"
        status, answer = cluster.call("PATCH", path, patch, OWNERS, "merge-patch+json")
        assert (status, "may set spec.volumeName" in answer["message"]) == (403, True)
        assert cluster.call("PATCH", path, patch, kind="merge-patch+json")[0] == 200
    finally:
        cluster.delete(claim)
    picked = right("PersistentVolumeClaim", AIR, volumeName="left-by-another")
    assert "GC-STO-04" in cluster.create(picked, OWNERS)[1]["message"]


@pytest.mark.parametrize("kind", ["Deployment", "Role", "NetworkPolicy", "Service", "ConfigMap", "CronJob"])
def test_a_tenant_makes_objects_of_its_own(cluster, right, kind):
    status, answer = cluster.create(right(kind, AIR), OWNERS)
    assert status == 201, answer.get("message")


def test_an_owner_cannot_grant_more_than_it_has(cluster):
    rules = [{"apiGroups": [""], "resources": ["resourcequotas"], "verbs": ["update"]}]
    status, answer = cluster.create(_object(_RBAC, "Role", "more", rules=rules), OWNERS)
    assert (status, "not currently held" in answer["message"]) == (403, True)
