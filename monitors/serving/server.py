"""Runs an application until it is told to end, by Ctrl-C or SIGTERM, and then lets answers under way go out.

Starlette and uvicorn, because both are small, well kept and pure Python here: a scrape is bytes that are ready, so a
faster HTTP parser would win nothing.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from govcloud.errors import InputError, OutsideError
from monitors.serving.access import Access, Listen
from monitors.serving.certificates import Certificates

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_TURN = 0.0005
"""Seconds that other threads compute before one that answers has its turn: Python's 5 ms, ten times a scrape, are felt."""
_AT_ONCE = 256
_FAREWELL = 5
_KEEP_ALIVE = 75
"""Seconds; longer than scrapes are apart, so that one connection does."""


def serve(app: ASGIApp, access: Access, begun: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; must run in the main thread, of a process that is there for this.

    Args:
        app: the application.
        access: where to listen, and with which certificates.
        begun: is told the URL when connections are taken.

    Raises:
        OutsideError: the address cannot be listened at.
        InputError: a certificate or key cannot be used.
    """
    sys.setswitchinterval(_TURN)
    tls = access.tls
    clients = tls.clients if tls else None
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=_AT_ONCE,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_FAREWELL,
        lifespan="off",
        ws="none",
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
        ssl_ca_certs=str(clients) if clients else None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if clients else ssl.CERT_NONE,
    )
    with _listening(access.listen) as place:
        try:
            config.load()
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"the certificate or its key cannot be used: {error}",
                expected="PEM files that belong together",
                mend="see what --tls-cert, --tls-key and --client-ca name",
            ) from error
        renewing = Certificates(tls, config.ssl) if tls and config.ssl else None
        asyncio.run(_run(config, place, renewing, lambda: begun(_url(access, place))))


class _Server(uvicorn.Server):
    """Leaves signals to who runs it: uvicorn's own handling ends the process by the signal, whatever is still to do."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(
    config: uvicorn.Config, place: socket.socket, renewing: Certificates | None, begun: Callable[[], None]
) -> None:
    server = _Server(config)
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    serving = asyncio.create_task(server.serve([place]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.01)
    if server.started:
        begun()
    following = asyncio.create_task(renewing.follow()) if renewing else None
    await serving
    if following:
        following.cancel()


@contextmanager
def _listening(listen: Listen) -> Iterator[socket.socket]:
    """A socket that listens before anything else starts, so that a taken port is told at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM
        )[0]
        place = socket.socket(family, kind, protocol)
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(address)
    except OSError as error:
        raise OutsideError(
            f"cannot listen at {listen.host}:{listen.port} ({error})",
            expected="a free port of this machine",
            mend="choose another one with --address, or end what listens there",
        ) from error
    with place:
        yield place


def _url(access: Access, place: socket.socket) -> str:
    host = f"[{access.listen.host}]" if ":" in access.listen.host else access.listen.host
    return f"{'https' if access.tls else 'http'}://{host}:{place.getsockname()[1]}"
