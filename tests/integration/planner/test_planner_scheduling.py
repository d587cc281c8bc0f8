"""Where pods come to run, and that a tenancy can be taken away again."""

PODS = 8


def _nodes(cluster, namespace):
    pods = cluster.call("GET", f"/api/v1/namespaces/{namespace}/pods")[1]["items"]
    nodes = [pod["spec"].get("nodeName") for pod in pods]
    return set(nodes) if len(nodes) == PODS and all(nodes) else None


def test_tenancies_isolated_by_node_share_none_and_fill_one_before_they_take_another(cluster, right):
    spaces = ["t-lab-air", "t-lab-flood", "t-lab-own"]
    deployments = [right("Deployment", space, replicas=PODS) for space in spaces]
    for deployment in deployments:  # spread over nodes they would not fill one
        (spread,) = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
        spread["topologyKey"] = "topology.kubernetes.io/zone"
    try:
        for deployment, owners in zip(deployments, ("mee:owners", "mem:owners", "mem:owners"), strict=True):
            status, answer = cluster.create(deployment, owners, dry=False)
            assert status == 201, answer.get("message")
        assert cluster.until(lambda: all(_nodes(cluster, space) for space in spaces))
        air, flood, own = (_nodes(cluster, space) for space in spaces)
        assert not air & flood
        assert len(air) == len(flood) == 1 < len(own)
        assert {node.rsplit("-", 1)[0] for node in own} == {"lab-own"}
        assert {node.rsplit("-", 1)[0] for node in air | flood} == {"lab-ded3"}
    finally:
        for deployment in deployments:
            cluster.delete(deployment)


def test_a_namespace_goes_with_all_that_is_managed_in_it(cluster, plans):
    plan = plans["lab-portal"]
    assert cluster.delete(plan[0])[0] == 200
    assert cluster.until(lambda: cluster.get(plan[0])[0] == 404, 60)
    for manifest in plan:
        cluster.apply(manifest)
