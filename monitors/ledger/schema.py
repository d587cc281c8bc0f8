"""The tables of the ledger, the same in SQLite and PostgreSQL.

An *account* is a tenancy in a region under one department, grade, zone and role: where one of them changes, a new account
begins, so that what was charged stays with whom it was charged to. Its row holds the running totals and the rates that
were last known. What an account held in an hour is one row, and one more for what was estimated.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from monitors.ledger.units import METERED

VERSION = 1
PARTS = ("used", "allocated", "quota", "idle")
"""What is counted of each resource; ``idle`` is quota that was held and not allocated, never less than nothing."""
POOL_PARTS = ("allocatable", "requested", "used", "quota")

HOUR_COLUMNS = tuple(f"{part}_{resource}" for resource in METERED for part in PARTS)
RATE_COLUMNS = tuple(f"rate_{part}_{resource}" for resource in METERED for part in PARTS[:3])
TOTAL_COLUMNS = tuple(f"total_{name}" for name in (*METERED, "energy"))
POOL_COLUMNS = tuple(f"{part}_{resource}" for resource in METERED for part in POOL_PARTS)


metadata = MetaData()

about = Table("govcloud_ledger", metadata, Column("version", Integer, nullable=False))

lease = Table(
    "govcloud_ledger_lease",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("token", BigInteger, nullable=False),  # grows with every change of the holder: the fence
    Column("holder", String(200)),  # None where the last one left in order
    Column("beat", BigInteger, nullable=False),  # grows with every act of the holder
)

regions = Table(
    "govcloud_ledger_regions",
    metadata,
    Column("region", String(63), primary_key=True),
    Column("until_ms", BigInteger, nullable=False),  # accounted for until here
    Column("high_ms", BigInteger, nullable=False),  # the latest moment that was ever charged for
    Column("sample", Float, nullable=False),  # EstateFacts.at of the sample that was added last
)

accounts = Table(
    "govcloud_ledger_accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tenancy", String(63), nullable=False),
    Column("region", String(63), nullable=False),
    Column("department", String(63), nullable=False),
    Column("grade", Integer, nullable=False),
    Column("zone", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    *(Column(name, String(40), nullable=False, default="0") for name in TOTAL_COLUMNS),  # digits: no bound
    *(Column(name, Float, nullable=False, default=0.0) for name in RATE_COLUMNS),
    Column("rate_watts", Float, nullable=False, default=0.0),
    UniqueConstraint("tenancy", "region", "department", "grade", "zone", "role"),
)

hours = Table(
    "govcloud_ledger_hours",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("account", Integer, primary_key=True),
    Column("estimated", Boolean, primary_key=True),
    Column("millis", Integer, nullable=False),  # how long of the hour this row is about
    *(Column(name, BigInteger, nullable=False) for name in HOUR_COLUMNS),
    Column("energy", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

pools = Table(
    "govcloud_ledger_pools",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("region", String(63), nullable=False),
    Column("pool", String(63), nullable=False),
    Column("zone", String(20), nullable=False),
    Column("grade", Integer, nullable=False),
    *(Column(f"rate_{name}", Float, nullable=False, default=0.0) for name in POOL_COLUMNS),
    *(Column(f"largest_{resource}", Float, nullable=False, default=0.0) for resource in METERED),
    Column("nodes", Integer, nullable=False, default=0),
    Column("ready", Integer, nullable=False, default=0),
    UniqueConstraint("region", "pool", "zone", "grade"),
)

pool_hours = Table(
    "govcloud_ledger_pool_hours",
    metadata,
    Column("hour", Integer, primary_key=True),
    Column("pool", Integer, primary_key=True),
    Column("millis", Integer, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in POOL_COLUMNS),
    sqlite_with_rowid=False,
)

gaps = Table(
    "govcloud_ledger_gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("region", String(63), nullable=False, index=True),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("estimated", Boolean, nullable=False),
)
