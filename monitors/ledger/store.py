"""Where the ledger is kept: SQLite by default, PostgreSQL by URL, behind the same few acts.

SQLite writes ahead (WAL) and waits for the disk at every commit: with ``synchronous=NORMAL`` a power failure could take
back the last commits, and a counter that was scraped would step back. A commit each sampling interval costs nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Dialect,
    Engine,
    Table,
    bindparam,
    create_engine,
    event,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from govcloud.errors import InputError, OutsideError
from govcloud.paths import private_folder, state_home
from monitors.ledger.schema import VERSION, about, metadata

_DIALECTS = ("sqlite", "postgresql")
_WRITES = "govcloud_writes"
_EXPECTED = "sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"


def default_url() -> str:
    """The ledger of this machine, in the state folder."""
    return f"sqlite:///{state_home() / 'ledger.sqlite'}"


class Store:
    """A database with the ledger's tables.

    Args:
        url: as SQLAlchemy has it, of SQLite or PostgreSQL; the tables are made where they are missing.

    Raises:
        InputError: it is no such URL, or the tables are of another version.
        OutsideError: the database does not answer.
    """

    def __init__(self, url: str) -> None:
        parsed = _parsed(url)
        self.name = parsed.render_as_string(hide_password=True)
        self._engine = _engine(parsed)
        try:
            self._establish()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A view of one moment: what others write meanwhile is not in it."""
        options = {} if self._engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with self._guarded(), self._engine.connect().execution_options(**options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it, or nothing where the block raises."""
        options = {_WRITES: True}
        with (
            self._guarded(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            raise OutsideError(
                f"the ledger failed: {getattr(error, 'orig', None) or error}",
                where=self.name,
                expected="a database that answers and may be written",
                mend="look at the database; nothing of the sample was written, the next one makes up for it",
            ) from error

    def _establish(self) -> None:
        try:
            with self.writing() as connection:
                metadata.create_all(connection)
                if connection.scalar(select(about.c.version)) is None:
                    connection.execute(insert(about).values(version=VERSION))
        except OutsideError as error:
            # Two that begin at once both make the tables; who comes second finds them made.
            if not isinstance(error.__cause__, IntegrityError):
                raise
        with self.reading() as connection:
            version = connection.scalar(select(about.c.version))
        if version != VERSION:
            raise InputError(
                f"the ledger is of version {version}",
                where=self.name,
                expected=f"version {VERSION}",
                mend="use the govcloud that made it, or another ledger",
            )


Row = tuple[Any, ...]
"""A row of a table: a value a column, in the order of the table."""


def add_counts(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; where one with the same primary key is there already, add to its counts."""
    _write(connection, _upsert_text(connection.dialect, table, adds=True), rows)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; one with the same primary key takes their values."""
    _write(connection, _upsert_text(connection.dialect, table, adds=False), rows)


def change_rows(connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Give some columns of rows that are there other values; a row is these values and then the ``id``."""
    _write(connection, _update_text(connection.dialect, table, columns), rows)


def _write(connection: Connection, text: str, rows: Sequence[Row]) -> None:
    """Straight to the driver, and by place: the layer between takes longer than the database, and so do names."""
    if rows:
        connection.exec_driver_sql(text, list(rows))


@lru_cache(maxsize=32)
def _upsert_text(dialect: Dialect, table: Table, *, adds: bool) -> str:
    kind: Any = sqlite if dialect.name == "sqlite" else postgresql
    statement = kind.insert(table)
    keys = [column.name for column in table.primary_key]
    values = {
        name: table.c[name] + statement.excluded[name] if adds else statement.excluded[name]
        for name in table.c.keys()  # noqa: SIM118 -- iterated, it gives columns
        if name not in keys
    }
    statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    return str(statement.compile(dialect=dialect, column_keys=list(table.c.keys())))


@lru_cache(maxsize=32)
def _update_text(dialect: Dialect, table: Table, columns: tuple[str, ...]) -> str:
    statement = update(table).where(table.c.id == bindparam("number"))
    statement = statement.values({name: bindparam(f"new_{name}") for name in columns})
    return str(statement.compile(dialect=dialect))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise InputError(
            f"{url!r} is no URL of a database", where="ledger", expected=_EXPECTED, mend="correct it"
        ) from error
    if parsed.get_backend_name() not in _DIALECTS:
        raise InputError(
            f"a ledger cannot be kept in {parsed.get_backend_name()!r}",
            where="ledger",
            expected=_EXPECTED,
            mend="use SQLite or PostgreSQL",
        )
    return parsed


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    try:
        return create_engine(url, pool_pre_ping=True, paramstyle="format")
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise InputError(
            f"there is no driver for {url.drivername!r}",
            where="ledger",
            expected=_EXPECTED,
            mend="name the driver psycopg in the URL",
        ) from error


def _sqlite_engine(url: URL) -> Engine:
    if url.database:
        folder = Path(url.database).parent
        if not folder.exists():
            private_folder(folder)
    engine = create_engine(url, connect_args={"timeout": 30}, paramstyle="qmark")
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions by itself, and later than they have to.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    # Who means to write locks at once: two that read first and write then would refuse each other.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
