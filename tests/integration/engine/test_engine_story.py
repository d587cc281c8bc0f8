"""The way of an estate: from nothing, with no change, with one change, with changes by hand, and away again."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from engine_estate import EstateUnderTest

from govcloud.cluster import Cluster
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.run import run
from govcloud.engine.settings import settings_for
from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.paths import estate_state
from policies.examples import shipped_bases
from stacks.components import tenancies_program
from stacks.desired import target_of

Make = Callable[[str, int], EstateUnderTest]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, clusters: dict[str, Cluster]) -> EstateUnderTest:
    """Five tenancies, in primary and standby, brought about once for the tests of this module."""
    estate = EstateUnderTest("story", tmp_path_factory.mktemp("story") / "estate.yaml", 5, clusters)
    estate.write()
    ran = estate.up()
    assert ran.code == 0, ran.err
    assert set(ran.states().values()) <= {"created", "updated", "unchanged"}
    return estate


def test_every_tenancy_stands_in_primary_and_standby(story: EstateUnderTest) -> None:
    for number in range(1, 6):
        for region, role in (("north", "primary"), ("south", "standby")):
            namespace = story.namespace(region, story.tenancy(number))
            assert namespace is not None
            assert namespace["metadata"]["labels"]["govcloud.dev/role"] == role
            assert len(story.live(region, story.tenancy(number))) == 20


def test_a_second_time_changes_nothing_and_starts_no_engine(story: EstateUnderTest) -> None:
    before = [story.namespace("north", story.tenancy(n))["metadata"]["resourceVersion"] for n in range(1, 6)]
    ran = story.up()
    assert set(ran.states().values()) == {"unchanged"}
    assert "nothing to change" in ran.err
    after = [story.namespace("north", story.tenancy(n))["metadata"]["resourceVersion"] for n in range(1, 6)]
    assert before == after


def test_each_tenancy_and_region_has_a_stack_that_the_real_pulumi_reads(
    story: EstateUnderTest, toolchain: object
) -> None:
    settings = story.run("env").out
    script = f"{settings}\ncd {Path(__file__).parents[3]}\n"
    listed = subprocess.run(
        ["/bin/bash", "-c", script + "pulumi stack ls --json"], capture_output=True, text=True
    )
    stacks = {row["name"]: row["resourceCount"] for row in json.loads(listed.stdout)}
    assert {f"tenancy.{story.tenancy(n)}.{r}" for n in range(1, 6) for r in ("north", "south")} < set(stacks)
    assert not [name for name in stacks if name.startswith("passing.")]
    assert stacks[f"tenancy.{story.tenancy(1)}.north"] == 21 + 3  # the root, the provider and the component


def test_the_plain_pulumi_program_previews_a_stack_without_a_change(story: EstateUnderTest) -> None:
    stack = f"tenancy.{story.tenancy(2)}.north"
    repository = Path(__file__).parents[3]
    script = f"{story.run('env').out}\ncd {repository}\npulumi preview --stack {stack} --expect-no-changes"
    try:
        ended = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True)
    finally:
        (repository / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "24 unchanged" in ended.stdout


def test_one_changed_tenancy_runs_its_own_stacks_only(story: EstateUnderTest) -> None:
    changed = story.tenancy(3)
    story.write(cpu={changed: 6})
    preview = story.run("preview", "--output", "json")
    fields = {
        (row["stack"], change["object"], field)
        for row in preview.rows
        for change in row["changes"]
        for field in change["fields"]
    }
    assert (f"tenancy.{changed}.north", f"t-{changed}/compute", 'spec.hard["requests.cpu"]') in fields
    assert story.quota("north", changed) == "4"
    states = story.up().states()
    assert {stack for stack, state in states.items() if state != "unchanged"} == {
        f"tenancy.{changed}.north",
        f"tenancy.{changed}.south",
    }
    assert story.quota("north", changed) == "6"


def test_all_changed_at_once_are_brought_about_together(story: EstateUnderTest) -> None:
    story.write(cpu={story.tenancy(n): 8 for n in range(1, 6)})
    ran = story.up()
    assert ran.code == 0, ran.err
    assert [story.quota("north", story.tenancy(n)) for n in range(1, 6)] == ["8"] * 5
    assert set(story.up().states().values()) == {"unchanged"}


def test_drift_names_object_field_values_and_who_and_up_mends_it(story: EstateUnderTest) -> None:
    name = story.tenancy(1)
    namespace, cluster = f"t-{name}", story.clusters["north"]
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "compute", "namespace": namespace},
    }
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "allow-dns", "namespace": namespace},
    }
    planned = story.quota("north", name)
    _as(cluster, "someone", quota, {"spec": {"hard": {"requests.cpu": "999", "count/endpoints": "9"}}})
    cluster.delete(policy)
    ran = story.run("drift", "--output", "json")
    assert ran.code == 1
    seen = {(r["object"], r["change"], r["field"]): (r["old"], r["new"], r["who"]) for r in ran.rows}
    assert seen == {
        (f"ResourceQuota {namespace}/compute", "changed", 'spec.hard["requests.cpu"]'): (
            planned,
            "999",
            "someone",
        ),
        (f"ResourceQuota {namespace}/compute", "added", 'spec.hard["count/endpoints"]'): (
            None,
            "9",
            "someone",
        ),
        (f"NetworkPolicy {namespace}/allow-dns", "missing", ""): (None, None, None),
    }
    assert story.up().code == 0
    assert story.run("drift").code == 0
    assert story.quota("north", name) == planned


def test_an_object_that_nothing_plans_any_more_is_pruned(story: EstateUnderTest) -> None:
    name, cluster = story.tenancy(2), story.clusters["north"]
    forgotten = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "forgotten",
            "namespace": f"t-{name}",
            "labels": {"app.kubernetes.io/managed-by": "govcloud", "govcloud.dev/tenancy": name},
        },
    }
    cluster.apply(forgotten)
    mine = {**forgotten, "metadata": {"name": "mine", "namespace": f"t-{name}"}}
    cluster.apply(mine, manager="kubectl")
    assert story.up().code == 0
    kind = cluster.kind(forgotten)
    assert cluster.get(kind, "forgotten", f"t-{name}") is None
    assert cluster.get(kind, "mine", f"t-{name}") is not None
    cluster.delete(mine)


def test_state_and_its_key_are_private_and_hold_no_credential(story: EstateUnderTest) -> None:
    root = estate_state(story.name)
    assert stat.S_IMODE((root / "passphrase").stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    secret = (root / "passphrase").read_text()
    for path in root.rglob("*.json"):
        text = path.read_text()
        assert "-----BEGIN" not in text
        assert "client-key-data" not in text
        assert secret not in text


def test_what_a_secret_holds_is_encrypted_in_the_state(story: EstateUnderTest, toolchain: Toolchain) -> None:
    estate = load_estate(story.file)
    settings = settings_for(estate, toolchain)
    target, name = target_of(estate, "north"), story.tenancy(1)
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "token", "namespace": f"t-{name}"},
        "stringData": {"token": "open-sesame"},
    }
    checkpoints = Checkpoints(settings.backend_folder)
    stack = "tenancy.secret.north"
    program = partial(tenancies_program, target, {"secret": [secret]})
    try:
        assert run("up", settings, checkpoints, stack, program).ok
        text = (settings.backend_folder / ".pulumi" / "stacks" / "govcloud" / f"{stack}.json").read_text()
        assert '"name":"token"' in text.replace(" ", "")
        assert "open-sesame" not in text
        assert base64.b64encode(b"open-sesame").decode() not in text
        assert "ciphertext" in text
    finally:
        run("destroy", settings, checkpoints, stack, program)
        checkpoints.remove(stack)


def test_a_pod_over_quota_is_refused(story: EstateUnderTest) -> None:
    greed = {"cpu": "60"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "greedy", "namespace": f"t-{story.tenancy(1)}"},
        "spec": {
            "containers": [
                {
                    "name": "c",
                    "image": "registry.example/app:1",
                    "resources": {"requests": greed, "limits": greed},
                }
            ]
        },
    }
    with pytest.raises(Exception, match=r"exceeded quota|maximum cpu usage"):
        story.clusters["north"].apply(pod, dry_run=True)


def test_a_region_that_does_not_answer_stops_no_other(
    story: EstateUnderTest, regions: dict[str, LocalRegion]
) -> None:
    changed = story.tenancy(4)
    story.write(cpu={changed: 10})
    server = next(c for c in regions["south"].status().components if c.name == "kube-apiserver")
    os.kill(server.pid, 9)
    try:
        ran = story.up()
        assert ran.code == 3
        states = ran.states()
        assert states[f"tenancy.{changed}.north"] == "updated"
        assert states[f"tenancy.{changed}.south"] == "failed"
        assert "does not answer" in next(r["why"] for r in ran.rows if r["stack"].endswith(".south"))
    finally:
        regions["south"].up()
    assert story.up().code == 0
    assert story.quota("north", changed) == "10"


def test_a_stack_that_the_api_server_refuses_stops_no_other(make_estate: Make) -> None:
    estate = make_estate("refused", 5)
    bad = estate.tenancy(3)
    cluster = estate.clusters["north"]
    block = _refusing(f"t-{bad}")
    for manifest in block:
        cluster.apply(manifest, manager="test")
    try:
        ran = estate.when(lambda: _if_refused(estate.up(), f"tenancy.{bad}.north"))
        states = ran.states()
        assert states.pop(f"tenancy.{bad}.north") == "failed"
        assert "no such tenancy today" in next(r["why"] for r in ran.rows if r["state"] == "failed")
        assert "failed" not in states.values()
    finally:
        for manifest in block:
            cluster.delete(manifest)
    estate.when(lambda: estate.up().code == 0)
    assert set(estate.up().states().values()) == {"unchanged"}


def test_destroy_refuses_workloads_unless_told_by_name(make_estate: Make) -> None:
    estate = make_estate("leaving", 2)
    assert estate.up().code == 0
    busy, idle = estate.tenancy(1), estate.tenancy(2)
    cluster = estate.clusters["north"]
    workload = shipped_bases().of("Deployment")  # one that passes every rule
    workload["metadata"]["namespace"] = f"t-{busy}"
    workload["spec"]["paused"] = True
    cluster.apply(workload, manager="kubectl")
    refused = estate.run("destroy", "--yes")
    assert refused.code == 1
    assert f"{busy} in north (1 Deployment)" in refused.err
    assert estate.namespace("north", idle) is not None
    gone = estate.run("destroy", "--yes", "--tenancy", idle, "--output", "json")
    assert set(gone.states().values()) == {"deleted"}
    assert estate.namespace("north", idle) is None
    assert estate.namespace("north", busy) is not None
    named = estate.run("destroy", "--yes", "--with-workloads", busy)
    assert named.code == 0, named.err
    assert estate.namespace("north", busy) is None


def test_a_tenancy_that_left_the_estate_stays_until_it_is_destroyed_by_name(make_estate: Make) -> None:
    estate = make_estate("stray", 2)
    assert estate.up().code == 0
    gone = estate.tenancy(2)
    estate.write(without=(gone,))
    ran = estate.up()
    assert f"govcloud destroy -t {gone} -r north" in ran.err
    assert estate.namespace("north", gone) is not None
    assert estate.run("destroy", "--yes", "--tenancy", gone).code == 0
    assert estate.namespace("north", gone) is None
    assert estate.namespace("south", gone) is None


def _as(cluster: Cluster, manager: str, manifest: dict, patch: dict) -> None:
    metadata = manifest["metadata"]
    path = cluster.kind(manifest).path(metadata["namespace"], metadata["name"])
    cluster.request("PATCH", path, {"fieldManager": manager}, patch, content="application/merge-patch+json")


def _refusing(namespace: str) -> list[dict]:
    """A policy that refuses the facts of one tenancy."""
    ours = "object.metadata.name != 'govcloud-tenancy'"
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "test-refuse"},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {
                    "resourceRules": [
                        {
                            "apiGroups": [""],
                            "apiVersions": ["v1"],
                            "operations": ["CREATE"],
                            "resources": ["configmaps"],
                        }
                    ]
                },
                "validations": [
                    {
                        "expression": f"object.metadata.namespace != '{namespace}' || {ours}",
                        "message": "no such tenancy today",
                    }
                ],
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": "test-refuse"},
            "spec": {"policyName": "test-refuse", "validationActions": ["Deny"]},
        },
    ]


def _if_refused(ran, stack: str):  # type: ignore[no-untyped-def]
    """The run, once the API server goes by the policy (it takes a moment)."""
    return ran if ran.states().get(stack) == "failed" else None
