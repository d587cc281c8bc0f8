"""The options of the server of metrics and portal: ``serve`` takes them, and ``start`` hands them on to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_Command = Callable[..., Any]

_FILE = click.Path(dir_okay=False, path_type=Path)
_SERVING = (
    click.option(
        "--address", default="127.0.0.1:9464", show_default=True, help="Where to listen: host:port, or :port."
    ),
    click.option(
        "--token-file",
        type=_FILE,
        help="A file with the token that whoever asks has to show.",
        metavar="FILE",
    ),
    click.option("--tls-cert", type=_FILE, metavar="FILE", help="Certificate of the server (PEM)."),
    click.option("--tls-key", type=_FILE, metavar="FILE", help="Its key (PEM)."),
    click.option(
        "--client-ca", type=_FILE, metavar="FILE", help="Let in whoever has a certificate of this CA."
    ),
    click.option(
        "--ledger",
        "ledger_url",
        envvar="GOVCLOUD_LEDGER",
        metavar="URL",
        help="Where accounting is kept: sqlite:///FILE or postgresql+psycopg://…; in the state folder by default.",
    ),
    click.option(
        "--sampling",
        type=click.FloatRange(1, 300),
        default=15,
        show_default=True,
        metavar="SECONDS",
        help="How often kubelets are asked for usage.",
    ),
    click.option(
        "--audit-every",
        type=click.FloatRange(min=0),
        default=300,
        show_default=True,
        metavar="SECONDS",
        help="How often the rules are asked about what is live; 0 for never.",
    ),
)


def serving_options(command: _Command) -> _Command:
    """Every option of the server, in the order in which help lists them."""
    for option in reversed(_SERVING):
        command = option(command)
    return command
