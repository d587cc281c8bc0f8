"""The table of metrics in the documents is that of the exporter: every name, with its labels."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

from monitors import families

TEXT = (Path(__file__).parents[3] / "docs/monitoring.md").read_text(encoding="utf-8")


def expanded(pattern: str) -> list[str]:
    """The names that a name with braces stands for."""
    parts = [part.split(",") for part in re.split(r"[{}]", pattern)]
    return ["".join(chosen) for chosen in itertools.product(*parts)]


def test_the_table_of_metrics_is_that_of_the_exporter() -> None:
    rows = re.findall(r"^\| `((?:govcloud|process)_[^`]*)` \| ?([^|]*?) ?\|", TEXT, re.MULTILINE)
    told = [(name, tuple(filter(None, labels.split(", ")))) for row, labels in rows for name in expanded(row)]
    assert len(told) == len({name for name, _ in told})
    assert dict(told) == {family.name: family.labels for family in families.ALL}
