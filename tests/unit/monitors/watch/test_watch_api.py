"""How an API server is followed: silence ends a watch, which is no failure; a refusal says why."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from govcloud.cluster.client import StatusError
from monitors.watch import ApiServer, api

EVENT = b'{"type":"ADDED"}\n'


class _Answers(BaseHTTPRequestHandler):
    """One event and then nothing under /watch; a refusal under anything else."""

    protocol_version = "HTTP/1.1"
    ended = threading.Event()

    def do_GET(self) -> None:
        if not self.path.startswith("/watch"):
            words = json.dumps({"kind": "Status", "code": 403, "message": "pods are not for you"}).encode()
            self.send_response(403)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)
            return
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"%x\r\n%s\r\n" % (len(EVENT), EVENT))
        self.wfile.flush()
        self.ended.wait(30)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ApiServer]:
    listening = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    listening.daemon_threads = True
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    document = {
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{listening.server_address[1]}"}}],
        "users": [{"name": "u", "user": {"token": "made-up"}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "c",
    }
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps(document))
    _Answers.ended.clear()
    yield ApiServer(kubeconfig)
    _Answers.ended.set()
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_a_watch_in_which_nothing_happens_ends_without_a_failure(
    server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "_WATCH_SILENCE", 0.1)
    assert list(server.follow("/watch", {}, lambda _: None)) == [EVENT.rstrip()]


def test_a_refusal_says_why_in_the_words_of_the_server(server: ApiServer) -> None:
    with pytest.raises(StatusError, match="pods are not for you") as refused:
        server.read("/api/v1/pods")
    assert refused.value.status == 403
