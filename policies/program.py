"""A program of Pulumi as the rules see it: its objects as they come, and what is told of each.

What cannot be judged for certain is a warning: an object with values that are not known before the update, in a preview (in
the update all are known, and the rules are asked again); and what an object lacks beside it in a namespace that is not the
program's own, since it may be there already.

A program may register an object before its namespace. A preview judges such an object at the end, when all are registered; an
update has to judge it before it is made, and knows no better then than the strictest grade.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from policies.evaluation import STRICTEST
from policies.finding import Finding
from policies.inspection import Inspection, by_place, is_namespace, place
from policies.pack_config import PackConfig, read_config
from policies.pulumi_objects import Manifest, manifest_of, unknown_places, with_words
from policies.rule import Rule

_EXAMPLE = json.dumps({"refuse": {"namespaces": "/path/to/namespaces.yaml"}})
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a resource: the text, and whether it refuses the resource or only warns."""

    text: str
    refuses: bool


@dataclass(slots=True)
class _Entry:
    """An object of the program, the places in it that are not known yet, and whether it was judged by itself."""

    manifest: Manifest
    unknown: list[str]
    judged: bool = False


class Program:
    """One run of a program.

    Args:
        rules: the rules to ask.
        preview: whether it is one, so that values may be unknown.
        now: the moment at which waivers are looked at.
    """

    def __init__(self, rules: Iterable[Rule], *, preview: bool, now: datetime) -> None:
        self._rules = list(rules)
        self._preview = preview
        self._now = now
        self._entries: dict[str, _Entry] = {}
        self._strangers: set[str] = set()
        self._raw: Mapping[str, Any] = {}
        self._take(read_config({}))

    def prepare(self) -> Iterator[None]:
        """Compile the rules step by step, before anything is registered."""
        return self._inspection.prepare()

    def configure(self, raw: Mapping[str, Any]) -> None:
        """Take over what the pack is told of the place where the objects will be.

        Raises:
            InputError: a file that is named in it cannot be read.
        """
        if raw != self._raw:
            self._take(read_config(raw))
            self._raw = dict(raw)

    def look(self, urn: str, token: str, properties: Mapping[str, Any]) -> list[Told]:
        """What is told of a resource that the program registers, by the rules that look at one object.

        Args:
            urn: the resource.
            token: its type.
            properties: its properties as plain data.
        """
        manifest = manifest_of(token, properties)
        if manifest is None:
            return []
        unknown = list(unknown_places(manifest)) if self._preview else []
        entry = self._entries[urn] = _Entry(with_words(manifest) if unknown else manifest, unknown)
        self._inspection.learn(entry.manifest)
        if self._preview and self._stranger(entry):
            return []
        return list(self._judge(entry))

    def look_together(self) -> Iterator[tuple[str, Told]]:
        """What is told, by URN, once all are registered: of objects that came before their namespace, and of siblings."""
        manifests = [entry.manifest for entry in self._entries.values()]
        siblings = by_place(manifests)
        own = {place(manifest) for manifest in manifests if is_namespace(manifest)}
        for urn, entry in self._entries.items():
            if not entry.judged:
                yield from ((urn, told) for told in self._judge(entry))
            where = place(entry.manifest)
            found = self._inspection.findings_together(entry.manifest, siblings[where], self._now)
            yield from ((urn, told) for told in _told(found, certain=not entry.unknown and where in own))

    def _take(self, config: PackConfig) -> None:
        self._guessing = config.assumed is None
        self._inspection = Inspection(self._rules, config.settings, assumed=config.assumed)
        for manifest in (*config.namespaces, *(entry.manifest for entry in self._entries.values())):
            self._inspection.learn(manifest)

    def _stranger(self, entry: _Entry) -> str | None:
        """The namespace of an object that nobody told of, unless there are labels to assume for it."""
        return self._inspection.unknown(entry.manifest) if self._guessing else None

    def _judge(self, entry: _Entry) -> Iterator[Told]:
        entry.judged = True
        if not self._inspection.concerns(entry.manifest):
            return
        stranger = self._stranger(entry)
        if stranger is not None and stranger not in self._strangers:
            self._strangers.add(stranger)
            yield _about_namespace(stranger)
        if entry.unknown:
            yield _about_unknown(entry.unknown)
        yield from _told(self._inspection.findings(entry.manifest, self._now), certain=not entry.unknown)


def _told(findings: Iterable[Finding], *, certain: bool) -> Iterator[Told]:
    for finding in findings:
        if finding.waived is None:
            yield Told(finding.message, refuses=finding.blocks and certain)


def _about_namespace(name: str) -> Told:
    return Told(
        f"namespace {name!r} is not known here, so that what is in it is judged as of grade {STRICTEST}, the "
        "strictest; to mend it: where the program makes the namespace, let its objects depend on it; else name a file "
        f"that holds the namespace in the file of --policy-pack-config: {_EXAMPLE}",
        refuses=False,
    )


def _about_unknown(places: list[str]) -> Told:
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return Told(
        f"{', '.join(places[:_SHOWN])}{more}: not known before the update, so that the rules cannot judge for certain; "
        "they are asked again in the update, before the object is made",
        refuses=False,
    )
