"""A run's tables, read back into logs: few sessions in memory at once, and as much as can be read of a damaged one."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import chain
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from simkit.errors import StoreError, UsageError, did_you_mean, one_line
from simkit.trace.events import SHARED, Event, any_event, many_events
from simkit.trace.log import Beside, Log, SessionKey

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, Row

ErrorMaker = Callable[[str, object], Exception]
Rows = Sequence[Any]
"""(session, body, at, took, cost) of a session's events, in order."""

_TOGETHER = 4_000
"""Events that are read at a time, if sessions have so few."""
_UNKNOWN = 200
"""Events that a session may have which did not come to its end."""


class Intent(NamedTuple):
    """What a session was about to pay for or to change. Not settled: whether it happened is unknown."""

    ordinal: int
    kind: str
    body: Any
    settled: bool
    result: Any = None
    """What it gave, where it paid for something; None where it is not known."""


class Reader:
    """Reads a run, also while it is being written. `place` is how messages name it."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine, self._place = engine, place

    def logs(self, without: Container[SessionKey] = (), finished_only: bool = False) -> Iterator[Log]:
        """Every session with at least one event but those `without`, sorted by name, unfinished ones included; a few
        are in memory at a time.

        Sessions that cannot be read are left out; the StoreError that then ends the iteration names them.
        """
        lost: list[str] = []
        read = 0
        with reported(self._place, lambda place, error: _damaged(place, error, read, lost)):
            from simkit.trace import tables

            with self._engine.connect() as outer, self._engine.connect() as inner:
                blob = _blobs(inner)
                asked = (
                    row
                    for row in tables.sessions(outer)
                    if _key(row) not in without and (row.finished or not finished_only)
                )
                for row, events in _together(inner, asked):
                    try:
                        rows = events if events is not None else tables.events(inner, row.id)
                        if not rows and not row.finished:
                            continue  # its first event did not come to be kept
                        log = _log(_key(row), rows, blob)
                    except _unreadable():
                        lost.append(str(_key(row)))
                        continue
                    read += 1
                    yield log
        if lost:
            raise _damaged(self._place, "rows are missing or cannot be read", read, lost)

    def log(self, key: SessionKey) -> Log:
        """One session. Raises UsageError if the run has none of that key, StoreError if it is damaged."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            try:
                rows = tables.events(connection, self._number(connection, key))
                return _log(key, rows, _blobs(connection))
            except ValueError as error:
                raise _damaged(self._place, error, 0, [str(key)]) from None

    def intents(self, key: SessionKey) -> tuple[Intent, ...]:
        """What a session was about to pay for or to change, in order."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            rows = tables.intents(connection, self._number(connection, key))
            return tuple(_intent(row) for row in rows)

    def all_intents(self, kind: str) -> Iterator[tuple[SessionKey, Intent]]:
        """Every intent of a kind, of all sessions, one in memory at a time."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            for row in tables.all_intents(connection, kind):
                yield _key(row), _intent(row)

    def digests(self) -> dict[str, str]:
        """Key to digest of every finished session."""
        return {str(_key(row)): row.digest for row in self._sessions() if row.finished}

    def number(self, key: SessionKey) -> int | None:
        """The number of a session that the run has; None where it has none."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            return tables.session_id(connection, *key)

    def keys(self) -> list[SessionKey]:
        """Every session that the run has, unfinished ones and those without an event included."""
        return [_key(row) for row in self._sessions()]

    def begun(self) -> list[SessionKey]:
        """Every session that has events and is not finished."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            return [_key(row) for row in tables.begun(connection)]

    def value(self, digest: str) -> Any:
        """The scenario, persona or domain of that digest; None where no session that is kept was played with it."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            body = tables.blob(connection, digest)
        return None if body is None else json.loads(body)

    def count_events(self, key: SessionKey) -> int:
        """How many events of a session are kept."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            return len(tables.events(connection, self._number(connection, key)))

    def last_session(self) -> int:
        """The highest session number; 0 where there is none."""
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            return tables.last_session(connection)

    def _sessions(self) -> list[Any]:
        from simkit.trace import tables

        with reported(self._place, _damaged), self._engine.connect() as connection:
            return list(tables.sessions(connection))

    def _number(self, connection: Connection, key: SessionKey) -> int:
        from simkit.trace import tables

        number = tables.session_id(connection, *key)
        if number is None:
            known = [str(_key(row)) for row in tables.sessions(connection)]
            raise UsageError(f"'{one_line(key)}' is no session of {self._place}{did_you_mean(key, known)}")
        return number


