"""A scripted API server, stopped when the test ends, and a client of it."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cluster_servers import FakeServer

from govcloud.cluster import Cluster


@pytest.fixture
def server() -> Iterator[FakeServer]:
    with FakeServer() as fake:
        thread = threading.Thread(target=fake.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield fake
        fake.shutdown()
        thread.join()


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a kubeconfig with two contexts: the current one without a user, ``clerk`` with a token."""

    def write(url: str) -> Path:
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "nobody",
            "clusters": [{"name": "north", "cluster": {"server": url}}],
            "contexts": [
                {"name": "nobody", "context": {"cluster": "north", "user": "nobody"}},
                {"name": "clerk", "context": {"cluster": "north", "user": "clerk"}},
            ],
            "users": [{"name": "nobody", "user": {}}, {"name": "clerk", "user": {"token": "s3same"}}],
        }
        path = tmp_path / "kubeconfig"
        path.write_text(json.dumps(content))
        return path

    return write


@pytest.fixture
def cluster(server: FakeServer, kubeconfig: Callable[[str], Path]) -> Iterator[Cluster]:
    cluster = Cluster(kubeconfig(server.url))
    yield cluster
    cluster._api.rest_client.pool_manager.clear()
