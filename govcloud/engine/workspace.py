"""Pulumi's Automation API, with as few processes as the work needs: one an operation.

The stock workspace and stack start further processes to select a stack before an operation and to read outputs and
history after it. Here the stack is named with each operation, these programs have no outputs, and the events of the run say
what happened.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pulumi.automation import LocalWorkspace, OutputMap, PulumiCommand, Stack, UpdateSummary
from pulumi.automation._stack import StackInitMode  # what is public makes the stock stack
from semver import VersionInfo

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.settings import EngineSettings

PULUMI_VERSION = VersionInfo.parse("3.259.0")


class PinnedPulumi(PulumiCommand):
    """The toolchain's pulumi, whose version was verified when it was installed."""

    def __init__(self, program: Path) -> None:
        self.command = str(program)
        self.version = PULUMI_VERSION


class NamingWorkspace(LocalWorkspace):
    """A workspace that need not select a stack, since each operation names it."""

    def select_stack(self, stack_name: str) -> None:
        """Nothing to do."""


class LeanStack(Stack):
    """A stack whose operations start one process, the operation's own."""

    def outputs(self) -> OutputMap:
        """These programs have none."""
        return {}

    def info(self, show_secrets: bool = True) -> UpdateSummary:
        """A summary without content: the events of the run say more than Pulumi's history does."""
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "")


def open_stack(
    settings: EngineSettings, checkpoints: Checkpoints | None, stack: str, program: Callable[[], None]
) -> Stack:
    """A stack ready for an operation, begun where it does not exist yet.

    Args:
        settings: the estate's engine.
        checkpoints: the file backend, on which a stack is begun without a process; None for any other backend, where
            Pulumi selects or creates it.
        stack: its name.
        program: registers its resources.
    """
    kind = LocalWorkspace if checkpoints is None else NamingWorkspace
    workspace = kind(
        work_dir=str(settings.work),
        program=program,
        env_vars=settings.environment(),
        pulumi_home=str(settings.pulumi_home),
        pulumi_command=PinnedPulumi(settings.pulumi),
    )
    _share_salt(settings.work, stack)
    if checkpoints is None:
        return LeanStack(stack, workspace, StackInitMode.CREATE_OR_SELECT)
    checkpoints.begin(stack)
    return LeanStack(stack, workspace, StackInitMode.SELECT)


def _share_salt(work: Path, stack: str) -> None:
    """Give a new stack the settings of another: one salt a estate, so that ciphertexts can move between its stacks."""
    own = work / f"Pulumi.{stack}.yaml"
    if own.exists():
        return
    other = next(iter(sorted(work.glob("Pulumi.*.yaml"))), None)
    if other is not None:
        shutil.copy(other, own)
        own.chmod(0o600)
