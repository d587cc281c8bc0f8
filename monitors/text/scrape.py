"""One generation of the metrics, as any number of scrapes read it: put together once for each format and choice."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from isal import igzip

from monitors.families import Family
from monitors.text.blocks import Block
from monitors.text.lines import header

Format = Literal["text", "openmetrics"]
CONTENT_TYPES: dict[Format, str] = {
    "text": "text/plain; version=0.0.4; charset=utf-8",
    "openmetrics": "application/openmetrics-text; version=1.0.0; charset=utf-8",
}
_LEVEL = 1
"""Of three; the next one saves nothing more."""

_KEPT = 64


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tenancies a scrape is about; with a choice, only what is told by tenancy is told."""

    tenancies: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.tenancies or self.departments)

    def has(self, tenancy: str, department: str) -> bool:
        """Whether a tenancy is chosen."""
        return (not self.tenancies or tenancy in self.tenancies) and (
            not self.departments or department in self.departments
        )


@dataclass(frozen=True, slots=True)
class Section:
    """Families and the blocks of all subjects in them."""

    families: tuple[Family[Any], ...]
    blocks: tuple[Block, ...]

    def chosen(self, choice: Choice) -> tuple[Block, ...]:
        """The blocks of the chosen tenancies: none where it is not told by tenancy."""
        if not choice:
            return self.blocks
        labels = self.families[0].labels
        if "tenancy" not in labels:
            return ()
        tenancy, department = labels.index("tenancy"), labels.index("department")
        return tuple(one for one in self.blocks if choice.has(one.labels[tenancy], one.labels[department]))


class Scrape:
    """One generation.

    Args:
        sections: all that is told, in its order.
    """

    def __init__(self, sections: tuple[Section, ...]) -> None:
        self.sections = sections
        self._lock = threading.Lock()
        self._bodies: dict[tuple[Format, Choice, bool], bytes] = {}

    def body(self, form: Format, choice: Choice | None = None) -> bytes:
        """The whole text in one of the formats."""
        chosen = choice or Choice()
        return self._once((form, chosen, False), lambda: self._text(form, chosen))

    def gzipped(self, form: Format, choice: Choice | None = None) -> bytes:
        """The same, compressed."""
        body = self.body(form, choice)
        return self._once((form, choice or Choice(), True), lambda: igzip.compress(body, _LEVEL, mtime=0))

    def _once(self, key: tuple[Format, Choice, bool], make: Callable[[], bytes]) -> bytes:
        """What is made once, for as many choices as are likely; one more is made for each who asks."""
        with self._lock:
            found = self._bodies.get(key)
            if found is None:
                found = make()
                if len(self._bodies) < _KEPT:
                    self._bodies[key] = found
            return found

    def _text(self, form: Format, choice: Choice) -> bytes:
        open_metrics = form == "openmetrics"
        parts: list[bytes] = []
        for family, lines in self._families(choice):
            if lines:
                parts += (header(family, open_metrics=open_metrics), lines)
        return b"".join((*parts, b"# EOF\n" if open_metrics else b""))

    def _families(self, choice: Choice) -> Iterator[tuple[Family[Any], bytes]]:
        for section in self.sections:
            blocks = section.chosen(choice)
            for place, family in enumerate(section.families):
                yield family, b"".join([block.lines[place] for block in blocks])
