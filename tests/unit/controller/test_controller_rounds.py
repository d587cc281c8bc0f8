"""Which tenancies a round looks at in their regions, and when a tenancy is come back to without anybody's write."""

from datetime import UTC, datetime, timedelta

import pytest

from govcloud.controller import controller
from govcloud.controller.controller import Controller, Pace
from govcloud.controller.mirror import Excuse
from govcloud.controller.reconcile import Round


class Mirror:
    """The register as it is said to be."""

    def __init__(self, *records):
        self.known = {record.name: record for record in records}
        self.waivers = []

    def records(self):
        return self.known

    def excuses(self, now):
        return {one.tenancy: frozenset([one]) for one in self.waivers if one.until > now}


class Reconciler:
    """Takes note of which regions it is to look at; what fails is said before."""

    def __init__(self):
        self.looks, self.failing = [], set()

    def reconcile(self, records, standing, *, look):
        self.looks.append(sorted(look))
        return Round(failures=dict.fromkeys(self.failing, "no answer"))


@pytest.fixture
def made(estate, monkeypatch):
    monkeypatch.setattr(controller, "hub_cluster", lambda *_: None)
    return Controller(estate, lambda: None, lambda words: None, Pace(least=0.0, most=0.0))


def test_a_waiver_has_the_regions_of_its_tenancy_looked_at_when_it_comes_and_when_it_ends(made, make_record):
    mirror, reconciler = Mirror(make_record("active"), make_record("active", "mee-b")), Reconciler()
    made._round(reconciler, mirror, None)
    made._round(reconciler, mirror, ["mee-air"])
    assert reconciler.looks == [["mee-air", "mee-b"], []]
    end = datetime.now(UTC) + timedelta(seconds=0.2)
    mirror.waivers.append(Excuse("mee-air", end, "5"))
    made._round(reconciler, mirror, ["mee-air", "mee-b"])
    assert reconciler.looks[2:] == [["mee-air"]]
    while mirror.excuses(datetime.now(UTC)):
        assert made._queue.take(20) == ["mee-air"]
        made._round(reconciler, mirror, ["mee-air"])
    assert datetime.now(UTC) >= end
    assert reconciler.looks[-1] == ["mee-air"]
    assert made._queue.take(0) == []


def test_what_failed_is_looked_at_again_until_it_is_as_its_waivers_want_it(made, make_record):
    mirror, reconciler = Mirror(make_record("active")), Reconciler()
    made._round(reconciler, mirror, None)
    mirror.waivers.append(Excuse("mee-air", datetime.now(UTC) + timedelta(days=30), "5"))
    reconciler.failing = {"mee-air"}
    for failing in ({"mee-air"}, set(), set()):
        reconciler.failing = failing
        made._round(reconciler, mirror, ["mee-air"])
    assert reconciler.looks[1:] == [["mee-air"], ["mee-air"], []]


def test_a_tenancy_that_the_register_does_not_have_is_nobodys(made):
    reconciler = Reconciler()
    made._round(reconciler, Mirror(), ["mee-gone", ""])
    assert reconciler.looks == [[]]
