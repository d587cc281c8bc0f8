"""What stands before every route: who may come in, and the headers that keep browsers from doing harm."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitors.serving.access import Access

OPEN = ("/healthz", "/livez", "/readyz")
"""Answered to anybody: they tell nothing but whether the server is well, and probes show no token."""

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Gate:
    """Refuses who may not come in, and adds the headers to every answer that has none of that name."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it with a refusal."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> ASGIApp | None:
        headers = Headers(scope=scope)
        if not self._access.answers_to(headers.get("host", "")):
            return PlainTextResponse("this server answers to names of this machine alone\n", 421)
        if scope["path"] in OPEN or self._access.admits(headers.get("authorization")):
            return None
        return PlainTextResponse(
            "a token is needed: Authorization: Bearer TOKEN\n",
            401,
            {"WWW-Authenticate": 'Basic realm="govcloud", charset="UTF-8"'},
        )
