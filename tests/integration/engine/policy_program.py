"""A program of Pulumi that a department could have written, and what the plain pulumi command says of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govcloud.local.toolchain import Toolchain

REPOSITORY = Path(__file__).parents[3]
# The provider writes manifests instead of calling an API server, so that no region is needed.
_PROGRAM = """
import json

import pulumi

from stacks.resources import PROVIDER_VERSION
from stacks.objects import type_token

version = pulumi.ResourceOptions(version=PROVIDER_VERSION)
provider = pulumi.ProviderResource("kubernetes", "files", {"renderYamlToDirectory": "out"}, version)
with open("objects.json") as file:
    objects = json.load(file)
for name, manifest in objects.items():
    for field, value in manifest.get("spec", {}).items():
        if value == "UNKNOWN":
            manifest["spec"][field] = provider.id  # not known before the provider is made
    options = pulumi.ResourceOptions(provider=provider, version=PROVIDER_VERSION)
    pulumi.CustomResource(type_token(manifest), name, manifest, options)
"""


@dataclass
class Said:
    """What a preview said: its exit code, its text, and by resource the level and message of each violation."""

    code: int
    text: str
    violations: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def messages(self, name: str, level: str | None = None) -> list[str]:
        """The messages about a resource, of one level or of all."""
        return [text for at, text in self.violations.get(name, ()) if level in (None, at)]


class PolicyProgram:
    """The program in a folder, with a state of its own.

    Args:
        folder: where it is kept.
        toolchain: the pinned programs.
    """

    def __init__(self, folder: Path, toolchain: Toolchain) -> None:
        self.folder = folder
        self._pulumi_program = toolchain.path("pulumi")
        (folder / "Pulumi.yaml").write_text("name: department\nruntime: python\n")
        (folder / "__main__.py").write_text(_PROGRAM)
        (folder / "state").mkdir()
        self._environment = environment(toolchain) | {
            "PULUMI_BACKEND_URL": f"file://{folder}/state",
            "PULUMI_CONFIG_PASSPHRASE": "a passphrase of a test",
        }
        self._pulumi("stack", "init", "test")

    def preview(self, objects: Mapping[str, Any], config: Mapping[str, Any] | None = None) -> Said:
        """Preview objects, by resource name, with the policy pack and what it is told."""
        (self.folder / "objects.json").write_text(json.dumps(objects))
        words = ["preview", "--stack", "test", "--policy-pack", str(REPOSITORY / "policies")]
        if config is not None:
            (self.folder / "policies.json").write_text(json.dumps({"refuse": config}))
            words += ["--policy-pack-config", str(self.folder / "policies.json")]
        log = self.folder / "events"
        log.unlink(missing_ok=True)
        ended = self._pulumi(*words, "--event-log", str(log), check=False)
        return Said(ended.returncode, ended.stdout + ended.stderr, _violations(log.read_text().splitlines()))

    def _pulumi(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self._pulumi_program), "--non-interactive", *words],
            cwd=self.folder,
            env=self._environment,
            check=check,
            capture_output=True,
            text=True,
            timeout=240,
        )


def environment(toolchain: Toolchain) -> dict[str, str]:
    """What the plain pulumi command needs, as ``govcloud env`` prints it."""
    folders = (toolchain.bin, toolchain.language_host, Path(sys.executable).parent)
    return {
        **os.environ,
        "PULUMI_HOME": str(toolchain.pulumi_home),
        "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_PYTHON_CMD": sys.executable,
        "PATH": ":".join((*map(str, folders), os.environ["PATH"])),
    }


def _violations(lines: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for line in lines:
        event = json.loads(line).get("policyEvent")
        if event:
            name = event["resourceUrn"].rsplit("::", 1)[-1]
            text = event["message"].replace("<{%reset%}>", "").split("\n", 1)[1].strip()
            found.setdefault(name, []).append((event["enforcementLevel"], text))
    return found
