"""``govcloud tenancy`` without a hub: what is asked for, how it reads, and what is said before anything is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from played_regions import PlayedCluster
from rich.console import Console

from govcloud.cli import hubs
from govcloud.cli.columns import aligned
from govcloud.cli.hubs import Hub
from govcloud.cli.tenancy import choices, listing, requesting
from govcloud.cli.tenancy.difference import differences
from govcloud.cli.tenancy.fields import FIELDS, filled
from govcloud.cli.tenancy.listing import Filters
from govcloud.cli.tenancy.usage import Usage, usage_of
from govcloud.cluster.client import StatusError
from govcloud.cluster.following import Change
from govcloud.errors import ClusterError, EstateError, InputError, RefusedError
from govcloud.hub.listing import Row
from govcloud.hub.record import Record
from govcloud.hub.register import Register
from govcloud.hub.vigil import Seen
from govcloud.model.tenancy import Tenancy
from govcloud.standards import recovery_tiers, zone_facts

FLAGS = (
    *("--title", "水质监测", "--zone", "extranet", "--grade", 2, "--service", 1),
    *("--filing", "11010800001-26002", "--filed-on", "2026-03-01"),
    *("--data-class", "general", "--data-level", "L2", "--tier", 1),
    *("--cpu", 8, "--memory", "32Gi", "--storage", "1Ti", "--pods", 50),
    *("--contact", "值班=010-1", "--until", "2029-12-31"),
)


class PlayedHub:
    """Plays the API server of a hub: keeps tenancies, knows who calls, and lets them do everything."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.groups = ["mee:owners"]
        self.dry = 0

    def request(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None, **_: Any
    ) -> dict[str, Any]:
        if path.endswith("selfsubjectreviews"):
            return {"status": {"userInfo": {"username": "zhang.wei@mee", "groups": self.groups}}}
        if method == "POST":
            return self._keep(body, query)
        name = path.removesuffix("/status").rpartition("/")[2]
        if name not in self.kept or "/d-mee/" not in path:
            raise StatusError("not found", where=path, status=404)
        if method == "PUT":
            self._write(name, path, body)
        return self.kept[name]

    def _keep(self, body: dict[str, Any], query: dict[str, str] | None) -> dict[str, Any]:
        metadata = {**body["metadata"], "uid": "u", "generation": 1, "resourceVersion": "1"}
        made = {"metadata": metadata, "spec": body["spec"]}
        if (query or {}).get("dryRun"):
            self.dry += 1
        else:
            self.kept[body["metadata"]["name"]] = made
        return made

    def _write(self, name: str, path: str, body: dict[str, Any]) -> None:
        key = "status" if path.endswith("/status") else "spec"
        now = self.kept[name]
        generation = now["metadata"]["generation"] + (key == "spec")
        self.kept[name] = {**now, key: body[key], "metadata": {**now["metadata"], "generation": generation}}

    def phase(self, name: str) -> str:
        return str(self.kept[name].get("status", {}).get("phase", "draft"))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PlayedHub:
    played = PlayedHub()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Hub, "cluster", played)
    monkeypatch.setattr(Hub, "register", Register(played))  # type: ignore[arg-type]
    return played


@pytest.fixture
def tenancy(govcloud: Any) -> Callable[..., Any]:
    return lambda *arguments, **options: govcloud("tenancy", *arguments, **options)


# which hub


def test_a_kubeconfig_goes_before_the_estate_and_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[tuple[Any, ...]] = []
    monkeypatch.setattr("govcloud.cluster.Cluster", lambda *arguments: used.append(arguments))
    assert Hub("mine", "there", None).cluster is None
    assert used == [("mine", "there")]


