"""An API server that a test scripts: a few endpoints on loopback."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeServer(ThreadingHTTPServer):
    """``answers`` maps "METHOD /path" to (status, body) or a function of the query; ``heard`` is what was asked.

    A status of 0 is no answer: the connection is closed.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[str, Any] = {}
        self.heard: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def _answer(self) -> None:
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.title(): value for name, value in self.headers.items()}
        call = {"call": f"{self.command} {path}", "query": query, "headers": headers, "body": body}
        self.server.heard.append(call)
        refusal = 404, {"kind": "Status", "message": f"{path} not found"}
        status, answer = self.server.answers.get(f"{self.command} {path}", refusal)
        if not status:
            self.close_connection = True
            return
        data = answer(query) if callable(answer) else answer
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PATCH = do_PUT = do_POST = do_DELETE = _answer  # noqa: N815 - http.server names them

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
