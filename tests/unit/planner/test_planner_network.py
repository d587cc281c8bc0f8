from govcloud.planner import plan_tenancy


def _policies(beijing, mee, make_tenancy):
    plan = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    return {m["metadata"]["name"]: m["spec"] for m in plan if m["kind"] == "NetworkPolicy"}


def test_by_default_nothing_passes_in_or_out(beijing, mee, make_tenancy):
    assert _policies(beijing, mee, make_tenancy)["default-deny"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_names_are_looked_up_at_the_cluster_dns_and_nowhere_else(beijing, mee, make_tenancy):
    spec = _policies(beijing, mee, make_tenancy)["allow-dns"]
    (rule,) = spec["egress"]
    assert rule["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ]
    assert [(p["protocol"], p["port"]) for p in rule["ports"]] == [("UDP", 53), ("TCP", 53)]
    assert "ingress" not in spec


def test_a_tenancy_reaches_itself_and_no_other(beijing, mee, make_tenancy):
    spec = _policies(beijing, mee, make_tenancy)["allow-tenancy"]
    itself = {
        "namespaceSelector": {"matchLabels": {"govcloud.dev/tenancy": "mee-air-quality"}},
        "podSelector": {},
    }
    assert (spec["ingress"], spec["egress"]) == ([{"from": [itself]}], [{"to": [itself]}])
