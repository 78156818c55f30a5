"""`simkit import jsonl`: what `simkit export RUN --format jsonl` wrote, back as logs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from simkit.errors import FileError, one_line
from simkit.imports import strict_json
from simkit.trace.events import Event, Started, any_event
from simkit.trace.log import Log, SessionKey

_ROW: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


def read(path: Path) -> Iterator[Log]:
    """The sessions of an exported file, one in memory at a time. Raises FileError with the line of a mistake."""
    seen: set[SessionKey] = set()
    for key, rows in groupby(_rows(path), key=lambda row: row[1]):
        numbered = [(line, event) for line, _, event in rows]
        if key in seen:
            what = f"session '{one_line(key, 100)}' goes on here; sort the file by session"
            raise FileError(path, what, line=numbered[0][0])
        seen.add(key)
        yield _log(path, key, numbered)


def _rows(path: Path) -> Iterator[tuple[int, SessionKey, Event]]:
    for line, value in strict_json.lines(path):
        row = strict_json.shaped(_ROW, value, path, line)
        key = _key(path, line, row.pop("session", None))
        yield line, key, strict_json.shaped(any_event, row, path, line)


def _key(path: Path, line: int, text: Any) -> SessionKey:
    try:
        key = SessionKey.parse(text)
        if str(key) != text or not text.isprintable() or not 0 <= key.trial < 2**31:
            raise ValueError(text)
        return key
    except (AttributeError, ValueError):
        what = f"session is {one_line(repr(text), 60)}; it must be <scenario>/<persona>/<trial>"
        raise FileError(path, what, line=line) from None


def _log(path: Path, key: SessionKey, numbered: list[tuple[int, Event]]) -> Log:
    first, started = numbered[0]
    if not isinstance(started, Started):
        what = f"session '{one_line(key, 100)}' begins with {started.kind}; its first event must be started"
        raise FileError(path, what, line=first)
    for wanted, (line, event) in enumerate(numbered):
        if event.seq != wanted:
            raise FileError(path, f"seq is {event.seq} where {wanted} belongs; export the run again", line=line)
    return Log(key, tuple(event for _, event in numbered))
