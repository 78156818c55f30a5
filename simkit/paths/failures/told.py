"""The failure matrix with all that stands beside its counts, as text and JSON."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from simkit.errors import one_line
from simkit.paths.failures.funnel import funnel
from simkit.paths.failures.matrix import FailureMatrix
from simkit.paths.failures.ranks import RESAMPLES, Ranked, ranked
from simkit.paths.fit.resample import Over
from simkit.paths.table import aligned, clipped

_SHOWN = 10
_DRAWN = {"sessions": "", "scenarios": " of scenarios"}


def failures_json(matrix: FailureMatrix, over: Over = "sessions", resamples: int = RESAMPLES) -> dict[str, Any]:
    """The matrix's own JSON, and beside it: attempts and hazards, the cells by rank with their sessions, recoveries and
    the funnel; what nobody can know is null."""
    tables = {"attempts": matrix.attempts, "hazards": matrix.hazards}
    return {
        **matrix.to_json(),
        **{name: np.where(np.isnan(table), None, table).tolist() for name, table in tables.items()},  # type: ignore[call-overload]
        "cells": [cell.to_json() for cell in ranked(matrix, resamples, over=over)],
        "over": over,
        "resamples": resamples,
        "recovered": [one._asdict() for one in matrix.recovered],
        "funnel": [step.to_json() for step in funnel(matrix)],
    }


def failures_text(matrix: FailureMatrix, width: int = 120, over: Over = "sessions", resamples: int = RESAMPLES) -> str:
    """The counts, then the largest cells with attempts, hazard and how sure their rank is (`over`: what is drawn
    anew to know that), then recoveries."""
    cells = ranked(matrix, resamples, over=over)
    parts = [matrix.table(width).rstrip("\n")]
    if cells:
        parts.append("\n".join(aligned([_HEAD, *map(_line, cells[:_SHOWN])])))
        top = cells[0]
        parts.append(
            f"The top cell stays first in {top.first:.0%} of resamples{_DRAWN[over]}; look at "
            + one_line(top.sessions[0], 80)
            + (f" and {len(top.sessions) - 1} more." if len(top.sessions) > 1 else ".")
        )
    scenarios = {one.session.rsplit("/", 2)[0] for one in matrix.failures}
    if over == "sessions" and 1 < len(scenarios) < len(matrix.failures):
        alike = f"{len(matrix.failures)} failures of {len(scenarios)} scenarios, whose trials fail alike"
        parts.append(f"{alike}: see --over scenarios for what holds beyond them.")
    if matrix.recovered:
        places = Counter((one.row, one.column) for one in matrix.recovered).most_common(3)
        most = ", ".join(f"{_way(*place)} ({times})" for place, times in places)
        many = f"{len(matrix.recovered)} session{'s' * (len(matrix.recovered) != 1)}"
        parts.append(f"{many} slipped and passed all the same, most after {most}")
    return "\n\n".join(parts) + "\n"


_HEAD = ["last good state → first failing", "n", "attempts", "hazard", "share", "95 %", "rank", "first in"]


def _line(cell: Ranked) -> list[str]:
    rank = f"{cell.rank_low}–{cell.rank_high}" if cell.rank_low < cell.rank_high else str(cell.rank_low)
    return [
        _way(cell.row, cell.column),
        str(cell.count),
        "" if cell.attempts is None else str(cell.attempts),
        "" if cell.hazard is None else f"{cell.hazard:.0%}",
        f"{cell.share:.0%}",
        f"{cell.share_low:.0%}–{cell.share_high:.0%}",
        rank,
        f"{cell.first:.0%}",
    ]


def _way(row: str, column: str) -> str:
    return f"{clipped(row, 26)} → {clipped(column, 26)}"
