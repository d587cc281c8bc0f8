"""The server as it listens on a real socket: TLS, a token, certificates of clients, and a certificate that is renewed."""

from __future__ import annotations

import http.client
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from govcloud.local.region.pki import Authority, KeyPair, Leaf, ensure_authority
from monitors.serving.access import Tls
from monitors.serving.certificates import Certificates

TOKEN = "3f9a-this-opens-the-door-17cc"  # noqa: S105  # made up
_PROGRAM = """
import logging, sys
from pathlib import Path
from monitors.serving import Access, Listen, Tls, application, serve
from monitors.serving.access import read_token
from monitors.text import Exposition
logging.basicConfig(level=logging.DEBUG)
token, certificate, key, clients = (Path(one) if one else None for one in sys.argv[1:])
access = Access(Listen("127.0.0.1", 0), read_token(token) if token else None, Tls(certificate, key, clients))
app = application(access, Exposition("1.2.3").scrape, ready=lambda: True, healthy=lambda: True)
serve(app, access, lambda url: print(url, flush=True))
"""


@dataclass
class Served:
    """A server in a process of its own, as its own tests of signals need it, and what it said."""

    process: subprocess.Popen[str]
    port: int
    log: Path


@dataclass(frozen=True)
class Stage:
    """An authority, a certificate of the server, one of a client, and one of a client of another authority."""

    authority: Authority
    certificate: Path
    server: KeyPair
    client: KeyPair
    stranger: KeyPair


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("pki")
    ours, others = (ensure_authority(folder, name, name) for name in ("ours", "others"))
    return Stage(
        ours,
        folder / "ours.crt",
        ours.ensure(Leaf("server", hosts=("127.0.0.1",), server=True), folder, "server"),
        ours.ensure(Leaf("prometheus", client=True), folder, "client"),
        others.ensure(Leaf("prometheus", client=True), folder, "stranger"),
    )


def served(folder: Path, stage: Stage, *, token: bool, clients: bool) -> Iterator[Served]:
    secret, log = folder / "token", folder / "log"
    secret.write_text(f"{TOKEN}\n")
    words = [
        str(secret) if token else "",
        str(stage.server.certificate),
        str(stage.server.key),
        str(stage.certificate) if clients else "",
    ]
    with log.open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *words], stdout=subprocess.PIPE, stderr=said, text=True
        )
    with process:
        assert process.stdout is not None
        url = process.stdout.readline()
        assert url.startswith("https://127.0.0.1:"), log.read_text()
        yield Served(process, int(url.rpartition(":")[2]), log)
        process.send_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def by_token(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("token"), stage, token=True, clients=False)


@pytest.fixture(scope="module")
def by_certificate(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from served(tmp_path_factory.mktemp("clients"), stage, token=False, clients=True)


def trusting(stage: Stage, shown: KeyPair | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=stage.certificate)
    if shown:
        context.load_cert_chain(shown.certificate, shown.key)
    return context


def ask(port: int, context: ssl.SSLContext, path: str = "/metrics", token: str | None = None) -> int:
    with closing(http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=10)) as connection:
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
        return connection.getresponse().status


def test_the_token_opens_over_tls_and_nothing_else_does(stage: Stage, by_token: Served) -> None:
    context = trusting(stage)
    assert ask(by_token.port, context, token=TOKEN) == 200
    assert ask(by_token.port, context, token=TOKEN[:-1]) == 401
    assert ask(by_token.port, context) == 401
    assert ask(by_token.port, context, "/", token="wrong") == 401  # noqa: S106
    assert ask(by_token.port, context, "/livez") == 200


def test_a_server_that_nobody_vouches_for_is_not_talked_to(by_token: Served) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        ask(by_token.port, ssl.create_default_context(), token=TOKEN)


def test_plain_http_is_not_answered(by_token: Served) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", by_token.port, timeout=10)) as connection:
        connection.request("GET", "/livez")
        with pytest.raises((http.client.BadStatusLine, ConnectionError)):
            connection.getresponse()


def test_a_certificate_of_the_authority_opens_and_no_other_and_none_does(
    stage: Stage, by_certificate: Served
) -> None:
    assert ask(by_certificate.port, trusting(stage, stage.client)) == 200
    for shown in (None, stage.stranger):
        for path in ("/metrics", "/livez"):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                ask(by_certificate.port, trusting(stage, shown), path)


def test_the_token_is_in_no_log_and_no_list_of_processes(stage: Stage, by_token: Served) -> None:
    ask(by_token.port, trusting(stage), token=TOKEN)
    ask(by_token.port, trusting(stage), token=f"{TOKEN}x")
    process = psutil.Process(by_token.process.pid)
    assert TOKEN not in " ".join(process.cmdline()) + str(process.environ()) + by_token.log.read_text()


def test_a_renewed_certificate_is_shown_without_a_restart(stage: Stage, tmp_path: Path) -> None:
    pair = stage.authority.ensure(Leaf("server", hosts=("127.0.0.1",), server=True), tmp_path, "server")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    certificates = Certificates(Tls(pair.certificate, pair.key), context)
    first = shown(stage, context)
    certificates.look()
    assert shown(stage, context) == first
    certificate, key = stage.authority.issue(Leaf("server", hosts=("127.0.0.1",), server=True))
    renew(pair.certificate, certificate)
    certificates.look()
    assert shown(stage, context) == first  # the key is still that of before
    renew(pair.key, key)
    certificates.look()
    assert shown(stage, context) != first


def renew(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    later = time.time_ns() + 10**9  # files that are written within one tick of a clock look the same
    os.utime(path, ns=(later, later))


def shown(stage: Stage, context: ssl.SSLContext) -> bytes | None:
    """The certificate that a client is shown, without a network between."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(to_server, to_client, server_side=True)
    client = trusting(stage).wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    for one in (client, server, client, server):
        try:
            one.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return client.getpeercert(binary_form=True)
