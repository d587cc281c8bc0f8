"""The part of CEL that means the same in every engine, and a linter that tells when an expression leaves it.

Engines differ in their extensions (optional types, two-variable comprehensions, ``cel.bind``) and Kubernetes adds
functions of its own (``quantity``, ``ip``, ``url``) that others lack. What remains is enough to write rules in.
"""

from __future__ import annotations

import re

FUNCTIONS = frozenset(
    {
        "all",
        "contains",
        "dyn",
        "endsWith",
        "exists",
        "exists_one",
        "filter",
        "has",
        "int",
        "join",
        "lowerAscii",
        "map",
        "matches",
        "size",
        "split",
        "startsWith",
        "string",
    }
)
"""Functions and macros that a rule may call."""

_MACROS_OF_TWO = frozenset({"all", "exists", "exists_one", "filter", "map"})
_TEXT = re.compile(r"r?'(?:[^'\\]|\\.)*'|r?\"(?:[^\"\\]|\\.)*\"")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_WORDS = frozenset({"in"})


def departures(expression: str) -> list[str]:
    """What of an expression is outside of the portable part; empty when nothing is."""
    bare = _TEXT.sub("''", expression)
    unknown = {name for name in _CALL.findall(bare) if name not in FUNCTIONS | _WORDS}
    found = [f"the function {name}() is not portable" for name in sorted(unknown)]
    if re.search(r"\.\?|\[\?|\{\?", bare):
        found.append("optional syntax (.? or [?]) is not portable")
    if re.search(r"'''|\"\"\"|\bb'", expression):
        found.append("triple quotes and bytes are not portable")
    found += [f"{name}() with two variables is not portable" for name in _two_variables(bare)]
    return found


def _two_variables(bare: str) -> list[str]:
    pattern = rf"\.({'|'.join(sorted(_MACROS_OF_TWO - {'map'}))})\s*\(\s*\w+\s*,\s*\w+\s*,"
    return sorted(set(re.findall(pattern, bare)))
