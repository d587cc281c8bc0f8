"""What is logged of a region that cannot be watched: each cause once, until the region is heard of again."""

from __future__ import annotations

import logging
from threading import Lock

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError

_LOG = logging.getLogger(__name__)
_UNKNOWN, _FORBIDDEN = 401, 403
_MEANT = {
    _UNKNOWN: "its API server does not know this exporter, or its certificate has ended",
    _FORBIDDEN: (
        "the rights of exporters, group govcloud:monitors, come with the platform of a region: bring it about with "
        "`govcloud up`, or bind whom your kubeconfig names; the watch goes on by itself then"
    ),
}


class Complaints:
    """The log of one region. Any thread may write it.

    Args:
        region: its name.
    """

    def __init__(self, region: str) -> None:
        self._region = region
        self._told: set[int] = set()
        self._lock = Lock()

    def failed(self, error: ClusterError) -> None:
        """A call failed; another failure of the same sort says nothing new."""
        sort = error.status if isinstance(error, StatusError) else 0
        with self._lock:
            if sort in self._told:
                return
            self._told.add(sort)
        meant = f"; {_MEANT[sort]}" if sort in _MEANT else ""
        words = " ".join(
            str(error).split()
        )  # not the error itself: whoever keeps the record would keep its connections
        _LOG.warning("region %s is not fresh: %s%s", self._region, words, meant)

    def heard(self) -> None:
        """All is well, so that the next failure is news."""
        with self._lock:
            told, self._told = self._told, set()
        if told:
            _LOG.warning("region %s is fresh now", self._region)
