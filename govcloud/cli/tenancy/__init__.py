"""Tenancies on the command line: what departments ask, what reviewers decide, and how it ends.

Nothing is decided here: the API server of the hub takes or refuses each step, whoever asks for it and however. The commands
tell a person beforehand what will be refused, and afterwards by which rule and who could.
"""

from __future__ import annotations

import click

from govcloud.cli.groups import LazyGroup

_ROOM = "govcloud.cli.tenancy"
_COMMANDS = {
    "request": (f"{_ROOM}.requesting", "request", "Ask for a tenancy, or ask again."),
    "list": (f"{_ROOM}.listing", "list_tenancies", "List tenancies, and what waits for you."),
    "show": (f"{_ROOM}.showing", "show", "Show where a tenancy stands, and what comes next."),
    "review": (f"{_ROOM}.reviewing", "review", "Approve or reject what is asked for."),
    "change": (f"{_ROOM}.changing", "change", "Change what is asked for, or drop the change."),
    "withdraw": (f"{_ROOM}.ending", "withdraw", "Take a request back before it is brought about."),
    "cordon": (f"{_ROOM}.ending", "cordon", "Close a tenancy to new work, or open it again."),
    "retire": (f"{_ROOM}.ending", "retire", "Ask for the end, agree to it, or keep the tenancy."),
    "kubeconfig": (f"{_ROOM}.kubeconfig", "kubeconfig", "Get a short-lived credential for a tenancy."),
    "log": (f"{_ROOM}.log", "log", "Read the decision log, export it, verify it."),
}


@click.group(cls=LazyGroup, lazy=_COMMANDS)
def tenancy() -> None:
    """Ask for tenancies, decide on them, follow them to their end.

    Whoever has a kubeconfig of the hub needs nothing else: name it with --kubeconfig or GOVCLOUD_HUB_KUBECONFIG. The
    life of a tenancy, and who may make which step, is told in docs/register.md.

    Names and options are completed by the shell after: eval "$(_GOVCLOUD_COMPLETE=bash_source govcloud)", or zsh_source,
    or fish_source.
    """