def test_the_hub_is_that_of_the_estate_where_no_kubeconfig_is_named(
    small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    used: list[tuple[Any, ...]] = []
    monkeypatch.setattr("govcloud.cluster.Cluster", lambda *arguments: used.append(arguments))
    assert Hub(None, None, str(small)).cluster is None
    assert used == [(str(tmp_path / "state/regions/north/admin.kubeconfig"), None)]


def test_an_estate_that_happens_to_lie_there_is_not_that_of_a_kubeconfig(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "_DEFAULT", str(small))
    assert Hub("mine", None, None).known is None
    found = Hub(None, None, None).known
    assert found is not None
    assert found.name == "small"
    assert Hub("mine", None, str(small)).known == found


def test_without_kubeconfig_and_estate_a_person_is_told_what_to_name(
    tenancy: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    error = tenancy("list").exception
    assert isinstance(error, InputError)
    assert "GOVCLOUD_HUB_KUBECONFIG" in str(error)


# what is asked for


def test_options_fill_the_fields_of_a_tenancy() -> None:
    by_option = {field.option: field for field in FIELDS}
    asked = {
        by_option["--grade"]: 2,
        by_option["--service"]: 1,
        by_option["--accelerator"]: ("nvidia.com/gpu=2",),
        by_option["--contact"]: ("值班=010-1", "李工=010-2"),
        by_option["--standby"]: ("south",),
    }
    assert filled({"grading": {"information": 4, "filing": {"number": "1"}}}, asked) == {
        "grading": {"information": 2, "service": 1, "filing": {"number": "1"}},
        "resources": {"accelerators": {"nvidia.com/gpu": "2"}},
        "contacts": [{"name": "值班", "phone": "010-1"}, {"name": "李工", "phone": "010-2"}],
        "regions": {"standby": ["south"]},
    }
    with pytest.raises(click.UsageError, match="--contact takes NAME=VALUE"):
        filled({}, {by_option["--contact"]: ("somebody",)})


def test_what_no_tenancy_can_be_called_is_not_asked_for(tenancy: Any, hub: PlayedHub) -> None:
    for command in ("show", "request", "log", "withdraw"):
        result = tenancy(command, "mee-water/status")
        assert (result.exit_code, "names no tenancy" in result.stderr) == (2, True)


def test_a_kubeconfig_that_cannot_be_used_is_the_persons_to_correct(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kubeconfig cannot be used") as caught:
        _ = Hub(str(tmp_path / "none"), None, None).cluster
    assert "GOVCLOUD_HUB_KUBECONFIG" in str(caught.value.mend)


def test_every_field_of_a_request_has_an_option() -> None:
    fields = {field.path[0] for field in FIELDS} | {"requestedBy"}
    spec = Tenancy.model_fields["spec"].annotation
    assert fields == {field.alias for field in spec.model_fields.values()}  # type: ignore[union-attr]


def test_a_request_without_a_terminal_names_all_that_is_missing(tenancy: Any, hub: PlayedHub) -> None:
    result = tenancy("request", "mee-water", "--title", "x", "--tier", 1)
    assert result.exit_code == 2
    assert (
        "Missing --zone, --grade, --data-class, --data-level, --cpu, --memory, --storage, --pods."
        in result.stderr
    )
    assert not hub.kept


def test_a_request_is_written_down_then_asked_for_and_asked_for_once(tenancy: Any, hub: PlayedHub) -> None:
    assert tenancy("request", "mee-water", *FLAGS, "--draft").exit_code == 0
    assert hub.phase("mee-water") == "draft"
    for _ in range(2):
        result = tenancy("request", "mee-water", "--reason", "needed")
        assert result.exit_code == 0
        assert hub.phase("mee-water") == "requested"
    (entry,) = hub.kept["mee-water"]["status"]["history"]
    assert (entry["by"], entry["reason"]) == ("zhang.wei@mee", "needed")
    assert hub.kept["mee-water"]["spec"]["requestedBy"] == "zhang.wei@mee"


def test_a_dry_run_asks_the_hub_and_prints_the_document(tenancy: Any, hub: PlayedHub) -> None:
    result = tenancy("request", "mee-water", *FLAGS, "--dry-run")
    document = yaml.safe_load(result.stdout)
    assert document["metadata"] == {"name": "mee-water"}
    assert document["spec"]["grading"]["information"] == 2
    assert (hub.kept, hub.dry) == ({}, 1)


def test_a_file_that_is_no_single_tenancy_is_an_input_error(
    tenancy: Any, hub: PlayedHub, small: Path, tmp_path: Path
) -> None:
    assert "not one tenancy in it" in str(tenancy("request", "-f", small).exception)
    assert isinstance(tenancy("request", "-f", tmp_path / "none.yaml").exception, InputError)


def test_what_contradicts_the_standards_or_the_estate_is_told_before_it_is_sent(
    tenancy: Any, hub: PlayedHub, small: Path
) -> None:
    error = tenancy("request", "mee-water", *FLAGS, "--rpo", "30d").exception
    assert isinstance(error, EstateError)
    assert "spec.recovery.rpo" in str(error)
    error = tenancy("request", "mee-water", *FLAGS, "--primary", "west", "--estate", small).exception
    assert "there is no region of that name" in str(error)
    error = tenancy("request", "mee-water", *FLAGS, "--data-level", "L4").exception
    assert isinstance(error, EstateError | RefusedError)
    assert not hub.kept


def test_what_is_wrong_with_a_request_is_told_of_the_request_and_of_no_estate(
    tenancy: Any, hub: PlayedHub, tmp_path: Path
) -> None:
    error = tenancy("request", "mee-water", *FLAGS, "--rpo", "30d", "--cpu", "much").exception
    assert (error.what, str(error).partition(":")[0]) == ("1 problem in the request", "request")
    assert "spec.resources.cpu" in str(error)
    assert "(option --cpu)" in str(error)
    written = yaml.safe_load(tenancy("request", "mee-water", *FLAGS, "--dry-run").stdout)
    file = tmp_path / "water.yaml"
    file.write_text(yaml.safe_dump({**written, "spec": {**written["spec"], "pods": 3}}), encoding="utf-8")
    error = tenancy("request", "-f", file).exception
    assert error.what == "1 problem in the request"
    assert re.match(rf"{re.escape(str(file))}:\d+: spec.pods: ", str(error))
    written["spec"]["recovery"]["rpo"] = "30d"
    file.write_text(yaml.safe_dump(written), encoding="utf-8")
    error = tenancy("request", "-f", file).exception
    assert str(error).startswith(f"{file}: spec.recovery.rpo: ")


def test_a_request_is_asked_step_by_step_with_the_choices_explained(
    tenancy: Any, hub: PlayedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requesting, "in_terminal", lambda: True)
    answers = (
        *("Bad Name", "water", "水质监测", "extranet", "2", "1", "11010800001-26002", "2026-03-01"),
        *("general", "L2", "n", "1", "eight", "8", "32Gi", "1Ti", "", ""),
        *("值班", "010-1", "soon", "2029-12-31"),
    )
    result = tenancy("request", input="\n".join((*answers, "send", "")))
    assert result.exit_code == 0, result.output
    assert hub.phase("mee-water") == "requested"
    for words in (
        "监督保护级",
        "two reviewers",
        "政务外网区",
        "LOSES AT MOST",
    ):
        assert words in result.stderr
    assert hub.kept["mee-water"]["spec"]["resources"]["cpu"] == "8"


def test_who_would_rather_not_send_keeps_the_answers(
    tenancy: Any, hub: PlayedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requesting, "in_terminal", lambda: True)
    flags = [flag for flag in FLAGS if flag not in ("--pods", 50)]
    result = tenancy("request", "mee-water", *flags, input="n\n50\n\nstop\n")
    assert result.exit_code == 1
    assert yaml.safe_load(result.stdout)["spec"]["resources"]["pods"] == 50
    assert not hub.kept


# changes and reviews


def test_a_change_in_the_editor_keeps_what_is_not_touched(
    tenancy: Any, hub: PlayedHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenancy("request", "mee-water", *FLAGS)
    monkeypatch.setattr(requesting, "in_terminal", lambda: True)
    monkeypatch.setattr(click, "edit", lambda text, extension: text.replace("pods: 50", "pods: 60"))
    before = hub.kept["mee-water"]["spec"]
    result = tenancy("change", "mee-water")
    assert "resources.pods: 50 → 60" in result.stderr
    assert hub.kept["mee-water"]["spec"] == {**before, "resources": {**before["resources"], "pods": 60}}


def test_a_change_that_changes_nothing_or_only_looks_writes_nothing(tenancy: Any, hub: PlayedHub) -> None:
    tenancy("request", "mee-water", *FLAGS)
    assert "nothing changes" in tenancy("change", "mee-water", "--pods", 50).stderr
    assert "50 → 70" in tenancy("change", "mee-water", "--pods", 70, "--dry-run").stderr
    assert hub.kept["mee-water"]["metadata"]["generation"] == 1


@pytest.mark.parametrize("option", [("--zone", "dedicated"), ("--grade", 1), ("--department", "mem")])
def test_what_never_changes_is_refused_before_anything_is_opened(
    tenancy: Any, hub: PlayedHub, option: tuple[str, Any]
) -> None:
    tenancy("request", "mee-water", *FLAGS)
    hub.kept["mee-water"]["status"]["phase"] = "active"
    error = tenancy("change", "mee-water", *option).exception
    assert isinstance(error, RefusedError)
    assert "never changes in place" in str(error)
    assert hub.phase("mee-water") == "active"


def test_a_review_says_what_and_why(tenancy: Any, hub: PlayedHub, monkeypatch: pytest.MonkeyPatch) -> None:
    tenancy("request", "mee-water", *FLAGS)
    hub.groups = ["govcloud:reviewers:security"]
    for options in ((), ("--approve",), ("--reason", "fine")):
        assert tenancy("review", "mee-water", *options, "--yes").exit_code == 2
    assert tenancy("review", "mee-water", "--approve", "--reason", "fine", input="n\n").exit_code == 1
    assert hub.phase("mee-water") == "requested"
    monkeypatch.setattr(requesting, "in_terminal", lambda: True)
    assert tenancy("review", "mee-water", input="stop\n").exit_code == 1
    monkeypatch.setattr(Hub, "register", Register(hub))  # type: ignore[arg-type]  # who calls is asked once
    assert tenancy("review", "mee-water", input="approve\nfine\ny\n").exit_code == 0
    assert hub.phase("mee-water") == "approved"
    assert "there is nothing to review" in str(tenancy("review", "mee-water", "--approve").exception)


def test_a_short_hash_names_nothing(tenancy: Any, hub: PlayedHub) -> None:
    tenancy("request", "mee-water", *FLAGS)
    assert tenancy("review", "mee-water", "--hash", "abc").exit_code == 2
    assert isinstance(tenancy("review", "mee-water", "--hash", "0" * 64).exception, RefusedError)


# how it reads


def test_a_step_that_the_life_cycle_does_not_have_is_told_with_what_it_needs(
    tenancy: Any, hub: PlayedHub
) -> None:
    tenancy("request", "mee-water", *FLAGS)
    for command in (
        ("retire", "mee-water"),
        ("cordon", "mee-water", "--lift"),
        ("retire", "mee-water", "--agree"),
    ):
        error = tenancy(*command, "--yes").exception
        assert isinstance(error, RefusedError)
        assert "it is requested" in str(error)
    hub.kept["mee-water"]["status"]["phase"] = "active"
    assert "govcloud tenancy cordon mee-water" in tenancy("retire", "mee-water", "--yes").exception.mend
    assert tenancy("retire", "mee-water", "--agree", "--keep").exit_code == 2


def test_what_is_shown_fits_a_narrow_terminal_and_is_whole_as_data(tenancy: Any, hub: PlayedHub) -> None:
    tenancy("request", "mee-water", *FLAGS)
    shown = tenancy("show", "mee-water").stdout
    assert "a reviewer (security or platform), not of mee: review it" in shown
    assert "S2A1G2" in shown
    data = json.loads(tenancy("show", "mee-water", "-o", "json").stdout)
    assert data["tenancy"]["kind"] == "Tenancy"
    assert data["next"][0]["side"] == "reviewer"


def test_differences_are_told_field_by_field() -> None:
    before = {"resources": {"cpu": "8"}, "regions": {"standby": ["a"]}, "contacts": [{"name": "x"}]}
    after = {"resources": {"cpu": "16"}, "regions": {"standby": ["a", "b"]}, "data": {"personal": True}}
    assert differences(before, after) == [
        ("resources.cpu", "8", "16"),
        ("regions.standby", "a", "a, b"),
        ("contacts[0].name", "x", ""),
        ("data.personal", "", "true"),
    ]


def test_a_listing_cuts_and_drops_columns_until_it_fits() -> None:
    rows = [("mee-air", "大气环境监测系统", "active"), ("mee-w", "x", "draft")]
    headings = ("NAME", "TITLE", "PHASE")

    def lines(width: int | None) -> list[str]:
        return list(aligned(headings, rows, width=width, give=("TITLE",), drop=("TITLE",)))

    assert lines(None)[1:] == ["mee-air  大气环境监测系统  active", "mee-w    x                 draft"]
    assert lines(28)[1] == "mee-air  大气环境监…  active"
    assert lines(20) == ["NAME     PHASE", "mee-air  active", "mee-w    draft"]


def test_the_choices_are_those_of_the_standards() -> None:
    assert {row[0] for row in choices.zone_rows()} == set(zone_facts()) - {"dr"}
    assert [row[0] for row in choices.tier_rows()] == [str(number) for number in recovery_tiers()]
    assert [choices.cost(tier) for tier in (1, 2, 3)] == [
        "nothing more",
        "100% of the storage in 1 more region",
        "25% of the compute and 100% of the storage in 1 more region",
    ]
    console = Console(width=60)
    with console.capture() as captured:
        console.print(choices.table(("TIER", ""), [row[:2] for row in choices.tier_rows()]))
    assert "实时数据传输及完整设备支持" in captured.get()


# watching

AIR = Row("mee-air", "mee", "dedicated", 3, 5, "draft", None, "大气", "zhang.wei@mee", None, "1s")


def watched(hub: PlayedHub, output: str, shown: dict[str, Row], *news: Any, **filters: Any) -> dict[str, Row]:
    chosen = Filters((), filters.pop("phases", ()), (), (), mine=False, waiting=filters.pop("waiting", False))
    listing._print_news(Register(hub), Hub("mine", None, None), chosen, news, shown, output)  # type: ignore[arg-type]
    return shown


def test_a_watch_prints_each_row_that_changes_below_the_columns_that_it_has(
    hub: PlayedHub, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, longer = replace(AIR, phase="requested"), replace(AIR, name="mee-a-long-name")
    shown = {one.name: one for one in (AIR, longer)}
    aged = Change("mee-air", None, Seen(replace(AIR, age="9m")))
    watched(hub, "table", shown, Change("mee-air", None, Seen(asked)), aged)
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[6]) for line in told] == [("mee-air", "requested"), ("mee-air", "draft")]
    assert watched(hub, "table", shown, aged) == {"mee-air": AIR, "mee-a-long-name": longer}
    assert capsys.readouterr().out == ""


def test_a_watch_tells_what_leaves_the_listing_and_why_nothing_is_heard(
    hub: PlayedHub, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = {"mee-air": AIR}
    news = (
        Change("mee-air", None, Seen(replace(AIR, phase="requested"))),
        Change("mee-other", None, Seen(replace(AIR, name="mee-other", phase="requested"))),
        ClusterError("no answer"),
        Change("mee-new", None, Seen(replace(AIR, name="mee-new"))),
    )
    assert list(watched(hub, "json", shown, *news, phases=("draft",))) == ["mee-new"]
    said = capsys.readouterr()
    assert [json.loads(line)["name"] for line in said.out.splitlines()] == ["mee-new"]
    assert said.err.splitlines() == ["mee-air is gone from this listing", "no answer; trying again"]


def test_a_watch_of_what_waits_reads_nothing_more_of_what_it_has_seen_whole(
    hub: PlayedHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.groups = ["govcloud:reviewers:security"]
    reviews = [{"by": "zhang.wei@mee", "role": "security", "decision": "approve", "generation": 1}]
    manifest = {
        "metadata": {"name": "mee-air", "generation": 1},
        "spec": {"department": "mee", "grading": {"information": 3, "service": 3}},
    }
    asked = replace(AIR, phase="requested")
    seen = Seen(asked, Record({**manifest, "status": {"phase": "requested"}}))
    assert list(watched(hub, "json", {}, Change("mee-air", None, seen), waiting=True)) == ["mee-air"]
    spoken = Seen(asked, Record({**manifest, "status": {"phase": "in-review", "reviews": reviews}}))
    assert watched(hub, "json", {"mee-air": asked}, Change("mee-air", None, spoken), waiting=True) == {}
    assert "mee-air is gone" in capsys.readouterr().err


# use


def quota(region: str, hard: dict[str, str], used: dict[str, str]) -> dict[str, Any]:
    metadata = {"name": f"q-{region}", "namespace": "t-mee-air", "labels": {"govcloud.dev/region": region}}
    status = {"hard": hard, "used": used}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "status": status}


def used_in_north(*objects: dict[str, Any], refused: bool = False) -> Usage:
    """What is told of north, at a hub that has some quotas."""
    cluster = PlayedCluster(*objects)
    cluster.refused = {"ResourceQuota"} if refused else set()
    hub = Hub("mine", None, None)
    hub.__dict__["cluster"] = cluster
    manifest = {"metadata": {"name": "mee-air"}, "spec": {}, "status": {"regions": [{"name": "north"}]}}
    (usage,) = usage_of(Record(manifest), hub)
    return usage


def test_use_is_read_where_the_hub_is_a_region_of_the_tenancy() -> None:
    hard = {"requests.cpu": "8", "pods": "50", "requests.nvidia.com/gpu": "2", "count/secrets": "90"}
    usage = used_in_north(quota("north", hard, {"requests.cpu": "3", "pods": "4"}))
    assert usage.amounts == {"cpu": ("3", "8"), "pods": ("4", "50"), "nvidia.com/gpu": ("0", "2")}


def test_what_cannot_be_read_is_told() -> None:
    assert used_in_north().unread == "nothing here leads to region north"
    assert used_in_north(refused=True).unread == "you may not read it with this kubeconfig"
