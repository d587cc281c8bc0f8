"""A region as its users meet it: real programs, killed, robbed of their ports, and started again."""

import base64
import json
import os
import signal
import socket
import ssl
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import pytest

from govcloud.local.region import LocalRegion, RegionStatus
from govcloud.local.region.api import client_context, connected
from govcloud.local.region.components import NAMES
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record
from govcloud.local.region.process import Ticket, is_gone
from govcloud.local.region.status import store_context

HIDDEN = "correct-horse-battery-staple"


def node(number: int) -> dict[str, Any]:
    name = f"beijing-gov-{number:03d}"
    size = {"cpu": "16", "memory": "64Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": {"kubernetes.io/hostname": name, "govcloud.dev/pool": "gov"},
            "annotations": {"kwok.x-k8s.io/node": "fake"},
        },
        "spec": {"taints": [{"key": "govcloud.dev/zone", "value": "dedicated", "effect": "NoSchedule"}]},
        "status": {"capacity": size, "allocatable": size},
    }


NODES = [node(1), node(2), node(3)]


@pytest.fixture
def running(region: LocalRegion) -> LocalRegion:
    """The module's region, up and as planned, whatever the test before did to it."""
    region.up(NODES)
    return region


def pids(status: RegionStatus) -> dict[str, int | None]:
    return {component.name: component.pid for component in status.components}


def layout_of(region: LocalRegion) -> Layout:
    return Layout(region.root)


def server_of(region: LocalRegion) -> str:
    server = region.status().server
    assert server is not None
    return server


def as_platform(region: LocalRegion, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    pki = layout_of(region).pki
    context = client_context(pki / "ca.crt", pki / "platform.crt", pki / "platform.key")
    with connected(server_of(region), context) as api:
        return api.call(method, path, body)


def kill(pid: int | None) -> None:
    assert pid is not None
    victim = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    while not is_gone(victim):
        threading.Event().wait(0.01)


def configmap(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"key": HIDDEN}}


def test_a_region_comes_up_with_its_nodes_ready(running: LocalRegion) -> None:
    status = running.status()
    assert status.state == "up"
    assert {component.state for component in status.components} == {"running"}
    assert (status.nodes_ready, status.nodes_total) == (3, 3)
    assert status.memory_bytes < 1_000_000_000
    first = as_platform(running, "GET", "/api/v1/nodes/beijing-gov-001")
    assert first["status"]["capacity"]["cpu"] == "16"


def test_up_again_changes_nothing(running: LocalRegion) -> None:
    before, steps = pids(running.status()), list[str]()
    running.up(NODES, steps.append)
    assert pids(running.status()) == before
    assert not any("starting kube" in step for step in steps)


def test_nodes_become_exactly_the_planned_ones_and_stay_when_none_are_named(running: LocalRegion) -> None:
    running.up([node(2), node(4)])
    running.up()
    found = as_platform(running, "GET", "/api/v1/nodes")["items"]
    assert {item["metadata"]["name"] for item in found} == {"beijing-gov-002", "beijing-gov-004"}


def test_a_pod_runs_on_a_node_that_it_tolerates(running: LocalRegion) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "probe"},
        "spec": {
            "containers": [{"name": "main", "image": "registry.invalid/main"}],
            "tolerations": [{"key": "govcloud.dev/zone", "operator": "Exists"}],
        },
    }
    path = "/api/v1/namespaces/default/pods"
    as_platform(running, "POST", path, pod)
    for _ in range(100):
        if (phase := as_platform(running, "GET", f"{path}/probe")["status"]["phase"]) == "Running":
            break
        threading.Event().wait(0.1)
    as_platform(running, "DELETE", f"{path}/probe")
    assert phase == "Running"


def test_a_secret_is_encrypted_in_the_store(running: LocalRegion) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "hidden"},
        "stringData": {"k": HIDDEN},
    }
    as_platform(running, "POST", "/api/v1/namespaces/default/secrets", secret)
    as_platform(running, "POST", "/api/v1/namespaces/default/configmaps", configmap("shown"))
    stored = read_store(running, "/registry/secrets/default/hidden")
    assert stored.startswith(b"k8s:enc:secretbox:v1:")
    assert HIDDEN.encode() not in stored
    assert HIDDEN.encode() in read_store(running, "/registry/configmaps/default/shown")


