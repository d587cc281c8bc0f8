from govcloud.planner import plan_nodes


def _node(region, name):
    (node,) = (n for n in plan_nodes(region) if n["metadata"]["name"] == name)
    return node


def test_a_pool_has_as_many_nodes_as_its_spec_says(beijing):
    names = [node["metadata"]["name"] for node in plan_nodes(beijing)]
    assert names[:4] == ["beijing-ext2-001", "beijing-ext2-002", "beijing-ext2-003", "beijing-ext3-001"]
    assert len(names) == sum(pool.nodes for pool in beijing.spec.pools)


def test_a_node_says_where_it_stands_and_whom_it_serves(beijing):
    assert _node(beijing, "beijing-ext4-001")["metadata"]["labels"] == {
        "govcloud.dev/region": "beijing",
        "govcloud.dev/pool": "ext4",
        "govcloud.dev/zone": "extranet",
        "govcloud.dev/grade": "4",
        "govcloud.dev/runtime": "sandbox",
        "topology.kubernetes.io/region": "beijing",
        "topology.kubernetes.io/zone": "beijing-extranet",
        "kubernetes.io/hostname": "beijing-ext4-001",
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
    }


def test_a_shared_node_takes_only_pods_of_its_zone_and_grade(beijing):
    assert _node(beijing, "beijing-ded3-001")["spec"]["taints"] == [
        {"key": "govcloud.dev/zone", "value": "dedicated", "effect": "NoSchedule"},
        {"key": "govcloud.dev/grade", "value": "3", "effect": "NoSchedule"},
    ]


def test_a_dedicated_node_takes_only_pods_of_its_tenancy(beijing):
    node = _node(beijing, "beijing-own-001")
    dedicated = {"key": "govcloud.dev/dedicated", "value": "mee-own", "effect": "NoSchedule"}
    assert dedicated in node["spec"]["taints"]
    assert node["metadata"]["labels"]["govcloud.dev/dedicated"] == "mee-own"


def test_a_node_offers_what_the_shape_of_its_pool_has(beijing):
    status = _node(beijing, "beijing-gpu3-001")["status"]
    offer = {
        "cpu": "16",
        "memory": "64Gi",
        "ephemeral-storage": "100Gi",
        "pods": "110",
        "nvidia.com/gpu": "8",
    }
    assert status == {"capacity": offer, "allocatable": offer}


def test_nodes_are_marked_as_simulated(beijing):
    assert all(
        node["metadata"]["annotations"] == {"kwok.x-k8s.io/node": "fake"} for node in plan_nodes(beijing)
    )
