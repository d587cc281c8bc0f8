"""Which machine this is, in the words that Go, mirrors and publishers use for it.

Everybody who names a program file by platform spells the platform a little differently. The pair below is
Go's spelling, which mirrors share; the catalog maps it to what each publisher writes.
"""

from __future__ import annotations

import platform
from typing import NamedTuple

from govcloud.errors import ToolchainError

_ARCHITECTURES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SYSTEMS = {"Linux": "linux", "Darwin": "darwin"}


class Platform(NamedTuple):
    """An operating system and a processor, as Go spells them: ``linux`` and ``amd64``."""

    os: str
    arch: str

    def __str__(self) -> str:
        return f"{self.os}-{self.arch}"


def this_platform() -> Platform:
    """The platform of this machine.

    Raises:
        ToolchainError: no program of the toolchain runs on this system or processor.
    """
    system, machine = platform.system(), platform.machine()
    if system not in _SYSTEMS or machine.lower() not in _ARCHITECTURES:
        raise ToolchainError(
            f"the toolchain does not run on {system} {machine}",
            expected="Linux or macOS on amd64 or arm64",
            mend="use such a machine, a virtual machine or a container",
        )
    return Platform(_SYSTEMS[system], _ARCHITECTURES[machine.lower()])
