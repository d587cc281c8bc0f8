"""The policy pack without an engine: resources of Pulumi in, texts for Pulumi out."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from google.protobuf import empty_pb2, json_format, struct_pb2
from pack_rules import RULES, budget, deployment, namespace
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2

from govcloud.errors import InputError
from policies import loading, pack
from policies.desk import Desk
from policies.pack_config import read_config
from policies.pack_schema import SCHEMA
from policies.program import Program, Told
from policies.pulumi_objects import UNKNOWNS, kind_of, manifest_of, unknown_places, with_words
from policies.settings import Settings

NOW = datetime(2027, 1, 1, tzinfo=UTC)
UNKNOWN = rpc.UNKNOWN
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


def test_values_that_are_not_known_are_found_at_their_places() -> None:
    value = {"spec": {"ports": [{"port": 80}, {"port": UNKNOWN}], "replicas": UNKNOWN}}
    assert list(unknown_places(value)) == ["spec.ports[1].port", "spec.replicas"]
    assert list(unknown_places(with_words(value))) == []


def test_the_mark_of_an_unknown_value_is_that_of_the_library() -> None:
    assert rpc.UNKNOWN in UNKNOWNS


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
    """Asks the pack as Pulumi's engine does, and keeps what it is told: policy, text, URN."""

    def __init__(self, program: Program) -> None:
        self.desk = Desk(lambda: program)
        self.reported: list[tuple[str, str, str]] = []
        self.levels: dict[str, int] = {}

    def configure(self, values: Mapping[str, Any] | None = None, **levels: int) -> None:
        refuse = analyzer_pb2.PolicyConfig(
            enforcementLevel=levels.pop("refuse", analyzer_pb2.MANDATORY), properties=_struct(values or {})
        )
        others = {name: analyzer_pb2.PolicyConfig(enforcementLevel=level) for name, level in levels.items()}
        request = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"refuse": refuse, **others})
        self.desk.Configure(request, None)

    def register(self, manifest: Mapping[str, Any]) -> None:
        token = f"kubernetes:core/{manifest['apiVersion']}:{manifest['kind']}"
        question = analyzer_pb2.AnalyzeRequest(
            urn=f"urn:{manifest['kind']}", type=token, name="a", properties=_struct(manifest)
        )
        self._keep(self.desk.Analyze(question, None))

    def end(self) -> None:
        self._keep(self.desk.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(), None))

    def _keep(self, response: Any) -> None:
        for one in response.diagnostics:
            words, text = one.message.split("\n", 1)
            assert words == one.description
            self.reported.append((one.policyName, text, one.urn))
            self.levels[one.policyName] = one.enforcementLevel


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


def test_there_is_one_policy_a_level_and_one_for_the_whole_a_level() -> None:
    info = Engine(program()).desk.GetAnalyzerInfo(empty_pb2.Empty(), None)
    assert info.name == "govcloud"
    assert info.supportsConfig
    resource, stack = analyzer_pb2.POLICY_TYPE_RESOURCE, analyzer_pb2.POLICY_TYPE_STACK
    assert [(one.name, one.enforcementLevel, one.policy_type) for one in info.policies] == [
        ("refuse", analyzer_pb2.MANDATORY, resource),
        ("warn", analyzer_pb2.ADVISORY, resource),
        ("refuse-together", analyzer_pb2.MANDATORY, stack),
        ("warn-together", analyzer_pb2.ADVISORY, stack),
    ]
    assert json_format.MessageToDict(info.policies[0].configSchema.properties) == SCHEMA


def test_each_policy_reports_what_is_its_own_in_the_words_of_the_finding() -> None:
    engine = Engine(program())
    engine.register(namespace())
    engine.register(deployment(1, paused=True))
    engine.end()
    refused, warned, lacking = engine.reported
    assert refused == ("refuse", REFUSED, "")
    assert warned[:2] == (
        "warn",
        "[GC-TST-02] Rule 02: spec.paused is set; govcloud ZONE-1; to mend it: mend it",
    )
    assert lacking[0] == "refuse-together"
    assert lacking[2] == "urn:Deployment"
    assert (engine.levels["refuse"], engine.levels["warn"]) == (analyzer_pb2.MANDATORY, analyzer_pb2.ADVISORY)


