"""People come by the tokens of an identity provider that the estate names, and nobody comes by any other."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from access_issuer import Issuer, callers, serving
from api_servers import Cluster

from govcloud.errors import RegionError
from govcloud.local.region import LocalRegion
from govcloud.model.identity import Identity
from govcloud.planner.authentication import authentication_configuration

Answer = tuple[int, dict[str, Any]]
_PODS = "/api/v1/namespaces/{}/pods"
_WHO = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


class Door:
    """The API server as somebody from outside meets it, with nothing but a token."""

    def __init__(self, region: LocalRegion) -> None:
        self.region = region
        self._context = ssl.create_default_context(cafile=str(region.layout.pki / "ca.crt"))

    def call(self, token: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        server = str(self.region.status().server).removeprefix("https://")
        connection = http.client.HTTPSConnection(server, context=self._context)
        headers = {
            "Content-Type": "application/json",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        try:
            data = None if body is None else json.dumps(body)
            connection.request("POST" if body else "GET", path, data, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def who(self, token: str) -> tuple[str, list[str]] | int:
        """The user and groups that a token stands for, or the status by which it is refused."""
        review = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
        status, answer = self.call(token, _WHO, review)
        if status != 201:
            return status
        found = answer["status"]["userInfo"]
        return found["username"], [g for g in found["groups"] if g != "system:authenticated"]


@pytest.fixture
def door(region: LocalRegion, issuer: Issuer, cluster: Cluster) -> Door:
    """The region as the session has it, whatever the test before did, with its provider answered."""
    if json.loads(region.layout.authentication.read_text()) != callers(issuer):
        region.up(authentication=callers(issuer))
    door = Door(region)
    assert cluster.until(lambda: door.who(issuer.token()) != 401)
    return door


@pytest.fixture(scope="session")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """A provider that the estate does not name."""
    with serving(tmp_path_factory.mktemp("providers") / "stranger") as found:
        yield found


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_valid_token_reaches_the_tenancies_of_its_department_alone(
    door: Door, issuer: Issuer, algorithm: str
) -> None:
    token = issuer.token(algorithm)
    assert door.who(token) == ("li.na@mee", ["mee:owners"])
    assert door.call(token, _PODS.format("t-mee-air"))[0] == 200
    assert door.call(token, _PODS.format("t-mem-flood"))[0] == 403
    assert door.call(token, "/api/v1/namespaces")[0] == 403
    config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "own"}}
    assert door.call(token, "/api/v1/namespaces/t-mee-air/configmaps?dryRun=All", config)[0] == 201


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({"groups": None}, []),
        ({"groups": "mee:viewers"}, ["mee:viewers"]),
        ({"groups": ["cloud-auditors", "mee:viewers"]}, ["govcloud:auditors", "mee:viewers"]),
        ({"aud": ["others", "dashboards"]}, ["mee:owners"]),
        ({"amr": "hwk"}, ["mee:owners"]),
    ],
)
def test_claims_are_taken_as_providers_write_them(
    door: Door, issuer: Issuer, claims: dict[str, Any], groups: list[str]
) -> None:
    assert door.who(issuer.token(**claims)) == ("li.na@mee", groups)


def test_what_the_estate_grants_opens_what_that_group_may(door: Door, issuer: Issuer) -> None:
    auditor = issuer.token(groups=["cloud-auditors"])
    assert door.call(auditor, "/api/v1/namespaces")[0] == 200
    assert door.call(auditor, "/api/v1/namespaces/t-mee-air/secrets")[0] == 403


_FORGED: dict[str, dict[str, Any]] = {
    "for another audience": {"aud": ["others"]},
    "for nobody": {"aud": None},
    "over": {"exp": int(time.time()) - 60},
    "without an end": {"exp": None},
    "of the platform": {"groups": ["mee:owners", "govcloud:platform"]},
    "of a reviewer": {"groups": "govcloud:reviewers:security"},
    "of a granted group by its own name": {"groups": ["govcloud:auditors"]},
    "of the masters": {"groups": ["system:masters"]},
    "of the masters in capitals": {"groups": ["System:Masters"]},
    "in the name of Kubernetes": {"sub": "system:kube-controller-manager"},
    "in the name of the bootstrap": {"sub": "govcloud:break-glass"},
    "without a name": {"sub": None},
    "with one factor": {"amr": ["pwd"]},
    "that tells no factors": {"amr": None},
    "with a factor that only looks like one": {"amr": "pwd mfa"},
    "with groups that are no texts": {"groups": ["mee:owners", 7]},
    "with a group that is a mapping": {"groups": {"mee:owners": True}},
}


@pytest.mark.parametrize("claims", _FORGED.values(), ids=_FORGED)
def test_a_token_is_refused(door: Door, issuer: Issuer, claims: dict[str, Any]) -> None:
    assert door.who(issuer.token(**claims)) == 401


_SIGNED: dict[str, Callable[[Issuer, Issuer], str]] = {
    "nothing": lambda ours, _: "",
    "no token at all": lambda ours, _: "opaque",
    "unsigned": lambda ours, _: ours.unsigned(),
    "of another provider": lambda _, other: other.token(),
    "of another provider in our name": lambda ours, other: other.token(iss=ours.url),
    "of ours in the name of another": lambda ours, other: ours.token(iss=other.url),
    "changed after it was signed": lambda ours, _: _changed(
        ours.token(), ours.unsigned(groups=["mem:owners"])
    ),
}


@pytest.mark.parametrize("made", _SIGNED.values(), ids=_SIGNED)
def test_what_no_named_provider_signed_is_refused(
    door: Door, issuer: Issuer, stranger: Issuer, made: Callable[[Issuer, Issuer], str]
) -> None:
    assert door.who(made(issuer, stranger)) == 401


def _changed(token: str, other: str) -> str:
    """A token with the claims of another one."""
    head, _, signature = token.split(".")
    return ".".join([head, other.split(".")[1], signature])


def test_without_a_credential_not_even_the_health_of_a_region_is_seen(door: Door) -> None:
    assert [door.call("", path)[0] for path in ("/readyz", "/version", "/api")] == [401] * 3


def test_what_the_api_server_refuses_is_reported_and_it_goes_on_with_what_it_had(
    door: Door, issuer: Issuer
) -> None:
    region = door.region
    rule = {"expression": "claims.exp <", "message": "it is over"}
    with pytest.raises(RegionError, match=r"(?s)does not take up.*claims\.exp <") as refused:
        region.up(authentication=callers(issuer, rules=[rule]))
    assert "spec.identity" in str(refused.value.mend)
    file = region.layout.authentication
    assert json.loads(file.read_text()) == callers(issuer)
    assert file.stat().st_mode & 0o777 == 0o600
    assert door.who(issuer.token(sub="zhang.wei@mee")) == ("zhang.wei@mee", ["mee:owners"])


def test_providers_come_and_go_without_a_restart(door: Door, issuer: Issuer, stranger: Issuer) -> None:
    region = door.region
    before = [component.pid for component in region.status().components]
    region.up(authentication=callers(stranger, username={"prefix": "gov:"}, groups={"prefix": "gov:"}))
    assert door.who(issuer.token()) == 401
    prefixed = door.who(stranger.token(groups=["mee:owners", "cloud-auditors", "govcloud:platform"]))
    assert prefixed == ("gov:li.na@mee", ["gov:mee:owners", "govcloud:auditors", "gov:govcloud:platform"])
    region.up(authentication=authentication_configuration(Identity()))
    assert door.who(stranger.token(sub="wang.fang@mee")) == 401
    region.up()
    assert door.who(stranger.token(sub="zhao.min@mee")) == 401
    assert [component.pid for component in region.status().components] == before
