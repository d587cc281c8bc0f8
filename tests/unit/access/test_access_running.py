import pytest

from govcloud.access.running import check_running, places, region_of
from govcloud.errors import InputError, RefusedError
from govcloud.hub.record import Record

BOTH = [
    {"name": "south", "role": "standby", "stack": "s", "state": "ready"},
    {"name": "north", "role": "primary", "stack": "n", "state": "ready"},
]


def _record(phase, regions=()):
    metadata = {"name": "mee-air", "namespace": "d-mee", "uid": "u", "generation": 1}
    return Record({"metadata": metadata, "spec": {}, "status": {"phase": phase, "regions": list(regions)}})


@pytest.mark.parametrize("phase", ["active", "changing", "cordoned", "approved", "provisioning"])
def test_there_are_credentials_for_what_runs(phase):
    check_running(_record(phase, BOTH))


@pytest.mark.parametrize(
    "phase", ["draft", "requested", "in-review", "rejected", "withdrawn", "retiring", "retired"]
)
def test_there_are_none_for_what_does_not(phase):
    with pytest.raises(RefusedError, match=f"it is {phase}") as refused:
        check_running(_record(phase, BOTH))
    assert refused.value.where == "Tenancy d-mee/mee-air"


@pytest.mark.parametrize("phase", ["approved", "provisioning"])
def test_what_was_never_brought_about_does_not_run_yet(phase):
    with pytest.raises(RefusedError):
        check_running(_record(phase))


def test_the_primary_is_meant_unless_another_region_is_named():
    record = _record("active", BOTH)
    assert list(places(record)) == ["north", "south"]
    assert [region_of(record, named) for named in (None, "south")] == ["north", "south"]
    with pytest.raises(InputError, match="not in region east") as wrong:
        region_of(record, "east")
    assert wrong.value.expected == "one of: north, south"
    with pytest.raises(InputError, match="no region yet"):
        region_of(_record("active"), None)
