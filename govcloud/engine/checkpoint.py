"""The checkpoints of a Pulumi file backend: found, begun, divided and removed without starting a process.

Each Pulumi process costs a third of a second of CPU before it does anything, most of it to derive the key of the
passphrase. For fifty new stacks that would be most of the time that their objects take. The layout and the checkpoint
format (version 3) are those that the pinned Pulumi writes; a test has the real program read what is written here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from govcloud.errors import EngineError
from stacks.names import PROJECT

Resource = dict[str, Any]
_VERSION = 3


class Checkpoints:
    """The stacks of one project in a file backend.

    Args:
        backend: the backend's folder.
    """

    def __init__(self, backend: Path) -> None:
        self._stacks = backend / ".pulumi" / "stacks" / PROJECT

    def names(self) -> list[str]:
        """The stacks that exist."""
        return sorted(path.stem for path in self._stacks.glob("*.json"))

    def exists(self, stack: str) -> bool:
        """Whether a stack exists."""
        return self._path(stack).exists()

    def fingerprint(self, stack: str) -> list[int] | None:
        """What changes whenever the checkpoint is written; None where there is no stack."""
        try:
            status = self._path(stack).stat()
        except FileNotFoundError:
            return None
        return [status.st_size, status.st_mtime_ns, status.st_ino]

    def begin(self, stack: str) -> None:
        """A stack without resources, where there is none yet."""
        if not self.exists(stack):
            self._write(stack, None)

    def resources(self, stack: str) -> list[Resource]:
        """The resources in a stack's last checkpoint."""
        return list((self._read(stack)["checkpoint"].get("latest") or {}).get("resources") or ())

    def gather(self, into: str, stacks: Sequence[str]) -> None:
        """Begin a passing stack that holds the resources of stacks, which stay as they are.

        Each has a root and a provider of its own; one of each stands for all, since they differ by nothing but id.
        """
        found = [latest for stack in stacks if (latest := self._read(stack)["checkpoint"].get("latest"))]
        text = json.dumps([r for latest in found for r in latest.get("resources") or ()])
        for stack in stacks:
            text = _renamed(text, stack, into)
        resources = json.loads(text)
        if not resources:
            self._write(into, None)
            return
        self._write(into, {**_without_pending(found[0]), "resources": _one_provider(resources)})

    def divide(self, source: str, owner: Callable[[Resource], str | None]) -> list[str]:
        """Give each stack its resources out of a checkpoint that holds those of many, and return the stacks.

        Args:
            source: the stack to divide; it stays.
            owner: the stack that a resource belongs to; None for those that each stack gets a copy of (the root and
                the provider).
        """
        latest = self._read(source)["checkpoint"].get("latest")
        if not latest:
            return []
        common = _without_pending(latest)
        shared = [r for r in latest["resources"] if owner(r) is None]
        owned: dict[str, list[Resource]] = {}
        for resource in latest["resources"]:
            if (stack := owner(resource)) is not None:
                owned.setdefault(stack, []).append(resource)
        for stack, resources in owned.items():
            text = _renamed(json.dumps([*shared, *resources]), source, stack)
            self._write(stack, {**common, "resources": json.loads(text)})
        return list(owned)

    def remove(self, stack: str) -> None:
        """Forget a stack; its objects stay."""
        for path in self._stacks.glob(f"{stack}.json*"):
            path.unlink()

    def _path(self, stack: str) -> Path:
        return self._stacks / f"{stack}.json"

    def _read(self, stack: str) -> dict[str, Any]:
        path = self._path(stack)
        try:
            content: dict[str, Any] = json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise EngineError(
                f"the checkpoint of stack {stack} cannot be read: {error}",
                where=str(path),
                mend="restore the file from a backup, or move it away: `up` adopts what stands in the region",
            ) from error
        if content.get("version") != _VERSION:
            raise EngineError(
                f"the checkpoint of stack {stack} has version {content.get('version')}",
                where=str(path),
                expected=f"version {_VERSION}, which the pinned Pulumi writes",
                mend="run the Pulumi that govcloud pins: `govcloud toolchain install`",
            )
        return content

    def _write(self, stack: str, latest: dict[str, Any] | None) -> None:
        """Whole or not at all, and on the disk before it counts."""
        content = {
            "version": _VERSION,
            "checkpoint": {"stack": f"organization/{PROJECT}/{stack}", "latest": latest},
        }
        self._stacks.mkdir(parents=True, exist_ok=True)
        new = self._stacks / f".{stack}.{os.getpid()}"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path(stack))


def _without_pending(latest: dict[str, Any]) -> dict[str, Any]:
    """An operation that was under way belongs to no stack: its object is adopted by the next run."""
    return {key: value for key, value in latest.items() if key != "pending_operations"}


def _one_provider(resources: Sequence[Resource]) -> list[Resource]:
    """The resources of many stacks under one root and one provider."""
    roots = [r for r in resources if r["type"] == "pulumi:pulumi:Stack"]
    providers = [r for r in resources if r["type"].startswith("pulumi:providers:")]
    own = [r for r in resources if not r["type"].startswith("pulumi:")]
    if providers:
        reference = f"{providers[0]['urn']}::{providers[0]['id']}"
        own = [{**r, "provider": reference} if r.get("provider") else r for r in own]
    return [*roots[:1], *providers[:1], *own]


def _renamed(text: str, source: str, stack: str) -> str:
    """A stack's name is in each URN, and in the name of the root resource."""
    return text.replace(f"urn:pulumi:{source}::", f"urn:pulumi:{stack}::").replace(
        f"::{PROJECT}-{source}", f"::{PROJECT}-{stack}"
    )


def component_of(resource: Resource, kinds: Iterable[str] = ("Tenancy",)) -> str | None:
    """The name of the component that a resource is or belongs to, None where it belongs to none."""
    wanted = {f"govcloud:stacks:{kind}" for kind in kinds}
    for urn in (resource["urn"], resource.get("parent", "")):
        if "::" in urn:
            *_, kind, name = urn.split("::", maxsplit=3)
            if kind in wanted:
                return str(name)
    return None
