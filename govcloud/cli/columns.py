"""Listings of thousands of lines in aligned columns, at the price of what they show.

A table that wraps and rules costs a second a thousand rows. Here a line is a line: columns are as wide as their widest cell,
counting Chinese characters as two, and where the terminal is narrower, the roomiest text is cut, never a name.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence

_GAP = "  "
_LEAST = 8


def terminal_width() -> int | None:
    """The columns of the terminal that is written to; None where it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def aligned(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    width: int | None = None,
    give: Sequence[str] = (),
    drop: Sequence[str] = (),
) -> Iterator[str]:
    """Lines of a listing, the headings first.

    Args:
        headings: one for each column.
        rows: the cells of each line.
        width: what a line may take; None for as much as it needs.
        give: headings of columns that are cut where there is too little room.
        drop: headings of columns that are left out, one after the other, where that is not enough.
    """
    table = [list(headings), *(list(row) for row in rows)]
    widths = [max(map(_length, column)) for column in zip(*table, strict=True)]
    shown = list(range(len(headings)))
    for name in ("", *drop):
        shown = [index for index in shown if headings[index] != name]
        fitted = _fitted(widths, shown, [headings.index(one) for one in give], width)
        if width is None or _sum(fitted, shown) <= width:
            break
    for row in table:
        yield _GAP.join(_cell(row[index], fitted[index]) for index in shown).rstrip()


def _fitted(widths: list[int], shown: list[int], give: list[int], width: int | None) -> list[int]:
    fitted = list(widths)
    for index in give:
        if width is not None and (excess := _sum(fitted, shown) - width) > 0:
            fitted[index] = max(min(_LEAST, fitted[index]), fitted[index] - excess)
    return fitted


def _sum(widths: list[int], shown: list[int]) -> int:
    return sum(widths[index] for index in shown) + len(_GAP) * (len(shown) - 1)


def _cell(text: str, width: int) -> str:
    length = _length(text)
    if length > width:
        from rich.cells import set_cell_size

        return set_cell_size(text, width - 1) + "…"
    return text + " " * (width - length)


def _length(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)
