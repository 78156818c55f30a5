"""A run's tables, read back into logs: one session in memory at a time, and as much as can be read of a damaged run."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from simkit.errors import StoreError, UsageError, did_you_mean, one_line
from simkit.trace.events import SHARED, Event, any_event
from simkit.trace.log import Beside, Log, SessionKey

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

ErrorMaker = Callable[[str, object], Exception]


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
        """Every session with at least one event but those `without`, sorted by name, unfinished ones included.

        Sessions that cannot be read are left out; the StoreError that then ends the iteration names them.
        """
        lost: list[str] = []
        read = 0
        with reported(self._place, lambda place, error: _damaged(place, error, read, lost)):
            from simkit.trace import tables

            with self._engine.connect() as outer, self._engine.connect() as inner:
                blob = _blobs(inner)
                for row in tables.sessions(outer):
                    key = SessionKey(row.scenario, row.persona, row.trial)
                    if key in without or (finished_only and not row.finished):
                        continue
                    try:
                        log = _log(inner, row.id, key, blob) if row.finished else _begun(inner, row.id, key, blob)
                    except _unreadable():
                        lost.append(str(key))
                        continue
                    if log is None:
                        continue
                    read += 1
                    yield log
        if lost:
            raise _damaged(self._place, "rows are missing or cannot be read", read, lost)

    def log(self, key: SessionKey) -> Log:
        """One session. Raises UsageError if the run has none of that key, StoreError if it is damaged."""
        with reported(self._place, _damaged), self._engine.connect() as connection:
            try:
                return _log(connection, self._number(connection, key), key, _blobs(connection))
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
    return SessionKey(row.scenario, row.persona, row.trial)


def _blobs(connection: Connection) -> Callable[[str], Any]:
    from simkit.trace import tables

    @lru_cache(maxsize=1024)
    def blob(digest: str) -> Any:
        body = tables.blob(connection, digest)
        if body is None:
            raise ValueError(f"there is no value of digest {digest}")
        return json.loads(body)

    return blob


def _begun(connection: Connection, number: int, key: SessionKey, blob: Callable[[str], Any]) -> Log | None:
    """The log of a session that is not finished; None where its first event did not come to be kept."""
    from simkit.trace import tables

    return _log(connection, number, key, blob) if tables.has_events(connection, number) else None


def _log(connection: Connection, number: int, key: SessionKey, blob: Callable[[str], Any]) -> Log:
    from simkit.trace import tables

    rows = tables.events(connection, number)
    read = tuple(_event(row.body, blob) for row in rows)
    if not read or [event.seq for event in read] != list(range(len(read))):
        raise ValueError("events are missing")
    return Log(key, read, tuple(Beside(row.at, row.took, row.cost) for row in rows))


def _intent(row: Any) -> Intent:
    result = None if row.result is None else json.loads(row.result)
    return Intent(row.ordinal, row.kind, json.loads(row.body), bool(row.settled), result)


def _event(body: str, blob: Callable[[str], Any]) -> Event:
    values = json.loads(body)
    if values["kind"] == "started":
        values |= {name: blob(values[name]) for name in SHARED}
    return any_event.validate_python(values)
