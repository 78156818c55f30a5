"""The formats that `simkit export RUN --format NAME` writes. To add one, add a file beside this one and a line here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TextIO, get_args

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.report.exports.otel import Clock, traces
from simkit.report.exports.parquet import write_parquet
from simkit.report.exports.sft import examples
from simkit.trace.log import Log

Format = Literal["jsonl", "parquet", "sft", "otel"]
FORMATS: tuple[Format, ...] = get_args(Format)

Sessions = Iterable[tuple[Log, str]]
"""Logs, each with its outcome; the outcome matters to `otel` only, and may be empty elsewhere."""


class Exported(NamedTuple):
    """What was written."""

    written: int
    """Events (jsonl, parquet) or sessions (sft, otel)."""
    left_out: dict[str, int] = {}
    """Sessions that the format has no use for, by the reason."""


def export(sessions: Sessions, format: str, out: Path | TextIO, version: str, clock: Clock = Clock()) -> Exported:
    """Write sessions to a file or a stream, few in memory at a time. `version` is simkit's.

    Raises UsageError for an unknown format, for Parquet on a stream, and where the file cannot be written.
    """
    if format not in FORMATS:
        raise UsageError(f"'{one_line(format, 60)}' is no format to export{did_you_mean(format, FORMATS)}")
    logs = (log for log, _ in sessions)
    if format == "parquet":
        if not isinstance(out, Path):
            raise UsageError("--format parquet is no text; name a file with --out")
        return Exported(write_parquet(logs, _placed(out), clock.recorded))
    left_out: Counter[str] = Counter()
    if format == "sft":
        lines = examples(logs, left_out)
    elif format == "otel":
        lines = traces(sessions, version, clock)
    else:
        lines = (line for log in logs for line in log.lines())
    if not isinstance(out, Path):
        return Exported(_write(lines, out), dict(left_out))
    with _placed(out).open("w", encoding="ascii", newline="\n") as file:
        return Exported(_write(lines, file), dict(left_out))


def _placed(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _write(lines: Iterator[str], file: TextIO) -> int:
    count = 0
    for line in lines:
        file.write(line)
        file.write("\n")
        count += 1
    return count
