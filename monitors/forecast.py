"""When a series will meet its limit, with how sure that is, and how good the same method was on the weeks just gone.

What exhausts a pool is the peak of a day, so series are of daily peaks: the rhythm of the day is gone from them, and
thousands are forecast at once. Three models compete for each series, from the simplest to the most supple:

- ``level``: tomorrow is as today;
- ``drift``: the median slope of all pairs of days (Theil and Sen), which single days do not bend;
- ``damped``: Holt's trend that dies away (Gardner and McKenzie), its three constants chosen by series.

For each series the one is taken that erred least on earlier weeks; the width of the interval is what held eight of ten errors
there. The last week is kept out of both choices, and how the choices did on it is the back-test.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MODELS = ("level", "drift", "damped")
LEAST_DAYS = 7
"""Days of history without which there is no forecast."""
COVER = 0.8
"""The share of what comes that intervals are meant to hold."""
_WEEK = 7
_NORMAL_80 = 1.2816
_HANDICAP = np.array([[1.0], [1.2], [1.2]])  # a trend has to show by a fifth less error than none
_GRID = [(a, b, p) for a in (0.2, 0.5, 0.8) for b in (0.05, 0.2) for p in (0.85, 0.97)]


@dataclass(frozen=True, slots=True)
class BackTest:
    """How the method did on the last week, which it had not seen.

    Args:
        mase: mean absolute error over that of telling each day from the day before, in the days before (MASE); a series each,
            NaN where there were too few days. Below 1 is good; several days ahead, 2 is common.
        naive: the same of telling that every day is as the last one known.
        covered: the share of days inside the interval, a series each.
    """

    mase: Floats
    naive: Floats
    covered: Floats

    @property
    def summary(self) -> Mapping[str, float | int | None]:
        """Over all series that were tested: medians of errors, and the share of days inside the intervals."""
        tested = ~np.isnan(self.mase)
        if not tested.any():
            return {"series": 0, "mase": None, "naive": None, "coverage": None, "meant": COVER}
        return {
            "series": int(tested.sum()),
            "mase": round(float(np.median(self.mase[tested])), 3),
            "naive": round(float(np.median(self.naive[tested])), 3),
            "coverage": round(float(self.covered[tested].mean()), 3),
            "meant": COVER,
        }


@dataclass(frozen=True, slots=True)
class Forecast:
    """Daily peaks to come, a row a series: day 1 is the one after the last known. NaN where history is too short.

    Args:
        expected: what is expected, (series, days).
        lower: what eight of ten stay above and below ``upper``.
        upper: see ``lower``.
        model: which model was taken, an index into `MODELS`, a series each.
        test: how good it was.
    """

    expected: Floats
    lower: Floats
    upper: Floats
    model: NDArray[np.int64]
    test: BackTest


@dataclass(frozen=True, slots=True)
class Exhaustion:
    """Days until a limit is met, a series each; infinite where it is not met in the days that were forecast.

    ``earliest`` is when the upper bound meets it, ``latest`` when the lower bound does; 0 where it is met already.
    """

    days: Floats
    earliest: Floats
    latest: Floats


def daily_peaks(hourly: Floats) -> Floats:
    """Peaks of whole days, (series, hours) to (series, days); hours that do not fill a day are cut from the beginning.

    A day of which nothing is known takes the day before; days before the first known one are NaN.
    """
    days = hourly.shape[1] // 24
    cut = hourly[:, hourly.shape[1] - days * 24 :].reshape(hourly.shape[0], days, 24)
    known = ~np.isnan(cut).all(axis=2)
    peaks = np.where(known, np.where(np.isnan(cut), -np.inf, cut).max(axis=2, initial=-np.inf), np.nan)
    last = np.maximum.accumulate(np.where(known, np.arange(days), 0), axis=1)
    filled: Floats = np.take_along_axis(peaks, last, axis=1)
    return filled


def forecast(peaks: Floats, days: int) -> Forecast:
    """Forecast daily peaks.

    Args:
        peaks: (series, days) of history, oldest first, NaN before a series begins.
        days: how many to forecast.
    """
    lengths = (~np.isnan(peaks)).sum(axis=1)
    shape = (len(peaks), days)
    blank = np.full(shape, np.nan)
    found = Forecast(
        blank,
        blank.copy(),
        blank.copy(),
        np.zeros(len(peaks), np.int64),
        BackTest(*(np.full(len(peaks), np.nan) for _ in range(3))),
    )
    for length in np.unique(lengths[lengths >= LEAST_DAYS]):
        rows = np.flatnonzero(lengths == length)
        _fill(found, rows, _forecast(peaks[rows, -length:], days))
    return found


def exhaustion(found: Forecast, present: Floats, limits: Floats) -> Exhaustion:
    """When series meet their limits.

    Args:
        found: the forecast.
        present: what each series is now.
        limits: the limit of each; one that is not above 0 is no limit.
    """
    bounds = np.where(limits > 0, limits, np.inf)
    full = present >= bounds
    return Exhaustion(*(_first(path, bounds, full) for path in (found.expected, found.upper, found.lower)))


def _first(path: Floats, bounds: Floats, full: NDArray[np.bool_]) -> Floats:
    met = path >= bounds[:, None]
    days = np.where(met.any(axis=1), met.argmax(axis=1) + 1.0, np.inf)
    unknown = np.isnan(path).all(axis=1)
    result: Floats = np.where(full, 0.0, np.where(unknown, np.nan, days))
    return result


def _fill(whole: Forecast, rows: NDArray[np.int64], part: Forecast) -> None:
    for name in ("expected", "lower", "upper", "model"):
        getattr(whole, name)[rows] = getattr(part, name)
    for name in ("mase", "naive", "covered"):
        getattr(whole.test, name)[rows] = getattr(part.test, name)


def _forecast(history: Floats, days: int) -> Forecast:
    """Series of one length, without NaN."""
    length = history.shape[1]
    model, width = _choose(history[:, :-_WEEK]) if length >= LEAST_DAYS + _WEEK else _unchosen(history)
    expected, lower, upper = _paths(history, days, model, width)
    test = _test(history, model, width) if length >= LEAST_DAYS + _WEEK else _untested(len(history))
    return Forecast(expected, lower, upper, model, test)


def _choose(history: Floats) -> tuple[NDArray[np.int64], float]:
    """Model by series, and the width of intervals, by the errors on weeks before the last of them."""
    origins = [
        end
        for end in range(history.shape[1] - _WEEK, LEAST_DAYS - 1, -3)
        if end >= history.shape[1] - 4 * _WEEK
    ]
    if not origins:
        return _unchosen(history)
    errors = np.stack(
        [
            np.stack([abs(history[:, end : end + _WEEK] - fit(history[:, :end], _WEEK)) for end in origins])
            for fit in _FITS
        ]
    )  # (models, origins, series, days)
    model = (errors.mean(axis=(1, 3)) * _HANDICAP).argmin(axis=0)
    taken = np.take_along_axis(errors, model[None, None, :, None], axis=0)[0]
    spreads = np.stack([_spread(history[:, :end], _WEEK) for end in origins])
    moved = spreads > 0
    if not moved.any():
        return model, _NORMAL_80
    return model, float(np.quantile((taken / np.where(moved, spreads, 1.0))[moved], COVER))


def _unchosen(history: Floats) -> tuple[NDArray[np.int64], float]:
    return np.full(len(history), MODELS.index("drift"), np.int64), _NORMAL_80


def _paths(
    history: Floats, days: int, model: NDArray[np.int64], width: float
) -> tuple[Floats, Floats, Floats]:
    fitted = np.stack([fit(history, days) for fit in _FITS])
    expected = np.take_along_axis(fitted, model[None, :, None], axis=0)[0]
    half = width * _spread(history, days)
    return np.maximum(expected, 0), np.maximum(expected - half, 0), np.maximum(expected + half, 0)


def _test(history: Floats, model: NDArray[np.int64], width: float) -> BackTest:
    before, after = history[:, :-_WEEK], history[:, -_WEEK:]
    expected, lower, upper = _paths(before, _WEEK, model, width)
    scale = abs(np.diff(before, axis=1)).mean(axis=1)
    scale = np.where(scale > 0, scale, np.nan)
    slack = 1e-9 * abs(after) + 1e-12  # a constant is inside an interval without width
    inside = (after >= lower - slack) & (after <= upper + slack)
    return BackTest(
        mase=abs(after - expected).mean(axis=1) / scale,
        naive=abs(after - before[:, -1:]).mean(axis=1) / scale,
        covered=inside.mean(axis=1),
    )


def _untested(series: int) -> BackTest:
    return BackTest(*(np.full(series, np.nan) for _ in range(3)))


def _spread(history: Floats, days: int) -> Floats:
    """How far a random walk with drift strays in so many days, its drift being known from its history alone."""
    ahead = np.arange(1, days + 1)
    spread: Floats = np.diff(history, axis=1).std(axis=1)[:, None] * np.sqrt(
        ahead + ahead**2 / history.shape[1]
    )
    return spread


def _level(history: Floats, days: int) -> Floats:
    return np.repeat(history[:, -1:], days, axis=1)


def _drift(history: Floats, days: int) -> Floats:
    """The median slope of all pairs of days, through the median of what it leaves."""
    at = np.arange(history.shape[1])
    one, other = np.triu_indices(len(at), k=1)
    slope = np.median((history[:, other] - history[:, one]) / (other - one), axis=1)
    recent = history[:, -_WEEK:] - slope[:, None] * (at[-_WEEK:] - at[-1])
    path: Floats = np.median(recent, axis=1)[:, None] + slope[:, None] * np.arange(1, days + 1)
    return path


def _damped(history: Floats, days: int) -> Floats:
    """Holt's damped trend; of the constants of the grid, those that told each next day best, a series."""
    alpha, beta, phi = (np.array(one)[:, None] for one in zip(*_GRID, strict=True))
    level = np.repeat(history[None, :, 0], len(_GRID), axis=0)
    trend = np.zeros_like(level)
    errors = np.zeros_like(level)
    for value in history.T[1:]:
        told = level + phi * trend
        error = value - told
        errors += error * error
        level = told + alpha * error
        trend = phi * trend + alpha * beta * error
    best = errors.argmin(axis=0)
    pick = (best, np.arange(len(history)))
    damping = np.cumsum(phi[best] ** np.arange(1, days + 1), axis=1)
    path: Floats = level[pick][:, None] + trend[pick][:, None] * damping
    return path


_FITS: tuple[Callable[[Floats, int], Floats], ...] = (_level, _drift, _damped)
