"""A listing of tenancies that goes on: read whole once at the price of a listing, then only what changes.

Each department that is asked about is followed by itself, since that is where whoever belongs to one may look; who may look
everywhere follows all in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from types import TracebackType

from govcloud.cluster import Cluster
from govcloud.cluster.answers import Manifest, StatusError
from govcloud.cluster.following import Change, Following
from govcloud.errors import ClusterError
from govcloud.hub.listing import Row, pages, row_of
from govcloud.hub.names import department_namespace
from govcloud.hub.record import Record
from govcloud.hub.refusals import explained
from govcloud.hub.register import TENANCIES

_FOREVER = (401, 403, 404)
"""What the API server answers to whoever may not look, or where there is no register: to ask again helps nobody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A tenancy of the listing, and all of it where it was seen to change."""

    row: Row
    record: Record | None = field(default=None, compare=False)


News = Change[Seen] | ClusterError
"""What became of a tenancy, or why nothing is heard for now."""


class Vigil:
    """Follows tenancies until it is left.

    Args:
        cluster: the API server of the hub, as somebody.
        departments: whose tenancies; None stands for all at once.
        pause: the most seconds until what failed is tried again.
    """

    def __init__(self, cluster: Cluster, departments: Sequence[str | None], *, pause: float = 2.0) -> None:
        self._news: SimpleQueue[News] = SimpleQueue()
        self._following = [self._of(cluster, department, pause) for department in departments]

    def __enter__(self) -> Vigil:
        for one in self._following:
            one.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._following:
            one.end()

    def first(self) -> list[Seen]:
        """The listing as it is now.

        Raises:
            RefusedError: the caller may not see it.
            ClusterError: the hub does not answer.
        """
        for one in self._following:
            while not one.ready.wait(0.05):
                self._refuse_trouble()
        return [seen for one in self._following for seen in one.objects().values()]

    def more(self) -> list[News]:
        """What has happened since it was asked last, as soon as something has.

        Raises:
            RefusedError: the caller may no longer see it.
            ClusterError: the hub no longer knows the caller.
        """
        found = [self._news.get()]
        while (news := self._next()) is not None:
            found.append(news)
        for one in found:
            if isinstance(one, StatusError) and one.status in _FOREVER:
                raise explained(one, "the register") from one
        return found

    def _refuse_trouble(self) -> None:
        """At the beginning whatever fails is told, since it may be a wrong kubeconfig."""
        while (news := self._next()) is not None:
            if isinstance(news, StatusError):
                raise explained(news, "the register") from news
            if isinstance(news, ClusterError):
                raise news

    def _next(self) -> News | None:
        try:
            return self._news.get_nowait()
        except Empty:
            return None

    def _of(self, cluster: Cluster, department: str | None, pause: float) -> Following[Seen]:
        namespace = department_namespace(department) if department else None
        source = _Rows(cluster, namespace)
        return Following(
            cluster, TENANCIES, source, self._news.put, self._news.put, namespace=namespace, pause=pause
        )


class _Rows:
    """Tenancies as rows, made by the API server where they are many."""

    def __init__(self, cluster: Cluster, namespace: str | None) -> None:
        self._cluster = cluster
        self._namespace = namespace

    def listed(self) -> tuple[dict[str, Seen], str]:
        found: dict[str, Seen] = {}
        version = ""
        for rows, version in pages(self._cluster, TENANCIES, self._namespace):  # noqa: B007  # the last one counts
            found |= {row.name: Seen(row) for row in rows}
        return found, version

    def kept(self, manifest: Manifest) -> Seen:
        record = Record(manifest)
        return Seen(row_of(record, datetime.now(UTC)), record)
