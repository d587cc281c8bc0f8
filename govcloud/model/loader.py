"""From YAML files to a checked estate, with every problem of all files at once.

Reading goes on past each error as far as it makes sense: a broken document does not hide the problems of the
others, and the checks between documents run on those that are well formed.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from govcloud.base import API_VERSION, Document
from govcloud.errors import EstateError, InputError, Problem
from govcloud.model.checks import check_draft
from govcloud.model.department import Department
from govcloud.model.documents import RawDocument, parse_documents
from govcloud.model.draft import Draft
from govcloud.model.estate import Estate, EstateDocument
from govcloud.model.explain import explain
from govcloud.model.region import Region
from govcloud.model.sharing import Sharing
from govcloud.model.source import Source, field_text
from govcloud.model.tenancy import Tenancy
from govcloud.model.waiver import Waiver
from govcloud.model.wording import meant, one_of, value_text

KINDS: dict[str, type[Document]] = {
    "Estate": EstateDocument,
    "Region": Region,
    "Department": Department,
    "Tenancy": Tenancy,
    "Sharing": Sharing,
    "Waiver": Waiver,
}
_SUFFIXES = (".yaml", ".yml")


def load_estate(path: Path | str, *, text: str | None = None) -> Estate:
    """An estate from a file, or from all ``*.yaml`` and ``*.yml`` files of a folder, in the order of paths.

    Files and folders whose names begin with a dot are left out.

    Args:
        path: the file or folder; with ``text``, only the name that messages give it.
        text: the YAML itself.

    Raises:
        EstateError: with every problem found.
        InputError: the file or folder cannot be read.
    """
    reading = _Reading()
    if text is not None:
        reading.add_text(str(path), text)
    else:
        for file in _files(Path(path)):
            reading.add_file(file)
    return reading.estate(str(path))


def load_documents(path: Path | str, *, text: str) -> list[Document]:
    """The well-formed documents of a text that need not be a whole estate, such as one request for a tenancy.

    Raises:
        EstateError: with every problem of form; checks between documents are not run.
    """
    reading = _Reading()
    reading.add_text(str(path), text)
    if reading.problems:
        raise EstateError(reading.problems)
    return [document for named in reading.documents.values() for document in named.values()]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = (file for suffix in _SUFFIXES for file in path.rglob(f"*{suffix}"))
    return sorted(
        file
        for file in found
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts)
    )


class _Reading:
    """What has been read so far: documents by kind and name, and problems."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Document]] = {kind: {} for kind in KINDS}
        self.problems: list[Problem] = []
        self._declared: dict[str, set[str]] = defaultdict(set)
        self._sources: dict[tuple[str, str], Source] = {}
        self._whole = True

    def add_file(self, file: Path) -> None:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(
                f"the estate cannot be read: {error.strerror}",
                where=str(file),
                expected="a YAML file, or a folder of YAML files, that may be read",
                mend="correct the path or the permissions of the file",
            ) from error
        try:
            self.add_text(str(file), content.decode("utf-8"))
        except UnicodeDecodeError as error:
            self._whole = False
            self.problems.append(_not_utf8(str(file), content, error))

    def add_text(self, file: str, text: str) -> None:
        documents, problems = parse_documents(text, file)
        self.problems.extend(problems)
        self._whole = self._whole and not problems
        for document in documents:
            self._add(document)

    def estate(self, path: str) -> Estate:
        """The estate, where everything is right.

        Raises:
            EstateError: with every problem found.
        """
        declared = {kind: frozenset(names) for kind, names in self._declared.items()}
        draft = Draft(self.documents, declared, self._sources, self._whole)
        self.problems.extend(check_draft(draft))
        if self._whole and not self._declared["Estate"]:
            self.problems.append(_no_head(path))
        if self.problems or draft.head is None:
            raise EstateError(self.problems)
        return Estate(
            draft.head,
            draft.regions,
            draft.departments,
            draft.tenancies,
            draft.sharings,
            draft.waivers,
            self._sources,
        )

    def _add(self, raw: RawDocument) -> None:
        model = self._model(raw)
        if model is None:
            self._whole = False
            return
        kind, name = raw.data["kind"], _raw_name(raw)
        if name is None:
            self._whole = False
        elif self._is_first(raw, kind, name):
            self._declared[kind].add(name)
            self._sources[kind, name] = raw.source
        self._validate(raw, model)

    def _model(self, raw: RawDocument) -> type[Document] | None:
        """The model of a document's kind; notes a wrong kind or apiVersion."""
        version, kind = raw.data.get("apiVersion"), raw.data.get("kind")
        if version != API_VERSION:
            what = "the version is missing" if version is None else "the version is unknown"
            mend = f"write 'apiVersion: {API_VERSION}'"
            self._note(raw, ("apiVersion",), version, what, f"'{API_VERSION}'", mend)
        if isinstance(kind, str) and kind in KINDS:
            return KINDS[kind]
        what = "the kind is missing" if kind is None else "there is no such kind of document"
        mend = meant(str(kind).capitalize(), KINDS, "write what the document is")
        self._note(raw, ("kind",), kind, what, one_of(KINDS), mend)
        return None

    def _is_first(self, raw: RawDocument, kind: str, name: str) -> bool:
        """Whether a name is new within its kind; an estate has one head, whatever its name."""
        first = self._sources.get((kind, name))
        if kind == "Estate" and self._declared[kind]:
            what = f"there are two Estate documents, the other is '{min(self._declared[kind])}'"
            self._note(raw, ("kind",), name, what, "one Estate document", "remove one of the two")
            return False
        if first is None:
            return True
        what = f"there are two of this kind and name, the first in {first.file}:{first.line}"
        mend = "rename one of them, or remove it"
        self._note(raw, ("metadata", "name"), name, what, f"each {kind} with a name of its own", mend)
        return False

    def _validate(self, raw: RawDocument, model: type[Document]) -> None:
        data = raw.data | {"apiVersion": API_VERSION}  # a wrong version is noted already
        try:
            document = model.model_validate(data, by_alias=True, by_name=False)
        except ValidationError as error:
            noted = {(problem.file, problem.line, problem.field) for problem in self.problems}
            found = explain(error, model, raw)
            self.problems.extend(p for p in found if (p.file, p.line, p.field) not in noted)
        else:
            if self._sources.get((document.kind, document.name)) is raw.source:
                self.documents[document.kind][document.name] = document

    def _note(
        self, raw: RawDocument, path: tuple[str, ...], value: Any, what: str, expected: str, mend: str
    ) -> None:
        line = raw.source.line_of(path)
        problem = Problem(raw.source.file, line, field_text(path), value_text(value), what, expected, mend)
        self.problems.append(problem)


def _raw_name(raw: RawDocument) -> str | None:
    metadata = raw.data.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) and name.isprintable() else None


def _no_head(path: str) -> Problem:
    return Problem(
        file=path,
        line=1,
        field="kind",
        value="nothing",
        what="there is no Estate document",
        expected="one document of kind Estate",
        mend="add one with spec.title, spec.network (extranet or intranet) and spec.hub (a region)",
    )


def _not_utf8(file: str, content: bytes, error: UnicodeDecodeError) -> Problem:
    return Problem(
        file=file,
        line=content[: error.start].count(b"\n") + 1,
        field="document",
        value=f"byte 0x{content[error.start]:02x}",
        what="the file is not UTF-8",
        expected="text in UTF-8",
        mend="convert it, for example with: iconv -f GB18030 -t UTF-8",
    )
