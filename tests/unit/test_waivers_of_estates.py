"""The waivers of an estate and its register: how they stand, and how one is written down; the hub is played."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import yaml
from played_regions import PlayedCluster, audited
from policy_samples import deployment, namespace

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError, InputError, RefusedError
from govcloud.model import Estate, Waiver
from govcloud.model.loader import load_estate
from govcloud.waivers import (
    Looks,
    default_name,
    draft,
    excuses_of,
    plain,
    problems_of,
    register_waiver,
    registered_waivers,
    review,
    standings,
)
from policies.finding import Finding

NOW = datetime(2027, 1, 1, tzinfo=UTC)
KIND = Kind("govcloud.dev/v1", "Waiver", "waivers", namespaced=False)


def waiver(name: str = "w", **spec: Any) -> Waiver:
    said = {"rule": "GC-POD-02", "tenancy": "air", "reason": "the vendor mends it", "ticket": "T-1"}
    end = {"approvedBy": "li@other", "until": NOW + timedelta(days=30)}
    return Waiver.model_validate({"metadata": {"name": name}, "spec": said | end | spec})


class Hub(Cluster):
    """The API server of a hub with a register, which takes what it gets unless it is told to refuse."""

    def __init__(self, *waivers: dict[str, Any], refuses: tuple[int, str] | None = None) -> None:
        self.waivers = list(waivers)
        self.refuses = refuses
        self.written: list[Any] = []

    @property
    def kinds(self) -> dict[tuple[str, str], Kind]:  # type: ignore[override]
        return {(KIND.api_version, KIND.kind): KIND}

    def list(self, kind: Kind, *, namespace: str | None = None, labels: str = "") -> Any:
        return iter(self.waivers)

    def request(self, method: str, path: str, query: Any = None, body: Any = None, **more: Any) -> Any:
        if self.refuses:
            status, words = self.refuses
            raise StatusError(words, where=path, status=status)
        self.written.append((method, path, body))
        return body


class Bare(Hub):
    """A hub without a register."""

    @property
    def kinds(self) -> dict[tuple[str, str], Kind]:  # type: ignore[override]
        return {}


def with_waivers(estate_text: str, *waivers: Waiver) -> Estate:
    texts = [yaml.safe_dump(plain(one)) for one in waivers]
    return load_estate("e.yaml", text="---\n".join([estate_text, *texts]))


def rules(findings: Any) -> list[str]:
    return [one.rule for one in findings]


def test_a_waiver_is_written_into_the_register_as_it_is() -> None:
    hub = Hub()
    register_waiver(hub, waiver())
    assert hub.written == [("POST", "/apis/govcloud.dev/v1/waivers", plain(waiver()))]
    assert plain(waiver())["spec"]["until"] == "2027-01-31T00:00:00Z"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, RefusedError), (409, RefusedError), (400, InputError), (422, InputError), (500, ClusterError)],
)
def test_a_refusal_is_told_in_the_servers_words(status: int, kind: type[Exception]) -> None:
    words = "waivers \"w\" is forbidden: ValidatingAdmissionPolicy 'a' with binding 'b' denied request: it is yours"
    with pytest.raises(kind) as raised:
        register_waiver(Hub(refuses=(status, words)), waiver())
    assert str(raised.value).count("it is yours") == 1
    if kind is not ClusterError:
        assert "ValidatingAdmissionPolicy" not in str(raised.value)
        assert "Waiver w" in str(raised.value)


def test_a_hub_without_a_register_cannot_take_one_and_has_none() -> None:
    with pytest.raises(InputError, match="no register"):
        register_waiver(Bare(), waiver())
    assert registered_waivers(Bare()) == []


def test_waivers_of_the_register_are_read_and_those_that_are_none_are_left_out() -> None:
    good = {**plain(waiver()), "metadata": {"name": "w", "uid": "1", "resourceVersion": "7"}}
    bad = {"metadata": {"name": "x"}, "spec": {"rule": "GC-POD-02"}}
    assert registered_waivers(Hub(good, bad, {"metadata": {"name": "y"}})) == [waiver()]


def test_of_one_name_the_waiver_of_the_estate_counts(estate_text: str) -> None:
    estate = with_waivers(estate_text, waiver("w", ticket="T-estate"))
    found = excuses_of(estate, [waiver("w", ticket="T-hub"), waiver("v", ticket="T-2")])
    assert [(one.waiver, one.ticket) for one in found] == [("w", "T-estate"), ("v", "T-2")]


def test_waivers_stand_by_their_end_with_days_left_and_origin(estate_text: str) -> None:
    estate = with_waivers(estate_text, waiver("late", until=NOW + timedelta(days=40)))
    found = standings(estate, [waiver("soon"), waiver("over", until=NOW - timedelta(hours=1))], NOW)
    assert [(one.waiver.name, one.origin, one.days_left, rules(one.findings)) for one in found] == [
        ("over", "register", -1, ["GC-WVR-91"]),
        ("soon", "register", 30, []),
        ("late", "estate", 40, []),
    ]


def looks(*objects: dict[str, Any], whole: bool = True) -> Looks:
    return Looks((audited(PlayedCluster(*objects)),), whole)


def test_a_waiver_that_excuses_nothing_is_known_once_all_was_looked_at(estate_text: str) -> None:
    estate = with_waivers(estate_text, waiver(rule="GC-POD-02"))
    seen = (namespace("t-air"), deployment())
    assert rules(standings(estate, [], NOW, looks(*seen))[0].findings) == ["GC-WVR-92"]
    assert standings(estate, [], NOW, looks(*seen, whole=False))[0].findings == ()
    assert standings(estate, [], NOW)[0].findings == ()


def test_annotations_that_no_document_knows_and_that_cannot_be_read_are_reviewed_too(estate: Estate) -> None:
    marks = {"waiver.govcloud.dev/GC-POD-99": "2027-01-31T00:00:00Z */*,soon */*"}
    found = review(estate, (), looks(namespace("t-air", **marks)).audits, now=NOW, whole=True)
    assert [(one.rule, str(one.subject), one.grade) for one in found] == [
        ("GC-WVR-93", "Namespace t-air", 3),
        ("GC-WVR-95", "Namespace t-air", 3),
    ]


def asked(estate: Estate, **spec: Any) -> list[str]:
    found: tuple[Finding, ...] = problems_of(waiver(department="mee", **spec), estate, NOW)
    return [one.rule for one in found if one.blocks]


def test_what_could_not_be_approved_is_found_before_it_is_asked_for(estate: Estate) -> None:
    assert asked(estate) == []
    assert asked(estate, until=NOW + timedelta(days=91)) == ["GC-WVR-94"]
    assert asked(estate, rule="GC-WVR-05") == ["GC-WVR-05"]
    assert "GC-WVR-02" in rules(problems_of(waiver(ticket="none"), estate, NOW))


def test_a_name_tells_rule_tenancy_and_day_and_is_never_too_long(estate: Estate) -> None:
    air = estate.tenancies["air"]
    assert default_name("GC-POD-02", air, NOW) == "gc-pod-02-air-20270101"
    long = air.model_copy(update={"metadata": air.metadata.model_copy(update={"name": "a" + "-b" * 24})})
    assert len(default_name("GC-RBAC-02", long, NOW)) <= 50
    assert "--" not in default_name("GC-RBAC-02", long, NOW)


def test_a_value_of_the_wrong_form_is_an_input_error(estate: Estate) -> None:
    def make(**changes: Any) -> Waiver:
        said: dict[str, Any] = {"reason": "r", "ticket": "T-1", "kinds": (), "names": (), "until": NOW}
        return draft(
            "GC-POD-02", estate.tenancies["air"], **said | {"approved_by": "li", "name": "w"} | changes
        )

    assert make().spec.department == "mee"
    for changes in ({"names": ["*x"]}, {"kinds": ["deployment"]}, {"reason": ""}, {"name": "W"}):
        with pytest.raises(InputError):
            make(**changes)
