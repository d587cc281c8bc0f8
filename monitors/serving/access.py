"""Who may read what is served: anybody on this machine; from elsewhere, who shows a token or a certificate, over TLS."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from govcloud.errors import InputError

_SHORTEST = 16
_LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Listen:
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, address: str) -> Listen:
        """``host:port``, ``[ipv6]:port`` or ``:port``, which is every address of the machine.

        Raises:
            InputError: it is none of these.
        """
        try:
            parts = urlsplit(f"//{address}")
            port = parts.port
        except ValueError:  # no number, or half a bracket
            parts, port = urlsplit(""), None
        if port is None or parts.path or parts.query or parts.username is not None:
            raise InputError(
                f"{address!r} is no address to listen at",
                expected="host:port, such as 127.0.0.1:9464 or [::1]:9464",
                mend="write both, with a colon between",
            )
        return cls(parts.hostname or "0.0.0.0", port)  # noqa: S104  # asked for, and then a token is demanded

    @property
    def is_local(self) -> bool:
        """Whether only programs on this machine can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class Tls:
    """Files of a server's certificate and key, and of the authority whose clients are let in (mTLS)."""

    certificate: Path
    key: Path
    clients: Path | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a server lets in.

    Attributes:
        listen: where it listens.
        token: who shows it is let in; None where no token counts.
        tls: None for plain HTTP.
    """

    listen: Listen
    token: str | None = None
    tls: Tls | None = None

    def __post_init__(self) -> None:
        if self.listen.is_local:
            return
        if self.tls is None or (self.token is None and self.tls.clients is None):
            raise InputError(
                f"whoever reaches {self.listen.host}:{self.listen.port} could read what every tenancy uses",
                expected="TLS, and a token or certificates of clients, where not only this machine is served",
                mend="give --tls-cert and --tls-key with --token-file or --client-ca, or listen at 127.0.0.1",
            )

    def admits(self, authorization: str | None) -> bool:
        """Whether a request's Authorization header opens; browsers send the token as a password."""
        if self.token is None:
            return True
        scheme, _, credentials = (authorization or "").partition(" ")
        shown = credentials.strip()
        if scheme.lower() == "basic":
            shown = _password(shown)
        elif scheme.lower() != "bearer":
            return False
        return hmac.compare_digest(shown.encode(), self.token.encode())

    def answers_to(self, host: str) -> bool:
        """Whether a request may name this host.

        A page on the web may give its own name the address 127.0.0.1 (DNS rebinding): where nobody has to show
        anything, only names of this machine are answered.
        """
        if self.token is not None or not self.listen.is_local:
            return True
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:  # half a bracket
            return False
        return name in (*_LOCAL_NAMES, self.listen.host)


def read_token(path: Path) -> str:
    """The token in a file, without the spaces and line ends around it.

    Raises:
        InputError: the file cannot be read, or what it holds is too short to keep anybody out.
    """
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise InputError(f"the token cannot be read: {error}", where=str(path)) from error
    if len(token) < _SHORTEST:
        raise InputError(
            f"the token has {len(token)} characters",
            where=str(path),
            expected=f"{_SHORTEST} characters or more",
            mend="make one, for example with: openssl rand -hex 32",
        )
    return token


def _password(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeError):
        return ""
