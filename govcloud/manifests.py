"""Manifests as people keep them: files, folders and pipes of YAML or JSON, each object with its file and line.

Words without quotes are read as kubectl reads them, in the manner of YAML 1.1: ``yes`` is true and ``0644`` is octal. The
loader of estates reads YAML 1.2 and is stricter; a manifest has to mean here what it will mean to the API server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, cast

import yaml

from govcloud.errors import InputError

Manifest = dict[str, Any]
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SUFFIXES = (".yaml", ".yml", ".json")
_DEEPEST = 100
_ITEMS = 2  # the depth of the items of a list
_MOST_VALUES = 5_000_000
_PREFIX = "tag:yaml.org,2002:"


class ManifestError(InputError):
    """Every problem of what was to be read, a line each, with file and line."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = list(problems)
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun} in the manifests")

    def __str__(self) -> str:
        return "\n".join(self.problems)


@dataclass(frozen=True, slots=True)
class Located:
    """An object and where it was read: ``file:line`` of its first line."""

    manifest: Manifest
    source: str


@dataclass
class Reading:
    """What was read: objects in the order of files and lines, and what was left out, in words."""

    objects: list[Located] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_manifests(paths: Iterable[str], stdin: str = "") -> Reading:
    """All objects of files, folders and, for ``-``, a text; lists of objects are taken apart.

    Of a folder every ``*.yaml``, ``*.yml`` and ``*.json`` is read, but for what begins with a dot.

    Raises:
        ManifestError: something cannot be read; all of it is told at once.
        InputError: a path is not there.
    """
    reading, problems = Reading(), list[str]()
    for name, text in _texts(paths, stdin, problems):
        try:
            found = _documents(text, name)
        except _UnreadableError as error:
            problems.append(str(error))
        else:
            for document in found:
                _take(document, name, reading, problems)
    if problems:
        raise ManifestError(problems)
    return reading


