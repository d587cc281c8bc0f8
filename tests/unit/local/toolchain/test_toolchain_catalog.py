from __future__ import annotations

import re
from importlib import metadata, resources

import pytest

from govcloud.errors import InputError
from govcloud.local.toolchain import Program, load_catalog
from govcloud.local.toolchain.host import Platform

PROGRAMS = list(load_catalog())
MODULES = resources.files("govcloud.local.toolchain").joinpath("modules")
EXPECTED = {
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-network-policies",
    "kube-scheduler",
    "kwok",
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-kubernetes",
    "velero",
    "versitygw",
}


def test_it_names_every_program_that_a_region_and_the_engine_need() -> None:
    assert {program.name for program in PROGRAMS} == EXPECTED


def test_what_a_region_needs_is_made_before_what_the_engine_needs() -> None:
    names = [program.name for program in PROGRAMS]
    region = ["etcd", "kube-apiserver", "kwok", "kube-controller-manager", "kube-scheduler"]
    assert names[: len(region)] == region


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
class TestEveryProgram:
    def test_has_no_word_left_to_fill_in(self, program: Program) -> None:
        texts = [program.purpose, program.plugin or "", program.build.package or ""]
        texts += [*program.build.variables.values(), *program.build.variables]
        if program.release:
            texts += [program.release.file, program.release.checksums, program.release.member or ""]
        assert not [text for text in texts if "{" in text]

    def test_is_downloaded_over_https_in_its_pinned_version(self, program: Program) -> None:
        if program.release:
            assert program.release.file.startswith("https://")
            assert program.release.checksums.startswith("https://")
            assert program.version in program.release.file

    def test_is_built_from_a_module_that_pins_every_dependency_by_hash(self, program: Program) -> None:
        module = MODULES.joinpath(program.build.module)
        required = re.findall(
            r"^(?:require |\t)(\S+) (v\S+)", module.joinpath("go.mod").read_text("utf-8"), re.M
        )
        sums = module.joinpath("go.sum").read_text("utf-8")
        assert required
        assert re.fullmatch(r"(\S+ v\S+(/go\.mod)? h1:[A-Za-z0-9+/]{43}=\n)+", sums)

    def test_is_either_compiled_or_copied(self, program: Program) -> None:
        assert (program.build.package is None) != (program.build.copy is None)

    def test_is_trusted_on_path_only_if_it_tells_its_exact_version(self, program: Program) -> None:
        if program.probe.pinned:
            assert re.escape(program.version) in program.probe.pinned.pattern


def test_the_engine_and_its_provider_are_of_the_version_of_their_python_sdks() -> None:
    catalog = load_catalog()
    assert catalog["pulumi"].version == metadata.version("pulumi")
    assert catalog["pulumi-resource-kubernetes"].version == metadata.version("pulumi-kubernetes")


def test_the_program_of_the_provider_claims_the_version_of_the_catalog() -> None:
    program = load_catalog()["pulumi-resource-kubernetes"]
    main = MODULES.joinpath(program.build.module, str(program.build.package), "main.go").read_text("utf-8")
    assert f'"{program.version}"' in main


def test_publishers_are_asked_for_the_platform_in_their_own_spelling() -> None:
    release = load_catalog(Platform("linux", "arm64"))["pulumi"].release
    assert release and release.file.endswith("-linux-arm64.tar.gz")
    release = load_catalog(Platform("linux", "amd64"))["pulumi"].release
    assert release and release.file.endswith("-linux-x64.tar.gz")


def test_a_name_that_it_does_not_know_is_an_input_error_that_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"'etdc' is no program.*one of etcd, "):
        load_catalog().select(["etdc"])


def test_a_selection_keeps_the_order_of_the_catalog() -> None:
    chosen = load_catalog().select(["pulumi", "etcd", "pulumi"])
    assert [program.name for program in chosen] == ["etcd", "pulumi"]