@contextmanager
def reported(place: str, make: ErrorMaker) -> Iterator[None]:
    """Turn what a database raises into the error that `make(place, error)` gives."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except SQLAlchemyError as error:
        raise make(place, getattr(error, "orig", None) or error) from None


def _unreadable() -> tuple[type[Exception], ...]:
    from sqlalchemy.exc import SQLAlchemyError

    return (SQLAlchemyError, ValueError, RecursionError)


def _damaged(place: str, error: object, read: int = 0, lost: list[str] | None = None) -> StoreError:
    which = f": {', '.join((lost or [])[:3])}{', …' if len(lost or []) > 3 else ''}" if lost else ""
    told = f"; {read} sessions could be read, {len(lost or [])} could not{which}" if read or lost else ""
    return StoreError(f"{place}: is damaged ({one_line(error, 120)}){told}; restore it from a copy, or run it again")


def _key(row: Any) -> SessionKey:
    # A run of 100,000 sessions has a few hundred names: each is kept once, whoever keeps the keys.
    return SessionKey(intern(row.scenario), intern(row.persona), row.trial)


def _blobs(connection: Connection) -> Callable[[str], Any]:
    from simkit.trace import tables

    @lru_cache(maxsize=1024)
    def blob(digest: str) -> Any:
        body = tables.blob(connection, digest)
        if body is None:
            raise ValueError(f"there is no value of digest {digest}")
        return json.loads(body)

    return blob


def _together(connection: Connection, sessions: Iterator[Row[Any]]) -> Iterator[tuple[Row[Any], Rows | None]]:
    """Each session with its events, read several at a time; None where they have to be read one by one."""
    from simkit.trace import tables

    waiting: list[Row[Any]] = []
    events = 0
    for row in chain(sessions, (None,)):
        if waiting and (row is None or events >= _TOGETHER):
            try:
                found: Mapping[int, Rows] | None = tables.events_of(connection, [one.id for one in waiting])
            except _unreadable():
                found = None  # something in them is damaged: whatever else can be read still is
            for one in waiting:
                yield one, None if found is None else found.get(one.id, [])
            waiting, events = [], 0
        if row is not None:
            waiting.append(row)
            events += row.events or _UNKNOWN


def _log(key: SessionKey, rows: Rows, blob: Callable[[str], Any]) -> Log:
    read = _events([row[1] for row in rows], blob)
    if not read or [event.seq for event in read] != list(range(len(read))):
        raise ValueError("events are missing")
    return Log(key, read, tuple([Beside(at, took, cost) for _, _, at, took, cost in rows]))


def _events(bodies: list[str], blob: Callable[[str], Any]) -> tuple[Event, ...]:
    """All of a session's events. They are read in one go but for the first, which takes in what is kept elsewhere."""
    first = [_event(body, blob) for body in bodies[:1]]
    try:
        return (*first, *many_events.validate_json(f"[{','.join(bodies[1:])}]"))
    except ValueError:
        # The fast reader knows no lone surrogates; whatever is wrong besides, the slow one says.
        return (*first, *(_event(body, blob) for body in bodies[1:]))


def _intent(row: Any) -> Intent:
    result = None if row.result is None else json.loads(row.result)
    return Intent(row.ordinal, row.kind, json.loads(row.body), bool(row.settled), result)


def _event(body: str, blob: Callable[[str], Any]) -> Event:
    values = json.loads(body)
    if values["kind"] == "started":
        values |= {name: blob(values[name]) for name in SHARED}
    return any_event.validate_python(values)