def _texts(paths: Iterable[str], stdin: str, problems: list[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        if path == "-":
            yield "<stdin>", stdin
            continue
        for file in _files(Path(path).expanduser()):
            try:
                yield str(file), file.read_text(encoding="utf-8-sig")
            except UnicodeDecodeError:
                problems.append(f"{file}:1: it is not UTF-8; to mend it: convert it to UTF-8")
            except OSError as error:
                raise _no_path(str(file), error.strerror or "it cannot be read") from error


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    return sorted(
        file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


def _no_path(path: str, what: str) -> InputError:
    return InputError(
        f"the manifests cannot be read: {what}",
        where=path,
        expected="a file or folder of YAML or JSON, or - for standard input",
        mend="correct the path",
    )


@dataclass(frozen=True, slots=True)
class _Document:
    """A document's value, its line, and the lines of the mappings near its root, by their identity."""

    value: Any
    line: int
    lines: dict[int, int] = field(default_factory=dict)


def _take(document: _Document, file: str, reading: Reading, problems: list[str]) -> None:
    """Take the objects of a document; one that is no object of an API server is noted, or is a problem."""
    value, source = document.value, f"{file}:{document.line}"
    if value is None:
        return
    if not isinstance(value, dict):
        problems.append(
            f"{source}: the document is no object; to mend it: write apiVersion, kind and metadata"
        )
    elif not (isinstance(value.get("apiVersion"), str) and isinstance(value.get("kind"), str)):
        reading.notes.append(f"{source}: left out, since it has no apiVersion and kind")
    elif value["apiVersion"].startswith("kustomize.config.k8s.io/"):
        reading.notes.append(f"{source}: not built here; check what `kustomize build` prints")
    elif value["kind"].endswith("List") and isinstance(value.get("items"), list):
        for item in _items(document):
            _take(item, file, reading, problems)
    else:
        reading.objects.append(Located(value, source))


def _items(document: _Document) -> Iterator[_Document]:
    """A list of the API server gives its items no kind of their own where they are of one kind."""
    value = document.value
    kind = value["kind"].removesuffix("List")
    own = {"apiVersion": value["apiVersion"], "kind": kind} if kind else {}
    for item in value["items"]:
        line = document.lines.get(id(item), document.line)
        yield _Document(own | item if isinstance(item, dict) else item, line)


class _UnreadableError(Exception):
    """A text that is neither YAML nor JSON."""


def _documents(text: str, file: str) -> list[_Document]:
    """The documents of a text."""
    try:
        return list(_yaml_documents(text, file))
    except (yaml.YAMLError, _UnreadableError) as error:
        if text.lstrip()[:1] in ("{", "["):  # some JSON is no YAML, for its escapes
            with suppress(ValueError, RecursionError):  # what is wrong with it is told as YAML, with the line
                return [_Document(json.loads(text, object_pairs_hook=_once), 1)]
        raise error if isinstance(error, _UnreadableError) else _syntax(error, text, file) from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a field is written twice")
    return dict(pairs)


def _yaml_documents(text: str, file: str) -> Iterator[_Document]:
    events = iter(yaml.parse(text, Loader=_LOADER))
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            root = cast("yaml.NodeEvent", next(events))
            builder = _Builder(events, file)
            yield _Document(builder.value(root, 0), _line(root), builder.lines)


class _Builder:
    """Turns the events of one document into values; recursion is bounded, and nothing is built from a tag."""

    def __init__(self, events: Iterator[yaml.Event], file: str) -> None:
        self._events = cast("Iterator[yaml.NodeEvent]", events)
        self._file = file
        self.lines: dict[int, int] = {}
        self._used = 0
        self._anchors: dict[str, tuple[Any, int]] = {}

    def value(self, event: yaml.NodeEvent, depth: int) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        before = self._used
        self._use(1, event)
        if depth > _DEEPEST:
            self._refuse(event, f"it is nested more than {_DEEPEST} levels deep", "take it apart")
        if isinstance(event, yaml.MappingStartEvent):
            value: Any = self._mapping(event, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = [self.value(item, depth + 1) for item in self._until(yaml.SequenceEndEvent)]
        else:
            value = self._scalar(cast("yaml.ScalarEvent", event))
        if event.anchor:
            self._anchors[event.anchor] = value, self._used - before
        return value

    def _mapping(self, event: yaml.NodeEvent, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        if depth <= _ITEMS:
            self.lines[id(data)] = _line(event)
        for key_event in self._until(yaml.MappingEndEvent):
            key = self._key(key_event)
            value = self.value(next(self._events), depth + 1)
            if key == "<<" and cast("yaml.ScalarEvent", key_event).implicit[0]:
                self._merge(merged, value, key_event)
            elif key in data:
                self._refuse(key_event, f"the field {key!r} is written twice", "keep one of the two")
            else:
                data[key] = value
        for key, value in merged.items():
            data.setdefault(key, value)
        return data  # its identity is what its line is kept by

    def _key(self, event: yaml.NodeEvent) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(
                event,
                "the name of a field is no word",
                "write 'name: value'; of a template, check what `helm template` prints",
            )
        return str(event.value)

    def _merge(self, merged: dict[str, Any], value: Any, event: yaml.NodeEvent) -> None:
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                self._refuse(event, "'<<' merges what is no mapping", "merge the alias of a mapping")
            for key, inner in one.items():
                merged.setdefault(key, inner)

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.tag in (None, "!"):
            return plain_word(event.value) if event.implicit[0] else event.value
        if event.tag == f"{_PREFIX}str":
            return event.value
        if event.tag in {f"{_PREFIX}{name}" for name in ("null", "bool", "int", "float")}:
            return plain_word(event.value)
        tag = event.tag.replace(_PREFIX, "!!")
        self._refuse(event, f"the tag {tag} says nothing to an API server", "write a plain value")

    def _alias(self, event: yaml.AliasEvent) -> Any:
        if event.anchor not in self._anchors:
            self._refuse(event, f"there is no anchor '&{event.anchor}' before it", "write the value out")
        value, count = self._anchors[str(event.anchor)]
        self._use(count, event)
        return value

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.NodeEvent]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _use(self, count: int, event: yaml.NodeEvent) -> None:
        self._used += count
        if self._used > _MOST_VALUES:
            self._refuse(event, "aliases of aliases make it too large", "write the values out")

    def _refuse(self, event: yaml.Event, what: str, mend: str) -> NoReturn:
        raise _UnreadableError(f"{self._file}:{_line(event)}: {what}; to mend it: {mend}")


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})
_FALSE = frozenset({"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"})
_LONGEST = 66  # 0b and 64 bits
_INTEGER = re.compile(r"[-+]?(0x[0-9a-fA-F_]+|0o?[0-7_]+|0b[01_]+|0|[1-9][0-9_]*)")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def plain_word(text: str) -> Any:
    """The value of a word without quotes, as kubectl reads it; dates stay texts."""
    if text in _NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if found := _INTEGER.fullmatch(text):
        return _integer(found[1].replace("_", ""), negative=text.startswith("-"))
    return float(text) if _NUMBER.fullmatch(text) else text


def _integer(digits: str, *, negative: bool) -> int | float:
    if len(digits) > _LONGEST:  # Go has no integer of this size, and reads a number with a point instead
        return float(digits) if digits.isdigit() else float("inf")
    octal = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    value = int(digits, 8) if octal else int(digits, 0)
    return -value if negative else value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _syntax(error: yaml.YAMLError, text: str, file: str) -> _UnreadableError:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    words = ", ".join(part for part in (getattr(error, "context", ""), getattr(error, "problem", "")) if part)
    mend = "correct the line; look for indentation, a missing colon, or an open quote or bracket"
    if "{{" in text:
        mend = "it is a template: check what `helm template` prints"
    line = min(mark.line + 1, max(1, len(text.splitlines()))) if mark else 1
    return _UnreadableError(f"{file}:{line}: it is not YAML: {words or error}; to mend it: {mend}")
