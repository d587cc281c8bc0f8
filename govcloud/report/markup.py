"""HTML made of elements and texts, so that what others wrote is always escaped and every element is closed."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

from govcloud.report.text import xml_text

Language = Literal["en", "zh"]

_VOID = frozenset({"col", "input", "meta"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def tag(element: str, /, *children: str, **attributes: str | bool | None) -> Markup:
    """An element.

    Args:
        element: its name.
        children: what is in it; text is escaped, `Markup` is not.
        attributes: their names, with ``_`` for ``-`` and one at the end where Python has a word of that name
            (``class_``); True is an attribute without a value, and None or False is none.
    """
    written = "".join(
        _attribute(key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items()
    )
    if element in _VOID:
        return Markup(f"<{element}{written}>")
    return Markup(f"<{element}{written}>{join(children)}</{element}>")


def join(children: Iterable[str], between: str = "") -> Markup:
    """Texts and markup, one after the other."""
    return Markup(between.join(child if isinstance(child, Markup) else text(child) for child in children))


def text(value: str) -> Markup:
    """A text, escaped."""
    return Markup(escape(xml_text(value)))


def both(en: str, zh: str) -> Markup:
    """A text in both languages, of which the page shows one; a text that is the same in both stands once."""
    if en == zh:
        return _prose(en)
    return join((tag("span", _prose(en), lang="en"), tag("span", _prose(zh), lang="zh-CN")))


def languages(chosen: Language) -> Markup:
    """The choice of the language in which a page is read; it holds both."""
    choices = (
        tag(
            "label",
            tag("input", type="radio", name="language", id=f"language-{key}", checked=key == chosen),
            tag("span", name, lang=code, class_="always"),
        )
        for key, name, code in (("en", "English", "en"), ("zh", "中文", "zh-CN"))
    )
    return tag("fieldset", tag("legend", "Language 语言"), *choices, class_="languages")


def _prose(value: str) -> Markup:
    """A sentence, in which what stands between backticks is code."""
    parts = value.split("`")
    if len(parts) % 2 == 0:
        return text(value)
    return join(tag("code", part) if number % 2 else part for number, part in enumerate(parts))


def table(head: Iterable[str], rows: Iterable[Markup], **attributes: str | bool | None) -> Markup:
    """A table with a head; a row is made by `row`."""
    cells = (tag("th", one, scope="col") for one in head)
    body = tag("tbody", *rows)
    return tag("div", tag("table", tag("thead", tag("tr", *cells)), body, **attributes), class_="scroll")


def row(*cells: str, **attributes: str | bool | None) -> Markup:
    """A row of a table; its first cell names it."""
    first, *others = cells
    return tag("tr", tag("th", first, scope="row"), *(tag("td", one) for one in others), **attributes)


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{text(str(value))}"'
