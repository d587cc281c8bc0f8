"""docs/access.md says who may do what; the API server says the same, for every part, verb and kind, in every place."""

from __future__ import annotations

import pytest
from access_people import NAMESPACES, PARTS, Reviews, Somebody
from access_table import DESK, EVERYWHERE, OTHER, OTHER_DESK, OWN, REGION, Served, kinds, known, paths, rights
from api_servers import Cluster, Manifest

PLACES = (OWN, OTHER, EVERYWHERE, DESK, OTHER_DESK, REGION)
# The platform holds everything, and who comes without a credential may not even ask.
_LIMITED = tuple(part for part in PARTS if part not in ("platform", "anonymous"))


@pytest.mark.parametrize("place", PLACES)
def test_every_part_may_do_what_the_table_says_and_nothing_else_on_these_kinds(
    reviews: Reviews, served: Served, place: str
) -> None:
    assert reviews.wrong(rights(place, served)) == []


@pytest.mark.parametrize("place", [OWN, OTHER, DESK, OTHER_DESK])
@pytest.mark.parametrize("part", _LIMITED)
def test_no_part_has_a_right_that_stands_in_no_table(
    reviews: Reviews, served: Served, place: str, part: str
) -> None:
    held = {right for one in PARTS[part] for right in _held(reviews, one, NAMESPACES[place])}
    assert held - known(place, part, served) == set()


def _held(reviews: Reviews, one: Somebody, namespace: str) -> set[tuple[str, str]]:
    """The verbs and kinds of somebody's rules in a namespace, as the API server tells them."""
    return {
        (verb, _name(group, resource) + only)
        for rule in reviews.rules(one, namespace)
        for verb in rule["verbs"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for only in [f"={name}" for name in rule.get("resourceNames", ())] or [""]
    }


def _name(group: str, resource: str) -> str:
    kind, slash, sub = resource.partition("/")
    return ".".join(filter(None, (kind, group))) + slash + sub


def test_every_kind_that_govcloud_makes_stands_in_a_table(
    cluster: Cluster, plans: dict[str, list[Manifest]]
) -> None:
    made = {(m["apiVersion"], m["kind"]): m for plan in plans.values() for m in plan}
    names = set()
    for (version, _), manifest in made.items():
        plural = cluster.path(manifest, name=False).rpartition("/")[2]
        names.add(_name(version.rpartition("/")[0], plural))
    assert names - kinds() == set()


def test_every_part_sees_the_paths_that_the_table_says_and_no_others(reviews: Reviews) -> None:
    wrong = [
        f"{one.user}: {path}"
        for row in paths()
        for path in row.names
        for part, cell in row.cells.items()
        for one in PARTS[part]
        if reviews.allows(one, {"nonResourceAttributes": {"path": path, "verb": "get"}}) != (cell == "get")
    ]
    assert wrong == []


def test_an_owner_changes_and_deletes_nothing_that_govcloud_made(
    cluster: Cluster, plans: dict[str, list[Manifest]]
) -> None:
    mine = {"metadata": {"annotations": {"mine": "yes"}}}
    allowed = []
    for manifest in plans["mee-air"]:
        path = f"{cluster.path(manifest)}?dryRun=All"
        changed = cluster.call("PATCH", path, mine, "mee:owners", "merge-patch+json")[0]
        deleted = cluster.call("DELETE", path, user="mee:owners")[0]
        allowed += [(manifest["kind"], status) for status in (changed, deleted) if status != 403]
    assert allowed == []


def test_an_owner_grants_no_more_than_an_owner_holds(cluster: Cluster) -> None:
    def role(resource: str) -> Manifest:
        rules = [{"apiGroups": [""], "resources": [resource], "verbs": ["update"]}]
        return {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "own", "namespace": NAMESPACES[OWN]},
            "rules": rules,
        }

    assert cluster.create(role("configmaps"), "mee:owners")[0] == 201
    status, answer = cluster.create(role("resourcequotas"), "mee:owners")
    assert (status, "not currently held" in answer["message"]) == (403, True)
