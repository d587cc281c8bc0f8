from dataclasses import replace

import pytest

from govcloud.hub.membership import departments_of, sees_everything
from govcloud.hub.register import Caller
from govcloud.model import Estate


@pytest.mark.parametrize(
    ("groups", "all_of_them", "owned"),
    [
        (("mee:owners",), ["mee"], ["mee"]),
        (("mem:viewers", "mee:operators"), ["mee", "mem"], []),
        (("system:authenticated", "govcloud:auditors", "a:b:owners"), [], []),
    ],
)
def test_departments_are_told_from_groups(
    groups: tuple[str, ...], all_of_them: list[str], owned: list[str]
) -> None:
    caller = Caller("somebody", groups)
    assert departments_of(caller) == all_of_them
    assert departments_of(caller, owned=True) == owned


def test_an_estate_may_name_other_members(estate: Estate) -> None:
    document = estate.departments["mee"].model_dump()
    document["spec"]["roles"]["viewer"] = {"groups": ("eco",), "users": ("li.na",)}
    named = replace(estate, departments={"mee": type(estate.departments["mee"]).model_validate(document)})
    for caller in (Caller("x", ("eco",)), Caller("li.na", ())):
        assert departments_of(caller) == []
        assert departments_of(caller, named) == ["mee"]
        assert departments_of(caller, named, owned=True) == []


@pytest.mark.parametrize("group", ["govcloud:auditors", "govcloud:reviewers:security", "govcloud:platform"])
def test_who_decides_audits_or_runs_the_cloud_sees_everything(group: str) -> None:
    assert sees_everything(Caller("x", (group,)))
    assert not sees_everything(Caller("x", ("mee:owners", "system:authenticated")))