def test_what_came_before_its_namespace_is_reported_at_the_end_warnings_too() -> None:
    engine = Engine(program())
    engine.register(deployment(1, paused=True))
    assert engine.reported == []
    engine.register(namespace())
    engine.end()
    assert [(name, text[:11]) for name, text, _ in engine.reported] == [
        ("refuse-together", "[GC-TST-01]"),
        ("warn-together", "[GC-TST-02]"),
        ("refuse-together", "[GC-TST-04]"),
    ]


def test_the_pack_hears_its_configuration_before_the_first_object() -> None:
    engine = Engine(program())
    engine.configure({"grade": 2})
    engine.register(deployment())
    assert engine.reported == []


def test_a_configuration_that_cannot_be_used_refuses_and_says_so_once(tmp_path: Path) -> None:
    engine = Engine(program())
    engine.configure({"namespaces": str(tmp_path / "none.yaml")})
    for _ in range(2):
        engine.register(namespace())
    ((policy, text, _),) = engine.reported
    assert policy == "refuse"
    assert text.startswith(f"{tmp_path}/none.yaml: namespaces: it cannot be read")


def test_levels_are_as_they_were_configured() -> None:
    engine = Engine(program())
    engine.configure(refuse=analyzer_pb2.ADVISORY, warn=analyzer_pb2.DISABLED)
    engine.register(namespace())
    engine.register(deployment(1, paused=True))
    assert [name for name, _, _ in engine.reported] == ["refuse"]
    assert engine.levels == {"refuse": analyzer_pb2.ADVISORY}


@pytest.mark.parametrize(("dry_run", "unknown_refuses"), [("true", False), ("false", True), ("", True)])
def test_the_pack_is_told_by_its_environment_whether_it_is_in_a_preview(
    monkeypatch: pytest.MonkeyPatch, dry_run: str, unknown_refuses: bool
) -> None:
    monkeypatch.setattr(loading, "shipped_rules", lambda: {rule.id: rule for rule in RULES})
    monkeypatch.setenv("PULUMI_DRY_RUN", dry_run)
    engine = Engine(pack.program())
    engine.register(namespace())
    engine.register(deployment(UNKNOWN))
    assert ("refuse" in {policy for policy, _, _ in engine.reported}) == unknown_refuses


def test_rules_that_were_compiled_beforehand_find_the_same() -> None:
    told = []
    for prepared in (False, True):
        engine = Engine(program())
        if prepared:
            engine.desk.prepare()
        engine.register(namespace())
        engine.register(deployment(1, paused=True))
        engine.end()
        told.append(engine.reported)
    assert told[0] == told[1] != []


def test_a_rule_that_does_not_compile_is_told_when_it_is_asked() -> None:
    broken = [rule.model_copy(update={"fails": "object.("}) for rule in RULES]
    engine = Engine(Program(broken, preview=False, now=NOW))
    engine.desk.prepare()
    engine.register(namespace())
    engine.register(deployment())
    assert engine.reported
    assert all("cannot be evaluated" in text for _, text, _ in engine.reported)


def test_nothing_is_compiled_beforehand_once_a_question_came() -> None:
    made, steps = program(), iter("ab")
    made.prepare = lambda: steps  # type: ignore[method-assign,assignment]
    engine = Engine(made)
    engine.register(namespace())
    engine.desk.prepare()
    assert "".join(steps) == "ab"


def test_an_unknown_value_does_not_end_the_policy() -> None:
    engine = Engine(program(namespace()))
    engine.register(deployment(UNKNOWN))
    assert {name for name, _, _ in engine.reported} == {"warn"}


def test_the_pack_is_started_by_the_program_that_comes_with_govcloud() -> None:
    project = yaml.safe_load((Path(__file__).parents[3] / "policies" / "PulumiPolicy.yaml").read_text())
    assert (project["name"], project["runtime"]) == ("govcloud", "govcloud")


@pytest.mark.parametrize("interrupted", [True, False])
def test_the_pack_tells_its_port_and_ends_with_the_engine(interrupted: bool) -> None:
    program = Path(sys.executable).with_name("pulumi-analyzer-policy-govcloud")
    with subprocess.Popen(
        [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        if interrupted:
            process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=30) == (b"", b"")
        assert process.returncode == (-signal.SIGINT if interrupted else 0)


def test_the_pack_reads_the_messages_of_the_protocol_without_pulumi_s_library() -> None:
    script = (
        "import sys; from policies.pack import without_library; without_library(); "
        "import policies.desk; print('pulumi.automation' in sys.modules, 'pulumi.runtime.proto' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert told.split() == ["False", "True"]
