"""The documents say what is so: every command, option, target, variable and link in them exists, and none is left out."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import click
import pytest

from govcloud.cli.main import cli
from govcloud.engine.settings import RUN_MARK
from govcloud.model import Estate
from govcloud.model.checks.recovery import duration_text
from govcloud.model.loader import load_documents, load_estate
from govcloud.model.tenancy import least_isolation
from govcloud.planner.classes import GRADE_CLASS_PREFIX
from govcloud.planner.clusterroles import cluster_roles
from govcloud.planner.namespace import POD_SECURITY_LEVELS
from govcloud.planner.quota import CPU_OVERCOMMIT
from govcloud.standards import recovery_tiers, standby

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
DOCUMENTS = (
    *READMES,
    "CONTRIBUTING.md",
    *(str(p.relative_to(ROOT)) for p in sorted(ROOT.glob("docs/**/*.md"))),
)
CODE = ("govcloud", "stacks", "policies", "monitors", "benchmarks", "tools")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Hosts that serve packages; a document that names one ties its reader to it. The registry of an estate is none of them.
_REGISTRIES = re.compile(
    r"\b(?:pypi\.org|pythonhosted\.org|proxy\.golang\.org|sum\.golang\.org|npmjs\.(?:org|com)|"
    r"docker\.io|ghcr\.io|quay\.io|gcr\.io|registry\.(?!gov\.internal)[a-z]|index-url|extra-index)",
    re.IGNORECASE,
)
_MACHINE_PATHS = re.compile(r"(?<![\w.$}~-])/(?:root|work|tmp|home)\b")


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks_of(name: str) -> list[tuple[str, str]]:
    return _FENCE.findall(text_of(name))


def prose_of(name: str) -> str:
    return _FENCE.sub("", text_of(name))


def tables_of(name: str) -> list[list[list[str]]]:
    """Tables as rows of cells, without the line below the headings."""
    tables = re.findall(r"(?:^\|.*\|$\n?)+", prose_of(name), re.MULTILINE)
    return [
        [[cell.strip() for cell in row[1:-1].split("|")] for row in table.splitlines() if "|---" not in row]
        for table in tables
    ]


def row_of(name: str, first: str) -> list[str]:
    """The one row of a document whose first cell is, or begins as code with, a text."""
    rows = [row for table in tables_of(name) for row in table]
    found = [row for row in rows if row[0] == first or re.match(rf"`{re.escape(first)}[ `]", row[0])]
    assert len(found) == 1, f"{name} has {len(found)} rows for {first}"
    return found[0]


def table_below(name: str, number: int) -> dict[str, list[str]]:
    """The table in the section of a third-level heading, counted from 1, by its first column."""
    sections = re.split(r"^(?=#+ )", prose_of(name), flags=re.MULTILINE)
    section = [text for text in sections if text.startswith("### ")][number - 1]
    rows = re.findall(r"^\| (\S+) \| (.*) \|$", section, re.MULTILINE)
    return {first: [cell.strip() for cell in rest.split("|")] for first, rest in rows[1:]}


def commands(
    group: click.Command = cli, path: tuple[str, ...] = ("govcloud",)
) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(group, click.Group):
        yield " ".join(path), group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield from commands(command, (*path, name))


COMMANDS = dict(commands())


def long_options(command: click.Command) -> set[str]:
    options = [param for param in command.params if isinstance(param, click.Option)]
    return {option for param in options for option in param.opts if option.startswith("--")}


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9]+):.*##", text_of("Makefile"), re.MULTILINE))


def variables_of_the_code() -> set[str]:
    files = [path for room in CODE for path in sorted((ROOT / room).rglob("*")) if path.is_file()]
    read = [
        path
        for path in files
        if "__pycache__" not in path.parts and path.suffix not in (".sum", ".mod", ".go")
    ]
    texts = [path.read_text(encoding="utf-8") for path in read] + [text_of("Makefile")]
    return {name for text in texts for name in re.findall(r"\bGOVCLOUD_[A-Z_]+\b", text)}


@pytest.mark.parametrize("readme", READMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_a_row_with_exactly_its_options(readme: str, command: str) -> None:
    cells = row_of(readme, command)
    assert set(re.findall(r"--[a-z-]+", cells[1])) == long_options(COMMANDS[command])
    assert cells[2]


@pytest.mark.parametrize("readme", READMES)
def test_the_table_of_commands_names_no_command_that_is_not_there(readme: str) -> None:
    rows = [row[0] for table in tables_of(readme) for row in table if row[0].startswith("`govcloud ")]
    named = {re.sub(r"[ `]*(\[|[A-Z]).*$", "", row.strip("`")) for row in rows}
    assert named == set(COMMANDS)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_examples_exist(name: str) -> None:
    examples = [code for _, code in blocks_of(name)] + re.findall(r"`([^`\n]+)`", prose_of(name))
    for example in examples:
        for words in re.findall(r"(?:^|[\s(])govcloud ((?:[a-z]+ ?)+)", example):
            called = f"govcloud {words.strip()}"
            assert any(
                f"{called} ".startswith(f"{c} ") or f"{c} ".startswith(f"{called} ") for c in COMMANDS
            ), called


@pytest.mark.parametrize("target", sorted(targets()))
def test_each_target_of_make_is_in_the_guide_for_contributors(target: str) -> None:
    assert row_of("CONTRIBUTING.md", f"make {target}")[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_targets_of_make_in_documents_exist(name: str) -> None:
    called = re.findall(r"`make ([a-z0-9]+)`", prose_of(name))
    for _, code in blocks_of(name):
        for line in re.findall(r"^make (.*)$", code, re.MULTILINE):
            called += [word for word in line.split() if "=" not in word]
    assert set(called) <= targets()


@pytest.mark.parametrize("readme", READMES)
def test_the_variables_of_the_environment_are_those_of_the_code(readme: str) -> None:
    assert set(re.findall(r"\bGOVCLOUD_[A-Z_]+\b", text_of(readme))) == variables_of_the_code()
    assert RUN_MARK in variables_of_the_code()


@pytest.mark.parametrize("readme", READMES)
def test_the_exit_codes_are_those_of_the_command(readme: str) -> None:
    assert cli.help is not None
    codes = set(re.findall(r"\b(\d) [a-z]", cli.help.split("Exit codes:")[1]))
    for code in codes | {"130"}:
        assert any(row[0] == code for row in tables_of(readme)[3]), code


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readme_says_of_grades_is_what_the_planner_does(readme: str) -> None:
    table = table_below(readme, 1)
    assert set(table) == {str(grade) for grade in POD_SECURITY_LEVELS}
    for grade, level in POD_SECURITY_LEVELS.items():
        security, overcommit, isolation, priority = table[str(grade)]
        assert (security, isolation) == (level, least_isolation(grade))
        assert priority == f"`{GRADE_CLASS_PREFIX}{grade}`"
        ratio = re.match(r"\d+", overcommit)
        assert (Decimal(ratio[0]) if ratio else 1) == CPU_OVERCOMMIT[grade]


@pytest.mark.parametrize("readme", READMES)
def test_what_the_readme_says_of_tiers_is_what_the_standards_data_says(readme: str) -> None:
    table = table_below(readme, 3)
    assert set(table) == {str(number) for number in recovery_tiers()}
    for number, tier in recovery_tiers().items():
        sites, compute, storage, rpo, rto = table[str(number)]
        share = standby(number)
        assert int(sites) == share.sites
        assert [percent(cell) for cell in (compute, storage)] == [share.compute_ratio, share.storage_ratio]
        assert (rpo, rto) == (duration_text(tier.rpo_seconds), duration_text(tier.rto_seconds))


# One act for each row of the table of rights, in its order: verb, API group, resource.
_ACTS = (
    ("get", "", "pods"),
    ("create", "apps", "deployments"),
    ("create", "", "pods/exec"),
    ("get", "", "secrets"),
    ("create", "", "serviceaccounts/token"),
    ("update", "networking.k8s.io", "networkpolicies"),
    ("update", "rbac.authorization.k8s.io", "rolebindings"),
    ("update", "", "resourcequotas"),
    ("list", "", "nodes"),
)
_ROLES = (("owner",), ("operator",), ("viewer",), ("auditor", "cluster-auditor"))


@pytest.mark.parametrize(("readme", "yes"), [("README.md", "yes"), ("README.zh.md", "是")])
def test_the_rights_in_the_readme_are_those_of_the_cluster_roles(
    readme: str, yes: str, estate: Estate
) -> None:
    granted = [m for m in cluster_roles(estate.regions["north"]) if m["kind"] == "ClusterRole"]
    roles = {m["metadata"]["name"]: m["rules"] for m in granted}

    def may(names: tuple[str, ...], act: tuple[str, str, str]) -> bool:
        verb, group, resource = act
        return any(
            verb in rule["verbs"] and group in rule["apiGroups"] and resource in rule["resources"]
            for name in names
            for rule in roles[f"govcloud-{name}"]
        )

    (table,) = [table for table in tables_of(readme) if len(table[0]) == len(_ROLES) + 1 and yes in table[1]]
    said = [[cell == yes for cell in row[1:]] for row in table[1:]]
    assert said == [[may(names, act) for names in _ROLES] for act in _ACTS]


def percent(cell: str) -> Decimal:
    number = re.match(r"\d+", cell)
    return Decimal(number[0]) / 100 if number else Decimal(0)


def test_both_readmes_have_the_same_blocks_of_code() -> None:
    english, chinese = (blocks_of(name) for name in READMES)
    assert english
    assert english == chinese


def test_both_readmes_have_the_same_headings_tables_and_links() -> None:
    english, chinese = READMES
    for pattern in (r"^#+(?= )", r"^- ", r"(?<=\]\()(?!README)[^)]+"):
        assert re.findall(pattern, prose_of(english), re.MULTILINE) == re.findall(
            pattern, prose_of(chinese), re.MULTILINE
        )
    shapes = [[[len(row) for row in table] for table in tables_of(name)] for name in READMES]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose_of(name)):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def tenancy_text(readme: str) -> str:
    (text,) = [code for language, code in blocks_of(readme) if language == "yaml"]
    return text


def test_the_tenancy_of_the_readme_is_well_formed_and_shows_every_field() -> None:
    (tenancy,) = load_documents("README.md", text=tenancy_text("README.md"))
    shown = set(re.findall(r"(\w+):", re.sub(r"#.*", "", tenancy_text("README.md"))))
    for value in (
        tenancy.spec,
        tenancy.spec.grading,
        tenancy.spec.data,
        tenancy.spec.recovery,
        tenancy.spec.resources,
    ):
        fields = {field.alias for field in type(value).model_fields.values()}
        assert fields - shown <= {"secrecy", "rto"}


def test_the_tenancy_of_the_readme_is_valid_in_the_national_estate() -> None:
    files = sorted((ROOT / "estates/national").rglob("*.yaml"))
    texts = [path.read_text(encoding="utf-8") for path in files] + [tenancy_text("README.md")]
    estate = load_estate("national", text="\n---\n".join(texts))
    assert "mee-air-quality" in estate.tenancies


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_no_registry_and_no_path_of_a_machine(name: str) -> None:
    assert not _REGISTRIES.findall(text_of(name))
    assert not _MACHINE_PATHS.findall(text_of(name))


@pytest.mark.parametrize(
    "text", ["see /tmp/x", *(f"cd /{name}/x" for name in ("root", "work")), "/home/li/x"]
)
def test_a_path_of_a_machine_would_be_found(text: str) -> None:
    assert _MACHINE_PATHS.search(text)
