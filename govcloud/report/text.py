"""Texts that others wrote, made fit for XML, HTML and terminals: an object's name or value can hold any character."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold, however it is written (Extensible Markup Language 1.0, 2.2)."""


def xml_text(text: str) -> str:
    """The text with a replacement character for each one that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def printable(text: str) -> str:
    """The text with a replacement character for each one that would steer a terminal, new lines among them."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)
