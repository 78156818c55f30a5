"""The tables of a run, and all SQL there is: the same for SQLite (a run's folder) and PostgreSQL (a shared server).

blobs      digest, body                           scenarios, personas and domains, each once however often played
sessions   id, scenario, persona, trial, domain, finished, digest, events
events     session, seq, kind, body, at, took, cost     body: canonical JSON; times (s) and cost (USD) stand beside it
intents    session, ordinal, kind, body, settled        what was about to be paid for or changed
manifest   id, body                               where there is no folder for a run.json
claims     session, attempt                       who may write a session, where several workers do

Text is JSON with everything but ASCII escaped: neither database can hold lone surrogates, nor PostgreSQL NUL.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Insert,
    Integer,
    MetaData,
    NullPool,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    cast,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.schema import CreateSchema, DropSchema

from simkit.errors import UsageError

_METADATA = MetaData()
_NAME = Text().with_variant(Text(collation="C"), "postgresql")
"""Sorted by code point, as SQLite and Python do."""

BLOBS = Table("blobs", _METADATA, Column("digest", String(32), primary_key=True), Column("body", Text, nullable=False))
SESSIONS = Table(
    "sessions",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("scenario", _NAME, nullable=False),
    Column("persona", _NAME, nullable=False),
    Column("trial", Integer, nullable=False),
    Column("domain", Text, nullable=False),
    Column("finished", Boolean, nullable=False, default=False),
    Column("digest", String(64), nullable=False, default=""),
    Column("events", Integer, nullable=False, default=0),
    UniqueConstraint("scenario", "persona", "trial"),
)
EVENTS = Table(
    "events",
    _METADATA,
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Float, nullable=False),
    Column("took", Float, nullable=False),
    Column("cost", Float),
)
INTENTS = Table(
    "intents",
    _METADATA,
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("settled", Boolean, nullable=False, default=False),
    Column("result", Text),
)
_MANIFEST = Table(
    "manifest",
    _METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
CLAIMS = Table(
    "claims",
    _METADATA,
    Column("session", Integer, primary_key=True, autoincrement=False),
    Column("attempt", Integer, nullable=False),
)

INSERT_BLOBS, INSERT_SESSIONS, INSERT_EVENTS, INSERT_INTENTS = map(insert, (BLOBS, SESSIONS, EVENTS, INTENTS))
SETTLE_INTENTS = (
    update(INTENTS)
    .where(INTENTS.c.session == bindparam("of_session"), INTENTS.c.ordinal == bindparam("of_ordinal"))
    .values(settled=True, result=bindparam("with_result"))
)
_EVENTS_OF = (
    select(EVENTS.c.session, EVENTS.c.body, EVENTS.c.at, EVENTS.c.took, EVENTS.c.cost)
    .where(EVENTS.c.session.in_(bindparam("sessions", expanding=True)))
    .order_by(EVENTS.c.session, EVENTS.c.seq)
)
CUT_EVENTS = delete(EVENTS).where(EVENTS.c.session == bindparam("of_session"), EVENTS.c.seq >= bindparam("from_seq"))
FINISH_SESSIONS = (
    update(SESSIONS)
    .where(SESSIONS.c.id == bindparam("of_session"))
    .values(finished=True, digest=bindparam("with_digest"), events=bindparam("with_events"))
)


def connect(url: str | URL) -> Engine:
    """The engine behind a database URL. `?run=NAME` on a server's URL names the run: each has a schema of its own."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(address, poolclass=NullPool)
        event.listen(engine, "connect", _durable)
        return engine
    run = str(address.query.get("run", "run"))
    if not run.isidentifier():
        raise UsageError(f"run={run!r} in the URL must be one word; write letters, digits and '_'")
    try:
        engine = create_engine(address.difference_update_query(["run"]), poolclass=NullPool)
    except ImportError:
        driver = address.get_driver_name()
        raise UsageError(f"{driver} is not installed; pip install 'simkit[postgres]'") from None
    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # what it warns of, our errors say
    return engine.execution_options(schema_translate_map={None: f"simkit_{run}"})


