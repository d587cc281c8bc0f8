"""What holds for the ledger whatever happens: crashes, restarts, clocks that are set, two writers, silent regions."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import HandClock, estate, tenancy

from govcloud.errors import RefusedError
from monitors.ledger import Ledger
from monitors.ledger.rates import charge, rates_of
from monitors.ledger.spans import ESTIMATED, MEASURED

_amount = st.floats(0, 1e6, allow_nan=False)
_pause = st.sampled_from([0.001, 7, 15, 59, 61, 500, 2000])
_act = st.one_of(
    st.tuples(st.just("sample"), _pause, _amount),
    st.tuples(st.just("silent"), _pause, _amount),
    st.tuples(st.just("crash"), _pause, _amount),
    st.tuples(st.just("leave"), _pause, _amount),
    st.tuples(st.just("other"), _pause, _amount),
    st.tuples(st.just("clock"), st.sampled_from([-90000, -600, -1, 1, 600, 90000]), _amount),
)


class World:
    """Two that would write, one clock, and the time that truly passed."""

    def __init__(self, folder: str) -> None:
        self.url = f"sqlite:///{Path(folder) / 'ledger.sqlite'}"
        self.clock = HandClock()
        self.passed = 0.0
        self.charged_at_most = 0.0
        self.held = 0.0
        self.writers = [self._open(), self._open()]

    def _open(self) -> Ledger:
        return Ledger.open(self.url, clock=self.clock)

    def go(self, seconds: float) -> None:
        self.clock.go(seconds)
        self.passed += seconds

    def sample(self, number: int, cores: float, *, fresh: bool = True) -> None:
        writer = self.writers[number]
        if writer.lead():
            with contextlib.suppress(RefusedError):  # relieved while it slept
                writer.add(estate(self.clock, tenancy(cpu=cores), fresh=fresh))

    def act(self, kind: str, seconds: float, cores: float) -> None:
        if kind == "clock":
            self.clock.step(seconds)
            return
        self.go(seconds)
        if kind == "crash":  # its connections are gone, and it never said so
            self.writers[0]._store.close()
            self.writers[0] = self._open()
        elif kind == "leave":
            self.writers[0].close()
            self.writers[0] = self._open()
        else:
            self.sample(int(kind == "other"), cores, fresh=kind != "silent")

    def close(self) -> None:
        for writer in self.writers:
            writer.close()


@settings(max_examples=20, deadline=None)
@given(acts=st.lists(_act, max_size=25))
def test_totals_never_step_back_and_never_outrun_time(acts: list[tuple[str, float, float]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder)
        before, most = 0, max((cores for *_, cores in acts), default=0.0)
        for act in acts:
            world.act(*act)
            with Ledger.open(world.url, clock=world.clock) as reader:
                now = sum(one.cpu for one in reader.totals().values())
                assert now == sum(one.counts["allocated_cpu"] for one in reader.usage([(0, 4e9)])[0])
                assert all(one >= 0 for row in reader.usage([(0, 4e9)])[0] for one in row.counts.values())
            assert now >= before
            before = now
        # A clock that is set forward while nothing runs looks like time: once, and only as far as is estimated.
        steps = sum(kind == "clock" for kind, *_ in acts)
        bound = world.passed + steps * ESTIMATED / 1000
        assert before <= most * bound * 1_000_000 * (1 + 1e-9) + len(acts) * 10
        world.close()


@settings(max_examples=30, deadline=None)
@given(pauses=st.lists(st.floats(0.001, MEASURED / 1000 - 0.001), min_size=1, max_size=12), cores=_amount)
def test_in_one_process_exactly_the_time_that_passed_is_charged(pauses: list[float], cores: float) -> None:
    clock = HandClock()
    with Ledger.open("sqlite://", clock=clock) as ledger:
        assert ledger.lead()
        begin = clock.steady()
        ledger.add(estate(clock, tenancy(cpu=cores)))
        for number, pause in enumerate(pauses):
            clock.go(pause)
            clock.step((-1) ** number * 3600)
            ledger.add(estate(clock, tenancy(cpu=cores)))
        charged = sum(one.cpu for one in ledger.totals().values())
        assert abs(charged - cores * (clock.steady() - begin) * 1000) <= 2 * len(pauses)


@given(used=_amount, cores=_amount, quota=_amount, millis=st.integers(0, 3_600_000))
def test_parts_of_a_charge_are_never_negative_and_sum_up(
    used: float, cores: float, quota: float, millis: int
) -> None:
    counts = charge(rates_of(tenancy(cpu=cores, used=used, quota=quota)), millis)
    for number in range(0, 16, 4):
        in_use, allocated, granted, idle = counts[number : number + 4]
        assert 0 <= in_use <= allocated
        assert idle >= 0
        assert allocated + idle == max(granted, allocated)
