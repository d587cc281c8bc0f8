"""Options and loading that all commands about an estate share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govcloud.model import Estate

_Command = Callable[..., Any]
_DEFAULT = "estates/national"


def estate_argument(command: _Command) -> _Command:
    """The argument PATH: a file, a folder or - for standard input; GOVCLOUD_ESTATE or estates/national by default."""
    return click.argument("path", required=False, envvar="GOVCLOUD_ESTATE", default=_DEFAULT)(command)


def selection_options(command: _Command) -> _Command:
    """The options --tenancy and --region, each repeatable."""
    command = click.option("--region", "-r", "regions", multiple=True, help="Only this region (repeatable).")(
        command
    )
    return click.option(
        "--tenancy", "-t", "tenancies", multiple=True, help="Only this tenancy (repeatable)."
    )(command)


def read_estate(path: str) -> Estate:
    """A checked estate with every tenancy placed.

    Raises:
        EstateError: all problems at once.
    """
    from govcloud.model.loader import load_estate
    from govcloud.placement import place

    if path == "-":
        return place(load_estate("-", text=sys.stdin.read()))
    return place(load_estate(os.path.expanduser(path)))
