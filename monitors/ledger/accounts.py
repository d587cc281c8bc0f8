"""What the leader knows by heart of accounts: their totals, and what they hold.

It is read from the store when a process becomes the leader and forgotten when a write fails, so that memory never differs
from what is durable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from monitors.facts import TenancyFacts
from monitors.ledger.rates import NOTHING, AccountKey, Counts, Rates, account_of, rates_of
from monitors.ledger.schema import RATE_COLUMNS, TOTAL_COLUMNS, accounts
from monitors.ledger.store import Row, change_rows
from monitors.ledger.values import TenancyKey, Totals

NO_TOTALS = Totals()
_CHANGING = (*TOTAL_COLUMNS, *RATE_COLUMNS, "rate_watts")


@dataclass(slots=True)
class Account:
    """An account: its row, all that was ever charged to it, and what it holds.

    Args:
        number: of its row.
        counted_as: the key of the totals that it is part of.
        totals: all that was ever charged.
        rates: what it holds.
        facts: what told these rates, None where they are the store's.
        changed: whether its row says something else.
    """

    number: int
    counted_as: TenancyKey
    totals: Totals = NO_TOTALS
    rates: Rates = NOTHING
    facts: TenancyFacts | None = None
    changed: bool = False

    def add(self, counts: Counts) -> None:
        """Charge units, in the order of `monitors.ledger.rates.charge`: what was allocated of each resource, and energy."""
        cpu, memory, storage, cards, energy = counts[1], counts[5], counts[9], counts[13], counts[16]
        if cpu or memory or storage or cards or energy:
            old = self.totals
            self.totals = Totals(
                old.cpu + cpu,
                old.memory + memory,
                old.storage + storage,
                old.accelerators + cards,
                old.energy + energy,
            )
            self.changed = True

    def hold(self, facts: TenancyFacts) -> None:
        """Hold what facts say; watches tell the same value again where nothing changed."""
        if facts is not self.facts:
            self._take(rates_of(facts))
            self.facts = facts

    def hold_nothing(self) -> None:
        """Facts say nothing of it any more."""
        self._take(NOTHING)
        self.facts = None

    def _take(self, rates: Rates) -> None:
        if rates != self.rates:
            self.rates, self.changed = rates, True


def load_accounts(connection: Connection) -> Iterable[tuple[AccountKey, Account]]:
    """All accounts of the store."""
    for row in connection.execute(select(accounts)).mappings():
        key = AccountKey(*(row[name] for name in AccountKey._fields))
        totals = Totals(*(int(row[name]) for name in TOTAL_COLUMNS))
        rates = Rates(tuple(row[name] for name in RATE_COLUMNS), row["rate_watts"])
        yield key, Account(row["id"], key.counted_as, totals, rates)


def take_tenancies(
    connection: Connection, known: dict[AccountKey, Account], facts: Iterable[TenancyFacts]
) -> None:
    """Let the accounts of a region hold what facts say: new ones are opened, and what facts do not name holds nothing."""
    told = {account_of(one): one for one in facts}
    for key in sorted(told.keys() - known.keys()):
        row = connection.execute(insert(accounts).values(key._asdict()).returning(accounts.c.id))
        known[key] = Account(row.scalar_one(), key.counted_as)
    for key, account in known.items():
        if (one := told.get(key)) is None:
            account.hold_nothing()
        else:
            account.hold(one)


def write_accounts(connection: Connection, known: Iterable[Account]) -> None:
    """Write the accounts that are others than their rows say."""
    changed = [one for one in known if one.changed]
    change_rows(connection, accounts, _CHANGING, [_row(one) for one in changed])
    for one in changed:
        one.changed = False


def _row(account: Account) -> Row:
    return (*map(str, account.totals.values()), *account.rates.amounts, account.rates.watts, account.number)
