"""What was admitted once can be run down, marked and taken away; it cannot become something else without being mended."""

import pytest
from policy_server import refusal
from policy_spaces import FAR, IMAGES, WAIVED, Space, app_of

OLD = "nginx@sha256:" + "0" * 64
FINALIZER = "example.org/kept"


@pytest.fixture(scope="module")
def space(ruled):
    """A namespace whose waiver was taken away after objects had come by it."""
    space = Space(ruled, "left", {WAIVED: f"{FAR} */*", "waiver.govcloud.dev/GC-SVC-03": f"{FAR} */*"})
    external = space.object("Service")
    external["spec"] = {"type": "ExternalName", "externalName": "elsewhere.example.org"}
    deployment = space.deployment(OLD)
    for manifest in (external, deployment):
        manifest["metadata"]["finalizers"] = [FINALIZER]
        space.admits(lambda manifest=manifest: ruled.ask(manifest))
    space.deployment_made, space.service_made = space.made(deployment), space.made(external)
    space.waive({})
    space.until(lambda: ruled.ask(space.deployment(OLD, "another")))
    yield space
    for manifest in (deployment, external):
        _merge(space, manifest, {"metadata": {"finalizers": None}})


def _merge(space, manifest, patch, query="", user=""):
    path = space.cluster.path(manifest) + query
    return space.cluster.ask("PATCH", path, patch, user, "merge-patch+json")


def _made(space, kind):
    made = {"Deployment": space.deployment_made, "Service": space.service_made}[kind]
    return space.object(kind) | {"metadata": made["metadata"], "spec": made["spec"]}


@pytest.mark.parametrize(
    "patch",
    [
        {"spec": {"replicas": 2}},
        {"spec": {"paused": True}},
        {"metadata": {"finalizers": None}},
        {"metadata": {"labels": {"seen": "yes"}}},
        {"metadata": {"annotations": {"deployment.kubernetes.io/revision": "7"}}},
    ],
)
def test_a_deployment_that_is_no_longer_right_can_be_run_down(space, patch):
    verdict = _merge(space, _made(space, "Deployment"), patch, "?dryRun=All")
    assert verdict.status == 200, verdict.message


def test_its_controllers_go_on_with_it_but_make_no_more_of_it(space):
    deployment = _made(space, "Deployment")
    sets = f"/apis/apps/v1/namespaces/{space.name}/replicasets"
    assert _merge(space, deployment, {"spec": {"replicas": 2}}).status == 200

    def replicas():
        return [one["spec"]["replicas"] for one in space.cluster.call("GET", sets)[1]["items"]]

    assert space.cluster.until(lambda: replicas() == [2])


def test_it_cannot_be_changed_into_something_else_that_is_not_right(space):
    app = {**app_of(_made(space, "Deployment")), "image": "nginx@sha256:" + "1" * 64}
    patch = {"spec": {"template": {"spec": {"containers": [app]}}}}
    assert IMAGES in refusal(_merge(space, _made(space, "Deployment"), patch, "?dryRun=All"))


def test_it_can_be_mended(space):
    patch = {"spec": {"template": {"spec": {"containers": [app_of(space.deployment())]}}}}
    verdict = _merge(space, _made(space, "Deployment"), patch, "?dryRun=All")
    assert verdict.status == 200, verdict.message


def test_a_service_that_is_no_longer_right_can_be_freed_of_its_finalizers_but_not_changed(space):
    service = _made(space, "Service")
    assert _merge(space, service, {"metadata": {"finalizers": None}}, "?dryRun=All").status == 200
    other = {"spec": {"externalName": "another.example.org"}}
    assert "GC-SVC-03" in refusal(_merge(space, service, other, "?dryRun=All"))
    assert (
        _merge(
            space, service, {"spec": space.object("Service")["spec"] | {"type": "ClusterIP"}}, "?dryRun=All"
        ).status
        == 200
    )


def test_an_object_that_is_being_deleted_cannot_be_changed_into_what_is_refused(space):
    """A finalizer of one's own keeps a network policy in force for as long as one likes."""
    policy = space.object("NetworkPolicy")
    policy["metadata"]["finalizers"] = [FINALIZER]
    space.made(policy)
    try:
        assert space.cluster.delete(policy)[0] == 200
        assert "deletionTimestamp" in space.cluster.get(policy)[1]["metadata"]
        opened = {"spec": {"ingress": [{"from": [{"namespaceSelector": {}}]}]}}
        assert "GC-NET-01" in refusal(_merge(space, policy, opened))
    finally:
        assert _merge(space, policy, {"metadata": {"finalizers": None}}).status == 200
    assert space.cluster.until(lambda: space.cluster.get(policy)[0] == 404)
