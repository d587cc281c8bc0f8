"""A waiver counts at the API server for what it names and until it ends, whatever time a client claims that it is."""

import copy
import json
from datetime import datetime, timedelta

import pytest
from policy_server import refusal
from policy_spaces import FAR, IMAGES, WAIVED, Space, app_of

from govcloud.model import Tenancy, Waiver
from govcloud.planner.waivers import waiver_annotations

ROOT = "GC-POD-21"
PAST = "2020-01-01T00:00:00Z"


def _later(moment, seconds):
    return (datetime.fromisoformat(moment) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture(scope="module")
def space(ruled):
    return Space(ruled, "waived", {WAIVED: f"{FAR} */*"})


def test_a_waiver_lets_pass_what_its_rule_refuses_and_nothing_else(space):
    space.admits(lambda: space.ruled.ask(space.deployment("nginx@sha256:" + "0" * 64)))
    told = refusal(space.ruled.ask(space.deployment("nginx")))
    assert IMAGES not in told
    assert told.startswith("[GC-POD-26] ")


def test_the_audit_log_of_the_server_tells_what_passed_by_a_waiver(space, region):
    name = "seen-in-the-log"
    space.admits(lambda: space.ruled.ask(space.deployment("nginx@sha256:" + "0" * 64, name)))

    def told():
        lines = region.layout.audit_log.read_text(encoding="utf-8").splitlines()
        events = (json.loads(line) for line in lines if f'"{name}"' in line)
        return [event["annotations"].get("govcloud-rules-workload/waived") for event in events][-1:]

    assert space.cluster.until(lambda: told() == [IMAGES])


def _waived_by(ruled, name, scope):
    spec = {
        "rule": IMAGES,
        "tenancy": name,
        "scope": scope,
        "reason": "r",
        "ticket": "t",
        "approvedBy": "a",
        "until": FAR,
    }
    tenancy = {
        "title": "t",
        "department": "mee",
        "zone": "dedicated",
        "grading": {"information": 3, "service": 3},
        "data": {"class": "general", "level": "L3"},
        "recovery": {"tier": 3},
        "resources": {"cpu": "1", "memory": "1Gi", "storage": "1Gi", "pods": 1},
    }
    return waiver_annotations(
        Tenancy.model_validate({"metadata": {"name": name}, "spec": tenancy}),
        [Waiver.model_validate({"metadata": {"name": name}, "spec": spec})],
    )


def test_a_waiver_of_a_deployment_covers_what_comes_of_it_and_no_other(ruled):
    scope = {"kinds": ["Deployment"], "names": ["web"]}
    space = Space(ruled, "scoped", _waived_by(ruled, "scoped", scope))
    image = "nginx@sha256:" + "0" * 64
    space.admits(lambda: ruled.ask(space.deployment(image)))
    status, _ = space.cluster.create(space.deployment(image), dry=False)
    assert status == 201
    pods = f"/api/v1/namespaces/{space.name}/pods"
    assert space.cluster.until(lambda: len(space.cluster.call("GET", pods)[1]["items"]) == 3)
    for other in ("webshop", "api"):
        assert IMAGES in refusal(ruled.ask(space.deployment(image, other)))
    daemon = space.object("DaemonSet")
    app_of(daemon)["image"] = image
    assert IMAGES in refusal(ruled.ask(daemon))


@pytest.mark.parametrize(
    "entry", ["soon */*", f"{FAR}", f"{FAR} *", "2099-13-01T00:00:00Z */*", f"{FAR}  */*", ""]
)
def test_what_cannot_be_read_waives_nothing(ruled, entry, request):
    space = Space(ruled, f"unread-{request.node.callspec.indices['entry']}", {WAIVED: entry})
    assert refusal(ruled.ask(space.deployment("nginx@sha256:" + "0" * 64)))


def test_a_waiver_counts_until_it_ends_and_not_a_second_longer(ruled):
    """Judged by the server's own time, at creations and updates: asked as fast as it goes, until the end has passed."""
    space = Space(ruled, "ending")
    made = space.made(space.deployment())
    bad = space.deployment("nginx@sha256:" + "0" * 64, "other")
    worse = _replaced(made, image="nginx@sha256:" + "1" * 64)
    end = _later(space.now(), 6)
    space.waive({WAIVED: f"{end} */*"})
    passed = {"create": 0, "update": 0}
    while (before := space.now()) < end:
        for act, verdict in (("create", ruled.ask(bad)), ("update", ruled.ask_put(worse))):
            after = space.now()
            if verdict.status in (200, 201):
                assert _time_of(verdict.body) < end
                passed[act] += 1
            elif passed[act]:
                assert after >= end, f"refused at {before}: {verdict.message}"
    assert min(passed.values()) > 0
    assert IMAGES in refusal(ruled.ask(bad))
    assert IMAGES in refusal(ruled.ask_put(worse))


def _time_of(body):
    return max(entry["time"] for entry in body["metadata"]["managedFields"])


def _replaced(made, image=None, **metadata):
    manifest = copy.deepcopy(made) | {"apiVersion": "apps/v1", "kind": "Deployment"}
    del manifest["metadata"]["resourceVersion"]
    manifest["metadata"] |= metadata
    if image:
        app_of(manifest)["image"] = image
    return manifest


@pytest.fixture(scope="module")
def ended(ruled):
    """A namespace whose waivers ended a moment ago, and an object that came before; old times are still before the end."""
    space = Space(ruled, "ended")
    made = space.made(space.deployment())
    end = _later(space.now(), 1)
    space.waive({WAIVED: f"{end} */*", f"waiver.govcloud.dev/{ROOT}": f"{end} */*"})
    space.cluster.until(lambda: space.now() > end)
    space.made_before, space.end = made, end
    return space


def test_a_time_of_creation_that_a_client_writes_is_not_believed(ended):
    forged = ended.deployment("nginx@sha256:" + "0" * 64, "forged")
    forged["metadata"]["creationTimestamp"] = PAST
    assert IMAGES in refusal(ended.ruled.ask(forged))


def _backdated(made, moment):
    return [{**entry, "time": moment} for entry in made["metadata"]["managedFields"]]


def _invented(made, moment):
    """The list with one entry more, so that it is not as it was."""
    first = made["metadata"]["managedFields"][0]
    return [*_backdated(made, moment), {**first, "manager": "somebody", "time": moment}]


@pytest.mark.parametrize("forge", [_backdated, _invented])
def test_times_of_changes_that_a_client_writes_are_not_believed(ended, forge):
    made = ended.made_before
    forged = forge(made, _later(ended.end, -1))
    setting = _replaced(made, image="nginx@sha256:" + "1" * 64, managedFields=forged)
    assert IMAGES in refusal(ended.ruled.ask_put(setting))
    taking = _replaced(made, managedFields=forged)
    del app_of(taking)["securityContext"]["readOnlyRootFilesystem"]
    assert ROOT in refusal(ended.ruled.ask_put(taking))


def test_forging_in_two_steps_does_not_help_either(ended):
    """First the list alone, which no rule is asked about, then the change."""
    space = ended
    made = space.made(space.deployment(name="steps"))
    forged = _replaced(made, managedFields=_invented(made, _later(space.end, -1)))
    forged["metadata"].pop("labels", None)
    status, stored = space.cluster.call("PUT", space.cluster.path(forged), forged)
    assert status == 200
    for image, taken in (("nginx@sha256:" + "1" * 64, None), (None, "readOnlyRootFilesystem")):
        change = _replaced(stored, image=image)
        if taken:
            del app_of(change)["securityContext"][taken]
        assert refusal(space.ruled.ask_put(change))
        change["metadata"]["managedFields"] = [{}]
        assert refusal(space.ruled.ask_put(change))


def test_where_an_update_only_takes_fields_away_a_waiver_asks_for_a_field_that_is_set(ruled):
    """The server puts down no time for such an update, so that nobody could tell when it was."""
    space = Space(ruled, "taking", {f"waiver.govcloud.dev/{ROOT}": f"{FAR} */*"})
    made = space.made(space.deployment())
    taking = _replaced(made)
    del app_of(taking)["securityContext"]["readOnlyRootFilesystem"]
    space.until(
        lambda: ruled.ask_put(taking), lambda told: "a waiver counts on an update only where" in (told or "")
    )
    taking["metadata"]["annotations"] = {"why": "it writes to its folder"}
    space.admits(lambda: ruled.ask_put(taking))


def test_a_waiver_counts_for_an_update_by_each_way_of_patching(ruled):
    space = Space(ruled, "patched", {WAIVED: f"{FAR} */*"})
    made = space.made(space.deployment())
    path, image = f"{space.cluster.path(made)}?dryRun=All", "nginx@sha256:" + "2" * 64
    containers = {"spec": {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}}
    full = {"spec": {"template": {"spec": {"containers": [app_of(made) | {"image": image}]}}}}
    whole = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, **containers}
    operation = [{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": image}]
    for kind, body, query in (
        ("strategic-merge-patch+json", containers, ""),
        ("merge-patch+json", full, ""),
        ("json-patch+json", operation, ""),
        ("apply-patch+yaml", whole, "&fieldManager=x&force=true"),
    ):
        space.admits(lambda b=body, k=kind, q=query: space.cluster.ask("PATCH", path + q, b, kind=k))


def test_a_waiver_that_is_taken_away_counts_no_longer(ruled):
    space = Space(ruled, "revoked", {WAIVED: f"{FAR} */*"})
    bad = space.deployment("nginx@sha256:" + "0" * 64)
    space.admits(lambda: ruled.ask(bad))
    space.waive({})
    space.until(lambda: ruled.ask(bad))
