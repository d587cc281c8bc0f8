import pytest

from govcloud.local.region import waiting
from govcloud.local.region.waiting import wait_until_empty


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(waiting, "time", made)
    return made


def test_it_ends_as_soon_as_nothing_is_left(clock: Clock) -> None:
    looks = iter([["etcd", "kwok"], ["kwok"], []])
    assert wait_until_empty(lambda: next(looks), seconds=60, pause=0.5, say=print) == []
    assert clock.now == 1.0


def test_it_gives_up_and_tells_what_is_left(clock: Clock) -> None:
    assert wait_until_empty(lambda: ["kwok"], seconds=3, pause=0.5, say=lambda _: None) == ["kwok"]
    assert 3 <= clock.now <= 4


def test_it_says_every_two_seconds_what_it_waits_for(clock: Clock) -> None:
    said: list[str] = []
    wait_until_empty(lambda: ["a", "b", "c", "d"], seconds=9, pause=0.5, say=said.append)
    assert set(said) == {"still waiting for a, b, c and others"}
    assert 3 <= len(said) <= 4


def test_whoever_listens_can_end_the_waiting(clock: Clock) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait_until_empty(lambda: ["kwok"], seconds=600, pause=0.5, say=interrupt)
    assert clock.now < 4