def test_the_audit_log_says_who_wrote_a_secret_and_not_what(running: LocalRegion) -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "audited"},
        "stringData": {"k": HIDDEN},
    }
    as_platform(running, "POST", "/api/v1/namespaces/default/secrets", secret)
    log = layout_of(running).audit_log
    text = log.read_text()
    events = [json.loads(line) for line in text.splitlines()]
    written = [e for e in events if e["verb"] == "create" and e["objectRef"].get("resource") == "secrets"]
    assert {event["user"]["username"] for event in written} >= {"govcloud:platform-admin"}
    assert HIDDEN not in text
    assert base64.b64encode(HIDDEN.encode()).decode() not in text
    assert log.stat().st_mode & 0o777 == 0o600


def test_callers_without_a_certificate_are_refused(running: LocalRegion) -> None:
    context = ssl.create_default_context(cafile=str(layout_of(running).pki / "ca.crt"))
    for path in ("/api/v1/nodes", "/readyz", "/version"):
        with pytest.raises(HTTPError) as refused:
            urlopen(server_of(running) + path, context=context)  # noqa: S310 - https, made here
        assert refused.value.code == 401
        refused.value.close()


def test_the_store_refuses_a_caller_with_another_authoritys_certificate_or_none(running: LocalRegion) -> None:
    pki = layout_of(running).pki
    nobody = ssl.create_default_context(cafile=str(pki / "etcd-ca.crt"))
    stranger = client_context(pki / "etcd-ca.crt", pki / "break-glass.crt", pki / "break-glass.key")
    for context in (nobody, stranger):
        with pytest.raises((URLError, ConnectionError, ssl.SSLError)):
            urlopen(store_url(running) + "/version", context=context)  # noqa: S310 - https, made here


def test_an_issued_identity_has_the_rights_of_its_groups_and_no_more(
    running: LocalRegion, tmp_path: Path
) -> None:
    assert status_of_list(running, running.issue("wang.fang@mee", ["mee:none"], tmp_path / "none")) == 403
    assert status_of_list(running, running.issue("ops", ["govcloud:platform"], tmp_path / "ops")) == 200


def test_kubeconfigs_and_keys_are_readable_by_their_owner_alone(running: LocalRegion) -> None:
    modes = {path: path.stat().st_mode & 0o077 for path in [running.root, *running.root.rglob("*")]}
    assert {path for path, mode in modes.items() if mode} == set()


@pytest.mark.parametrize("victim", NAMES)
def test_a_killed_component_is_named_and_mended(running: LocalRegion, victim: str) -> None:
    before = pids(running.status())
    kill(before[victim])
    hurt = running.status()
    assert hurt.state == "degraded"
    assert victim in hurt.failing
    running.up(NODES)
    mended = running.status()
    assert (mended.state, mended.nodes_ready) == ("up", 3)
    assert pids(mended)[victim] != before[victim]


def test_a_component_that_dies_while_it_is_looked_at_is_mended_too(running: LocalRegion) -> None:
    before = pids(running.status())

    def killing(step: str) -> None:
        if step.startswith("waiting for the controllers") and pids(running.status()) == before:
            kill(before["kube-scheduler"])

    running.up(NODES, killing)
    assert running.status().state == "up"
    assert pids(running.status())["kube-scheduler"] != before["kube-scheduler"]


def test_a_component_whose_certificate_was_renewed_is_restarted_and_no_other(running: LocalRegion) -> None:
    before = pids(running.status())
    (layout_of(running).pki / "scheduler.crt").unlink()
    running.up(NODES)
    after = pids(running.status())
    assert {name for name in NAMES if before[name] != after[name]} == {"kube-scheduler"}