def _durable(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def create(engine: Engine) -> None:
    """Make the tables. Raises ProgrammingError where they exist."""
    with engine.begin() as connection:
        if schema := schema_of(engine):
            connection.execute(CreateSchema(schema))
        _METADATA.create_all(connection, checkfirst=False)


def drop(engine: Engine) -> None:
    """Remove the tables and all that is in them."""
    with engine.begin() as connection:
        _METADATA.drop_all(connection)
        if schema := schema_of(engine):
            connection.execute(DropSchema(schema))


def schema_of(engine: Engine) -> str:
    """The schema that a run has on a server; empty in a file."""
    return (engine.get_execution_options().get("schema_translate_map") or {}).get(None, "")


def lock(engine: Engine) -> Connection | None:
    """PostgreSQL: a connection that holds the run's lock until it is closed; None where another one holds it."""
    connection = engine.connect()
    name = func.hashtextextended(schema_of(engine), 0)
    if connection.execute(select(func.pg_try_advisory_lock(name))).scalar():
        connection.commit()
        return connection
    connection.close()
    return None


def insert_or_replace_manifest(engine: Engine, body: str) -> None:
    """Keep the manifest of a run that has no folder."""
    with engine.begin() as connection:
        connection.execute(_MANIFEST.delete())
        connection.execute(_MANIFEST.insert().values(id=1, body=body))


def manifest(engine: Engine) -> str | None:
    """The manifest of a run that has no folder, or None."""
    with engine.connect() as connection:
        return connection.execute(select(_MANIFEST.c.body)).scalar()


def known_blobs(connection: Connection) -> set[str]:
    """Digests of all blobs."""
    return set(connection.execute(select(BLOBS.c.digest)).scalars())


def last_session(connection: Connection) -> int:
    """The highest session number; 0 where there is none."""
    return connection.execute(select(func.max(SESSIONS.c.id))).scalar() or 0


def sessions(connection: Connection) -> Iterator[Row[Any]]:
    """(id, scenario, persona, trial, finished, digest, events) of every session, sorted by its name, by code point."""
    c = SESSIONS.c
    name = c.scenario + "/" + c.persona + "/" + cast(c.trial, _NAME)
    rows = select(c.id, c.scenario, c.persona, c.trial, c.finished, c.digest, c.events).order_by(name)
    yield from connection.execution_options(yield_per=1000).execute(rows)


def begun(connection: Connection) -> Sequence[Row[Any]]:
    """(scenario, persona, trial) of every session that has events and is not finished."""
    c = SESSIONS.c
    some = select(EVENTS.c.seq).where(EVENTS.c.session == c.id).exists()
    return connection.execute(select(c.scenario, c.persona, c.trial).where(~c.finished, some)).all()


def session_id(connection: Connection, scenario: str, persona: str, trial: int) -> int | None:
    """The number of one session, or None."""
    c = SESSIONS.c
    wanted = select(c.id).where(c.scenario == scenario, c.persona == persona, c.trial == trial)
    return connection.execute(wanted).scalar()


def events(connection: Connection, session: int) -> Sequence[Row[Any]]:
    """(session, body, at, took, cost) of a session's events, in order."""
    return connection.execute(_EVENTS_OF, {"sessions": [session]}).all()


def events_of(connection: Connection, sessions: Sequence[int]) -> dict[int, Sequence[Row[Any]]]:
    """The same of several sessions at once, by session; those without events are left out."""
    rows = connection.execute(_EVENTS_OF, {"sessions": list(sessions)}).all()
    return {session: list(own) for session, own in groupby(rows, itemgetter(0))}


def blob(connection: Connection, digest: str) -> str | None:
    """The blob of that digest, or None."""
    return connection.execute(select(BLOBS.c.body).where(BLOBS.c.digest == digest)).scalar()


def all_intents(connection: Connection, kind: str) -> Iterator[Row[Any]]:
    """(scenario, persona, trial, ordinal, kind, body, settled, result) of every intent of a kind."""
    c, s = INTENTS.c, SESSIONS.c
    wanted = select(s.scenario, s.persona, s.trial, c.ordinal, c.kind, c.body, c.settled, c.result)
    rows = wanted.join(SESSIONS, s.id == c.session).where(c.kind == kind).order_by(c.session, c.ordinal)
    yield from connection.execution_options(yield_per=1000).execute(rows)


def intents(connection: Connection, session: int) -> Sequence[Row[Any]]:
    """(ordinal, kind, body, settled, result) of a session's intents, in order."""
    c = INTENTS.c
    rows = select(c.ordinal, c.kind, c.body, c.settled, c.result).where(c.session == session).order_by(c.ordinal)
    return connection.execute(rows).all()


def keep_once(table: Table) -> Insert:
    """PostgreSQL: insert rows; those whose key is there already stay as they are."""
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    return postgresql_insert(table).on_conflict_do_nothing()


def claim(connection: Connection, key: tuple[str, str, int], domain: str) -> tuple[int, int, int, int, bool]:
    """PostgreSQL: (number, attempt, events, intents, finished) of a session after claiming it; it is made if it is new.

    Waits for commits of the session that are under way; later ones of earlier claims fail.
    """
    from sqlalchemy.dialects.postgresql import insert as postgresql_insert

    number = session_id(connection, *key)
    if number is None:
        number = last_session(connection) + 1
        names = dict(zip(("scenario", "persona", "trial"), key, strict=True))
        connection.execute(INSERT_SESSIONS, {"id": number, "domain": domain, **names})
    counted = postgresql_insert(CLAIMS).values(session=number, attempt=1)
    again = counted.on_conflict_do_update(index_elements=["session"], set_={"attempt": CLAIMS.c.attempt + 1})
    attempt = connection.execute(again.returning(CLAIMS.c.attempt)).scalar_one()
    kept = [_count(connection, table, number) for table in (EVENTS, INTENTS)]
    finished = connection.execute(select(SESSIONS.c.finished).where(SESSIONS.c.id == number)).scalar_one()
    return number, attempt, *kept, finished


def _count(connection: Connection, table: Table, session: int) -> int:
    return connection.execute(select(func.count()).where(table.c.session == session)).scalar_one()


def hold(connection: Connection, claims: Mapping[int, int]) -> set[int]:
    """PostgreSQL: those of the sessions (number -> attempt) whose claim still stands, and does until the commit."""
    c = CLAIMS.c
    rows = select(c.session, c.attempt).where(c.session.in_(claims)).order_by(c.session).with_for_update(read=True)
    return {row.session for row in connection.execute(rows) if row.attempt == claims[row.session]}
