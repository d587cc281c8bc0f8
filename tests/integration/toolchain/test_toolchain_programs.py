from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from govcloud.local.toolchain import Program, Toolchain, load_catalog
from govcloud.local.toolchain.sources import probe

PROGRAMS = list(load_catalog())
# The mirror's copies of these were linked without a version; those of a release or a build tell it.
TELL_NOTHING_FROM_A_MIRROR = ("velero", "versitygw")


@pytest.fixture(autouse=True)
def python(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scripts of Pulumi start the Python that has its SDK."""
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PULUMI_PYTHON_CMD", sys.executable)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_every_program_is_installed_starts_and_is_of_the_pinned_version(
    toolchain: Toolchain, program: Program
) -> None:
    (installed,) = toolchain.install([program.name])
    answer = probe(installed.path, program)
    assert program.probe.says.search(answer), answer
    silent = installed.source == "mirror" and program.name in TELL_NOTHING_FROM_A_MIRROR
    if program.probe.pinned and not silent:
        assert program.probe.pinned.search(answer), answer


def test_every_program_is_what_was_installed_by_its_full_hash(toolchain: Toolchain) -> None:
    assert {status.state for status in toolchain.status(verify=True)} == {"installed"}


def test_the_engine_finds_the_provider_and_its_schema_in_the_pulumi_home(
    toolchain: Toolchain, tmp_path: Path
) -> None:
    done = subprocess.run(
        [toolchain.path("pulumi"), "package", "get-schema", "kubernetes@4.25.0"],
        cwd=tmp_path,
        env={
            "PATH": f"{toolchain.bin}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(tmp_path),
            "PULUMI_HOME": str(toolchain.pulumi_home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    schema = json.loads(done.stdout)
    assert schema["version"] == "4.25.0"
    assert "kubernetes:core/v1:Namespace" in schema["resources"]
