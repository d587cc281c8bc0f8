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
    # The folder of this Python has the program that starts the policy pack.
    folders = (toolchain.bin, toolchain.language_host, Path(sys.executable).parent)
    values = {
        **settings.environment(),
        "PULUMI_HOME": str(toolchain.pulumi_home),
        "GOVCLOUD_ESTATE": str(Path(path).expanduser().resolve()),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PATH": ":".join((*map(str, folders), os.environ.get("PATH", ""))),
    }
    for name, value in values.items():
        click.echo(f"export {name}={shlex.quote(value)}")
