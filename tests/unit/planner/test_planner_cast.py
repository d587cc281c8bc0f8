from govcloud.model import Department
from govcloud.planner.cast import cast


def department(name, **roles):
    return Department.model_validate({"metadata": {"name": name}, "spec": {"title": name, "roles": roles}})


def test_the_cast_has_a_part_for_everybody_who_meets_in_the_register():
    parts = {part.name: (part.user, part.groups) for part in cast([department("mee"), department("mem")])}
    assert parts == {
        "mee-requester": ("requester@mee", ("mee:owners",)),
        "mee-viewer": ("viewer@mee", ("mee:viewers",)),
        "mem-requester": ("requester@mem", ("mem:owners",)),
        "mem-viewer": ("viewer@mem", ("mem:viewers",)),
        "security-reviewer": ("security-reviewer", ("govcloud:reviewers:security",)),
        "platform-reviewer": ("platform-reviewer", ("govcloud:reviewers:platform",)),
        "operator": ("operator", ("govcloud:platform",)),
        "auditor": ("auditor", ("govcloud:auditors",)),
    }


def test_nobody_holds_two_parts():
    groups = [part.groups for part in cast([department("mee")])]
    assert all(len(held) == 1 for held in groups)
    assert len({part.user for part in cast([department("mee")])}) == len(groups)


def test_groups_and_users_are_those_that_the_department_names():
    roles = {"owner": {"groups": ["gov:mee", "gov:mee-it"]}, "viewer": {"users": ["zhang.wei", "li.na"]}}
    requester, viewer = cast([department("mee", **roles)])[:2]
    assert (requester.user, requester.groups) == ("requester@mee", ("gov:mee", "gov:mee-it"))
    assert (viewer.user, viewer.groups) == ("zhang.wei", ())
