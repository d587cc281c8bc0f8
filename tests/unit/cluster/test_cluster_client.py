"""What the client asks of an API server, and what it makes of the answers."""

import json
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cluster_servers import FakeServer

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import Patience, StatusError
from govcloud.errors import ClusterError

Kubeconfig = Callable[[str], Path]
SECRET = Kind("v1", "Secret", "secrets", namespaced=True)
AIR = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "namespace": "t-air"}}


def resource(plural: str, kind: str, scope: str = "Namespaced") -> dict[str, Any]:
    return {"resource": plural, "responseKind": {"kind": kind}, "scope": scope}


def group(name: str, version: str, *resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"name": name} if name else {},
        "versions": [{"version": version, "resources": resources}],
    }


@pytest.fixture
def kinds(server: FakeServer) -> None:
    """The server serves namespaces, secrets, network policies and a group of which a version is empty."""
    core = group("", "v1", resource("namespaces", "Namespace", "Cluster"), resource("secrets", "Secret"))
    network = group("networking.k8s.io", "v1", resource("networkpolicies", "NetworkPolicy"))
    empty = {"metadata": {"name": "empty.example"}, "versions": [{"version": "v1"}]}
    server.answers["GET /api"] = 200, {"items": [core]}
    server.answers["GET /apis"] = 200, {"items": [network, empty]}


@pytest.mark.usefixtures("kinds")
def test_discovery_tells_the_kinds_with_plural_and_scope(cluster: Cluster) -> None:
    assert cluster.kinds == {
        ("v1", "Namespace"): Kind("v1", "Namespace", "namespaces", namespaced=False),
        ("v1", "Secret"): SECRET,
        ("networking.k8s.io/v1", "NetworkPolicy"): Kind(
            "networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", namespaced=True
        ),
    }


@pytest.mark.usefixtures("kinds")
def test_discovery_costs_two_calls_once(cluster: Cluster, server: FakeServer) -> None:
    assert cluster.kinds is cluster.kinds
    assert [call["call"] for call in server.heard] == ["GET /api", "GET /apis"]
    assert all("APIGroupDiscoveryList" in call["headers"]["Accept"] for call in server.heard)


@pytest.mark.usefixtures("kinds")
def test_a_kind_that_is_not_served_is_named(cluster: Cluster) -> None:
    with pytest.raises(ClusterError, match=r"serves no Tenancy of govcloud\.dev/v1"):
        cluster.kind({"apiVersion": "govcloud.dev/v1", "kind": "Tenancy"})


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "path"),
    [
        (SECRET, "t-air", "key", "/api/v1/namespaces/t-air/secrets/key"),
        (SECRET, None, None, "/api/v1/secrets"),
        (
            Kind("apps/v1", "Deployment", "deployments", True),
            "t-air",
            None,
            "/apis/apps/v1/namespaces/t-air/deployments",
        ),
        (Kind("v1", "Namespace", "namespaces", False), "ignored", "t-air", "/api/v1/namespaces/t-air"),
    ],
)
def test_a_path_follows_group_scope_and_name(
    kind: Kind, namespace: str | None, name: str | None, path: str
) -> None:
    assert kind.path(namespace, name) == path


def test_a_list_is_read_page_by_page(cluster: Cluster, server: FakeServer) -> None:
    def page(query: str) -> Any:
        number = int(parse_qs(query).get("continue", ["0"])[0])
        metadata = {"continue": str(number + 1)} if number < 2 else {}
        return {"metadata": metadata, "items": [{"metadata": {"name": f"s{number}"}}]}

    server.answers["GET /api/v1/namespaces/t-air/secrets"] = 200, page
    found = cluster.list(SECRET, namespace="t-air", labels="a=b,c!=d")
    assert [item["metadata"]["name"] for item in found] == ["s0", "s1", "s2"]
    queries = [parse_qs(call["query"]) for call in server.heard]
    assert {query["labelSelector"][0] for query in queries} == {"a=b,c!=d"}
    assert {query["limit"][0] for query in queries} == {"500"}


def test_an_object_that_is_not_there_is_none(cluster: Cluster, server: FakeServer) -> None:
    server.answers["GET /api/v1/namespaces/t-air/secrets/key"] = 200, AIR
    assert cluster.get(SECRET, "key", "t-air") == AIR
    assert cluster.get(SECRET, "other", "t-air") is None


