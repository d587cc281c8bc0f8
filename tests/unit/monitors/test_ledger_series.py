"""Series of some keys: the same hours as among all, and no others looked at."""

from dataclasses import replace

import pytest
from ledger_samples import START, HandClock, estate, pool, tenancy

from monitors.ledger import Ledger, Only, PoolKey, TenancyKey
from monitors.ledger.reader import read_series
from monitors.ledger.store import Store
from monitors.ledger.units import HOUR
from monitors.ledger.values import Subject

HOURS = (START / 1000, START / 1000 + 60 * 3600)


@pytest.mark.parametrize(
    ("subject", "only", "found"),
    [
        ("tenancy", Only(), ["air", "sea"]),
        ("tenancy", Only(names=("sea",)), ["sea"]),
        ("tenancy", Only(("north",), ("air", "none")), ["air"]),
        ("tenancy", Only(("south",)), []),
        ("pool", Only(names=("ext2",)), ["ext2"]),
        ("region", Only(("north",), ("nobody",)), ["north"]),
    ],
)
def test_what_is_chosen_has_the_hours_that_it_has_among_all(
    ledger: Ledger, clock: HandClock, subject: Subject, only: Only, found: list[str]
) -> None:
    for hour in range(3):
        pools = {"one": pool(requested=3 + hour), "two": replace(pool(requested=4), pool="ext2")}
        for _ in range(2):
            ledger.add(estate(clock, tenancy("air", cpu=hour + 1), tenancy("sea"), **pools))
            clock.go(30)
        clock.go(3540)
    measure = "allocated" if subject == "tenancy" else "requested"
    everything = ledger.series(subject, "cpu", measure, *HOURS)
    chosen = ledger.series(subject, "cpu", measure, *HOURS, keys=only)
    assert [named(key) for key in chosen.keys] == found
    rows = dict(zip(everything.keys, map(str, everything.values), strict=True))
    assert {key: str(row) for key, row in zip(chosen.keys, chosen.values, strict=True)} == {
        key: rows[key] for key in chosen.keys
    }


def test_hours_of_others_are_not_looked_at(url: str, ledger: Ledger, clock: HandClock) -> None:
    for _ in range(2):
        ledger.add(estate(clock, *(tenancy(f"t{number}") for number in range(50))))
        clock.go(30)
    seen: list[str] = []
    with Store(url).reading() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.set_trace_callback(seen.append)
        read_series(
            connection, "tenancy", "cpu", "used", (START // HOUR, START // HOUR + 2), Only((), ("t7",))
        )
        raw.set_trace_callback(None)
        (asked,) = (one for one in seen if "ledger_hours" in one)
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert [row[3] for row in plan] == [
        "SEARCH govcloud_ledger_hours USING PRIMARY KEY (hour=? AND account=?)"
    ]


def named(key: TenancyKey | PoolKey | str) -> str:
    return key if isinstance(key, str) else key.tenancy if isinstance(key, TenancyKey) else key.pool
