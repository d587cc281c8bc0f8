"""The routes: metrics, probes, and what the portal adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from monitors.serving.access import Access
from monitors.serving.gate import Gate
from monitors.serving.negotiation import accepts_gzip, format_of
from monitors.text import Choice, Scrape
from monitors.text.scrape import CONTENT_TYPES

Check = Callable[[], bool]


def application(
    access: Access,
    scrape: Callable[[], Scrape],
    *,
    ready: Check,
    healthy: Check,
    routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application of a server.

    Args:
        access: whom it lets in.
        scrape: gives the present generation of the metrics.
        ready: whether everything was read once.
        healthy: whether facts still come.
        routes: further routes, of the portal.
    """

    def metrics(request: Request) -> Response:
        query, accept = request.query_params, request.headers.get("accept", "")
        choice = Choice(frozenset(query.getlist("tenancy")), frozenset(query.getlist("department")))
        form = format_of(accept)
        headers = {"Vary": "Accept, Accept-Encoding", "Cache-Control": "no-store"}
        generation = scrape()
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            headers["Content-Encoding"] = "gzip"
            body = generation.gzipped(form, choice)
        else:
            body = generation.body(form, choice)
        return Response(body, headers={**headers, "Content-Type": CONTENT_TYPES[form]})

    def livez(_: Request) -> Response:
        return _told(True, "")

    def readyz(_: Request) -> Response:
        return _told(ready(), "regions are still being read")

    def healthz(_: Request) -> Response:
        return _told(healthy(), "no facts have come for too long")

    return Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/livez", livez),
            Route("/readyz", readyz),
            Route("/healthz", healthz),
            *routes,
        ],
        middleware=[Middleware(Gate, access=access)],
    )


def _told(well: bool, otherwise: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    return PlainTextResponse("ok\n" if well else f"{otherwise}\n", 200 if well else 503, headers)
