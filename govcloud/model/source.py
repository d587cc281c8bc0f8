"""Where a document was read from, so that a message about any of its fields can name file and line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

FieldPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The file of a document, the line where it begins, and the line of each of its fields."""

    file: str
    line: int
    lines: Mapping[FieldPath, int] = field(default_factory=dict)

    def line_of(self, path: FieldPath) -> int:
        """The line of a field; of one that is not there, the line of what should hold it."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return self.line


def field_text(path: FieldPath) -> str:
    """A path as people write it: ``spec.regions.standby[0]``, ``metadata.labels["a.b/c"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _is_plain(step):
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=not step.isprintable())}]"
    return text or "document"


def _is_plain(name: str) -> bool:
    """Whether a name can stand in a path without quotes."""
    return name.isprintable() and bool(name) and not any(mark in name for mark in ' .[]"')
