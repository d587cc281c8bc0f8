"""Which objects a waiver covers."""

import pytest

from govcloud.model import WaiverScope


def test_without_a_scope_all_objects_of_the_tenancy_are_covered():
    assert WaiverScope().entries() == (("*", "*"),)


def test_every_kind_is_covered_under_every_name():
    scope = WaiverScope(kinds=("Service", "Ingress"), names=("web", "api*"))
    assert scope.entries() == (
        ("Service", "web"),
        ("Service", "api*"),
        ("Ingress", "web"),
        ("Ingress", "api*"),
    )


@pytest.mark.parametrize(
    ("kind", "made"),
    [
        ("Deployment", ["ReplicaSet", "Pod"]),
        ("StatefulSet", ["Pod"]),
        ("CronJob", ["Job", "Pod"]),
        ("Pod", []),
        ("NetworkPolicy", []),
    ],
)
def test_what_a_controller_makes_of_an_object_is_covered_with_it(kind, made):
    entries = WaiverScope(kinds=(kind,), names=("web",)).entries()
    assert entries == ((kind, "web"), *((one, "web-*") for one in made))


def test_the_beginning_of_a_name_covers_what_is_made_of_the_objects_as_it_is():
    scope = WaiverScope(kinds=("StatefulSet", "DaemonSet"), names=("web*",))
    assert scope.entries() == (("StatefulSet", "web*"), ("Pod", "web*"), ("DaemonSet", "web*"))
