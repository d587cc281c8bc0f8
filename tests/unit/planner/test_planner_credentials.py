import re

from govcloud.planner.credentials import ACCOUNTS, PARTS, credential_name, credential_policies

SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")


def test_a_credential_is_named_after_account_person_and_end_whoever_it_is():
    names = set()
    for user in ("li.na@mee", "LI.NA@mee", "张伟", "oidc:9f/3", "-"):
        name = credential_name("viewer", user, 1800000000)
        account, person, until = name.split(".")
        assert (account, bytes.fromhex(person).decode(), until) == ("govcloud-viewer", user, "1800000000")
        assert SUBDOMAIN.fullmatch(name)
        names.add(name)
    assert len(names) == 5


def test_the_longest_user_of_a_certificate_fits_into_the_name_of_a_credential():
    assert len(credential_name("operator", "u" * 64, 1800000000)) <= 253


def test_policies_are_about_tenancies_alone_and_nobody_is_let_off_for_the_accounts_of_people(beijing):
    policies = {
        m["metadata"]["name"]: m["spec"]
        for m in credential_policies(beijing)
        if m["kind"] == "ValidatingAdmissionPolicy"
    }
    assert set(policies) == {"govcloud-tokens", "govcloud-credentials", "govcloud-accounts"}
    for spec in policies.values():
        assert spec["matchConstraints"]["namespaceSelector"]
    assert policies["govcloud-tokens"]["matchConditions"] == []
    assert policies["govcloud-accounts"]["matchConditions"] == []


def test_every_part_has_an_account_and_owners_come_first():
    assert [ACCOUNTS[part] for part in PARTS] == ["govcloud-owner", "govcloud-operator", "govcloud-viewer"]
