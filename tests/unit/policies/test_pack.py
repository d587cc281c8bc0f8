"""The policy pack without an engine: resources of Pulumi in, texts for Pulumi out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pack_rules import RULES, budget, deployment, namespace
from pulumi_policy import EnforcementLevel, ResourceValidationArgs, StackValidationArgs
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from govcloud.errors import InputError
from policies import pack
from policies.pack import policies_of
from policies.pack_config import SCHEMA, read_config
from policies.program import Program, Told
from policies.pulumi_objects import UNKNOWNS, kind_of, manifest_of, unknown_places, whole_numbers, with_words
from policies.settings import Settings

NOW = datetime(2027, 1, 1, tzinfo=UTC)
UNKNOWN = UNKNOWN_STRING_VALUE
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
REFUSED = "[GC-TST-01] Rule 01: spec.replicas is 1; govcloud ZONE-1; to mend it: mend it"


def program(*known: Mapping[str, Any], preview: bool = True) -> Program:
    made = Program(RULES, preview=preview, now=NOW)
    for one in known:
        look(made, one)
    return made


def look(program: Program, manifest: Mapping[str, Any]) -> list[Told]:
    api_version, kind = manifest["apiVersion"], manifest["kind"]
    group = api_version if "/" in api_version else f"core/{api_version}"
    name = f"{kind}/{manifest['metadata']['name']}"
    return program.look(name, f"kubernetes:{group}:{kind}", manifest)


def refusing(told: list[Told]) -> list[str]:
    return [one.text for one in told if one.refuses]


def warning(told: list[Told]) -> list[str]:
    return [one.text for one in told if not one.refuses]


@pytest.mark.parametrize(
    ("token", "given", "kind"),
    [
        (DEPLOYMENT, {}, ("apps/v1", "Deployment")),
        ("kubernetes:core/v1:Pod", {}, ("v1", "Pod")),
        ("kubernetes:core/v1:NamespacePatch", {}, ("v1", "Namespace")),
        ("kubernetes:core/v1:Pod", {"apiVersion": "v1", "kind": "Secret"}, ("v1", "Secret")),
        ("kubernetes:govcloud.dev/v1:Tenancy", {}, ("govcloud.dev/v1", "Tenancy")),
    ],
)
def test_a_resource_is_the_object_that_goes_to_the_api_server(
    token: str, given: dict[str, Any], kind: tuple[str, str]
) -> None:
    manifest = manifest_of(token, {**given, "metadata": {"name": "a"}})
    assert manifest == {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": "a"}}


@pytest.mark.parametrize(
    "token",
    [
        "pulumi:pulumi:Stack",
        "pulumi:providers:kubernetes",
        "govcloud:stacks:Tenancy",
        "aws:s3/bucket:Bucket",
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:yaml/v2:ConfigGroup",
        "kubernetes:kustomize:Directory",
        "kubernetes",
    ],
)
def test_what_is_no_object_of_a_cluster_is_none(token: str) -> None:
    assert kind_of(token, {"apiVersion": "v1", "kind": "Pod"}) is None


def test_whole_numbers_are_integers_again() -> None:
    assert whole_numbers({"a": [1.0, 2.5, True, "3.0", None]}) == {"a": [1, 2.5, True, "3.0", None]}
    assert json.dumps(whole_numbers({"a": 3.0})) == '{"a": 3}'


def test_values_that_are_not_known_are_found_at_their_places() -> None:
    value = {"spec": {"ports": [{"port": 80}, {"port": UNKNOWN}], "replicas": UNKNOWN}}
    assert list(unknown_places(value)) == ["spec.ports[1].port", "spec.replicas"]
    assert list(unknown_places(with_words(value))) == []


def test_the_marks_of_unknown_values_are_those_of_the_library() -> None:
    from pulumi_policy import proxy

    assert {value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_")} == UNKNOWNS


def test_an_object_in_a_namespace_of_the_program_is_judged_by_its_grade() -> None:
    assert look(program(namespace(grade=2)), deployment(1)) == [Told(REFUSED, refuses=True)]
    assert len(look(program(namespace(grade=3)), deployment(1))) == 2


def test_a_warning_rule_warns() -> None:
    (told,) = look(program(namespace()), deployment(paused=False))
    assert not told.refuses
    assert told.text.startswith("[GC-TST-02]")


def test_a_waived_finding_is_not_told() -> None:
    waiver = {"GC_TST_01": "2027-06-01T00:00:00Z */*"}
    assert look(program(namespace(**waiver)), deployment(1)) == []


def test_an_unknown_namespace_is_told_once_with_how_to_describe_it() -> None:
    made = program(preview=False)
    told = look(made, deployment())
    assert refusing(told)[0].startswith("[GC-TST-03]")
    (note,) = warning(told)
    assert "'t-air' is not known here" in note
    assert "grade 4" in note
    assert '--policy-pack-config: {"refuse": {"namespaces": "/path/to/namespaces.yaml"}}' in note
    assert warning(look(made, deployment())) == []
    assert len(warning(look(made, deployment(place="t-water")))) == 1


def test_a_preview_judges_what_comes_before_its_namespace_when_that_is_known() -> None:
    made = program()
    assert look(made, deployment(1)) == []
    look(made, namespace(grade=2))
    assert [told.text[:11] for _, told in made.look_together()] == ["[GC-TST-01]", "[GC-TST-04]"]


def test_a_preview_judges_what_is_in_an_unknown_namespace_at_its_end() -> None:
    made = program()
    assert look(made, deployment(1)) == []
    told = [told for _, told in made.look_together()]
    assert [one.text[:11] for one in told if one.refuses] == ["[GC-TST-01]", "[GC-TST-03]"]
    assert "'t-air' is not known here" in told[0].text


def test_a_grade_that_the_pack_was_told_holds_for_unknown_namespaces() -> None:
    made = program()
    made.configure({"grade": 2})
    assert look(made, deployment()) == []


def test_namespaces_that_the_pack_was_told_are_known(tmp_path: Path) -> None:
    file = tmp_path / "namespaces.yaml"
    waived = namespace("t-water", **{"GC_TST_01": "2027-06-01T00:00:00Z */*"})
    file.write_text(yaml.safe_dump_all([namespace(grade=3), {"kind": "List", "items": [waived]}, None]))
    made = program()
    made.configure({"namespaces": str(file)})
    assert refusing(look(made, deployment()))[0].startswith("[GC-TST-03]")
    assert look(made, deployment(1, "t-water")) == []


def test_a_namespace_that_came_before_the_configuration_stays_known() -> None:
    made = program(namespace())
    made.configure({"registries": ["a.example"]})
    assert look(made, deployment()) == []


@pytest.mark.parametrize("content", [None, "{", "apiVersion: v1", "kind: Namespace\nmetadata: {}\n"])
def test_a_file_without_namespaces_is_an_error_and_no_pass(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "namespaces.yaml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InputError, match=r"kubectl get namespace") as error:
        program().configure({"namespaces": str(file)})
    assert str(file) in str(error.value)


def test_what_the_pack_is_told_becomes_settings() -> None:
    raw = {
        "registries": ["a.example"],
        "ceiling": 3,
        "network": "intranet",
        "encryptedClasses": ["govcloud-ssd"],
        "grade": 3,
        "labels": {"govcloud.dev/zone": "dedicated"},
    }
    schema = {"type": "object", "properties": SCHEMA, "additionalProperties": False}
    jsonschema.validate(raw, schema)
    config = read_config(raw)
    assert config.settings == Settings(("a.example",), 3, "intranet", ("govcloud-ssd",))
    assert config.assumed == {
        "govcloud.dev/grade": "3",
        "govcloud.dev/information-grade": "3",
        "govcloud.dev/service-grade": "3",
        "govcloud.dev/zone": "dedicated",
    }
    assert read_config({}).assumed is None


def test_in_a_preview_what_is_not_known_yet_is_a_warning_that_says_where() -> None:
    told = look(program(namespace()), deployment(1, minReadySeconds=UNKNOWN))
    assert refusing(told) == []
    note, finding = warning(told)
    assert note.startswith("spec.minReadySeconds: not known before the update")
    assert finding == REFUSED


def test_in_a_preview_a_rule_that_cannot_judge_what_is_not_known_says_so() -> None:
    told = look(program(namespace()), deployment(UNKNOWN))
    assert refusing(told) == []
    assert any(text.startswith("[GC-TST-01] the rule cannot be evaluated") for text in warning(told))


def test_in_an_update_the_mark_of_an_unknown_value_is_a_text_like_any_other() -> None:
    told = look(program(namespace(), preview=False), deployment(UNKNOWN))
    assert [text.split(":")[0] for text in refusing(told)] == ["[GC-TST-01] the rule cannot be evaluated"]
    assert warning(told) == []


def test_many_unknown_values_are_counted() -> None:
    spec = {f"field{number}": UNKNOWN for number in range(5)}
    (note,) = warning(look(program(namespace()), deployment(**spec)))
    assert note.startswith("spec.field0, spec.field1, spec.field2 and 2 more: not known")


def test_siblings_are_asked_about_when_the_program_has_ended() -> None:
    made = program(namespace(), namespace("t-water"), deployment(), budget("t-water"))
    ((urn, told),) = made.look_together()
    assert urn == "Deployment/web"
    assert told.refuses
    assert told.text.startswith("[GC-TST-04]")
    look(made, budget())
    assert list(made.look_together()) == []


def test_what_may_stand_already_beside_the_program_is_only_a_warning() -> None:
    made = program()
    made.configure({"grade": 2})
    look(made, deployment())
    ((_, told),) = made.look_together()
    assert told.text.startswith("[GC-TST-04]")
    assert not told.refuses


class Engine:
    """Calls the policies as Pulumi's library does, and keeps what they report by the policy's name."""

    def __init__(self, program: Program) -> None:
        self.policies = policies_of(program, together=True)
        self.reported: list[tuple[str, str, str | None]] = []

    def register(self, manifest: Mapping[str, Any], config: Mapping[str, Any] | None = None) -> None:
        token = f"kubernetes:core/{manifest['apiVersion']}:{manifest['kind']}"
        for policy in self.policies[:2]:
            properties = unknown_checking_proxy(json.loads(json.dumps(manifest), parse_int=float))
            mine = config if policy.name == "refuse" else None
            args = ResourceValidationArgs(token, properties, f"urn:{manifest['kind']}", "a", None, None, mine)
            policy.validate(args, lambda text, urn, name=policy.name: self.reported.append((name, text, urn)))

    def end(self) -> None:
        for policy in self.policies[2:]:
            policy.validate(
                StackValidationArgs([]),
                lambda text, urn, name=policy.name: self.reported.append((name, text, urn)),
            )


def test_there_is_one_policy_a_level_and_one_for_the_whole_a_level() -> None:
    found = policies_of(program(), together=True)
    assert [(policy.name, policy.enforcement_level) for policy in found] == [
        ("refuse", EnforcementLevel.MANDATORY),
        ("warn", EnforcementLevel.ADVISORY),
        ("refuse-together", EnforcementLevel.MANDATORY),
        ("warn-together", EnforcementLevel.ADVISORY),
    ]
    assert len(policies_of(program(), together=False)) == 2


def test_each_policy_reports_what_is_its_own_in_the_words_of_the_finding() -> None:
    engine = Engine(program())
    engine.register(namespace())
    engine.register(deployment(1, paused=True))
    engine.end()
    refused, warned, lacking = engine.reported
    assert refused == ("refuse", REFUSED, None)
    assert warned[:2] == (
        "warn",
        "[GC-TST-02] Rule 02: spec.paused is set; govcloud ZONE-1; to mend it: mend it",
    )
    assert lacking[0] == "refuse-together"
    assert lacking[2] == "urn:Deployment"


def test_what_came_before_its_namespace_is_reported_at_the_end_warnings_too() -> None:
    engine = Engine(program())
    engine.register(deployment(1, paused=True))
    assert engine.reported == []
    engine.register(namespace())
    engine.end()
    assert [(name, text[:11]) for name, text, _ in engine.reported] == [
        ("refuse-together", "[GC-TST-01]"),
        ("refuse-together", "[GC-TST-04]"),
        ("warn-together", "[GC-TST-02]"),
    ]


def test_the_pack_hears_its_configuration_before_the_first_object() -> None:
    engine = Engine(program())
    engine.register(deployment(), {"grade": 2})
    assert engine.reported == []


def test_a_configuration_that_cannot_be_used_refuses_and_says_so_once(tmp_path: Path) -> None:
    engine = Engine(program())
    for _ in range(2):
        engine.register(namespace(), {"namespaces": str(tmp_path / "none.yaml")})
    ((policy, text, _),) = engine.reported
    assert policy == "refuse"
    assert text.startswith(f"{tmp_path}/none.yaml: namespaces: it cannot be read")


@pytest.mark.parametrize(("dry_run", "unknown_refuses"), [("true", False), ("false", True), ("", True)])
def test_the_pack_is_told_by_its_environment_whether_it_is_in_a_preview(
    monkeypatch: pytest.MonkeyPatch, dry_run: str, unknown_refuses: bool
) -> None:
    packs: list[tuple[str, list[Any]]] = []
    monkeypatch.setattr(pack, "PolicyPack", lambda name, policies: packs.append((name, policies)))
    monkeypatch.setattr(pack, "shipped_rules", lambda: {rule.id: rule for rule in RULES})
    monkeypatch.setenv("PULUMI_DRY_RUN", dry_run)
    pack.main()
    ((name, policies),) = packs
    assert name == "govcloud"
    engine = Engine(program())
    engine.policies = policies
    engine.register(namespace())
    engine.register(deployment(UNKNOWN))
    assert ("refuse" in {policy for policy, _, _ in engine.reported}) == unknown_refuses


def test_an_unknown_value_does_not_end_the_policy() -> None:
    engine = Engine(program(namespace()))
    engine.register(deployment(UNKNOWN))
    assert {name for name, _, _ in engine.reported} == {"warn"}


def test_the_pack_is_started_by_the_program_that_comes_with_govcloud() -> None:
    project = yaml.safe_load((Path(__file__).parents[3] / "policies" / "PulumiPolicy.yaml").read_text())
    assert (project["name"], project["runtime"]) == ("govcloud", "govcloud")
