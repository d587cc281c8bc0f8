"""What is pinned: the programs, their versions, and how each can be had.

The facts are data (``catalog.yaml``), so that raising a version is an edit of one file. This module turns
them into types and fills in platform and version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import yaml

from govcloud.errors import InputError
from govcloud.local.toolchain.host import Platform, this_platform


@dataclass(frozen=True, slots=True)
class Probe:
    """How a copy of a program is asked who it is.

    Attributes:
        args: arguments to start it with.
        says: pattern that every good copy answers.
        pinned: pattern that proves the pinned version; None when the program cannot tell.
    """

    args: tuple[str, ...]
    says: re.Pattern[str]
    pinned: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Release:
    """A publisher's file and the list of checksums it publishes with it.

    Attributes:
        file: URL of the file.
        checksums: URL of the list.
        member: path of the program inside the file; None when the file is the program.
    """

    file: str
    checksums: str
    member: str | None


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """A file of a Go module.

    Attributes:
        module: path of the module.
        file: path inside it.
        overrides: top-level fields to set, where the file is JSON.
    """

    module: str
    file: str
    overrides: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Build:
    """How a program is made from pinned Go modules.

    Attributes:
        module: folder under ``modules/`` whose go.mod and go.sum pin everything.
        seconds: how long it takes from nothing on two cores.
        package: the main package; None when the program is a script that a module carries.
        variables: Go variables set by the linker.
        embed: JSON files that the main package embeds.
        copy: the script.
    """

    module: str
    seconds: int
    package: str | None
    variables: Mapping[str, str]
    embed: tuple[ModuleFile, ...]
    copy: ModuleFile | None


@dataclass(frozen=True, slots=True)
class Program:
    """One pinned program.

    Attributes:
        name: also the name of its file.
        version: without a leading ``v``.
        licence: SPDX identifier.
        purpose: what it is for, in a few words.
        language_host: whether it belongs to the language host, which has to stay off PATH for policy packs.
        plugin: folder under ``plugins/`` of a PULUMI_HOME; None when it is no plugin.
        probe: how it is asked who it is.
        release: None when its publisher publishes no file with a checksum.
        build: how it is made.
    """

    name: str
    version: str
    licence: str
    purpose: str
    language_host: bool
    plugin: str | None
    probe: Probe
    release: Release | None
    build: Build


@dataclass(frozen=True, slots=True)
class GoPin:
    """The Go that builds where the machine has none of at least ``minimum``: a PyPI package, by hash."""

    minimum: str
    package: str
    version: str
    sha256: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """The programs in the order in which they are installed, and the Go that builds them."""

    programs: Mapping[str, Program]
    go: GoPin
    platform: Platform

    def __iter__(self) -> Iterator[Program]:
        return iter(self.programs.values())

    def __getitem__(self, name: str) -> Program:
        """The program of a name.

        Raises:
            InputError: there is no such program.
        """
        try:
            return self.programs[name]
        except KeyError:
            raise InputError(
                f"{name!r} is no program of the toolchain",
                expected=f"one of {', '.join(self.programs)}",
                mend="see 'govcloud toolchain status'",
            ) from None

    def select(self, names: Iterable[str] | None) -> list[Program]:
        """The named programs, or all of them, in the order of the catalog.

        Raises:
            InputError: there is no program of one of the names.
        """
        if names is None:
            return list(self)
        wanted = {self[name].name for name in names}
        return [program for program in self if program.name in wanted]


def load_catalog(platform: Platform | None = None, text: str | None = None) -> Catalog:
    """The pinned programs for a platform.

    Args:
        platform: by default this machine's.
        text: YAML to read instead of the one that govcloud ships.
    """
    platform = platform or this_platform()
    text = text or resources.files(__package__).joinpath("catalog.yaml").read_text("utf-8")
    # The loader in C halves the time, and this is read at each start.
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    programs = {name: _program(name, entry, platform) for name, entry in data["programs"].items()}
    go = data["go"]
    return Catalog(
        programs, GoPin(go["minimum"], go["package"], go["version"], tuple(go["sha256"])), platform
    )


def _program(name: str, entry: dict[str, Any], platform: Platform) -> Program:
    release = entry.get("release")
    cpus = release.get("cpu", {}) if release else {}
    words = {
        "{name}": name,
        "{version}": entry["version"],
        "{os}": platform.os,
        "{System}": platform.os.title(),
        "{arch}": platform.arch,
        "{cpu}": cpus.get(platform.arch, platform.arch),
    }
    # The patterns hold the version as text, not as an expression in which a dot stands for anything.
    probe = _filled(entry["probe"], {**words, "{version}": re.escape(entry["version"]) + r"(?![\w.-])"})
    entry = _filled(entry, words)
    return Program(
        name=name,
        version=entry["version"],
        licence=entry["licence"],
        purpose=entry["purpose"],
        language_host=entry.get("language_host", False),
        plugin=entry.get("plugin"),
        probe=_probe(probe),
        release=_release(entry["release"]) if release else None,
        build=_build(entry["build"]),
    )


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {_filled(key, words): _filled(item, words) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, words) for item in value]
    if isinstance(value, str):
        for word, text in words.items():
            value = value.replace(word, text)
    return value


def _probe(entry: dict[str, Any]) -> Probe:
    pinned = entry.get("pinned")
    return Probe(tuple(entry["args"]), re.compile(entry["says"]), re.compile(pinned) if pinned else None)


def _release(entry: dict[str, Any]) -> Release:
    return Release(entry["file"], entry["checksums"], entry.get("member"))


def _build(entry: dict[str, Any]) -> Build:
    return Build(
        module=entry["module"],
        seconds=entry["seconds"],
        package=entry.get("package"),
        variables=entry.get("set", {}),
        embed=tuple(_module_file(file) for file in entry.get("embed", ())),
        copy=_module_file(entry["copy"]) if "copy" in entry else None,
    )


def _module_file(entry: dict[str, Any]) -> ModuleFile:
    return ModuleFile(entry["from"], entry["file"], entry.get("set", {}))
