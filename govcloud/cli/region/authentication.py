"""What the API server of a region is told about identity providers, for those who run one that is not local."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from govcloud.cli.output import say, to_yaml
from govcloud.cli.region.choice import estate_option

if TYPE_CHECKING:
    from govcloud.model import Estate, Region


@click.command("authentication")
@click.argument("name")
@estate_option
@click.option(
    "--file", type=click.Path(dir_okay=False, path_type=Path), help="Write it there, for its owner alone."
)
def authentication(name: str, estate_path: str, file: Path | None) -> None:
    """Print, or write, the AuthenticationConfiguration of a region's API server: whose tokens it accepts.

    A region on this machine gets it by `govcloud region up`. Elsewhere it is given by --authentication-config=FILE on every
    API server, in place of --anonymous-auth and of all --oidc-* flags, which may not stand beside it. A change of it needs no
    restart. Without credentials it lets callers see no more than whether the server is well.
    """
    from govcloud.model.authorities import identity_with_authorities
    from govcloud.model.loader import load_estate
    from govcloud.planner.authentication import HEALTH_PATHS, authentication_configuration

    estate = load_estate(estate_path)
    region = _region(estate, name)
    anonymous = () if region.spec.cluster.kind == "local" else HEALTH_PATHS
    text = to_yaml(authentication_configuration(identity_with_authorities(estate), anonymous))
    if file is None:
        click.echo(text, nl=False)
    else:
        _write(file, text)
        say(f"written to {file}; give it to the API server of {name} as --authentication-config")


def _region(estate: Estate, name: str) -> Region:
    from govcloud.errors import InputError

    if name not in estate.regions:
        raise InputError(
            f"estate {estate.name} has no region called {name}",
            expected=f"one of: {', '.join(estate.regions)}",
            mend="see the names with `govcloud estate show`, or name the estate with --estate",
        )
    return estate.regions[name]


def _write(file: Path, text: str) -> None:
    from govcloud.errors import InputError
    from govcloud.local.region.layout import write_private

    try:
        write_private(file, text)
    except OSError as error:
        raise InputError(
            f"the configuration cannot be written: {error.strerror}",
            where=str(file),
            expected="a folder that is there and may be written to",
            mend="name another place",
        ) from error
