"""A small OpenID Connect provider on the loopback address: discovery and keys over TLS, and tokens signed with them."""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from govcloud.local.region.pki import Authority, Leaf, ensure_authority
from govcloud.model.identity import Identity
from govcloud.planner import Manifest
from govcloud.planner.authentication import authentication_configuration

AUDIENCES = ["govcloud", "dashboards"]
Key = RSAKey | ECKey


class Issuer:
    """A provider that runs; whoever holds it signs in its name."""

    def __init__(self, url: str, authority: Authority) -> None:
        self.url = url
        self.authority = authority.pem.decode()
        self.keys: dict[str, Key] = {
            "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}),
        }

    def documents(self) -> dict[str, dict[str, Any]]:
        """What it serves, by path."""
        discovery = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [*self.keys],
        }
        keys = {"keys": [key.as_dict(private=False) for key in self.keys.values()]}
        return {"/.well-known/openid-configuration": discovery, "/keys": keys}

    def claims(self, **changes: Any) -> dict[str, Any]:
        """The claims of a good token for the owner of a department; a claim of None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": AUDIENCES[:1],
            "sub": "li.na@mee",
            "groups": ["mee:owners"],
            "amr": ["pwd", "mfa"],
            "iat": now,
            "exp": now + 300,
        }
        return {claim: value for claim, value in (claims | changes).items() if value is not None}

    def token(self, algorithm: str = "RS256", key: Key | None = None, **changes: Any) -> str:
        """A signed token."""
        header = {"alg": algorithm, "kid": self.keys[algorithm].kid}
        return jwt.encode(header, self.claims(**changes), key or self.keys[algorithm], algorithms=[algorithm])

    def unsigned(self, **changes: Any) -> str:
        """A token of the algorithm ``none``."""
        parts = [{"alg": "none", "typ": "JWT"}, self.claims(**changes)]
        return ".".join([*(_encoded(part) for part in parts), ""])


@contextmanager
def serving(folder: Path) -> Iterator[Issuer]:
    """A provider that serves until the end, under an authority of its own."""
    folder.mkdir()
    authority = ensure_authority(folder, "ca", "provider of the tests")
    certificate, key = authority.issue(Leaf("provider", hosts=("127.0.0.1",), server=True), timedelta(days=1))
    (folder / "server.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        issuer = Issuer(f"https://127.0.0.1:{server.server_port}", authority)
        server.RequestHandlerClass = _handler(issuer.documents())
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield issuer
        finally:
            server.shutdown()
            thread.join()


def _handler(documents: dict[str, dict[str, Any]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            document = documents.get(self.path)
            body = json.dumps(document).encode()
            self.send_response(200 if document else 404)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads along."""

    return Handler


def _encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def callers(issuer: Issuer, **changes: Any) -> Manifest:
    """The configuration of an API server that accepts the tokens of a provider."""
    entry = {
        "name": "staff",
        "url": issuer.url,
        "audiences": AUDIENCES,
        "certificateAuthority": issuer.authority,
        "secondFactor": {"claim": "amr", "values": ["mfa", "hwk"]},
        "grants": {"cloud-auditors": "govcloud:auditors"},
        **changes,
    }
    return authentication_configuration(Identity.model_validate({"issuers": [entry]}))