def test_a_new_authority_is_taken_up_by_every_component(running: LocalRegion) -> None:
    before = pids(running.status())
    (layout_of(running).pki / "ca.crt").unlink()
    running.up(NODES)
    after = running.status()
    assert after.state == "up"
    assert {name for name in NAMES if before[name] == pids(after)[name]} == {"etcd"}


def test_data_and_strangers_survive_a_reboot(running: LocalRegion) -> None:
    as_platform(running, "POST", "/api/v1/namespaces/default/configmaps", configmap("kept"))
    for pid in pids(running.status()).values():
        kill(pid)
    for name in NAMES:  # after a reboot the pids belong to others: here, to the one who runs the tests
        ticket = Ticket.load(layout_of(running).pid(name))
        assert ticket is not None
        reused = Ticket(os.getpid(), ticket.started, ticket.executable, ticket.command, ticket.fingerprint)
        reused.save(layout_of(running).pid(name))
    assert running.status().state == "down"
    running.up(NODES)
    kept = as_platform(running, "GET", "/api/v1/namespaces/default/configmaps/kept")
    assert kept["data"] == {"key": HIDDEN}


def test_a_process_whose_pid_file_was_lost_is_not_left_behind(running: LocalRegion) -> None:
    before, server = pids(running.status()), server_of(running)
    layout_of(running).pid("kube-scheduler").unlink()
    running.up(NODES)
    assert (running.status().state, server_of(running)) == ("up", server)
    assert before["kube-scheduler"] not in {one.pid for one in processes_of(running)}
    assert len(processes_of(running)) == len(NAMES)


def test_two_commands_at_once_wait_for_each_other(running: LocalRegion) -> None:
    kill(pids(running.status())["kube-scheduler"])
    steps: list[str] = []
    twins = [threading.Thread(target=running.up, args=(NODES, steps.append)) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert steps.count("starting kube-scheduler") == 1
    assert sum("waiting for it" in step for step in steps) == 1
    assert running.status().state == "up"


def test_down_leaves_no_process_and_a_taken_port_is_chosen_again(running: LocalRegion) -> None:
    port = Record.load(layout_of(running).record).ports["apiserver"]  # type: ignore[union-attr]
    running.down()
    assert running.status().state == "down"
    assert processes_of(running) == []
    with socket.create_server(("127.0.0.1", port)):
        running.up(NODES)
        moved = server_of(running)
        assert not moved.endswith(f":{port}")
        assert f'"{moved}"' in running.kubeconfig.read_text()
        assert running.status().state == "up"


def processes_of(region: LocalRegion) -> list[psutil.Process]:
    mine = [
        p for p in psutil.process_iter(["cmdline"]) if str(region.root) in " ".join(p.info["cmdline"] or ())
    ]
    return [process for process in mine if process.pid != os.getpid()]


def store_url(region: LocalRegion) -> str:
    record = Record.load(layout_of(region).record)
    assert record is not None
    return f"https://127.0.0.1:{record.ports['etcd']}"


def read_store(region: LocalRegion, key: str) -> bytes:
    body = json.dumps({"key": base64.b64encode(key.encode()).decode()}).encode()
    request = Request(store_url(region) + "/v3/kv/range", body)  # noqa: S310 - https, made here
    with urlopen(request, context=store_context(layout_of(region))) as answer:  # noqa: S310
        return base64.b64decode(json.load(answer)["kvs"][0]["value"])


def status_of_list(region: LocalRegion, kubeconfig: Path) -> int:
    user = json.loads(kubeconfig.read_text())["users"][0]["user"]
    pair = kubeconfig.with_suffix(".crt"), kubeconfig.with_suffix(".key")
    for path, field in zip(pair, ("client-certificate-data", "client-key-data"), strict=True):
        path.write_bytes(base64.b64decode(user[field]))
    context = client_context(layout_of(region).pki / "ca.crt", *pair)
    try:
        with urlopen(f"{server_of(region)}/api/v1/nodes", context=context) as answer:  # noqa: S310
            return int(answer.status)
    except HTTPError as refused:
        refused.close()
        return refused.code
