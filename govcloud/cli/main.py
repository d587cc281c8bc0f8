"""The command ``govcloud``: its groups, loaded when they are used, and the one place where errors are printed."""

from __future__ import annotations

import importlib
import sys

import click

from govcloud.errors import GovCloudError

# command -> (module, help); a command's module is imported when the command is run, so that help answers at once
_COMMANDS = {
    "region": ("govcloud.cli.region", "Local regions: the embedded default."),
    "toolchain": ("govcloud.cli.toolchain", "The pinned programs that local regions and the engine need."),
    "estate": ("govcloud.cli.estate", "Check and show an estate."),
    "plan": ("govcloud.cli.plan", "Print the manifests of an estate, offline."),
    "preview": ("govcloud.cli.provision", "Show what `up` would change."),
    "up": ("govcloud.cli.provision", "Bring the regions to what the estate says."),
    "destroy": ("govcloud.cli.provision", "Take tenancies or whole regions' platforms away."),
    "drift": ("govcloud.cli.provision", "Name what someone changed by hand."),
    "policy": ("govcloud.cli.policy", "The rules: list, explain, ask, waive."),
    "env": ("govcloud.cli.env", "Shell settings for the plain pulumi program."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported one by one, on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a working day."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command."""
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List commands with their help without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest command for a mistyped one."""
        import difflib

        if args and args[0] not in _COMMANDS:
            near = difflib.get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
