"""As whom the exporter comes to a region: on this machine with a certificate of its own, elsewhere as a kubeconfig says.

The certificate is good for two days. One that ends within a day is not used for another connection; connections are made
anew every six hours (`monitors.watch.Tempo`), so that none is ever used at its end. It is made again, too, where the region
was made again, or listens at another port.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govcloud.local.region.credentials import Credentials
    from govcloud.model import Estate

USER = "govcloud:exporter"
_FILE = "exporter.kubeconfig"
_DAYS = 2
_LEFT = timedelta(days=1)


def reached(estate: Estate, region: str) -> bool:
    """Whether there is a kubeconfig for a region: it was up once on this machine, or the file that it names is there."""
    from stacks.desired import target_of

    return Path(target_of(estate, region).kubeconfig).expanduser().exists()


def kubeconfig_for(estate: Estate, region: str) -> tuple[str, str | None]:
    """Path and context of the kubeconfig with which the exporter comes to a region.

    Raises:
        ClusterError: there is none, or none can be made.
    """
    from stacks.desired import target_of

    if estate.regions[region].spec.cluster.kind != "local":
        target = target_of(estate, region)
        return target.kubeconfig, target.context
    return str(_own(region)), None


def _own(region: str) -> Path:
    """The exporter's kubeconfig of a region on this machine, mode 0600, made where there is none that is still good."""
    from govcloud.errors import ClusterError, RegionError
    from govcloud.local.region.credentials import Credentials
    from govcloud.local.region.layout import Layout
    from govcloud.local.region.ports import Record
    from govcloud.paths import private_folder, regions_root
    from govcloud.planner.monitoring import MONITORS

    layout = Layout((regions_root() / region).absolute())
    path = layout.identities / _FILE
    try:
        record = Record.load(layout.record)
        if record is None:
            raise ClusterError(f"region {region} is not there", where=str(layout.root))
        credentials = Credentials(region, layout, record)
        if not _is_good(path, credentials):
            private_folder(layout.identities)
            credentials.issue(USER, [MONITORS], path, _DAYS)
    except (OSError, RegionError) as error:
        raise ClusterError(f"no certificate for the exporter: {error}", where=str(path)) from error
    return path


def _is_good(path: Path, credentials: Credentials) -> bool:
    """Whether it leads to the region as it is now, and lasts."""
    from base64 import b64encode

    from govcloud.local.region.credentials import expiry

    try:
        cluster = json.loads(path.read_text(encoding="utf-8"))["clusters"][0]["cluster"]
        lasts = expiry(path) - datetime.now(UTC) > _LEFT
    except (OSError, ValueError, LookupError):
        return False
    ours = b64encode(credentials.authority.pem).decode()
    return bool(
        lasts and cluster["server"] == credentials.server and cluster["certificate-authority-data"] == ours
    )
