"""Credentials of people in a tenancy: the API server gives each their own part, for some hours, and takes it back."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from access_people import NAMESPACES, Reviews, Somebody, attributes
from access_requests import (
    HOUR,
    PEOPLE,
    PODS,
    REFUSALS,
    SECRETS,
    SPACE,
    attempts,
    credential,
    deployment,
    parts_of,
    pod,
    secret,
    token_request,
    unbound,
)
from access_table import OTHER, OWN, Served, rights
from api_servers import Cluster as Raw
from api_servers import Verdict
from joserfc import jwt
from joserfc.jwk import ECKey

from govcloud.access.credentials import Credentials, Issued, caller
from govcloud.access.kubeconfig import endpoint, kubeconfig
from govcloud.access.regions import introduced, region_of
from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import InputError, RefusedError
from govcloud.local.region import LocalRegion
from govcloud.planner.credentials import ACCOUNTS, CREDENTIAL, PARTS, Part, credential_name

Desks = dict[str, Credentials]
Opened = Callable[[Issued], Cluster]


@pytest.fixture(scope="module")
def desks(kubeconfigs: dict[str, Path], cluster: Raw) -> Desks:
    """Everybody's way to the credentials of department mee's tenancy, once the API server holds them to the policies."""
    assert cluster.until(lambda: _ask(cluster, "owner", *unbound("owner")).status == 403)
    assert cluster.until(lambda: _ask(cluster, "viewer", "POST", SECRETS, secret("plain")).status == 403)
    return {key: Credentials(Cluster(path), SPACE) for key, path in kubeconfigs.items()}


@pytest.fixture
def opened(kubeconfigs: dict[str, Path], tmp_path: Path) -> Opened:
    """The API server to whoever holds a credential and nothing else."""

    def make(issued: Issued) -> Cluster:
        path = tmp_path / issued.credential.id
        path.write_text(kubeconfig("mee-air", "north", SPACE, endpoint(str(kubeconfigs["owner"])), issued))
        return Cluster(path)

    return make


@pytest.fixture(autouse=True)
def nothing_left(cluster: Raw) -> Iterator[None]:
    yield
    for item in cluster.call("GET", f"{SECRETS}?fieldSelector=type={CREDENTIAL}")[1]["items"]:
        cluster.call("DELETE", f"{SECRETS}/{item['metadata']['name']}")


@pytest.mark.parametrize(
    ("who", "allowed"),
    [
        ("owner", PARTS),
        ("operator", ("operator", "viewer")),
        ("viewer", ("viewer",)),
        ("neighbour", ()),
        ("auditor", ()),
    ],
)
def test_everybody_takes_their_own_part_and_those_below_it(
    desks: Desks, who: str, allowed: tuple[Part, ...]
) -> None:
    assert tuple(part for part in PARTS if _takes(desks[who], part)) == allowed
    if allowed:
        assert desks[who].part() == allowed[0]
    else:
        with pytest.raises(RefusedError, match="no part"):
            desks[who].part()


def test_a_token_of_another_part_is_refused_even_with_a_credential_at_hand(
    desks: Desks, cluster: Raw
) -> None:
    mine = desks["viewer"].take("viewer", HOUR).credential.id
    for part in ("owner", "operator"):
        assert _ask(cluster, "viewer", *token_request(part, mine)).status == 403


@pytest.mark.parametrize("part", PARTS)
def test_a_credential_may_what_the_table_says_of_its_part_but_for_taking_others(
    desks: Desks, reviews: Reviews, served: Served, part: Part
) -> None:
    account = f"system:serviceaccount:{SPACE}:{ACCOUNTS[part]}"
    groups = ("system:serviceaccounts", f"system:serviceaccounts:{SPACE}", "system:authenticated")
    said = [one for one in rights(OWN, served) if one.part == part and not _takes_others(part, one.name)]
    assert said
    holder = Somebody(account, groups)
    assert [one for one in said if reviews.allows(holder, attributes(one)) != one.allowed] == []


def _takes_others(part: Part, name: str) -> bool:
    return part != "owner" and (name == "secrets" or "=" in name)


def test_a_credential_of_an_operator_deploys_within_quota_and_nowhere_else(
    desks: Desks, opened: Opened
) -> None:
    api = opened(desks["operator"].take("operator", HOUR))
    own = f"/apis/apps/v1/namespaces/{SPACE}/deployments"
    api.request("POST", own, None, deployment())
    try:
        assert _status(api, "POST", PODS, pod("small", "1")) == 201
        with pytest.raises(StatusError, match="exceeded quota") as refused:
            api.request("POST", PODS, {"dryRun": "All"}, pod("large", "5"))
        assert refused.value.status == 403
        for space in (NAMESPACES[OTHER], "default", "kube-system"):
            path = f"/apis/apps/v1/namespaces/{space}/deployments"
            assert [_status(api, "POST", path, deployment()), _status(api, "GET", path)] == [403, 403]
        assert _status(api, "GET", "/api/v1/namespaces") == 403
    finally:
        api.request("DELETE", f"{own}/web")


def test_a_revoked_credential_is_refused_and_others_are_not(
    desks: Desks, opened: Opened, cluster: Raw
) -> None:
    gone, kept = (desks["viewer"].take("viewer", HOUR) for _ in range(2))
    calls = {one.credential.id: opened(one) for one in (gone, kept)}
    assert [_status(api, "GET", PODS) for api in calls.values()] == [200, 200]
    desks["viewer"].revoke(gone.credential.id)
    assert cluster.until(lambda: _status(calls[gone.credential.id], "GET", PODS) == 401)
    assert _status(calls[kept.credential.id], "GET", PODS) == 200
    desks["viewer"].revoke(gone.credential.id)  # once more is fine


def test_a_credential_that_is_over_is_refused_though_nobody_revoked_it(
    region: LocalRegion, desks: Desks, opened: Opened
) -> None:
    issued = desks["viewer"].take("viewer", 600)
    header, claims = parts_of(issued.token)
    assert claims["exp"] - claims["iat"] == 600
    assert claims["exp"] == int(issued.credential.until.timestamp())
    assert claims["kubernetes.io"]["secret"]["name"] == issued.credential.id
    key = ECKey.import_key((region.layout.pki / "service-accounts.key").read_text())
    answers = []
    for exp in (claims["exp"], int(time.time()) - 60):
        signed = jwt.encode(header, claims | {"exp": exp}, key, algorithms=[header["alg"]])
        answers.append(_status(opened(Issued(issued.credential, signed)), "GET", PODS))
    assert answers == [200, 401]


def test_the_audit_log_tells_who_acts_by_a_credential(
    region: LocalRegion, desks: Desks, opened: Opened, cluster: Raw
) -> None:
    issued = desks["viewer"].take("viewer", HOUR)
    assert _status(opened(issued), "GET", PODS) == 200
    mark = f"JTI={parts_of(issued.token)[1]['jti']}"

    def told() -> list[tuple[str, bool, bool]]:
        lines = region.layout.audit_log.read_text().splitlines()
        return [_told(json.loads(line), mark) for line in lines if mark in line]

    account = f"system:serviceaccount:{SPACE}:{ACCOUNTS['viewer']}"
    cluster.until(lambda: len(told()) == 2)
    assert told() == [(PEOPLE["viewer"][0], True, False), (account, False, True)]


def _told(event: dict[str, Any], mark: str) -> tuple[str, bool, bool]:
    """Who it was, and whether they were given this credential, or came with it."""
    given = event.get("annotations", {}).get("authentication.kubernetes.io/issued-credential-id")
    used = event["user"].get("extra", {}).get("authentication.kubernetes.io/credential-id", ())
    return event["user"]["username"], given == mark, mark in used


def test_owners_see_and_revoke_all_and_others_only_their_own(desks: Desks) -> None:
    taken = {who: desks[who].take("viewer", HOUR).credential for who in ("owner", "operator", "viewer")}
    assert {one.id: one.user for one in desks["owner"].list()} == {
        one.id: PEOPLE[who][0] for who, one in taken.items()
    }
    for who in ("operator", "viewer", "neighbour"):
        with pytest.raises(RefusedError, match="credentials of others"):
            desks[who].list()
        with pytest.raises(RefusedError):
            desks[who].revoke(taken["owner"].id)
    for one in taken.values():
        desks["owner"].revoke(one.id)
    assert desks["owner"].list() == []


@pytest.mark.parametrize(("attempt", "said"), REFUSALS.items(), ids=REFUSALS)
def test_what_is_not_a_credential_of_ones_own_is_refused(
    desks: Desks, cluster: Raw, attempt: str, said: str
) -> None:
    now = int(time.time())
    user = PEOPLE["viewer"][0]
    good = credential(credential_name("viewer", user, now + HOUR), user)
    if "bound to the" in attempt or "outlives" in attempt:
        assert _ask(cluster, "viewer", "POST", SECRETS, good).status == 201
    verdict = _ask(cluster, *attempts(now)[attempt])
    assert (verdict.status, said in verdict.message) == (403, True), verdict.message


def test_nobody_touches_a_credential_or_a_secret_that_is_not_theirs_to_touch(
    desks: Desks, cluster: Raw
) -> None:
    one = f"{SECRETS}/{desks['viewer'].take('viewer', HOUR).credential.id}"
    user, group = PEOPLE["owner"]
    label = {"metadata": {"labels": {"a": "b"}}}
    assert cluster.ask("PATCH", one, label, user, "merge-patch+json", [group]).status == 403
    assert _ask(cluster, "operator", "DELETE", one).status == 403
    assert _ask(cluster, "owner", "POST", SECRETS, secret("plain")).status == 201
    try:
        for who in ("operator", "viewer"):
            asked = [_ask(cluster, who, method, f"{SECRETS}/plain").status for method in ("DELETE", "GET")]
            assert asked == [403, 403]
    finally:
        assert _ask(cluster, "owner", "DELETE", f"{SECRETS}/plain").status == 200


@pytest.mark.parametrize("part", PARTS)
def test_a_credential_takes_no_other(desks: Desks, opened: Opened, part: Part) -> None:
    holder = Credentials(opened(desks["owner"].take(part, HOUR)), SPACE)
    assert [other for other in PARTS if _takes(holder, other)] == []


def test_whoever_has_no_part_there_learns_nothing_and_nobody_asks_for_moments(
    desks: Desks, kubeconfigs: dict[str, Path]
) -> None:
    for who, expected in (("viewer", "north"), ("neighbour", None)):
        assert region_of(Cluster(kubeconfigs[who]), SPACE) == expected
    with pytest.raises(InputError, match="10 minutes"):
        desks["viewer"].take("viewer", 60)


def test_a_region_on_this_machine_knows_for_one_call_whom_the_hub_knows(
    region: LocalRegion, kubeconfigs: dict[str, Path]
) -> None:
    hub = Cluster(kubeconfigs["viewer"])
    with introduced(hub, region.issue) as way:
        path = Path(way.path)
        there = caller(way.cluster())
        assert path.stat().st_mode & 0o777 == 0o600
    assert (there.name, there.groups) == (PEOPLE["viewer"][0], caller(hub).groups)
    assert PEOPLE["viewer"][1] in there.groups
    assert not path.exists()


def _takes(desk: Credentials, part: Part) -> bool:
    try:
        return desk.take(part, HOUR).credential.part == part
    except RefusedError:
        return False


def _ask(cluster: Raw, who: str, method: str, path: str, body: Any = None) -> Verdict:
    """Asks as somebody, or as the platform where nobody is named."""
    user, group = PEOPLE.get(who, ("", ""))
    return cluster.ask(method, path, body, user, groups=[group] if group else ())


def _status(api: Cluster, method: str, path: str, body: Any = None) -> int:
    """The status of a call; what it would make is not made."""
    try:
        api.request(method, path, {"dryRun": "All"} if method == "POST" else None, body)
    except StatusError as error:
        return error.status
    return 201 if method == "POST" else 200
