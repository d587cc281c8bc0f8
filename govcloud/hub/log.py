"""The decision log: what was decided about tenancies, chained so that a changed, missing or reordered decision is found.

A department's decisions are numbered from 1. Each holds the digest of the one before it, and its own digest over all of
that, so that nothing can be put right afterwards without all that follows being made anew. The API server lets nobody
change or delete one; the chain shows what somebody did who went round the API server. Two things it cannot show by
itself: decisions that were cut off at the end, and a chain that was made anew from some point on. For those a log is
compared with the histories of the tenancies, and with a digest that was kept elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govcloud.errors import InputError
from govcloud.hub.hashes import ALGORITHMS, Algorithm, canonical, digest
from govcloud.hub.record import Record
from govcloud.model import API_VERSION

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a log: in which decision or tenancy, and what."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def decision(
    record: Record,
    entry: Mapping[str, Any],
    previous: Manifest | None,
    recorded: str,
    algorithm: Algorithm = "sha256",
) -> Manifest:
    """The decision that records an entry of a tenancy's history, after the one before it.

    Args:
        record: the tenancy.
        entry: the entry of its history.
        previous: the last decision of the department, None for its first.
        recorded: now, as the register writes it.
        algorithm: of the digest.
    """
    number = previous["spec"]["number"] + 1 if previous else 1
    spec = {
        "number": number,
        "tenancy": record.name,
        "uid": record.uid,
        "entry": dict(entry),
        "recorded": recorded,
        **({"previous": previous["spec"]["digest"]} if previous else {}),
    }
    return {
        "apiVersion": API_VERSION,
        "kind": "Decision",
        "metadata": {"name": name_of(number), "namespace": record.namespace},
        "spec": {**spec, "digest": digest(spec, algorithm)},
    }


def name_of(number: int) -> str:
    """The name of a decision: by name, decisions are in order."""
    return f"{number:010d}"


def verify(decisions: Iterable[Manifest], anchors: Mapping[int, str] | None = None) -> list[Flaw]:
    """What is wrong with the log of a department; nothing where it is whole.

    Args:
        decisions: all that there are, in the order in which they are kept.
        anchors: digests by number that were kept elsewhere; the log must still have them.
    """
    flaws: list[Flaw] = []
    before: Mapping[str, Any] | None = None
    seen: dict[int, str] = {}
    told: dict[tuple[str, int], int] = {}
    for item in decisions:
        spec = item["spec"]
        where = f"decision {item['metadata']['name']}"
        flaws += [Flaw(where, what) for what in _flaws(item, before)]
        first = told.setdefault((spec["uid"], spec["entry"]["seq"]), spec["number"])
        if first != spec["number"]:
            flaws.append(Flaw(where, f"it records again what decision {name_of(first)} does"))
        seen[spec["number"]] = spec["digest"]
        before = spec
    for number, kept in (anchors or {}).items():
        if seen.get(number) != kept:
            what = (
                "is not the one that was kept elsewhere"
                if number in seen
                else "is gone from the end of the log"
            )
            flaws.append(Flaw(f"decision {name_of(number)}", what))
    return flaws


def _flaws(item: Manifest, before: Mapping[str, Any] | None) -> Iterator[str]:
    spec = item["spec"]
    due = before["number"] + 1 if before else 1
    if spec["number"] != due:
        yield f"number {due} is due here: decisions are missing, repeated or out of order"
    if item["metadata"]["name"] != name_of(spec["number"]):
        yield f"its name is not its number, {spec['number']}"
    if spec.get("previous") != (before["digest"] if before else None):
        yield "it does not follow the decision before it"
    if not _is_sound(spec):
        yield "its content is not what was recorded: the digest differs"


def _is_sound(spec: Mapping[str, Any]) -> bool:
    algorithm = str(spec["digest"]).partition(":")[0]
    content = {key: value for key, value in spec.items() if key != "digest"}
    return algorithm in ALGORITHMS and digest(content, algorithm) == spec["digest"]


def compare(decisions: Iterable[Manifest], records: Iterable[Record]) -> list[Flaw]:
    """What a log and the histories of its tenancies do not have in common.

    An entry that is not recorded yet is no flaw; one that the tenancy says is recorded and that the log lacks is.
    """
    recorded = {(d["spec"]["uid"], d["spec"]["entry"]["seq"]): d["spec"]["entry"] for d in decisions}
    flaws = []
    for record in records:
        where = f"tenancy {record.name}"
        for entry in record.history:
            found = recorded.get((record.uid, entry["seq"]))
            if found is None and entry["seq"] <= record.status.get("logged", 0):
                flaws.append(Flaw(where, f"entry {entry['seq']} of its history is missing from the log"))
            elif found is not None and found != entry:
                flaws.append(Flaw(where, f"entry {entry['seq']} of its history is another one in the log"))
        newest = max((int(entry["seq"]) for entry in record.history), default=0)
        invented = [seq for uid, seq in recorded if uid == record.uid and seq > newest]
        flaws += [
            Flaw(where, f"the log has an entry {seq}, which its history lacks") for seq in sorted(invented)
        ]
    return flaws


def lines(decisions: Iterable[Manifest]) -> Iterator[str]:
    """The decisions as JSON lines, each in its canonical form, to be kept outside of the hub."""
    for item in decisions:
        metadata = {key: item["metadata"][key] for key in ("name", "namespace")}
        yield canonical({"metadata": metadata, "spec": item["spec"]}).decode()


def parse(text: Iterable[str]) -> list[Manifest]:
    """Decisions from JSON lines.

    Raises:
        InputError: a line is no decision.
    """
    return [_parsed(line, number) for number, line in enumerate(text, start=1) if line.strip()]


def _parsed(line: str, number: int) -> Manifest:
    try:
        item = json.loads(line)
        _ = (
            item["metadata"]["name"],
            item["spec"]["number"],
            item["spec"]["digest"],
            item["spec"]["entry"]["seq"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"line {number} is no decision",
            expected="JSON lines as govcloud exports them",
            mend="export the log again",
        ) from error
    return dict(item)


def anchor(decisions: Sequence[Manifest]) -> dict[int, str]:
    """The number and digest of the last decision, to be kept elsewhere; empty for an empty log."""
    return {decisions[-1]["spec"]["number"]: decisions[-1]["spec"]["digest"]} if decisions else {}
