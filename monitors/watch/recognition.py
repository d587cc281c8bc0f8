"""Whether the API server that answers is the one of before: where a region was made anew, versions of before mean nothing.

The namespace kube-system lives as long as its cluster, so its identifier tells one cluster from another.
"""

from __future__ import annotations

import msgspec

from govcloud.errors import ClusterError
from monitors.watch.api import Feed
from monitors.watch.objects import Namespace, Page

_OLDEST = "kube-system"
_PAGES = msgspec.json.Decoder(Page[Namespace])


def cluster_of(feed: Feed) -> str:
    """What tells the cluster behind a feed from any other; "" where it does not say.

    Raises:
        ClusterError: it does not answer, or refuses.
    """
    query = {"fieldSelector": f"metadata.name={_OLDEST}"}
    try:
        page = _PAGES.decode(feed.read("/api/v1/namespaces", query))
    except msgspec.MsgspecError as error:
        raise ClusterError("the answer is no list of namespaces", where="/api/v1/namespaces") from error
    return next((one.metadata.uid for one in page.items if one.metadata.name == _OLDEST), "")
