"""``govcloud monitor``: metrics, portal, and what Prometheus and Grafana need to make use of them."""

from __future__ import annotations

import click

from govcloud.cli.groups import LazyGroup

_ROOM = "govcloud.cli.monitor"
_COMMANDS = {
    "serve": (f"{_ROOM}.serving", "serve", "Serve the metrics and the portal of an estate."),
    "start": (f"{_ROOM}.background", "start", "Serve them in the background."),
    "stop": (f"{_ROOM}.background", "stop", "End what `start` left in the background."),
    "status": (f"{_ROOM}.background", "show_status", "Show what runs in the background."),
    "rules": (f"{_ROOM}.rules", "rules", "Recording and alerting rules of Prometheus."),
    "dashboards": (f"{_ROOM}.dashboards", "dashboards", "Dashboards of Grafana."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def monitor() -> None:
    """Usage of tenancies, capacity of pools and regions, and what to do with them."""
