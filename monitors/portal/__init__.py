"""The portal: a page that shows people who plan and people who pay what the estate has, holds and uses.

`portal_routes` is all that a server needs. The page reads JSON made of the facts at hand and of the ledger; opening it asks
no cluster, no Prometheus and no other host.
"""

from monitors.portal.foresight import ledger_foresight
from monitors.portal.routes import portal_routes
from monitors.portal.sources import Foresight, History, Outlook, Readiness, Sources

__all__ = ["Foresight", "History", "Outlook", "Readiness", "Sources", "ledger_foresight", "portal_routes"]
