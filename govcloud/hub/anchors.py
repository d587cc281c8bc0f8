"""Anchors of decision logs: the last number and digest of each department's log, kept in a file outside of the hub.

The chain itself cannot show that its end was cut off, or that it was made anew from some point on. An anchor that somebody
else keeps can: what was once the end of the log must still be in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from govcloud.errors import InputError
from govcloud.hub.log import Manifest, anchor
from govcloud.hub.names import NAMESPACE_PREFIX

Anchors = dict[str, dict[int, str]]
"""Digests by number, by department."""


def by_department(decisions: Sequence[Manifest]) -> dict[str, list[Manifest]]:
    """Decisions by the department whose they are, each department's in the order in which they came."""
    found: dict[str, list[Manifest]] = {}
    for one in decisions:
        department = str(one["metadata"]["namespace"]).removeprefix(NAMESPACE_PREFIX)
        found.setdefault(department, []).append(one)
    return found


def anchors_of(logs: Mapping[str, Sequence[Manifest]]) -> Anchors:
    """The anchor of each department's log; none for an empty one."""
    return {department: found for department, log in logs.items() if (found := anchor(log))}


def read_anchors(path: Path) -> Anchors:
    """The anchors of a file.

    Raises:
        InputError: it cannot be read, or holds something else.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return {
            str(department): {int(number): str(digest) for number, digest in kept.items()}
            for department, kept in document.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise InputError(
            f"the anchors cannot be read: {error}",
            where=str(path),
            expected="a file that --keep-anchor wrote",
            mend="name another file; an anchor that is lost proves nothing any more",
        ) from error


def keep(path: Path, before: Anchors, found: Anchors) -> None:
    """Add anchors to those of a file; earlier ones stay.

    Raises:
        InputError: the file cannot be written.
    """
    merged: dict[str, Any] = {
        department: {str(number): digest for number, digest in sorted(kept.items())}
        for department, kept in sorted(
            {one: before.get(one, {}) | found.get(one, {}) for one in {*before, *found}}.items()
        )
    }
    try:
        scratch = path.with_name(f".{path.name}.new")  # a crash leaves the old file or the new one
        scratch.write_text(json.dumps(merged, indent=2) + "\n", encoding="utf-8")
        scratch.replace(path)
    except OSError as error:
        raise InputError(
            f"the anchors cannot be written: {error.strerror}",
            where=str(path),
            expected="a file that may be written to",
            mend="name another place with --keep-anchor",
        ) from error
