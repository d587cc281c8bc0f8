"""The addresses of the portal: the page, its files and its data, all read only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitors.portal.answers import Answer, Kept, json_answer
from monitors.portal.assets import assets
from monitors.portal.capacity import capacity
from monitors.portal.compliance import compliance
from monitors.portal.language import TAGS, wanted
from monitors.portal.past import HOUR, Past
from monitors.portal.reclaim import DAYS, LINES, reclaim
from monitors.portal.recovery import recovery
from monitors.portal.sharings import sharings
from monitors.portal.shell import POLICY, page
from monitors.portal.sources import Sources
from monitors.portal.tenancies import tenancies
from monitors.portal.trend import asked, since, trend, unknown

_FOR_EVER = "public, max-age=31536000, immutable"
_QUESTION = "ask for subject=pool|region|tenancy, key, resource=cpu|memory|storage|accelerators, days=7|30|90"


def portal_routes(sources: Sources) -> list[Route]:
    """The routes of the portal: ``/``, ``/portal/…`` (files) and ``/api/…`` (JSON).

    Handlers are plain functions, which the server runs in threads, since the ledger may read a disk.

    Raises:
        OutsideError: the chart library was not installed.
    """
    portal = Portal(sources)
    parts = {
        "capacity": portal.capacity,
        "tenancies": portal.tenancies,
        "recovery": portal.recovery,
        "compliance": portal.compliance,
        "sharings": portal.sharings,
        "reclaim": portal.reclaim,
        "trend": portal.trend,
    }
    routes = [Route(f"/api/{name}", endpoint, methods=["GET"]) for name, endpoint in parts.items()]
    return [
        Route("/", portal.page, methods=["GET"]),
        Route("/portal/{mark}/{name}", portal.file, methods=["GET"]),
        *routes,
    ]


class Portal:
    """What answers the routes; an answer is made anew only when what it is made of is another one."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._files = assets()
        self._kept = Kept()
        self._past = Past(sources.ledger) if sources.ledger else None

    def page(self, request: Request) -> Response:
        """The page, in the language that the browser wants."""
        language = wanted(request)
        estate = self._sources.estate
        title = estate.head.spec.title if estate else self._sources.facts().estate
        answer = Answer.of(page(language, title, self._files).encode(), "text/html")
        headers = {"Content-Security-Policy": POLICY, "Content-Language": TAGS[language]}
        return answer.send(request, **headers, Vary="Accept-Encoding, Accept-Language")

    def file(self, request: Request) -> Response:
        """A file of the page. One that an older page asks for by an older mark is told anew, and not kept."""
        answer = self._files.answers.get(request.path_params["name"])
        if answer is None:
            return Response(status_code=404)
        current = request.path_params["mark"] == self._files.mark
        return answer.send(request, _FOR_EVER if current else "no-cache")

    def capacity(self, request: Request) -> Response:
        """Regions and pools."""
        facts, estate = self._sources.facts(), self._sources.estate
        return self._send(request, "capacity", (facts, estate), lambda: capacity(facts, estate))

    def tenancies(self, request: Request) -> Response:
        """Tenancies by region."""
        facts, estate = self._sources.facts(), self._sources.estate
        return self._send(request, "tenancies", (facts, estate), lambda: tenancies(facts, estate))

    def recovery(self, request: Request) -> Response:
        """Recovery readiness."""
        facts, source = self._sources.facts(), self._sources.recovery
        measured = tuple(source()) if source else None
        estate = self._sources.estate
        basis = (facts, measured, estate)
        return self._send(request, "recovery", basis, lambda: recovery(facts, estate, measured))

    def compliance(self, request: Request) -> Response:
        """Findings, waivers and filings."""
        report = self._sources.report() if self._sources.report else None
        estate = self._sources.estate
        return self._send(request, "compliance", (report, estate), lambda: compliance(report, estate))

    def sharings(self, request: Request) -> Response:
        """Sharings."""
        estate = self._sources.estate
        return self._send(request, "sharings", estate, lambda: sharings(estate))

    def reclaim(self, request: Request) -> Response:
        """Reclaim candidates, judged once an hour."""
        facts, estate, now = self._sources.facts(), self._sources.estate, self._sources.clock()
        names = frozenset((one.region, one.tenancy) for region in facts.regions for one in region.tenancies)
        read = self._past.read(LINES, DAYS, now) if self._past else None
        basis = (now // HOUR, names, read, estate)
        return self._send(request, "reclaim", basis, lambda: reclaim(facts, estate, self._past, read, now))

    def trend(self, request: Request) -> Response:
        """The past hours of one subject."""
        question = asked(request.query_params)
        if question is None:
            return JSONResponse({"error": _QUESTION}, status_code=400)
        now = self._sources.clock()
        if self._past is None or self._sources.ledger is None:
            return json_answer(unknown()).send(request)
        gaps = self._sources.ledger.gaps(since(question[3], now), now)
        ahead = self._sources.outlook(*question[:3]) if self._sources.outlook else None
        return json_answer(trend(self._past, gaps, ahead, question, now)).send(request)

    def _send(self, request: Request, name: str, basis: object, make: Callable[[], Any]) -> Response:
        return self._kept.get(name, basis, make).send(request)
