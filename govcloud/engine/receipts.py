"""Receipts: what was last brought about for a stack, so that a stack in sync costs no engine.

A receipt is written only after the live objects were seen to be as planned. It is void as soon as the plan's digest or, on
a file backend, the stack's checkpoint is another; a lost or unreadable receipt only means that the engine looks again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.units import Unit
from stacks.names import StackName


class Receipts:
    """The receipts of an estate.

    Args:
        folder: one JSON file a stack.
        checkpoints: the file backend, None on any other.
    """

    def __init__(self, folder: Path, checkpoints: Checkpoints | None) -> None:
        self._folder = folder
        self._checkpoints = checkpoints

    def holds(self, unit: Unit) -> bool:
        """Whether the stack was last brought to exactly this unit, and its record is untouched since."""
        try:
            receipt = json.loads(self._path(unit.name).read_bytes())
        except (OSError, ValueError):
            return False
        return bool(receipt == self._receipt(unit))

    def write(self, unit: Unit) -> None:
        """Record that the stack is as the unit says."""
        path = self._path(unit.name)
        new = path.with_name(f".{path.name}.{os.getpid()}")
        new.write_text(json.dumps(self._receipt(unit)))
        new.replace(path)

    def remove(self, name: StackName) -> None:
        """Forget a stack."""
        self._path(name).unlink(missing_ok=True)

    def _receipt(self, unit: Unit) -> dict[str, object]:
        checkpoint = self._checkpoints.fingerprint(str(unit.name)) if self._checkpoints else None
        return {"digest": unit.digest, "checkpoint": checkpoint}

    def _path(self, name: StackName) -> Path:
        return self._folder / f"{name}.json"
