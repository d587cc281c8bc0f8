"""Stacks are told as the engine of this machine left them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from govcloud.cli.monitor.stacks import stacks_reader
from govcloud.engine.settings import receipts_of
from govcloud.model import Estate


@pytest.fixture
def folder(estate: Estate) -> Path:
    return receipts_of(estate.name)


def told(estate: Estate) -> dict[tuple[str, ...], float]:
    return {labels: value for _, labels, value in stacks_reader(lambda: estate)()}


def test_nothing_is_told_where_the_engine_never_ran(estate: Estate, folder: Path) -> None:
    assert told(estate) == {}


def test_a_stack_is_settled_since_its_receipt_and_one_without_never_was(estate: Estate, folder: Path) -> None:
    folder.mkdir(parents=True)
    receipt = folder / "tenancy.air.north.json"
    receipt.write_text("{}")
    os.utime(receipt, (1.7e9, 1.7e9))
    (folder / "tenancy.gone.north.json").write_text("{}")
    stacks = told(estate)
    assert stacks["tenancy.air.north", "air", "mee", "north"] == 1.7e9
    assert stacks["platform.north", "", "", "north"] == 0.0
    assert not [labels for labels in stacks if "gone" in labels[0]]


def test_a_standby_that_has_nothing_is_no_stack(estate: Estate, folder: Path) -> None:
    folder.mkdir(parents=True)
    assert {labels[3] for labels in told(estate) if labels[1] == "air"} == {"north", "south"}
    air = estate.tenancies["air"]
    spec = air.spec.model_copy(update={"recovery": air.spec.recovery.model_copy(update={"tier": 1})})
    tier_1 = replace(estate, tenancies={"air": air.model_copy(update={"spec": spec})})
    assert [labels[3] for labels in told(tier_1) if labels[1] == "air"] == ["north"]
