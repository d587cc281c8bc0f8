"""The web server of metrics and portal: reads only, on loopback unless it is told whom to let in."""

from monitors.serving.access import Access, Listen, Tls
from monitors.serving.app import application
from monitors.serving.server import serve

__all__ = ["Access", "Listen", "Tls", "application", "serve"]
