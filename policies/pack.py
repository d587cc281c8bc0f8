"""The rules as a policy pack: the process that Pulumi starts for ``--policy-pack policies``.

The engine waits for the port of a pack before it does anything, and asks about the first resource when the program has
started, half a second later. So the port is told first, with nothing imported but the protocol, and the rules are read
meanwhile.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.program import Program

_LIBRARY = ("pulumi", "pulumi.runtime")


def main() -> None:
    """Answer the engine until it interrupts this process, or ends itself: it holds the other end of the standard input.

    The engine waits for the end of what it interrupts, and a signal may reach any thread. Nothing is left to be done
    then, so that the interrupt ends the process by itself and no handler is waited for.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    without_library()
    from policies.desk import Desk
    from policies.protocol import answering

    desk = Desk(program)
    with answering(desk) as port:
        print(port, flush=True)
        desk.prepare()
        sys.stdin.buffer.read()


def program() -> Program:
    """The program of this run; its environment says whether it is previewed."""
    from datetime import UTC, datetime

    from policies.loading import shipped_rules
    from policies.program import Program

    preview = os.environ.get("PULUMI_DRY_RUN") == "true"
    return Program(shipped_rules().values(), preview=preview, now=datetime.now(UTC))


def without_library() -> None:
    """Let the protocol's messages be imported without the rest of Pulumi's library.

    To import the library takes longer than to import all that the pack needs; this process uses nothing else of it. Where
    it was imported already, it stays.
    """
    found = find_spec("pulumi") if "pulumi" not in sys.modules else None
    for location in (found and found.submodule_search_locations) or ():
        for name in _LIBRARY:
            bare = ModuleType(name)
            bare.__path__ = [str(Path(location).parent.joinpath(*name.split(".")))]
            sys.modules[name] = bare
