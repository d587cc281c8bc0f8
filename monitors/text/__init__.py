"""The metrics as text: written once when something changes, and only put together when somebody scrapes."""

from monitors.text.collector import EstateCollector
from monitors.text.exposition import Exposition
from monitors.text.scrape import Choice, Format, Scrape

__all__ = ["Choice", "EstateCollector", "Exposition", "Format", "Scrape"]
