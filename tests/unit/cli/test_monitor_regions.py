"""Regions are watched when they are there, also those that come while the server runs."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from govcloud.cli.monitor.regions import arrivals, present
from govcloud.errors import ClusterError, InputError
from govcloud.model import Estate
from govcloud.paths import local_kubeconfig
from monitors.watch import EstateWatch, Tempo
from monitors.watch.api import Feed


def brought_up(region: str) -> None:
    path = local_kubeconfig(region)
    path.parent.mkdir(parents=True)
    path.write_text("")


def test_where_no_region_is_there_is_nothing_to_serve(estate: Estate) -> None:
    with pytest.raises(InputError, match="no region of small exists yet"):
        present(estate)


def test_the_regions_that_are_there_are_watched(estate: Estate) -> None:
    brought_up("north")
    assert list(present(estate)) == ["north"]


def test_a_region_that_comes_is_welcomed_once(estate: Estate) -> None:
    came: list[str] = []
    look = arrivals(lambda: estate, lambda: ["north", *came], came.append)
    look()
    assert came == []
    brought_up("south")
    look()
    look()
    assert came == ["south"]


def silent() -> Feed:
    raise ClusterError("it is not there")


@pytest.fixture
def watch(estate: Estate) -> Iterator[EstateWatch]:
    found = EstateWatch(estate, {"north": silent}, tempo=Tempo(sampling=0.05, settle=0.01))
    found.start()
    yield found
    found.stop()


def test_a_region_that_is_added_later_is_told_like_the_others(watch: EstateWatch) -> None:
    told = threading.Event()
    watch.on_facts(lambda facts: told.set() if len(facts.regions) == 2 else None)
    watch.add("south", silent)
    assert told.wait(30)
    assert [(one.region, one.fresh) for one in watch.facts().regions] == [("north", False), ("south", False)]
