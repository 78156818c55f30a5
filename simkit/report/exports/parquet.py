"""The event log as a table in a Parquet file: a row an event, in the order of the canonical log.

    session scenario persona trial seq kind by text tool arguments outcome result node model event [at took cost]

`by`: who said it, called, had the model answer or is at fault. `text`: what was said; of a failure, the error.
`arguments` and `result` are JSON. `event` is the whole event: its line of `--format jsonl`, to the letter. `at`
(seconds since the session began), `took` (seconds) and `cost` (USD) are there when times are asked for. What is not
there is null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import zip_longest
from pathlib import Path
from typing import Any

from simkit.errors import UsageError
from simkit.paths.exports.frames import needed
from simkit.report.exports.lines import inner, whole
from simkit.trace.events import AgentSaid, Event, Failed, ModelCalled, NodeEntered, ToolCalled, UserSaid
from simkit.trace.log import Beside, Log

_ROWS, _LETTERS = 20_000, 16_000_000
"""Of a row group: so many rows, or fewer of so many letters together. One is in memory at a time."""
_NUMBERS = {"trial": "int32", "seq": "int32", "at": "float64", "took": "float64", "cost": "float64"}
_OF_SESSION = ("session", "scenario", "persona", "trial")
_OF_EVENT = ("seq", "kind", "by", "text", "tool", "arguments", "outcome", "result", "node", "model", "event")
COLUMNS = (*_OF_SESSION, *_OF_EVENT)
TIMES = ("at", "took", "cost")

Cells = dict[str, Any]


def write_parquet(logs: Iterable[Log], file: Path, times: bool = False) -> int:
    """Write every event and return how many there were. Raises UsageError where the file cannot be written.

    Where sessions cannot be read, the others are in the file when the error is raised.
    """
    arrow, parquet = needed("pyarrow"), needed("pyarrow.parquet")
    names = (*COLUMNS, *(TIMES if times else ()))
    schema = arrow.schema([(name, getattr(arrow, _NUMBERS.get(name, "string"))()) for name in names])
    try:
        with parquet.ParquetWriter(str(file), schema, compression="zstd") as writer:
            rows = _Rows(names, lambda columns: writer.write_batch(arrow.record_batch(columns, schema=schema)))
            try:
                for log in logs:
                    rows.add(log, times)
            finally:
                rows.flush()
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror or error}); choose another place") from None
    return rows.written


class _Rows:
    """Collects rows, and hands them on as columns when they are many."""

    def __init__(self, names: tuple[str, ...], write: Callable[[list[list[Any]]], None]) -> None:
        self._names, self._write = names, write
        self._rows: list[tuple[Any, ...]] = []
        self._letters = 0
        self.written = 0

    def add(self, log: Log, times: bool) -> None:
        """Take in a session."""
        key = log.session
        session = tuple(whole(part) if isinstance(part, str) else part for part in (str(key), *key))
        for event, text, beside in zip_longest(log.events, log.lines(), log.beside, fillvalue=None):
            cells = {"seq": event.seq, "kind": event.kind, **_cells(event), "event": text}
            row = (*session, *map(cells.get, _OF_EVENT))
            self._rows.append((*row, *(beside or Beside())) if times else row)
            self._letters += len(text)
            if len(self._rows) >= _ROWS or self._letters >= _LETTERS:
                self.flush()

    def flush(self) -> None:
        """Hand on what there is."""
        if self._rows:
            self._write([list(column) for column in zip(*self._rows, strict=True)])
            self.written += len(self._rows)
        self._rows, self._letters = [], 0


def _said(event: UserSaid | AgentSaid) -> Cells:
    return {"by": "user" if isinstance(event, UserSaid) else "agent", "text": whole(event.text)}


def _called(event: ToolCalled) -> Cells:
    return {
        "by": event.by,
        "tool": whole(event.tool),
        "arguments": whole(inner(event.arguments)),
        "outcome": event.outcome,
        "result": whole(inner(event.result)),
        "node": None if event.node is None else whole(event.node),
    }


_CELLS: dict[type, Callable[[Any], Cells]] = {
    UserSaid: _said,
    AgentSaid: _said,
    ToolCalled: _called,
    NodeEntered: lambda event: {"node": whole(event.node)},
    ModelCalled: lambda event: {"by": event.role, "model": whole(event.model)},
    Failed: lambda event: {"by": event.boundary, "text": whole(event.error)},
}


def _cells(event: Event) -> Cells:
    cells = _CELLS.get(type(event))
    return {} if cells is None else cells(event)
