"""A request asked for step by step: one question a field, with the choices explained where they matter.

What was said by options is not asked again. Questions go to standard error, so that a document can be written to a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import say
from govcloud.cli.tenancy import choices
from govcloud.cli.tenancy.fields import ZONES, Spec

if TYPE_CHECKING:
    from rich.console import RenderableType

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_FILED_FROM = 2
_TWO_CONTACTS_FROM = 3


def ask(name: str | None, spec: Mapping[str, Any], departments: Sequence[str]) -> tuple[str, Spec]:
    """Ask for what is missing in a request.

    Args:
        name: the name of the tenancy, where it was said.
        spec: the fields that were said.
        departments: those for which the caller may ask.

    Returns:
        The name, and the spec.
    """
    answers = _Answers(spec)
    department = answers.text("department", "Department", departments[0] if len(departments) == 1 else None)
    name = name or f"{department}-{_system(department)}"
    answers.text("title", "What is the system called")
    answers.choose(
        "zone", "Zone", ZONES, lambda: choices.table(("ZONE", "", "WHO", "DATA"), choices.zone_rows())
    )
    grade = answers.grades()
    answers.filing(grade)
    answers.data()
    answers.tier()
    answers.resources()
    answers.ending(grade)
    return name, answers.spec


def _system(department: str) -> str:
    def read(text: str) -> str:
        system = text.removeprefix(f"{department}-")
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", system) or len(department) + len(system) > 49:
            raise click.UsageError(
                "lower-case letters, digits and hyphens, at most 50 with the department's name"
            )
        return system

    return str(_prompt(f"Name of the system; the tenancy is called {department}-<name>", value_proc=read))


class _Answers:
    """The fields that are known so far."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec: Spec = {
            key: dict(value) if isinstance(value, dict) else value for key, value in spec.items()
        }

    def text(self, key: str, question: str, default: str | None = None) -> str:
        if key not in self.spec:
            self.spec[key] = _prompt(question, default=default)
        return str(self.spec[key])

    def choose(
        self,
        key: str,
        question: str,
        among: Sequence[str],
        explained: Callable[[], RenderableType],
        part: str = "",
    ) -> None:
        """One of some choices; ``part`` is the field within the field."""
        fields = self.spec.setdefault(key, {}) if part else self.spec
        if (part or key) not in fields:
            _show(explained())
            fields[part or key] = _prompt(question, type=click.Choice(list(among)))

    def grades(self) -> int:
        grading: Spec = self.spec.setdefault("grading", {})
        if not {"information", "service"} <= set(grading):
            _show(choices.table(("GRADE", "", "DAMAGE WOULD MEAN", "BRINGS"), choices.grade_rows()))
        for part, question in (
            ("information", "Grade of its information (S): damage to its data"),
            ("service", "Grade of its service (A): damage by its failing"),
        ):
            if part not in grading:
                grading[part] = _prompt(question, type=click.IntRange(1, 4))
        return max(int(grading["information"]), int(grading["service"]))

    def filing(self, grade: int) -> None:
        """The filing certificate, which a system of grade 2 has."""
        grading: Spec = self.spec["grading"]
        if grade < _FILED_FROM or "filing" in grading:
            return
        number = _prompt(
            "Number of its filing with public security (empty where it is not filed yet)", default=""
        )
        if number:
            grading["filing"] = {"number": number, "date": _day("Filed on")}

    def data(self) -> None:
        rows = choices.CLASSES
        self.choose(
            "data", "Class of its data", _first(rows), lambda: choices.table(("CLASS", ""), rows), "class"
        )
        levels = choices.LEVELS
        self.choose(
            "data", "Level of its data", _first(levels), lambda: choices.table(("LEVEL", ""), levels), "level"
        )
        if "personal" not in self.spec["data"]:
            self.spec["data"]["personal"] = click.confirm(
                "Does it hold personal data?", default=False, err=True
            )

    def tier(self) -> None:
        recovery: Spec = self.spec.setdefault("recovery", {})
        if "tier" in recovery:
            return
        headings = ("TIER", "", "LOSES AT MOST", "BACK WITHIN", "COSTS BESIDES", "WHAT STANDS BY")
        _show(choices.table(headings, choices.tier_rows()))
        recovery["tier"] = _prompt("Recovery tier", type=click.IntRange(1, 6))

    def resources(self) -> None:
        resources: Spec = self.spec.setdefault("resources", {})
        for part, question in (
            ("cpu", "Cores, in each region where it runs"),
            ("memory", "Memory, such as 32Gi"),
            ("storage", "Storage, such as 1Ti"),
        ):
            if part not in resources:
                resources[part] = _prompt(question, value_proc=_quantity)
        if "pods" not in resources:
            resources["pods"] = _prompt("Pods", type=click.IntRange(1), default=50)
        if "regions" not in self.spec:
            self._regions()

    def _regions(self) -> None:
        primary = _prompt("Region (empty: govcloud finds one with room)", default="")
        if primary:
            others = _prompt("Standby regions, with commas between (empty: none)", default="")
            standby = [name.strip() for name in others.split(",") if name.strip()]
            self.spec["regions"] = {"primary": primary, "standby": standby}

    def ending(self, grade: int) -> None:
        """Whom to call, and until when."""
        if "contacts" not in self.spec:
            self.spec["contacts"] = list(_contacts(2 if grade >= _TWO_CONTACTS_FROM else 1))
        if "until" not in self.spec:
            self.spec["until"] = _day("Needed until the day, such as 2029-12-31")


def _contacts(number: int) -> Iterator[dict[str, str]]:
    for index in range(number):
        which = "" if number == 1 else f" ({index + 1} of {number})"
        yield {"name": _prompt(f"Whom to call{which}"), "phone": _prompt("Phone")}


def _day(question: str) -> str:
    def read(text: str) -> str:
        from datetime import date

        try:
            if not _DAY.fullmatch(text):
                raise ValueError
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise click.UsageError("a day such as 2029-12-31") from None

    return str(_prompt(question, value_proc=read))


def _quantity(text: str) -> str:
    from pydantic import TypeAdapter, ValidationError

    from govcloud.model.quantity import Quantity

    try:
        return str(TypeAdapter(Quantity).validate_python(text))
    except ValidationError:
        raise click.UsageError("an amount such as 8, 500m, 32Gi or 1Ti") from None


def _first(rows: Sequence[choices.Row]) -> list[str]:
    return [row[0] for row in rows]


def _prompt(question: str, **options: Any) -> Any:
    return click.prompt(question, err=True, show_default=options.get("default") not in (None, ""), **options)


def _show(explained: RenderableType) -> None:
    from rich.console import Console

    say("")
    Console(stderr=True, markup=False, highlight=False).print(explained)
