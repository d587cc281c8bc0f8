"""``govcloud controller``: brings about what the register has approved, as long as it runs."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.estates import estate_argument, read_estate
from govcloud.cli.output import say
from govcloud.errors import GovCloudError

if TYPE_CHECKING:
    from govcloud.controller.controller import Controller, Pace
    from govcloud.controller.reconcile import Round
    from govcloud.engine.engine import Engine
    from govcloud.model import Estate

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_INTERRUPTED = 130


@click.command()
@estate_argument
@click.option("--once", is_flag=True, help="Do what is to be done now, then end.")
@click.option(
    "--resync",
    type=click.FloatRange(min=1),
    default=600,
    show_default=True,
    metavar="SECONDS",
    help="Look at every tenancy's regions this often, changed or not.",
)
@click.option(
    "--lease",
    type=click.FloatRange(min=1),
    default=15,
    show_default=True,
    metavar="SECONDS",
    help="Another controller takes over after so long without a sign of the leader.",
)
def controller(path: str, once: bool, resync: float, lease: float) -> None:
    """Bring about what the register of PATH's hub has approved, as it is approved.

    Regions and departments are those of PATH, tenancies those of the register. Of several controllers one works and the
    others wait. How it goes is told on standard error, a line each; Ctrl-C or SIGTERM ends it safely.
    """
    from govcloud.controller.controller import Pace

    estate = read_estate(path)
    made = make_controller(estate, Pace(resync=resync, lease=lease))
    with stopping(made) as stopped:
        if not once:
            made.run()
            return
        round_ = made.once()
    tell_round(round_)
    if stopped:
        sys.exit(_INTERRUPTED)
    if round_.failures:
        sys.exit(3)


def make_controller(estate: Estate, pace: Pace | None = None, *, wait: bool = True) -> Controller:
    """A controller of an estate that tells how it goes on standard error.

    Args:
        estate: the estate.
        pace: how often things are done.
        wait: whether its engine waits for another change of the estate, or refuses.
    """
    from govcloud.controller.controller import Controller

    return Controller(estate, lambda: _engine(estate, wait), say, pace)


def tell_round(round_: Round) -> None:
    """Say what became of tenancies, a line each."""
    for name, phase in round_.moved.items():
        say(f"{name}: {phase}")
    for name, why in round_.failures.items():
        say(f"{name}: {why}")
    if not round_.moved and not round_.failures:
        say("every tenancy of the register is as it was approved")


@contextmanager
def stopping(made: Controller) -> Iterator[list[int]]:
    """The first signal ends the controller safely, a second one at once; yields the signals that came."""
    came: list[int] = []
    before: dict[int, Any] = {}

    def heard(number: int, frame: FrameType | None) -> None:
        came.append(number)
        _restore(before)
        made.stop()

    for number in _SIGNALS:
        before[number] = signal.signal(number, heard)
    try:
        yield came
    except GovCloudError:
        if not came:
            raise
        sys.exit(_INTERRUPTED)
    finally:
        _restore(before)


def _restore(handlers: dict[int, Callable[..., Any]]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _engine(estate: Estate, wait: bool) -> Engine:
    from govcloud.engine.engine import Engine
    from govcloud.engine.settings import settings_for
    from govcloud.local.toolchain import Toolchain

    return Engine(settings_for(estate, Toolchain.default()), _Quiet(), wait=wait)


class _Quiet:
    """Of the engine's progress, what a person should know and what failed; the rest is told by tenancy."""

    def start(self, jobs: Any) -> None:
        """Runs that are to come."""

    def step(self, job: str, done: int) -> None:
        """A run has done so many objects."""

    def finish(self, job: str, failed: bool) -> None:
        """A run has ended."""
        if failed:
            say(f"{job}: failed")

    def say(self, message: str) -> None:
        """Something that a person should know."""
        say(message)
