"""`simkit export RUN`: the sessions of a run for other programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from simkit.console import say
from simkit.errors import UsageError
from simkit.options import Given, RunName


@dataclass(frozen=True)
class Times:
    """When things are said to have happened; only formats that have times ask."""

    times: Annotated[
        bool,
        Parameter(
            negative="",
            help="parquet, otel: with the seconds that the run noted (and, in parquet, the cost); without, the same"
            " seed gives the same bytes.",
        ),
    ] = False
    begins: Annotated[
        str | None,
        Parameter(help="otel: when every session begins, as 2026-03-01T09:00:00Z; 2000-01-01, if left out."),
    ] = None

    def begin(self) -> datetime | None:
        """`--begins` as a moment; without an offset it is in UTC. Raises UsageError where it is none."""
        if self.begins is None:
            return None
        try:
            found = datetime.fromisoformat(self.begins)
        except ValueError:
            raise UsageError(f"--begins {self.begins}: write a moment, as in 2026-03-01T09:00:00Z") from None
        return found if found.tzinfo else found.replace(tzinfo=UTC)


def export(
    run: RunName,
    *,
    format: Annotated[
        Literal["jsonl", "parquet", "sft", "otel"],
        Parameter(
            help="jsonl: the canonical log, one event a line. parquet: the same as a table. sft: chat messages with"
            " tools, one session a line, to train models on. otel: OpenTelemetry traces (OTLP JSON), a session a line."
        ),
    ] = "jsonl",
    given: Given = (),
    times: Annotated[Times, Parameter(name="*")] = Times(),
    out: Annotated[Path | None, Parameter(help="A file; stdout, if left out.")] = None,
) -> int:
    """Write a run's sessions out for other programs: the same seed gives the same bytes."""
    from simkit import api

    for name, asked, knows in (
        ("--times", times.times, ("parquet", "otel")),
        ("--begins", times.begins is not None, ("otel",)),
    ):
        if asked and format not in knows:
            raise UsageError(f"{name}: --format {format} has no times; it goes with {' and '.join(knows)}")
    place = sys.stdout if out is None else out
    found = api.export(run, place, format, given, times=times.times, begins=times.begin())
    if found.left_out:
        why = "; ".join(f"{count} {reason}" for reason, count in sorted(found.left_out.items()))
        left = sum(found.left_out.values())
        say(f"left out {left} of {found.written + left} sessions: {why}")
    return 0