def test_any_other_refusal_is_an_error(cluster: Cluster, server: FakeServer) -> None:
    server.answers["GET /api/v1/namespaces/t-air/secrets/key"] = 403, {"message": "secrets is forbidden"}
    with pytest.raises(StatusError, match="secrets is forbidden") as caught:
        cluster.get(SECRET, "key", "t-air")
    assert caught.value.status == 403
    assert caught.value.where == "GET /api/v1/namespaces/t-air/secrets/key"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"upstream is down", "upstream is down"),
        (b"", "HTTP 502"),
        (b"502", "502"),
        (b'["bad gateway"]', "bad gateway"),
        (b'{"kind": "Status"}', "HTTP 502"),
        (b"\xff\xfe", "\ufffd"),
    ],
)
def test_a_refusal_in_any_form_is_told_with_its_status(
    cluster: Cluster, server: FakeServer, body: bytes, words: str
) -> None:
    server.answers["GET /version"] = 502, body
    with pytest.raises(StatusError, match=words) as caught:
        cluster.request("GET", "/version")
    assert caught.value.status == 502


@pytest.mark.parametrize("body", [b"<html>login</html>", b"", b"[]", b"\xff"])
def test_an_answer_that_is_no_object_is_not_taken_for_one(
    cluster: Cluster, server: FakeServer, body: bytes
) -> None:
    server.answers["GET /version"] = 200, body
    with pytest.raises(ClusterError, match="no JSON object") as caught:
        cluster.request("GET", "/version")
    assert caught.value.mend


@pytest.mark.usefixtures("kinds")
@pytest.mark.parametrize("dry_run", [True, False])
def test_apply_is_server_side_strict_and_forced(cluster: Cluster, server: FakeServer, dry_run: bool) -> None:
    server.answers["PATCH /api/v1/namespaces/t-air/secrets/key"] = 200, AIR
    cluster.apply(AIR, manager="tester", dry_run=dry_run)
    call = server.heard[-1]
    wanted = {"fieldManager": ["tester"], "force": ["true"], "fieldValidation": ["Strict"]}
    assert parse_qs(call["query"]) == wanted | ({"dryRun": ["All"]} if dry_run else {})
    assert call["headers"]["Content-Type"] == "application/apply-patch+yaml"
    assert json.loads(call["body"]) == AIR


@pytest.mark.usefixtures("kinds")
def test_a_merge_patch_sends_the_patch_alone(cluster: Cluster, server: FakeServer) -> None:
    server.answers["PATCH /api/v1/namespaces/t-air/secrets/key"] = 200, AIR
    cluster.merge(AIR, {"data": {"open": None}})
    call = server.heard[-1]
    assert call["headers"]["Content-Type"] == "application/merge-patch+json"
    assert json.loads(call["body"]) == {"data": {"open": None}}


@pytest.mark.usefixtures("kinds")
def test_deleting_what_is_gone_is_fine_and_what_is_refused_is_not(
    cluster: Cluster, server: FakeServer
) -> None:
    cluster.delete(AIR)
    server.answers["DELETE /api/v1/namespaces/t-air/secrets/key"] = 403, {"message": "forbidden"}
    with pytest.raises(StatusError, match="forbidden"):
        cluster.delete(AIR)


def test_the_context_named_is_used_with_its_token(server: FakeServer, kubeconfig: Kubeconfig) -> None:
    server.answers["GET /version"] = 200, {"major": "1"}
    for context, expected in ((None, None), ("clerk", "Bearer s3same")):
        cluster = Cluster(kubeconfig(server.url), context)
        assert cluster.request("GET", "/version") == {"major": "1"}
        assert server.heard[-1]["headers"].get("Authorization") == expected
        cluster._api.rest_client.pool_manager.clear()


def test_a_server_that_does_not_answer_is_named_with_the_way_out(kubeconfig: Kubeconfig) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(ClusterError, match=r"does not answer.*refused") as caught:
            Cluster(kubeconfig(url)).request("GET", "/version")
    assert caught.value.where == url
    assert "govcloud region up" in str(caught.value.mend)


def refused(path: Path, context: str | None = None) -> ClusterError:
    with pytest.raises(ClusterError, match="kubeconfig cannot be used") as caught:
        Cluster(path, context)
    assert caught.value.where == str(path)
    assert caught.value.expected
    assert caught.value.mend
    return caught.value


def test_a_kubeconfig_that_is_missing_is_named(tmp_path: Path) -> None:
    refused(tmp_path / "missing")


