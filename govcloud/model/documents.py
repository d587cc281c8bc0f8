"""YAML documents with the line of every field.

The usual loaders forget lines and take the last of two equal keys without a word. The composer behind them, besides,
recurses in C and takes the process down on deep nesting. So values are built here from the parser's events, to a
limited depth; nothing is ever built from a tag.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

from govcloud.errors import Problem
from govcloud.model.scalars import PREFIX, TAGGED, plain_value
from govcloud.model.source import FieldPath, Source, field_text
from govcloud.model.wording import value_text

_DEEPEST = 50
_MOST_VALUES = 200_000
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class RawDocument:
    """One YAML document as plain values, and where it came from."""

    source: Source
    data: dict[str, Any]


class _TooLargeError(Exception):
    """A document that is nested too deep, or that aliases blow up."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def parse_documents(text: str, file: str) -> tuple[list[RawDocument], list[Problem]]:
    """The documents of a YAML text, and every problem of its form.

    Empty documents are left out. After an error of syntax, or a document that is too large, the rest of the text is
    not read.
    """
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    events = iter(yaml.parse(text, Loader=_LOADER))
    try:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents.extend(_document(events, file, problems))
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(error, text, file))
    except _TooLargeError as error:
        problems.append(_too_large(file, error.line))
    return documents, problems


def _document(events: Iterator[yaml.Event], file: str, problems: list[Problem]) -> Iterator[RawDocument]:
    builder = _Builder(events, file, problems)
    root = cast("yaml.NodeEvent", next(events))
    line = _line(root)
    data = builder.value(root, ())
    if isinstance(data, dict):
        yield RawDocument(Source(file, line, builder.lines), data)
    elif data is not None:
        problems.append(_not_a_mapping(file, line, data))


class _Builder:
    """Turns the events of one document into values, noting the line of each and every problem on the way."""

    def __init__(self, events: Iterator[yaml.Event], file: str, problems: list[Problem]) -> None:
        self.lines: dict[FieldPath, int] = {}
        self._events = cast("Iterator[yaml.NodeEvent]", events)  # and the ends of collections
        self._file = file
        self._problems = problems
        self._used = 0
        self._anchors: dict[
            str, tuple[Any, int]
        ] = {}  # the value of an anchor, and how many values are in it

    def value(self, event: yaml.NodeEvent, path: FieldPath) -> Any:
        """The value that begins with an event."""
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        before = self._used
        self._use(1, event)
        if len(path) > _DEEPEST:
            raise _TooLargeError(_line(event))
        value = self._built(event, path)
        if event.anchor:
            self._anchors[event.anchor] = value, self._used - before
        return value

    def _built(self, event: yaml.NodeEvent, path: FieldPath) -> Any:
        if isinstance(event, yaml.MappingStartEvent):
            self._check_tag(event, path, "map")
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            self._check_tag(event, path, "seq")
            return self._sequence(path)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        return None

    def _use(self, count: int, event: yaml.NodeEvent) -> None:
        self._used += count
        if self._used > _MOST_VALUES:
            raise _TooLargeError(_line(event))

    def _alias(self, event: yaml.AliasEvent, path: FieldPath) -> Any:
        if event.anchor not in self._anchors:
            what = "the alias stands before its anchor is complete, or there is no such anchor"
            mend = "write the value out"
            self._note(event, path, f"*{event.anchor}", what, f"an earlier '&{event.anchor}'", mend)
            return None
        value, count = self._anchors[event.anchor]
        self._use(count, event)
        return value

    def _scalar(self, event: yaml.ScalarEvent, path: FieldPath) -> Any:
        if event.tag is None:
            return plain_value(event.value) if event.implicit[0] else event.value
        build = TAGGED.get(event.tag)
        if build is None:
            self._check_tag(event, path, "str")
            return None
        return build(event.value)

    def _mapping(self, path: FieldPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_event in self._until(yaml.MappingEndEvent):
            if not isinstance(key_event, yaml.ScalarEvent):
                self._refuse_key(key_event, path)
                continue
            key = key_event.value
            here = (*path, key)
            if key in data:
                self._refuse_duplicate(key_event, here)
            self.lines.setdefault(here, _line(key_event))
            value = self.value(next(self._events), here)
            data.setdefault(key, value)
        return data

    def _sequence(self, path: FieldPath) -> list[Any]:
        items: list[Any] = []
        for event in self._until(yaml.SequenceEndEvent):
            here = (*path, len(items))
            self.lines.setdefault(here, _line(event))
            items.append(self.value(event, here))
        return items

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.NodeEvent]:
        while not isinstance(event := next(self._events), end):
            yield event

    def _check_tag(
        self, event: yaml.CollectionStartEvent | yaml.ScalarEvent, path: FieldPath, plain: str
    ) -> None:
        if event.tag not in (None, "!", PREFIX + plain):
            tag = value_text(event.tag.replace(PREFIX, "!!"))
            mend = "write the value without the tag"
            self._note(event, path, tag, "a YAML tag is not allowed", "a plain value", mend)

    def _refuse_key(self, event: yaml.NodeEvent, path: FieldPath) -> None:
        what = "the name of a field is itself a list, mapping or alias"
        self._note(event, path, "no word", what, "a word as name", "write 'name: value'")
        self.value(event, (*path, "?"))
        self.value(next(self._events), (*path, "?"))

    def _refuse_duplicate(self, event: yaml.Event, path: FieldPath) -> None:
        what = f"the field is written twice, first in line {self.lines[path]}"
        self._note(event, path, value_text(path[-1]), what, "each field once", "keep one of the two")

    def _note(
        self, event: yaml.Event, path: FieldPath, value: str, what: str, expected: str, mend: str
    ) -> None:
        field = field_text(path)
        self._problems.append(Problem(self._file, _line(event), field, value, what, expected, mend))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _syntax_problem(error: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        what = f"it is not YAML: {', '.join(part for part in (error.context, error.problem) if part)}"
        return Problem(
            file=file,
            line=min(mark.line + 1, max(1, len(text.splitlines()))) if mark else 1,
            field="YAML",
            value="this line",
            what=what,
            expected="YAML",
            mend="correct the line; look for indentation, a missing colon, or an open quote or bracket",
        )
    character = getattr(error, "character", None)
    return Problem(
        file=file,
        line=text.encode()[: getattr(error, "position", 0)].count(b"\n") + 1,
        field="YAML",
        value=f"U+{character:04X}" if isinstance(character, int) else "a control character",
        what="it holds a character that YAML does not allow",
        expected="printable text",
        mend="remove the character",
    )


def _not_a_mapping(file: str, line: int, data: Any) -> Problem:
    return Problem(
        file=file,
        line=line,
        field="document",
        value="a list" if isinstance(data, list) else "a single value",
        what="the document is not a mapping",
        expected="a document with apiVersion, kind, metadata and spec",
        mend="write one document after the other, with a line '---' between them",
    )


def _too_large(file: str, line: int) -> Problem:
    return Problem(
        file=file,
        line=line,
        field="document",
        value="deep nesting, or aliases of aliases",
        what="the document is too large to read",
        expected=f"at most {_DEEPEST} levels and {_MOST_VALUES} values",
        mend="write the values out in place of aliases, or divide the document",
    )
