"""Failures as a funnel: of the sessions that came to a step, how many got through it.

A step is what was tried, whatever came of it: `book:ok` and `book:refused` are both the step `book`. A session enters a
step when it tries it before, or at, its first failure; later steps are censored by earlier failures, so each step has a
denominator of its own. Steps stand in the order of the mean place at which sessions first come to them; what is left
after a step is the share of all sessions that did not fail at it or at one above it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from simkit.paths.failures.matrix import FailureMatrix, step_of
from simkit.paths.fit.intervals import credible
from simkit.paths.states import END
from simkit.paths.table import aligned, clipped, csv_rows


class Step(NamedTuple):
    """One step of the funnel."""

    step: str
    entered: int
    """Sessions that came to it."""
    failed: int
    """Sessions whose first failure it was."""
    rate: float
    """Share of those that got through it."""
    low: float
    high: float
    """95 % interval (Jeffreys) of the rate."""
    left: float
    """Share of all sessions that failed neither here nor at a step before."""

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return self._asdict()


def funnel(matrix: FailureMatrix) -> tuple[Step, ...]:
    """Every step that a session came to, in the order in which sessions come to them. Failures that a person named by
    states that are none of the view's have a step each, entered by those that failed there."""
    failed = Counter(step_of(failure.column) for failure in matrix.failures)
    entered = {step: max(times, failed[step]) for step, times in matrix.entered.items()}
    for step in failed.keys() - entered.keys():
        # To the end come all who did not fail before it.
        entered[step] = matrix.sessions - len(matrix.failures) + failed[step] if step == END else failed[step]
    steps = sorted(entered, key=lambda step: (matrix.places.get(step, np.inf), step))
    got = np.array([[entered[step] - failed[step], failed[step]] for step in steps]).reshape(-1, 2)
    bounds = credible(got)
    left = 1 - np.cumsum(got[:, 1]) / max(matrix.sessions, 1)
    columns = (got.sum(axis=1), got[:, 1], got[:, 0] / got.sum(axis=1), bounds.low[:, 0], bounds.high[:, 0], left)
    return tuple(Step(*one) for one in zip(steps, *(column.tolist() for column in columns), strict=True))


def funnel_table(matrix: FailureMatrix, width: int = 20) -> str:
    """The funnel as aligned text, a bar of `width` for each step's rate."""
    lines = [["step", "entered", "failed", "passed", "95 %", "left", ""]]
    for one in funnel(matrix):
        bar = "█" * round(one.rate * width) + "░" * (width - round(one.rate * width))
        span = f"{one.low:.0%}–{one.high:.0%}"
        numbers = [str(one.entered), str(one.failed), f"{one.rate:.1%}", span, f"{one.left:.0%}", bar]
        lines.append(["the end" if one.step == END else clipped(one.step, 36), *numbers])
    failed, lost = len(matrix.failures), len(matrix.recovered)
    head = f"{failed} of {matrix.sessions} sessions failed, {lost} more slipped and passed all the same\n"
    return "\n".join([head, *aligned(lines)]) if len(lines) > 1 else head


def funnel_csv(matrix: FailureMatrix) -> str:
    """A row a step."""
    rows = [[str(value) for value in one] for one in funnel(matrix)]
    return csv_rows([list(Step._fields), *rows])
