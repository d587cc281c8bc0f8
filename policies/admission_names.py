"""Names in an admission policy: variables of several targets side by side, and what they were before an update.

Targets give their variables names of their own, so that two of them may mean different things by one name. In a policy
that holds rules of both, the second one is renamed, in the variables and in the rules that use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from policies.admission_waivers import content_changed
from policies.target import Target, variables_of

_VARIABLE = re.compile(r"\bvariables\.(\w+)")
_OBJECT = re.compile(r"(?<![\w.'])object\b(?!')")


class Names:
    """The CEL variables of a policy, in order; each may use those before it.

    Args:
        settings: the variables that all targets share.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        self.expressions = dict(settings)
        self._renamed: dict[str, str] = {}

    def take(self, target: Target) -> None:
        """Add the variables of a target; from now on, names are read as that target means them."""
        self._renamed = {}
        for name, text in variables_of(target).items():
            expression = self.read(text.strip())
            if self.expressions.setdefault(name, expression) != expression:
                self._renamed[name] = f"{plain(target.name)}_{name}"
                self.expressions[self._renamed[name]] = expression

    def read(self, text: str) -> str:
        """An expression of the target taken last, with the names that its variables have here."""
        return _VARIABLE.sub(lambda found: f"variables.{self._renamed.get(found[1], found[1])}", text)


def plain(name: str) -> str:
    """A name as CEL can have it."""
    return name.replace("-", "_")


def ratchet_of(target: Target) -> tuple[str, str] | None:
    """CEL: the target's ratchet and what it was before an update, without variables; None where it has none."""
    return now_and_before(target, target.ratchet) if target.ratchet else None


def pod_of(target: Target) -> tuple[str, str] | None:
    """CEL: the spec of the pods of a target's objects, now and before an update; None where it has none."""
    return now_and_before(target, "pod") if "pod" in target.variables else None


def now_and_before(target: Target, name: str) -> tuple[str, str]:
    """CEL: a variable of a target, of the object as it is and as it was, without variables."""
    now = _written_out(f"variables.{name}", variables_of(target))
    return now, _OBJECT.sub("oldObject", now)


def is_changed(target: Target) -> str:
    """CEL: whether an update changes what the rules of a target are about; without variables."""
    ratchet = ratchet_of(target)
    return " != ".join(ratchet) if ratchet else content_changed()


def _written_out(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: f"({_written_out(variables[found[1]].strip(), variables)})", text)
