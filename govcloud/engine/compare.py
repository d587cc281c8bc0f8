"""What differs between a planned object and the live one, field by field, and who made the difference.

The comparison follows server-side apply: planned fields count, fields that the API server fills in do not. A field that
somebody added beside the planned ones counts too, since an added rule can open what the plan closed; it is found through
``metadata.managedFields``, which also names who owns a field and since when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from govcloud.model import parse_quantity
from stacks.objects import FIELD_MANAGER

Manifest = dict[str, Any]
Path = tuple[str, ...]
Owners = Iterable[Mapping[str, Any]]
Same = Callable[[Any, Any], bool]
# Fields under these belong to the plan; status, for one, does not.
_IDENTITY = frozenset({"apiVersion", "kind"})
_SERVER_METADATA = frozenset({"f:ownerReferences", "f:finalizers"})
_PROVIDER_ANNOTATIONS = "pulumi.com/"
# Only here is "1" the same as "1000m"; elsewhere a text is a text.
_WITH_QUANTITIES = frozenset({"ResourceQuota", "LimitRange"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not as planned. ``old`` is the planned value, ``new`` the live one; None where there is none."""

    change: Literal["missing", "changed", "removed", "added", "unplanned"]
    path: Path
    old: Any
    new: Any
    who: str | None = None
    when: str | None = None

    @property
    def field(self) -> str:
        """The path as a person writes it: ``spec.hard["requests.cpu"]``."""
        text = ""
        for part in self.path:
            if part.startswith("[") or (part.replace("_", "").replace("-", "").isalnum()):
                text += part if part.startswith("[") else (f".{part}" if text else part)
            else:
                text += f'["{part}"]'
        return text


def differences(planned: Manifest, live: Manifest | None) -> list[Difference]:
    """Every planned field that differs in the live object, and every field that someone added to it.

    Returns:
        An empty list where the live object is as planned; one ``missing`` difference where there is none.
    """
    if live is None:
        return [Difference("missing", (), None, None)]
    owners = live["metadata"].get("managedFields", ())
    same = _same_quantity if planned["kind"] in _WITH_QUANTITIES else _same
    found = [
        Difference("removed" if new is None else "changed", path, old, new, *_owner(owners, path))
        for path, old, new in _changed(planned, live, (), same)
        if path[0] not in _IDENTITY
    ]
    seen = {difference.path for difference in found}
    return found + [d for d in _foreign(planned, live, owners) if not _within(d.path, seen)]


def _changed(planned: Any, live: Any, path: Path, same: Same) -> Iterator[tuple[Path, Any, Any]]:
    if isinstance(planned, Mapping) and isinstance(live, Mapping):
        for key, value in planned.items():
            yield from _changed(value, live.get(key), (*path, str(key)), same)
    elif isinstance(planned, list) and isinstance(live, list) and len(planned) == len(live):
        for index, (one, other) in enumerate(zip(planned, live, strict=True)):
            yield from _changed(one, other, (*path, f"[{index}]"), same)
    elif not same(planned, live):
        yield path, planned, live


def _same(planned: Any, live: Any) -> bool:
    """Equal as the API server sees it: empty is absent."""
    return bool(planned == live) or (live is None and planned in ({}, [], "", None))


def _same_quantity(planned: Any, live: Any) -> bool:
    """Equal, or two ways to write one quantity."""
    if _same(planned, live):
        return True
    try:
        return parse_quantity(str(planned)) == parse_quantity(str(live))
    except ValueError:
        return False


def _owner(owners: Owners, path: Path) -> tuple[str | None, str | None]:
    """Manager and time of the last foreign write that owns a path."""
    writes = [
        (entry.get("time", ""), entry.get("manager", "?"))
        for entry in owners
        if not entry.get("subresource") and not _ours(entry) and _owns(entry, path)
    ]
    return (max(writes)[1], max(writes)[0]) if writes else (None, None)


def _ours(entry: Mapping[str, Any]) -> bool:
    return entry.get("manager") == FIELD_MANAGER and entry.get("operation") == "Apply"


def _owns(entry: Mapping[str, Any], path: Path) -> bool:
    node = entry.get("fieldsV1", {})
    for part in path:
        child = node.get(f"f:{part}")
        if child is None:
            return part.startswith("[")  # an item of a list: whoever wrote the list or one of its items
        if not child:
            return True
        node = child
    return True


def _foreign(planned: Manifest, live: Manifest, owners: Owners) -> Iterator[Difference]:
    """Fields beside the planned ones that a writer, whatever its name, owns; and lists that were taken over.

    Defaults that the API server fills in are owned by nobody after an apply, so what is owned was written on purpose. Inside
    a list without keys nobody owns single fields: there the whole list counts, once it is no longer ours.
    """
    ours = [entry for entry in owners if _ours(entry)]
    for entry in owners:
        if entry.get("subresource"):
            continue
        who, when = entry.get("manager"), entry.get("time")
        for path in _paths(entry.get("fieldsV1", {}), ()):
            if not _has(live, path) or path[-1].startswith(_PROVIDER_ANNOTATIONS):
                continue
            if not _has(planned, path):
                yield Difference("added", path, None, _value(live, path), who, when)
            elif isinstance(_value(live, path), list) and not any(_owns(own, path) for own in ours):
                yield Difference("changed", path, _value(planned, path), _value(live, path), who, when)


def _within(path: Path, seen: set[Path]) -> bool:
    """Whether a path, or a part of it, was reported already."""
    return any(other[: len(path)] == path for other in seen)


def _paths(node: Mapping[str, Any], path: Path) -> Iterator[Path]:
    """The paths of maps and scalars that an entry owns; items of lists stand for their list."""
    for key, child in node.items():
        if key in _SERVER_METADATA or key == "f:status" or not key.startswith("f:"):
            continue
        inner = (*path, key[2:])
        if any(name.startswith("f:") for name in child):
            yield from _paths(child, inner)
        else:
            yield inner


def _has(manifest: Any, path: Path) -> bool:
    for part in path:
        if not isinstance(manifest, Mapping) or part not in manifest:
            return False
        manifest = manifest[part]
    return True


def _value(manifest: Any, path: Path) -> Any:
    for part in path:
        manifest = manifest[part]
    return manifest
