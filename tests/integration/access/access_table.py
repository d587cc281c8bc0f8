"""The tables of docs/access.md as data: what they say is what the tests ask about.

A name after ``=`` is that of one object, where a right is on that alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEXT = (Path(__file__).parents[3] / "docs/access.md").read_text(encoding="utf-8")
OWN = "In a tenancy of one's own department"
OTHER = "In a tenancy of another department"
EVERYWHERE = "In all namespaces at once"
DESK = "In the register, in the namespace of one's own department"
OTHER_DESK = "In the register, in the namespace of another department"
REGION = "In a region as a whole"
READ = frozenset({"get", "list", "watch"})
ALL = READ | {"create", "update", "patch", "delete", "deletecollection"}
_AT_ONCE = frozenset({"list", "watch", "deletecollection"})

Served = Mapping[str, frozenset[str]]
"""The verbs of each resource that an API server serves, by its name as the tables write it."""


@dataclass(frozen=True)
class Row:
    """Kinds or paths with the same rights, and these rights by part, as they are written."""

    names: tuple[str, ...]
    cells: Mapping[str, str]

    def verbs(self, name: str, served: Served) -> frozenset[str]:
        """The verbs to ask about: those that the kind has, where a word stands for them, and those written."""
        said = frozenset().union(*(_words(cell) for cell in self.cells.values()))
        kind, _, one = name.partition("=")
        assert not one or not said & {"read", "all"}, f"{name}: of one object, write the verbs"
        return (served.get(kind, ALL) if said & {"read", "all"} else frozenset()) | (said & _VERBS)

    def expected(self, part: str, name: str, served: Served) -> frozenset[str]:
        """The verbs that a part has on a kind."""
        words = _words(self.cells[part])
        named = {"read": READ, "all": ALL}
        return frozenset().union(*(named.get(word, {word}) for word in words)) & self.verbs(name, served)


@dataclass(frozen=True)
class Right:
    """What a table says about a part, a verb and a kind in a place."""

    place: str
    part: str
    verb: str
    name: str
    allowed: bool


def rights(place: str, served: Served) -> Iterator[Right]:
    """All that the tables say about a place."""
    if place == EVERYWHERE:
        yield from _everywhere(served)
        return
    above = {OTHER: OWN, OTHER_DESK: DESK}.get(place)
    (only, *_) = rows = tables()[place]
    for row in tables()[above] if above else rows:
        for part in row.cells:
            there = not above or only.cells[part] == "as above"
            yield from _of(row, place, part, served, there)


def known(place: str, part: str, served: Served) -> set[tuple[str, str]]:
    """Every verb and kind that a part has in a namespace of a place, be it there or in all namespaces."""
    said = [right for table in (place, OTHER_DESK, REGION) for right in rights(table, served)]
    found = {(right.verb, right.name) for right in said if right.part == part and right.allowed}
    *named, _ = tables()[EVERYWHERE]
    return found | {
        (verb, name) for row in named for name in row.names for verb in row.expected(part, name, served)
    }


def kinds() -> set[str]:
    """Every kind that a table names."""
    return {
        name for place in (OWN, EVERYWHERE, DESK, REGION) for row in tables()[place] for name in row.names
    }


def paths() -> list[Row]:
    """The table of paths."""
    return [row for row in _parsed(_section(REGION)) if row.names[0].startswith("/")]


@cache
def tables() -> dict[str, list[Row]]:
    """The rows on kinds, by the heading that they stand under."""
    places = (OWN, OTHER, EVERYWHERE, DESK, OTHER_DESK, REGION)
    return {place: [row for row in _parsed(_section(place)) if not _is_path(row)] for place in places}


_VERBS = ALL | {"bind", "escalate", "impersonate", "approve", "sign"}


def _of(row: Row, place: str, part: str, served: Served, there: bool) -> Iterator[Right]:
    for name in row.names:
        allowed = row.expected(part, name, served) if there else frozenset()
        for verb in sorted(row.verbs(name, served)):
            yield Right(place, part, verb, name, verb in allowed)


def _everywhere(served: Served) -> Iterator[Right]:
    """Kinds that are named have a row of their own, all others with a namespace the last one."""
    *named, others = tables()[EVERYWHERE]
    rest = {name for place in (OWN, DESK) for row in tables()[place] for name in row.names}
    rest -= {name for row in named for name in row.names} | {"namespaces"}
    rest = {name for name in rest if "/" not in name}
    at_once = {name: served[name] & _AT_ONCE for name in served}
    for row in (*named, Row(tuple(sorted(rest)), others.cells)):
        for part in row.cells:
            yield from _of(row, EVERYWHERE, part, at_once, there=True)


def _section(heading: str) -> str:
    (section,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return str(section)


def _parsed(section: str) -> Iterator[Row]:
    for table in re.findall(r"(?:^\|.*\|$\n?)+", section, re.MULTILINE):
        head, _, *lines = ([cell.strip() for cell in line[1:-1].split("|")] for line in table.splitlines())
        for first, *cells in lines:
            names = tuple(re.findall(r"`([^`]+)`", first)) or (first,)
            yield Row(names, dict(zip(head[1:], cells, strict=True)))


def _words(cell: str) -> frozenset[str]:
    return frozenset(word for word in cell.split(", ") if word != "–")


def _is_path(row: Row) -> bool:
    return row.names[0].startswith("/")
