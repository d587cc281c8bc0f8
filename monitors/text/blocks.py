"""Lines by subject and family, kept until the subject changes.

Samples of a family have to stand together, so a subject's lines are kept by family: putting a scrape together is
then only joining bytes, whatever changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitors.families import Family
from monitors.text.lines import number, prefix

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Block:
    """The lines of one subject, a value a family; ``labels`` are the values of the labels that they share."""

    labels: tuple[str, ...]
    lines: tuple[bytes, ...]


@dataclass(slots=True)
class _Kept(Generic[Subject]):
    subject: Subject
    block: Block
    prefixes: dict[tuple[int, tuple[str, ...]], bytes] = field(default_factory=dict)


class Blocks(Generic[Subject]):
    """The blocks of all subjects of one sort.

    Args:
        families: the families that they have samples in.
    """

    def __init__(self, families: tuple[Family[Subject], ...]) -> None:
        self.families = families
        self._kept: dict[Hashable, _Kept[Subject]] = {}

    def renew(
        self, subjects: Iterable[Subject], labels: Callable[[Subject], tuple[str, ...]]
    ) -> tuple[Block, ...]:
        """The blocks of these subjects and no others; those that are as they were keep theirs.

        Args:
            subjects: no two with the same labels.
            labels: values of the labels that all families share.
        """
        kept: dict[Hashable, _Kept[Subject]] = {}
        for subject in subjects:
            shared = labels(subject)
            old = self._kept.get(shared)
            if old is None or (old.subject is not subject and old.subject != subject):
                old = self._write(subject, shared, old)
            kept[shared] = old
        self._kept = kept
        return tuple(one.block for one in kept.values())

    def _write(self, subject: Subject, shared: tuple[str, ...], old: _Kept[Subject] | None) -> _Kept[Subject]:
        prefixes = old.prefixes if old else {}
        lines = []
        for place, family in enumerate(self.families):
            text = b""
            for more, value in family.rows(subject):
                key = (place, more)
                begin = prefixes.get(key)
                if begin is None:
                    begin = prefixes[key] = prefix(family.name, family.labels, shared + more)
                text += begin + number(value) + b"\n"
            lines.append(text)
        return _Kept(subject, Block(shared, tuple(lines)), prefixes)
