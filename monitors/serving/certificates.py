"""A server's certificate and key, taken up again when their files change: renewed certificates need no restart."""

from __future__ import annotations

import asyncio
import logging
import ssl
from pathlib import Path

from monitors.serving.access import Tls

_LOG = logging.getLogger(__name__)
_EVERY = 10.0


class Certificates:
    """The files of a certificate and its key, and the context that serves by them.

    Args:
        tls: the files.
        context: serves with what they held when it was made.
    """

    def __init__(self, tls: Tls, context: ssl.SSLContext) -> None:
        self._tls = tls
        self._context = context
        self._seen = self._marks()

    async def follow(self, every: float = _EVERY) -> None:
        """Look at the files again and again, until cancelled."""
        while True:
            await asyncio.sleep(every)
            self.look()

    def look(self) -> None:
        """Take up files that changed; new connections get them. Those that do not belong together yet are looked at again."""
        now = self._marks()
        if now == self._seen:
            return
        pair = (self._tls.certificate, self._tls.key)
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                *pair
            )  # half a pair would spoil the one that serves
            self._context.load_cert_chain(*pair)
        except (OSError, ssl.SSLError) as error:
            _LOG.warning("the certificate in %s is not taken up: %s", self._tls.certificate, error)
            return
        self._seen = now
        _LOG.warning("the certificate in %s was renewed", self._tls.certificate)

    def _marks(self) -> tuple[int, ...]:
        return tuple(map(_mark, (self._tls.certificate, self._tls.key)))


def _mark(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