@pytest.mark.parametrize(
    "content", [b"", b"{a: [", b"[]", b"words", b"\xff\xfe\xfd", b"{}", b"contexts: 3\n"]
)
def test_a_kubeconfig_that_is_none_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "kubeconfig"
    path.write_bytes(content)
    refused(path)


def test_a_context_that_is_not_in_the_kubeconfig_is_named(kubeconfig: Kubeconfig) -> None:
    assert "stranger" in refused(kubeconfig("http://127.0.0.1:1"), "stranger").what


def test_a_watch_yields_what_happens_one_line_each(cluster: Cluster, server: FakeServer) -> None:
    events = [
        {"type": "ADDED", "object": {"metadata": {"name": "a"}}},
        {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "9"}}},
    ]
    server.answers["GET /api/v1/secrets"] = 200, "".join(f"{json.dumps(e)}\n" for e in events).encode()
    assert list(cluster.watch(SECRET, "7", seconds=5)) == [(e["type"], e["object"]) for e in events]
    assert parse_qs(server.heard[-1]["query"]) == {
        "watch": ["true"],
        "resourceVersion": ["7"],
        "allowWatchBookmarks": ["true"],
        "timeoutSeconds": ["5"],
    }


def test_a_watch_from_a_version_that_is_too_old_says_so(cluster: Cluster, server: FakeServer) -> None:
    told = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old resource version"}}
    server.answers["GET /api/v1/secrets"] = 200, f"{json.dumps(told)}\n".encode()
    with pytest.raises(StatusError, match="too old resource version") as caught:
        list(cluster.watch(SECRET, "7", seconds=5))
    assert caught.value.status == 410


def test_a_watch_that_is_refused_says_why(cluster: Cluster, server: FakeServer) -> None:
    server.answers["GET /api/v1/secrets"] = 403, {"message": "secrets is forbidden"}
    with pytest.raises(StatusError, match="secrets is forbidden"):
        list(cluster.watch(SECRET, "7", seconds=5))


def test_a_watch_of_a_namespace_asks_for_nothing_else(cluster: Cluster, server: FakeServer) -> None:
    server.answers["GET /api/v1/namespaces/t-air/secrets"] = 200, b""
    assert list(cluster.watch(SECRET, "7", namespace="t-air", seconds=5)) == []
    assert [call["call"] for call in server.heard] == ["GET /api/v1/namespaces/t-air/secrets"]


def test_a_watch_ends_when_another_thread_says_so(kubeconfig: Kubeconfig) -> None:
    line = json.dumps({"type": "ADDED", "object": AIR}).encode() + b"\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        cluster = Cluster(kubeconfig(f"http://127.0.0.1:{server.getsockname()[1]}"))
        watch = cluster.watch(SECRET, "7")
        seen: list[str] = []

        def follow() -> None:
            for kind, _ in watch:
                seen.append(kind)
                begun.set()

        begun = threading.Event()
        thread = threading.Thread(target=follow)
        thread.start()
        connection, _ = server.accept()
        with connection:
            head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head + b"%x\r\n%s\r\n" % (len(line), line))
            assert begun.wait(20)
            watch.end()
            thread.join(20)
            assert not thread.is_alive()
        cluster._api.rest_client.pool_manager.clear()
    assert seen == ["ADDED"]


@pytest.mark.parametrize(("patience", "asked"), [(Patience(), 3), (Patience(write=20.0), 1)])
def test_a_write_in_haste_is_sent_once(
    server: FakeServer, kubeconfig: Kubeconfig, patience: Patience, asked: int
) -> None:
    server.answers["PUT /lease"] = server.answers["GET /lease"] = 0, None
    cluster = Cluster(kubeconfig(server.url), patience=patience)
    for method in ("PUT", "GET"):
        with pytest.raises(ClusterError, match="does not answer"):
            cluster.request(method, "/lease")
    calls = [call["call"] for call in server.heard]
    assert (calls.count("PUT /lease"), calls.count("GET /lease")) == (asked, 3)
    cluster._api.rest_client.pool_manager.clear()


def test_who_may_acts_as_somebody_else(cluster: Cluster, server: FakeServer) -> None:
    server.answers["GET /version"] = 200, {}
    cluster.request("GET", "/version", acting={"Impersonate-User": "王".encode().decode("latin-1")})
    assert server.heard[-1]["headers"]["Impersonate-User"].encode("latin-1").decode() == "王"
