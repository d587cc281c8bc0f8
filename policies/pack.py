"""The rules as a policy pack of Pulumi: the one module that knows pulumi_policy.

Pulumi's library reads the properties of a resource anew for each policy, which for a policy a rule would cost forty times
what the rules do. So there is one policy for the rules that refuse and one for those that warn, and both hand out what
one look at the resource found.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import serialize_properties

from govcloud.errors import InputError
from policies.inspection import needs_siblings
from policies.loading import shipped_rules
from policies.pack_config import SCHEMA
from policies.program import Program, Told
from policies.pulumi_objects import whole_numbers

NAME = "govcloud"
TOGETHER = "-together"
"""What the names of the policies end with that judge a program as a whole."""


class _Level(NamedTuple):
    name: str
    words: str
    enforcement: EnforcementLevel


_REFUSING = _Level("refuse", "The rules of the cloud refuse it.", EnforcementLevel.MANDATORY)
_WARNING = _Level("warn", "The rules of the cloud warn of it.", EnforcementLevel.ADVISORY)


def main() -> None:
    """Answer the engine until it ends this process."""
    preview = os.environ.get("PULUMI_DRY_RUN") == "true"
    rules = shipped_rules().values()
    together = preview or any("preview" in rule.points and needs_siblings(rule) for rule in rules)
    program = Program(rules, preview=preview, now=datetime.now(UTC))
    PolicyPack(NAME, policies_of(program, together=together))


def policies_of(program: Program, *, together: bool) -> list[Policy]:
    """The policies that judge a program.

    Args:
        program: the run.
        together: whether the program is judged once more as a whole, since there are rules that look at an object and
            its siblings, or since it is a preview, where an object may come before its namespace.
    """
    desk = _Desk(program)
    schema = PolicyConfigSchema(SCHEMA)
    alone: list[Policy] = [
        ResourceValidationPolicy(*_REFUSING[:2], desk.refuse, _REFUSING.enforcement, schema),
        ResourceValidationPolicy(*_WARNING[:2], desk.warn, _WARNING.enforcement),
    ]
    if not together:
        return alone
    return [
        *alone,
        *(
            StackValidationPolicy(f"{level.name}{TOGETHER}", level.words, judge, level.enforcement)
            for level, judge in ((_REFUSING, desk.refuse_together), (_WARNING, desk.warn_together))
        ),
    ]


class _Desk:
    """Hands out what one look found to the policy that it belongs to; the one that refuses is asked first."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._complaint = ""
        self._waiting: dict[str, list[Told]] = {}
        self._whole: list[tuple[str, Told]] | None = None

    def refuse(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        self._configure(args, report)
        told = self._waiting[args.urn] = self._look(args)
        _report(told, report, refuses=True)

    def warn(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        told = self._waiting.pop(args.urn, None)
        _report(self._look(args) if told is None else told, report, refuses=False)

    def refuse_together(self, args: StackValidationArgs, report: ReportViolation) -> None:
        self._whole = list(self._program.look_together())
        self._report_whole(report, refuses=True)

    def warn_together(self, args: StackValidationArgs, report: ReportViolation) -> None:
        self._report_whole(report, refuses=False)

    def _configure(self, args: ResourceValidationArgs, report: ReportViolation) -> None:
        """Tell the program what the pack was told; what of that cannot be used is a refusal, told once."""
        try:
            self._program.configure(args.get_config())
        except InputError as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                report(self._complaint, None)

    def _look(self, args: ResourceValidationArgs) -> list[Told]:
        return self._program.look(args.urn, args.resource_type, _plain(args.props))

    def _report_whole(self, report: ReportViolation, *, refuses: bool) -> None:
        for urn, told in self._program.look_together() if self._whole is None else self._whole:
            if told.refuses == refuses:
                report(told.text, urn)


def _report(told: list[Told], report: ReportViolation, *, refuses: bool) -> None:
    for one in told:
        if one.refuses == refuses:
            report(one.text, None)


def _plain(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Properties without the library's wrappers, which refuse to give values that are not known."""
    found: Mapping[str, Any] = whole_numbers(serialize_properties(properties))
    return found
