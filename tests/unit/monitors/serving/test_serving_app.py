"""What the server answers, to whom, and with which headers."""

import asyncio
import base64
import gzip
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message

from govcloud.errors import InputError
from monitors.facts import EstateFacts
from monitors.serving import Access, Listen, Tls, application
from monitors.serving.access import read_token
from monitors.serving.negotiation import accepts_gzip, format_of
from monitors.text import Exposition

TOKEN = "a-token-that-is-long-enough"  # noqa: S105
LOCAL = Access(Listen("127.0.0.1", 9464))


@dataclass
class Answer:
    """What an application answered."""

    status_code: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


@dataclass
class Client:
    """Asks an application without a network between."""

    app: ASGIApp

    def get(self, path: str, headers: dict[str, str] | None = None) -> Answer:
        sent = {"host": "127.0.0.1:9464"} | {name.lower(): value for name, value in (headers or {}).items()}
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
        answer = Answer()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status_code = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.content += message["body"]

        asyncio.run(self.app(scope, receive, send))  # type: ignore[arg-type]
        return answer


def client(access: Access = LOCAL, *, ready: bool = True) -> Client:
    exposition = Exposition("1.2.3")
    exposition.tell(EstateFacts("small", 1e9))
    return Client(application(access, exposition.scrape, ready=lambda: ready, healthy=lambda: True))


def test_metrics_come_in_the_format_and_encoding_that_is_asked_for() -> None:
    asked = {
        "Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5",
        "Accept-Encoding": "gzip",
    }
    answer = client().get("/metrics", headers=asked)
    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.content).endswith(b"# EOF\n")
    plain = client().get("/metrics", headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert b"govcloud_build_info" in plain.content


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "text"),
        ("*/*", "text"),
        ("application/openmetrics-text;q=0.4,text/plain;q=0.5", "text"),
        ("application/openmetrics-text;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1", "openmetrics"),
        ("application/openmetrics-text;q=0", "text"),
    ],
)
def test_the_format_is_the_one_that_is_liked_more(accept: str, form: str) -> None:
    assert format_of(accept) == form


def test_gzip_can_be_refused() -> None:
    assert accepts_gzip("gzip, deflate")
    assert not accepts_gzip("gzip;q=0")
    assert not accepts_gzip("")


def test_answers_bear_headers_that_keep_browsers_from_doing_harm() -> None:
    headers = client().get("/metrics").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_a_token_opens_as_bearer_and_as_password_of_a_browser() -> None:
    guarded = client(Access(LOCAL.listen, TOKEN))
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"}).status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    login = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert guarded.get("/metrics", headers={"Authorization": f"Basic {login}"}).status_code == 200
    assert guarded.get("/metrics", headers={"Authorization": "Basic !"}).status_code == 401


def test_probes_need_no_token() -> None:
    guarded = client(Access(LOCAL.listen, TOKEN), ready=False)
    assert guarded.get("/livez").status_code == 200
    assert guarded.get("/healthz").status_code == 200
    assert guarded.get("/readyz").status_code == 503


def test_a_page_that_gives_its_own_name_this_machines_address_reads_nothing() -> None:
    assert client().get("/metrics", headers={"Host": "evil.example:9464"}).status_code == 421
    assert client().get("/metrics", headers={"Host": "[::1]:9464"}).status_code == 200


@pytest.mark.parametrize("address", ["0.0.0.0:9464", ":9464", "10.1.2.3:9464", "host.example:80"])
def test_off_this_machine_nothing_is_served_to_everybody(address: str) -> None:
    listen, tls = Listen.parse(address), Tls(Path("c"), Path("k"))
    for token, files in ((None, None), (TOKEN, None), (None, tls)):
        with pytest.raises(InputError):
            Access(listen, token, files)
    Access(listen, TOKEN, tls)
    Access(listen, None, Tls(Path("c"), Path("k"), Path("ca")))


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "a@b:1"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(InputError):
        Listen.parse(address)


def test_a_token_that_is_too_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("short\n")
    with pytest.raises(InputError):
        read_token(file)
    file.write_text(f"{TOKEN}\n")
    assert read_token(file) == TOKEN


def test_compressed_and_plain_answers_say_the_same() -> None:
    one = client()
    plain = one.get("/metrics", headers={"Accept-Encoding": "identity"}).content
    packed = one.get("/metrics", headers={"Accept-Encoding": "gzip"}).content
    assert gzip.decompress(packed) == plain
