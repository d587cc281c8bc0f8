"""``govcloud policy``: the rules, asked and explained. Each command is in a module of its own subject."""

from __future__ import annotations

import click

from govcloud.cli.policy.auditing import audit
from govcloud.cli.policy.checking import check
from govcloud.cli.policy.rules import explain, list_rules, verify
from govcloud.cli.policy.waiving import waive, waivers


@click.group()
def policy() -> None:
    """The rules: list and explain them, ask them about manifests and regions, and ask for exceptions."""


for _command in (list_rules, explain, check, audit, waive, waivers, verify):
    policy.add_command(_command)
