"""What the leader knows by heart of accounts: their totals, and what they hold.

It is read from the store when a process becomes the leader and forgotten when a write fails, so that memory never differs
from what is durable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from monitors.facts import TenancyFacts
from monitors.ledger.rates import NOTHING, AccountKey, Rates, account_of, rates_of
from monitors.ledger.schema import RATE_COLUMNS, TOTAL_COLUMNS, accounts
from monitors.ledger.values import Totals

_CHARGED = (1, 5, 9, 13, 16)
"""Where `monitors.ledger.rates.charge` tells what was allocated of each resource, and energy."""


@dataclass(slots=True)
class Account:
    """An account: its row, all that was ever charged to it, and what it holds."""

    number: int
    totals: Totals
    rates: Rates

    def add(self, counts: list[int]) -> None:
        """Charge units, in the order of `monitors.ledger.rates.charge`."""
        self.totals = self.totals + Totals(*(counts[at] for at in _CHARGED))


def load_accounts(connection: Connection) -> Iterable[tuple[AccountKey, Account]]:
    """All accounts of the store."""
    for row in connection.execute(select(accounts)).mappings():
        key = AccountKey(*(row[name] for name in AccountKey._fields))
        totals = Totals(*(int(row[name]) for name in TOTAL_COLUMNS))
        rates = Rates(tuple(row[name] for name in RATE_COLUMNS), row["rate_watts"])
        yield key, Account(row["id"], totals, rates)


def take_tenancies(
    connection: Connection, known: dict[AccountKey, Account], facts: Iterable[TenancyFacts]
) -> None:
    """Let the accounts of a region hold what facts say: new ones are opened, and what facts do not name holds nothing."""
    told = {account_of(one): rates_of(one) for one in facts}
    for key in sorted(told.keys() - known.keys()):
        row = connection.execute(insert(accounts).values(key._asdict()).returning(accounts.c.id))
        known[key] = Account(row.scalar_one(), Totals(), NOTHING)
    for key, account in known.items():
        account.rates = told.get(key, NOTHING)


def account_row(key: AccountKey, account: Account) -> dict[str, Any]:
    """The row of an account."""
    row: dict[str, Any] = {"id": account.number, **key._asdict()}
    row.update(zip(TOTAL_COLUMNS, map(str, account.totals.values()), strict=True))
    row.update(zip(RATE_COLUMNS, account.rates.amounts, strict=True))
    row["rate_watts"] = account.rates.watts
    return row
