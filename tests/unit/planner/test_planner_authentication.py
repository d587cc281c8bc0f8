import json
from typing import get_args

import pytest

from govcloud.hub.lifecycle import ROLES
from govcloud.hub.names import REVIEWERS
from govcloud.model.identity import GrantedGroup, Identity
from govcloud.planner.access import AUDITORS
from govcloud.planner.admission import PLATFORM_GROUP
from govcloud.planner.authentication import HEALTH_PATHS, authentication_configuration

BARE = {"name": "staff", "url": "https://id.gov.internal/staff", "audiences": ["govcloud"]}
FULL = BARE | {
    "certificateAuthority": "-----BEGIN CERTIFICATE-----",
    "username": {"claim": "uid", "prefix": "gov:"},
    "groups": {"claim": 'it\'s "odd"', "prefix": "gov:"},
    "secondFactor": {"claim": "acr", "values": ["loa3", "loa4"]},
    "grants": {"audit": "govcloud:auditors", "board": "govcloud:auditors"},
    "rules": [{"expression": "claims.exp - claims.iat < 900", "message": "too long"}],
}


def configured(*issuers):
    return authentication_configuration(Identity.model_validate({"issuers": issuers}))


def one(issuer):
    (found,) = configured(issuer)["jwt"]
    return found


def test_nobody_comes_without_a_credential_unless_a_path_is_named():
    assert configured()["anonymous"] == {"enabled": False}
    opened = authentication_configuration(Identity(), HEALTH_PATHS)["anonymous"]
    assert opened == {
        "enabled": True,
        "conditions": [{"path": path} for path in ("/livez", "/readyz", "/healthz")],
    }


def test_an_issuer_is_told_with_its_audiences_and_its_authority():
    assert one(FULL)["issuer"] == {
        "url": "https://id.gov.internal/staff",
        "audiences": ["govcloud"],
        "audienceMatchPolicy": "MatchAny",
        "certificateAuthority": "-----BEGIN CERTIFICATE-----",
    }
    assert "certificateAuthority" not in one(BARE)["issuer"]


@pytest.mark.parametrize("issuer", [BARE, FULL])
def test_every_issuer_is_kept_from_the_names_of_the_platform_and_of_kubernetes(issuer):
    found = one(issuer)
    first = found["claimValidationRules"][0]["expression"]
    user, groups = (rule["expression"] for rule in found["userValidationRules"])
    for expression in (first, user, groups):
        assert 'startsWith("system:")' in expression
        assert 'startsWith("govcloud:")' in expression
    assert "user.username" in user
    assert "user.groups" in groups


def test_only_granted_values_become_groups_of_the_platform():
    assert "govcloud:auditors" not in json.dumps(one(BARE))
    mapping = one(FULL)["claimMappings"]["groups"]["expression"]
    assert '{"audit": "govcloud:auditors", "board": "govcloud:auditors"}[g]' in mapping
    assert one(FULL)["userValidationRules"][1]["expression"].endswith('g in ["govcloud:auditors"])')


def test_the_second_factor_comes_before_the_estates_own_rules():
    _, factor, own = one(FULL)["claimValidationRules"]
    assert 'f in ["loa3", "loa4"]' in factor["expression"]
    assert "GB/T 22239-2019 8.1.4.1 d" in factor["message"]
    assert own == {"expression": "claims.exp - claims.iat < 900", "message": "too long"}


def test_texts_of_the_estate_stay_texts_in_expressions():
    assert r'claims[?"it\'s' not in one(FULL)["claimMappings"]["groups"]["expression"]
    assert r'claims[?"it' + "'" + r's \"odd\""]' in one(FULL)["claimMappings"]["groups"]["expression"]


def test_the_order_of_the_estate_is_kept_and_the_same_identity_gives_the_same_text():
    other = BARE | {"name": "guests", "url": "https://id.gov.internal/guests"}
    urls = [entry["issuer"]["url"] for entry in configured(BARE, other)["jwt"]]
    assert urls == [BARE["url"], other["url"]]
    assert json.dumps(configured(FULL)) == json.dumps(configured(FULL))


def test_the_groups_that_may_be_granted_are_those_of_the_platform():
    assert set(get_args(GrantedGroup)) == {
        PLATFORM_GROUP,
        AUDITORS,
        *(f"{REVIEWERS}{role}" for role in ROLES),
    }
