"""The clauses of the standards, by the ids that rules cite: MLPS, cryptography, sharing, data and zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any

from govcloud.standards import standards_data
from policies.finding import Clause

MLPS = "GB/T 22239-2019"
CRYPTO = "GB/T 39786-2021"
DESIGN = "govcloud"
"""The standard that a rule cites where the ground is a choice of this project and no clause."""


@dataclass(frozen=True, slots=True)
class Control:
    """A control that rules can serve; ``numbers`` are clause numbers by grade."""

    id: str
    standard: str
    title_en: str
    title_zh: str
    from_grade: int
    confidence: str
    numbers: Mapping[int, str] = field(default_factory=dict)
    enforce: tuple[str, ...] = ()

    def at(self, grade: int) -> Clause:
        """The clause for an object of a grade."""
        return Clause(self.id, self.standard, self.numbers.get(grade), self.confidence)


@cache
def controls() -> Mapping[str, Control]:
    """Every control of the standards data, by id."""
    found = [*_mlps(), *_crypto(), *_sharing_rules(), *_data_rules(), *_zone_rules()]
    return MappingProxyType({control.id: control for control in found})


def _mlps() -> list[Control]:
    return [
        Control(
            raw["id"],
            MLPS,
            raw["en"],
            raw["zh"],
            raw["from_grade"],
            raw["confidence"],
            _numbers(raw["clause"], raw.get("items", {})),
            tuple(raw["enforce"]),
        )
        for raw in standards_data("mlps")["controls"]
    ]


def _numbers(clause: Mapping[str, str], items: Mapping[str, str]) -> dict[int, str]:
    return {
        int(level[1:]): f"{number} {items[level]}" if level in items else str(number)
        for level, number in clause.items()
    }


def _crypto() -> list[Control]:
    words = {1: "l1", 2: "l2", 3: "l3", 4: "l4"}
    return [
        Control(
            f"CRYPTO-{raw['id']}",
            CRYPTO,
            raw["zh"],
            raw["zh"],
            min((grade for grade, level in words.items() if raw[level] != "-"), default=1),
            "high" if "found" in standards_data("crypto")["level3_found"] else "medium",
        )
        for layer in standards_data("crypto")["matrix"].values()
        for raw in layer
    ]


def _sharing_rules() -> list[Control]:
    """What the regulation on the sharing of government data asks; its article numbers are not known here."""
    sharing = standards_data("data_classes")["sharing"]
    return [
        Control(
            f"SHARE-{raw['id']}",
            sharing["regulation"]["decree"],
            raw["text"],
            raw["text"],
            1,
            raw.get("confidence", "high"),
        )
        for raw in sharing["rules"]
    ]


def _data_rules() -> list[Control]:
    return [
        Control(f"DATA-{raw['id']}", DESIGN, raw["text"], raw["text"], 1, "design")
        for raw in standards_data("data_classes")["tool_rules"]
    ]


def _zone_rules() -> list[Control]:
    return [
        Control(f"ZONE-{number}", DESIGN, text, text, 1, "design")
        for number, text in enumerate(_texts(standards_data("zones")["grade_rules"]), start=1)
    ]


def _texts(raw: list[Any]) -> list[str]:
    return [str(one) for one in raw]
