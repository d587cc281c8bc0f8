"""Which regions a command means: those of an estate, or those on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govcloud.local.region import LocalRegion
    from govcloud.local.toolchain import Toolchain
    from govcloud.model import Estate, Region

estate_option = click.option(
    "--estate",
    "estate_path",
    envvar="GOVCLOUD_ESTATE",
    default="estates/national",
    show_default=True,
    help="The estate that describes the regions.",
)


def local(name: str, toolchain: Toolchain, **settings: Any) -> LocalRegion:
    """The region of that name on this machine, whether it was ever up or not."""
    from govcloud.local.region import LocalRegion, regions_root

    return LocalRegion(name, regions_root() / name, toolchain, **settings)


def of_estate(estate: Estate, names: Sequence[str], every: bool) -> list[Region]:
    """The regions of an estate that run on this machine, all or those named.

    Raises:
        InputError: one that is named is none of them.
    """
    found = {name: r for name, r in estate.regions.items() if r.spec.cluster.kind == "local"}
    return [found[name] for name in _selected(names, every, list(found), f"local region of {estate.name}")]


def on_this_machine(names: Sequence[str], every: bool) -> list[LocalRegion]:
    """The regions that were ever up here, all or those named.

    Raises:
        InputError: one that is named is none of them.
    """
    from govcloud.local.region import regions_root
    from govcloud.local.toolchain import Toolchain

    toolchain = Toolchain.default()
    known = sorted(path.parent.name for path in regions_root().glob("*/region.json"))
    return [local(n, toolchain) for n in _selected(names, every, known, "local region on this machine")]


def require_choice(names: Sequence[str], every: bool) -> None:
    """Refuse a command that names no region and does not mean all, or both.

    Raises:
        click.UsageError: it does so.
    """
    if every == bool(names):
        raise click.UsageError("Give either names of regions or --all.")


def _selected(names: Sequence[str], every: bool, known: Sequence[str], noun: str) -> list[str]:
    from govcloud.errors import InputError

    if every:
        return list(known)
    if unknown := [name for name in names if name not in known]:
        raise InputError(
            f"there is no {noun} called {', '.join(unknown)}",
            expected=f"one of: {', '.join(known)}" if known else f"a {noun}; there is none yet",
            mend="see `govcloud region list`, or name the estate with --estate",
        )
    return list(dict.fromkeys(names))
