"""Identity providers as estates write them, and the certificates that they name."""

import re
from pathlib import Path

import pytest
import yaml

from govcloud.errors import InputError
from govcloud.local.region.pki import ensure_authority
from govcloud.model.authorities import identity_with_authorities
from govcloud.model.identity import Identity, Issuer
from govcloud.model.loader import load_estate

GOOD = Path(__file__).parent / "good_estate.yaml"
ISSUER = {
    "name": "staff",
    "url": "https://id.gov.internal/realms/staff",
    "audiences": ["govcloud"],
    "secondFactor": {},
}


@pytest.fixture
def pem(tmp_path):
    folder = tmp_path / "pki"
    folder.mkdir()
    return ensure_authority(folder, "ca", "provider").pem.decode()


@pytest.fixture
def estate(tmp_path):
    """Loads the good estate with an issuer of these fields."""

    def load(**fields):
        documents = list(yaml.safe_load_all(GOOD.read_text(encoding="utf-8")))
        (head,) = [document for document in documents if document["kind"] == "Estate"]
        head["spec"]["identity"] = {"issuers": [ISSUER | fields]}
        file = tmp_path / "estate" / "estate.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump_all(documents, allow_unicode=True), encoding="utf-8")
        return load_estate(file.parent)

    return load


def authority(estate):
    (issuer,) = identity_with_authorities(estate).issuers
    return issuer.certificate_authority


def test_an_estate_names_no_provider_unless_it_says_so():
    assert load_estate(GOOD).head.spec.identity == Identity()


def test_defaults_are_those_that_providers_have(estate):
    (issuer,) = estate().head.spec.identity.issuers
    assert (issuer.username.claim, issuer.groups.claim) == ("sub", "groups")
    assert (issuer.username.prefix, issuer.groups.prefix, issuer.grants) == ("", "", {})
    assert (issuer.second_factor.claim, issuer.second_factor.values) == ("amr", ("mfa",))


def test_certificates_are_given_as_text_or_as_a_file_beside_the_estate(estate, tmp_path, pem):
    assert authority(estate()) is None
    assert authority(estate(certificateAuthority=pem)) == pem
    named = estate(certificateAuthority="certificates/staff.pem")
    (tmp_path / "estate" / "certificates").mkdir()
    (tmp_path / "estate" / "certificates" / "staff.pem").write_text(pem)
    assert authority(named) == pem


def test_a_file_that_is_not_there_is_named_with_its_path(estate, tmp_path):
    with pytest.raises(InputError, match="cannot be read") as error:
        authority(estate(certificateAuthority="nowhere.pem"))
    assert error.value.where == str(tmp_path / "estate" / "nowhere.pem")


@pytest.mark.parametrize("text", ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "KEY"])
def test_what_is_no_certificate_or_holds_a_key_is_refused(estate, pem, text):
    text = f"{pem}-----BEGIN PRIVATE KEY-----\n" if text == "KEY" else text
    with pytest.raises(InputError, match="cannot be used") as error:
        authority(estate(certificateAuthority=text))
    assert str(error.value.where).endswith("estate.yaml")


@pytest.mark.parametrize(
    "url",
    [
        "http://id.gov.internal",
        "https://",
        "https://user@id.gov.internal",
        "https://id.gov.internal/?a=b",
        "https://id.gov.internal/#a",
        "https://id.gov.internal:0",
        "https://id gov.internal",
    ],
)
def test_an_url_that_an_api_server_would_refuse_is_none(url):
    with pytest.raises(ValueError, match="url"):
        Issuer.model_validate(ISSUER | {"url": url})


@pytest.mark.parametrize(
    "url", ["https://id.gov.internal:8443/realms/a-b_c", "https://[fd00::1]/x", "https://127.0.0.1"]
)
def test_other_urls_are_taken(url):
    assert Issuer.model_validate(ISSUER | {"url": url}).url == url


def test_the_example_of_the_documents_is_well_formed_and_shows_every_field():
    text = (Path(__file__).parents[3] / "docs/access.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    given = yaml.safe_load(example)["identity"]
    (issuer,) = Identity.model_validate(given).issuers
    assert set(given["issuers"][0]) == {field.alias for field in Issuer.model_fields.values()}
    assert issuer.username == Issuer.model_validate(ISSUER).username
