"""``govcloud env``: what a shell needs so that the plain ``pulumi`` program works on an estate's stacks."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from govcloud.cli.estates import estate_argument, read_estate


@click.command()
@estate_argument
def env(path: str) -> None:
    """Print shell settings for the plain pulumi program: eval "$(govcloud env PATH)".

    Then, beside Pulumi.yaml: pulumi preview --stack tenancy.NAME.REGION
    """
    from govcloud.engine.settings import settings_for
    from govcloud.local.toolchain import Toolchain

    toolchain = Toolchain.default()
    settings = settings_for(read_estate(path), toolchain)
    values = {
        **settings.environment(),
        "GOVCLOUD_ESTATE": str(Path(path).expanduser().resolve()),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PATH": f"{toolchain.bin}:{toolchain.language_host}:{os.environ.get('PATH', '')}",
    }
    for name, value in values.items():
        click.echo(f"export {name}={shlex.quote(value)}")
