"""Rows that cover what is left, each the best of a few tries, column by column.

After AETG (Cohen, Dalal, Fredman and Patton 1997): a try begins with a combination that is still uncovered, and gives
each further column, in random order, the value that covers most together with those before it.
"""

from __future__ import annotations

from random import Random

import numpy as np
from numpy.typing import NDArray

from simkit.design.covering.interactions import Interactions

TRIES = 8
"""Rows that are tried for each that is taken."""


def completed(
    what: Interactions, rows: NDArray[np.int64], wanted: NDArray[np.bool_], random: Random
) -> NDArray[np.int64]:
    """`rows`, and below them enough others to cover every wanted cell."""
    open_ = wanted.copy()
    if len(rows):
        open_[what.covered(rows)] = False
    made = list(rows)
    firsts = np.zeros(what.count, dtype=np.int64)
    firsts[what.names[::-1]] = np.arange(what.cells)[::-1]
    while (left := np.flatnonzero(open_)).size:
        tries = [_row(what, open_, int(firsts[random.choice(left)]), random) for _ in range(TRIES)]
        gains = [int(open_[what.covered(row[None, :])].sum()) for row in tries]
        best = tries[gains.index(max(gains))]
        made.append(best)
        open_[what.covered(best[None, :])] = False
    return np.array(made, dtype=np.int64).reshape(len(made), len(what.sizes))


def _row(what: Interactions, open_: NDArray[np.bool_], cell: int, random: Random) -> NDArray[np.int64]:
    fixed = what.fixed_by(cell)
    lacking, base = what.lengths.copy(), what.offsets[:-1].copy()

    def fix(column: int, value: int) -> None:
        sets, strides = what.of_column[column]
        lacking[sets] -= 1
        base[sets] += strides * value
        fixed[column] = value

    for column, value in list(fixed.items()):
        fix(column, value)
    for column in random.sample(range(len(what.sizes)), len(what.sizes)):
        if column not in fixed:
            sets, strides = what.of_column[column]
            ready = lacking[sets] == 1
            cells = base[sets[ready]] + np.arange(what.sizes[column])[:, None] * strides[ready]
            gains = open_[what.names[cells]].sum(axis=1)
            fix(column, _best(what, gains, column, fixed, random))
    return np.array([fixed[column] for column in range(len(what.sizes))], dtype=np.int64)


def _best(what: Interactions, gains: NDArray[np.int64], column: int, fixed: dict[int, int], random: Random) -> int:
    """A value of those that cover most and lead to an allowed row."""
    for gain in sorted(set(gains.tolist()), reverse=True):
        equal = np.flatnonzero(gains == gain).tolist()
        for value in random.sample(equal, len(equal)):
            if what.rules.possible({**fixed, column: value}):
                return int(value)
    raise AssertionError("a partial row that can be completed has a value for each column")
