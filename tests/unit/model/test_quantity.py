"""Quantities and durations: exact, and nothing else passes for one."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govcloud.model import duration_seconds, format_quantity, parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("250m", Decimal("0.25")),
        ("1.5", Decimal("1.5")),
        ("128Gi", 128 * 1024**3),
        ("128G", 128 * 1000**3),
        ("2k", 2000),
        ("1Ei", 1024**6),
        ("7n", Decimal("7e-9")),
    ],
)
def test_a_quantity_is_its_number_times_its_suffix(text, value):
    assert parse_quantity(text) == value


@pytest.mark.parametrize("text", ["", "-1", "128GB", "1 Gi", "4\n", "٣", "1e3", "Gi", "1.", "9" * 19, "4K"])
def test_what_is_no_quantity_is_refused(text):
    with pytest.raises(ValueError, match="is not a Kubernetes quantity"):
        parse_quantity(text)


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (1000, "1000"), (1024, "1Ki"), (3 * 1024**4, "3Ti")])
def test_a_value_is_written_in_the_largest_binary_unit_that_divides_it(value, text):
    assert format_quantity(Decimal(value)) == text


@settings(max_examples=100, deadline=None, database=None)
@given(st.integers(min_value=0, max_value=10**18))
def test_whole_values_survive_being_written(value):
    assert parse_quantity(format_quantity(Decimal(value))) == value


@settings(max_examples=100, deadline=None, database=None)
@given(st.integers(min_value=1, max_value=10**9))
def test_thousandths_survive_being_written(thousandths):
    value = Decimal(thousandths) / 1000
    assert parse_quantity(format_quantity(value)) == value


@pytest.mark.parametrize(
    ("text", "seconds"), [("0", 0), ("30s", 30), ("15m", 900), ("2h", 7200), ("7d", 604800)]
)
def test_a_duration_is_its_seconds(text, seconds):
    assert duration_seconds(text) == seconds
