import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from govcloud.access.credentials import Issued, check_life, credential_of
from govcloud.access.kubeconfig import endpoint, held, kubeconfig
from govcloud.errors import InputError
from govcloud.planner.credentials import credential_name

NAME = credential_name("operator", "li.na@mee", 1800000000)


def _written(folder, cluster, context="a"):
    path = folder / "desk"
    document = {
        "clusters": [
            {"name": "other", "cluster": {"server": "https://other"}},
            {"name": "c", "cluster": cluster},
        ],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}],
        "users": [{"name": "u", "user": {}}],
        "current-context": "a",
    }
    path.write_text(json.dumps(document))
    return str(path)


def test_where_a_context_leads_is_taken_over_with_its_authority_inlined(tmp_path):
    (tmp_path / "ca.crt").write_text("PEM")
    path = _written(
        tmp_path, {"server": "https://n", "certificate-authority": "ca.crt", "tls-server-name": "k"}
    )
    assert endpoint(path) == {
        "server": "https://n",
        "tls-server-name": "k",
        "certificate-authority-data": base64.b64encode(b"PEM").decode(),
    }


def test_a_context_may_be_named(tmp_path):
    path = _written(tmp_path, {"server": "https://n"}, context="b")
    assert endpoint(path, "b") == {"server": "https://n"}
    with pytest.raises(InputError, match="does not say where it leads"):
        endpoint(path)


@pytest.mark.parametrize("text", ["", "{", "clusters: []", "[1]"])
def test_what_is_no_kubeconfig_is_named_with_its_file(tmp_path, text):
    (tmp_path / "desk").write_text(text)
    with pytest.raises(InputError) as wrong:
        endpoint(str(tmp_path / "desk"))
    assert wrong.value.where == str(tmp_path / "desk")


def test_a_kubeconfig_is_named_after_tenancy_and_region_and_begins_in_the_tenancy(tmp_path):
    issued = Issued(credential_of(NAME), "secret-token")
    path = tmp_path / "mine"
    path.write_text(kubeconfig("mee-air", "north", "t-mee-air", {"server": "https://n"}, issued))
    document = json.loads(path.read_text())
    (context,) = document["contexts"]
    assert (document["current-context"], context["name"]) == ("mee-air@north", "mee-air@north")
    assert context["context"]["namespace"] == "t-mee-air"
    assert document["users"] == [{"name": NAME, "user": {"token": "secret-token"}}]
    assert held(path) == ("mee-air@north", NAME)


def test_a_file_that_holds_something_else_is_not_taken_for_a_credential(tmp_path):
    assert held(tmp_path / "nothing") is None
    with pytest.raises(InputError, match="something other"):
        held(Path(_written(tmp_path, {"server": "https://n"})))


def test_the_name_of_a_credential_tells_part_person_and_end():
    found = credential_of(NAME)
    assert (found.id, found.part, found.user) == (NAME, "operator", "li.na@mee")
    assert found.until == datetime.fromtimestamp(1800000000, UTC)


@pytest.mark.parametrize(
    "name",
    ["", "plain", "govcloud-auditor.6c.1800000000", "govcloud-viewer.6.1800000000", f"{NAME}/x", f"{NAME}\n"],
)
def test_other_names_are_of_no_credential(name):
    with pytest.raises(InputError, match="no credential"):
        credential_of(name)


@pytest.mark.parametrize(("seconds", "fine"), [(599, False), (600, True), (43200, True), (43201, False)])
def test_a_credential_is_for_ten_minutes_to_twelve_hours(seconds, fine):
    if fine:
        check_life(seconds)
    else:
        with pytest.raises(InputError, match=f"{seconds} seconds"):
            check_life(seconds)
