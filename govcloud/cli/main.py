"""The command ``govcloud``: its groups, loaded when they are used, and the one place where errors are printed."""

from __future__ import annotations

import sys

import click

from govcloud.cli.groups import LazyGroup
from govcloud.errors import GovCloudError

# command -> (module, help); a command's module is imported when the command is run, so that help answers at once
_COMMANDS = {
    "region": ("govcloud.cli.region", "Local regions: the embedded default."),
    "toolchain": ("govcloud.cli.toolchain", "The pinned programs that local regions and the engine need."),
    "estate": ("govcloud.cli.estate", "Check and show an estate."),
    "tenancy": ("govcloud.cli.tenancy", "Ask for tenancies, decide on them, follow them."),
    "plan": ("govcloud.cli.plan", "Print the manifests of an estate, offline."),
    "preview": ("govcloud.cli.provision", "Show what `up` would change."),
    "up": ("govcloud.cli.provision", "Bring the regions to what the estate says."),
    "controller": (
        "govcloud.cli.controller",
        "Bring about what the register has approved, as it is approved.",
    ),
    "destroy": ("govcloud.cli.provision", "Take tenancies or whole regions' platforms away."),
    "drift": ("govcloud.cli.provision", "Name what someone changed by hand."),
    "policy": ("govcloud.cli.policy", "The rules: list, explain, ask, waive."),
    "monitor": ("govcloud.cli.monitor", "Metrics, accounting and portal of an estate."),
    "report": ("govcloud.cli.report", "Statements of what departments held and used."),
    "capacity": ("govcloud.cli.capacity", "What pools have left, and when it will be gone."),
    "env": ("govcloud.cli.env", "Shell settings for the plain pulumi program."),
}
_LAZY = {name: (module, name, text) for name, (module, text) in _COMMANDS.items()}


@click.group(cls=LazyGroup, lazy=_LAZY, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="govcloud")
def cli() -> None:
    """A unified e-government cloud: estates, tenancies, recovery tiers, graded security.

    Exit codes: 0 fine, 1 findings or a refused change, 2 wrong usage or input, 3 the environment failed.
    """


def main() -> None:
    """Run the command line and turn every error into one clear message and its exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except GovCloudError as error:
        print_error(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted; what was done stays done, run the command again to go on", err=True)
        sys.exit(130)
    sys.exit(code if isinstance(code, int) else 0)


def print_error(error: GovCloudError) -> None:
    """Say what happened, where, what was expected and how to mend it."""
    prefix = click.style("error:", fg="red", bold=True)
    if problems := getattr(error, "problems", ()):
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{prefix} {error.what}", err=True)
        return
    place = f"{error.where}: " if error.where else ""
    click.echo(f"{prefix} {place}{error.what}", err=True)
    if error.expected:
        click.echo(f"  expected: {error.expected}", err=True)
    if error.mend:
        click.echo(f"  to mend it: {error.mend}", err=True)


if __name__ == "__main__":
    main()
