"""What there is to say about a request before it is sent: the rules that the hub will ask, and what the model demands.

With an estate at hand the request is looked at as a part of it: the region it names, its ceiling, its neighbours. A
department without one is told what can be told of the request alone; the hub knows the rest.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govcloud.cli.output import say, to_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from govcloud.errors import EstateError, Problem
    from govcloud.model import Estate, Tenancy
    from policies.finding import Finding

_NOWHERE = "request"
"""The file of a request that was put together from options and answers."""


def read_file(path: str) -> Tenancy:
    """The one tenancy of a file, or of standard input where the path is ``-``.

    Raises:
        InputError: it cannot be read, or holds something else.
        EstateError: its form is wrong.
    """
    from govcloud.errors import EstateError, InputError
    from govcloud.model import Tenancy
    from govcloud.model.loader import load_documents

    try:
        text = sys.stdin.read() if path == "-" else Path(path).expanduser().read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise InputError(
            f"the request cannot be read: {why}",
            where=source_of(path),
            expected="the document of one tenancy, YAML or JSON",
            mend="correct the path; `govcloud tenancy request NAME ... --dry-run` prints a document to begin with",
        ) from error
    try:
        found = load_documents(source_of(path), text=text)
    except EstateError as error:
        raise EstateError(error.problems, "the request") from error
    if len(found) != 1 or not isinstance(found[0], Tenancy):
        kinds = ", ".join(f"{one.kind} {one.name}" for one in found) or "nothing"
        raise InputError(
            f"there is not one tenancy in it, but {kinds}",
            where=path,
            expected="one document of kind Tenancy",
            mend="ask for each tenancy in a file of its own",
        )
    return found[0]


def source_of(path: str | None) -> str:
    """What the place is called that a request came from; None stands for options and answers."""
    return "<stdin>" if path == "-" else path or _NOWHERE


def formed(name: str, spec: Mapping[str, Any], where: str = _NOWHERE) -> Tenancy:
    """A tenancy from its fields.

    Args:
        name: its name.
        spec: its fields.
        where: the file that they came from, for people.

    Raises:
        EstateError: what is wrong with their form, all at once.
    """
    from govcloud.errors import EstateError
    from govcloud.model import API_VERSION, Tenancy
    from govcloud.model.loader import load_documents

    text = to_yaml(
        {"apiVersion": API_VERSION, "kind": "Tenancy", "metadata": {"name": name}, "spec": dict(spec)}
    )
    try:
        return next(one for one in load_documents(_NOWHERE, text=text) if isinstance(one, Tenancy))
    except EstateError as error:
        raise _flawed(error.problems, _NOWHERE, where) from error


def _flawed(problems: Sequence[Problem], nowhere: str, where: str) -> EstateError:
    """Problems of a request: where it was put together here there are no lines, and an option may mend it."""
    from govcloud.errors import EstateError

    return EstateError([_told(one, where) if one.file == nowhere else one for one in problems], "the request")


def _told(problem: Problem, where: str) -> Problem:
    from govcloud.cli.tenancy.fields import option_of

    option = option_of(problem.field)
    mend = f"{problem.mend} (option {option})" if option else problem.mend
    return replace(problem, file=where, line=0, mend=mend)


def plain(tenancy: Tenancy) -> dict[str, Any]:
    """The document as it was written: without fields that nobody set."""
    dumped = tenancy.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_unset=True)
    return {"apiVersion": tenancy.api_version, "kind": tenancy.kind, **dumped}


def judge(tenancy: Tenancy, estate: Estate | None, where: str = _NOWHERE) -> None:
    """Tell what the rules and the model find in a request, and go no further with one that they refuse.

    Args:
        tenancy: what is asked for.
        estate: the estate that it is to be a part of, where one is at hand.
        where: the file that it came from, for people.

    Raises:
        EstateError: it contradicts itself, or the estate.
        RefusedError: a rule forbids it.
    """
    from govcloud.cli.policy.found import fails, say_findings
    from govcloud.errors import RefusedError

    findings = findings_of(tenancy, estate)
    say_findings(findings)
    if problems := problems_of(tenancy, estate):
        raise _flawed(problems, f"Tenancy/{tenancy.name}", where)
    if fails(findings, None):
        raise RefusedError(
            f"the rules refuse it, so it is not sent: {', '.join(dict.fromkeys(f.rule for f in findings if f.blocks))}",
            where=f"Tenancy {tenancy.name}",
            expected="a request that the rules let pass",
            mend="correct what they name; `govcloud policy explain RULE` tells a rule, and how to be excused",
        )
    if not findings:
        say("the rules have nothing against it")


def findings_of(tenancy: Tenancy, estate: Estate | None) -> tuple[Finding, ...]:
    """What the rules find in a request."""
    from govcloud.check import Places, check, check_requests
    from govcloud.manifests import Located
    from policies.loading import shipped_rules

    rules, now = shipped_rules().values(), datetime.now(UTC)
    if estate is not None:
        return check_requests(
            _with(estate, _placeable(tenancy, estate)), rules, now=now, documents=[tenancy]
        ).findings
    manifest = tenancy.model_dump(mode="json", by_alias=True, exclude_none=True)
    return check([Located(manifest, "")], Places(), rules, point="request", now=now).findings


def problems_of(tenancy: Tenancy, estate: Estate | None) -> list[Problem]:
    """What does not hold within a request, and between it and the estate."""
    from govcloud.model.checks import check_draft, check_estate
    from govcloud.model.draft import Draft

    if estate is None:
        return check_draft(Draft({"Tenancy": {tenancy.name: tenancy}}, {}, whole=False))
    own = {("Tenancy", tenancy.name)}
    sources = {key: source for key, source in estate.sources.items() if key not in own}
    return check_estate(replace(_with(estate, tenancy), sources=sources))


def _with(estate: Estate, tenancy: Tenancy) -> Estate:
    """The estate with a tenancy in it, in the place of an older one of its name."""
    return replace(estate, tenancies={**estate.tenancies, tenancy.name: tenancy})


def _placeable(tenancy: Tenancy, estate: Estate) -> Tenancy:
    """The tenancy without a primary region that the estate does not have; that it has none is told as a problem."""
    regions = tenancy.spec.regions
    if regions is None or regions.primary in estate.regions:
        return tenancy
    return tenancy.model_copy(update={"spec": tenancy.spec.model_copy(update={"regions": None})})
