"""A tenancy as a person looks at it, in parts that fit a narrow terminal: what is asked for, who decided, where it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from govcloud.cli.tenancy.difference import differences
from govcloud.cli.tenancy.telling import who
from govcloud.cli.tenancy.usage import Usage

if TYPE_CHECKING:
    from rich.console import RenderableType

    from govcloud.hub.prospects import Prospect
    from govcloud.hub.record import Record

Part = tuple[str, "RenderableType"]
_ENTRIES = 12
_KEYED = 2
"""A table of so many columns is one of keys and values, whose keys stay whole."""


def request_parts(record: Record) -> Iterator[Part]:
    """What is asked for, and how it differs from what was approved."""
    title = f"asked for (generation {record.generation}, {record.hash[:19]})"
    yield title, _pairs(_asked(record.spec))
    approved = record.status.get("approved")
    if approved and (found := differences(approved["spec"], record.spec)):
        yield f"differs from what was approved (generation {approved['generation']})", _changes(found)


def decision_parts(record: Record) -> Iterator[Part]:
    """Who decided what and when, and the history."""
    if record.reviews:
        yield "reviews (UTC)", _rows(_reviewed(record))
    if record.history:
        older = len(record.history) - _ENTRIES
        yield (
            f"history ({older} older entries left out, UTC)" if older > 0 else "history (UTC)",
            _rows(_history(record)),
        )


def place_parts(record: Record, usages: Sequence[Usage]) -> Iterator[Part]:
    """Where it runs, how that goes, and what it uses."""
    status = record.status
    if places := status.get("regions"):
        rows = [(p["name"], p["role"], p["state"], p["stack"], p.get("message", "")) for p in places]
        yield "runs in", _rows(rows)
    if conditions := status.get("conditions"):
        yield (
            "conditions",
            _rows(
                (c["type"], c["status"], c["reason"], c["message"], c["lastTransitionTime"])
                for c in conditions
            ),
        )
    if error := status.get("lastError"):
        yield "last error", error
    if ending := list(_ending(status)):
        yield "ending (UTC)", _pairs(ending)
    if usages:
        yield "used of the quota", _rows(row for usage in usages for row in _used(usage))


def next_part(record: Record, found: Sequence[Prospect]) -> Part:
    """Who has to do what next, and what else can be done."""
    from rich.text import Text

    if not found:
        return "next", "nothing; this is final"
    lines = [f"{who(one, record)}: {one.what}\n  {one.command}" for one in found]
    return "next", Text("\nor ".join(lines))


def _asked(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    from govcloud.standards import grade_names, grade_text, zone_facts

    grading, data, resources = spec["grading"], spec["data"], spec["resources"]
    text = grade_text(int(grading["information"]), int(grading["service"]))
    overall = max(int(grading["information"]), int(grading["service"]))
    filing = grading.get("filing")
    yield "department", spec["department"]
    yield "requested by", spec.get("requestedBy", "")
    yield "zone", f"{spec['zone']} {zone_facts()[spec['zone']].zh}"
    yield (
        "grade",
        f"{overall} {grade_names()[overall]} ({text})" + (f", filed as {filing['number']}" if filing else ""),
    )
    yield "data", f"{data['class']}, {data['level']}" + (", personal" if data.get("personal") else "")
    yield "recovery", _recovery(spec["recovery"])
    yield "resources", ", ".join(f"{key} {_amount(value)}" for key, value in resources.items() if value)
    yield "regions", _regions(spec.get("regions"))
    yield "contacts", ", ".join(f"{one['name']} {one['phone']}" for one in spec.get("contacts", ()))
    yield "until", str(spec.get("until", ""))


def _recovery(recovery: Mapping[str, Any]) -> str:
    from govcloud.model.checks.recovery import duration_text
    from govcloud.standards import recovery_tiers

    tier = recovery_tiers()[int(recovery["tier"])]
    rpo = recovery.get("rpo") or duration_text(tier.rpo_seconds)
    rto = recovery.get("rto") or duration_text(tier.rto_seconds)
    return f"tier {tier.number} {tier.zh}: loses at most {rpo}, back within {rto}"


def _regions(regions: Mapping[str, Any] | None) -> str:
    if not regions:
        return "placed by govcloud"
    standby = ", ".join(regions.get("standby", ()))
    return str(regions["primary"]) + (f", standby {standby}" if standby else "")


def _amount(value: Any) -> str:
    return (
        ", ".join(f"{key}={amount}" for key, amount in value.items())
        if isinstance(value, Mapping)
        else str(value)
    )


def _reviewed(record: Record) -> Iterator[tuple[str, ...]]:
    for one in record.reviews:
        counts = one["generation"] == record.generation
        about = "" if counts else f"of generation {one['generation']}, counts no longer"
        yield (
            one["decision"],
            one["role"],
            one["by"],
            _moment(one["at"]),
            "\n".join(filter(None, (one["reason"], about))),
        )


def _history(record: Record) -> Iterator[tuple[str, ...]]:
    for entry in record.history[-_ENTRIES:]:
        step = entry["to"] if entry["from"] == entry["to"] else f"{entry['from']} > {entry['to']}"
        decided = f" ({entry['decision']})" if entry.get("decision") else ""
        yield str(entry["seq"]), _moment(entry["at"]), f"{step}{decided}", entry["by"], entry["reason"]


def _ending(status: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if cordon := status.get("cordon"):
        yield "cordoned by", f"{cordon['by']} ({cordon['side']}), {_moment(cordon['at'])}"
    if asked := status.get("retirement"):
        yield "end asked for by", f"{asked['by']}, {_moment(asked['at'])}"
        yield "kept until", _moment(asked["until"])
        agreed = asked.get("consent")
        yield "agreed to by", f"{agreed['by']}, {_moment(agreed['at'])}" if agreed else "nobody yet"


def _used(usage: Usage) -> Iterator[tuple[str, ...]]:
    if usage.unread:
        yield usage.region, "not known", usage.unread
    for resource, (used, hard) in usage.amounts.items():
        yield usage.region, resource, f"{used} of {hard}"


def _moment(text: str) -> str:
    """A moment of the register, which is in UTC, to the minute."""
    return f"{text[:10]} {text[11:16]}"


def _pairs(pairs: Iterable[tuple[str, str]]) -> RenderableType:
    return _rows((key, value) for key, value in pairs if value)


def _changes(found: Iterable[tuple[str, str, str]]) -> RenderableType:
    return _rows((path, before or "-", "→", after or "-") for path, before, after in found)


def _rows(rows: Iterable[Sequence[str]]) -> RenderableType:
    from rich.table import Table

    from govcloud.report.text import printable

    lines = [list(row) for row in rows]
    while lines and not any(line[-1] for line in lines):
        lines = [line[:-1] for line in lines]
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for index in range(max(map(len, lines), default=0)):
        table.add_column(overflow="fold", no_wrap=index == 0 and len(lines[0]) <= _KEYED)
    for line in lines:
        table.add_row(*("\n".join(map(printable, cell.split("\n"))) for cell in line))
    return table
