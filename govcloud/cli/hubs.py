"""Which hub a command calls, and as whom: through a kubeconfig of one's own, or through that of the estate's hub.

A department has a kubeconfig of the hub and no estate on its disk; the platform team has the estate, which says where its
hub is. So the estate is read only by a command that needs it, and a kubeconfig that is named always goes first: nobody acts
under another name than the one they gave.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from govcloud.cluster import Cluster
    from govcloud.errors import ClusterError
    from govcloud.hub.register import Register
    from govcloud.model import Estate

_Command = Callable[..., Any]
_DEFAULT = "estates/national"


class Hub:
    """The hub that a command means, and the estate where there is one at hand; neither is touched before it is used.

    Args:
        kubeconfig: the caller's kubeconfig of the hub; that of the estate's hub where none is named.
        context: a context of the kubeconfig; its current one where none is named.
        path: the estate that is named; the national one, where it is there, if none is.
    """

    def __init__(self, kubeconfig: str | None, context: str | None, path: str | None) -> None:
        self.kubeconfig = kubeconfig
        self.context = context
        self.path = path

    @cached_property
    def estate(self) -> Estate:
        """The estate, placed; read once.

        Raises:
            EstateError: it has problems.
            InputError: there is none.
        """
        from govcloud.cli.estates import read_estate

        return read_estate(self.path or _DEFAULT)

    @property
    def known(self) -> Estate | None:
        """The estate where one is named or at hand; None for somebody who has none.

        With a kubeconfig of one's own the estate that happens to lie there is not meant: it may be that of another hub.

        Raises:
            EstateError: it has problems.
            InputError: one is named, and cannot be read.
        """
        at_hand = not self.kubeconfig and Path(_DEFAULT).exists()
        return self.estate if self.path or at_hand else None

    @cached_property
    def cluster(self) -> Cluster:
        """The API server of the hub, as the caller.

        Raises:
            InputError: nothing says where the hub is, or the kubeconfig that is named cannot be used.
            ClusterError: the kubeconfig of the estate's hub cannot be used.
        """
        from govcloud.cluster import Cluster
        from govcloud.errors import ClusterError
        from stacks.desired import target_of

        if self.kubeconfig:
            try:
                return Cluster(self.kubeconfig, self.context)
            except ClusterError as error:
                raise _unusable(error) from error
        estate = self.known
        if estate is None:
            raise _nowhere()
        target = target_of(estate, estate.head.spec.hub)
        return Cluster(target.kubeconfig, self.context or target.context)

    @cached_property
    def register(self) -> Register:
        """The register that the hub keeps, as the caller."""
        from govcloud.hub.register import Register

        return Register(self.cluster)


def hub_options(command: _Command) -> _Command:
    """The options --kubeconfig, --context and --estate; the command gets them as one argument, ``hub``."""

    @click.option(
        "--kubeconfig",
        envvar="GOVCLOUD_HUB_KUBECONFIG",
        help="Your kubeconfig of the hub, or GOVCLOUD_HUB_KUBECONFIG; that of the estate's hub by default.",
    )
    @click.option("--context", help="A context of that kubeconfig; its current one by default.")
    @click.option(
        "--estate",
        "estate_path",
        envvar="GOVCLOUD_ESTATE",
        help=f"The estate, or GOVCLOUD_ESTATE; {_DEFAULT} where it is there.",
    )
    @functools.wraps(command)
    def called(
        *arguments: Any, kubeconfig: str | None, context: str | None, estate_path: str | None, **options: Any
    ) -> Any:
        return command(*arguments, hub=Hub(kubeconfig, context, estate_path), **options)

    return called


def _unusable(error: ClusterError) -> Exception:
    from govcloud.errors import InputError

    return InputError(
        error.what,
        where=error.where,
        expected="your kubeconfig of the hub, and a context that it has",
        mend="correct --kubeconfig, GOVCLOUD_HUB_KUBECONFIG or --context; the platform gives out kubeconfigs",
    )


def _nowhere() -> Exception:
    from govcloud.errors import InputError

    return InputError(
        "nothing says where the hub is",
        expected=f"a kubeconfig of the hub, or an estate ({_DEFAULT} is not here)",
        mend="name your kubeconfig with --kubeconfig or GOVCLOUD_HUB_KUBECONFIG, or the estate with --estate",
    )
