"""Starter rows by simulated annealing: few rows that, with all moves of a group of symbols, cover everything.

Chateauneuf and Kreher (2002), "On the state of strength-three covering arrays": what has to be covered shrinks to one
combination of each orbit, so that a handful of rows is sought instead of some tens. Effort is counted in changes, never
in seconds, so that the same seed gives the same rows.
"""

from __future__ import annotations

from itertools import combinations
from math import exp
from random import Random

import numpy as np
from numpy.typing import NDArray

HOT, COLD = 1.0, 0.15
"""How readily a change for the worse is made at first, and in the end."""
MOST_SETS = 2_000
"""Sets of columns above which a change costs too much."""


def starter(
    columns: int,
    strength: int,
    orbits: NDArray[np.int64],
    wanted: NDArray[np.bool_],
    rows: int,
    random: Random,
    effort: int,
) -> NDArray[np.int64] | None:
    """`rows` rows x `columns` in which every wanted orbit occurs for any `strength` columns; None where `effort`
    changes of a value did not lead to such.

    `orbits`: shape (symbols,) * strength, the orbit of each combination. `wanted`: shape (orbits,).
    """
    symbols = len(orbits)
    sets = np.array(list(combinations(range(columns), strength)))
    if len(sets) > MOST_SETS:
        return None
    having = [np.flatnonzero((sets == column).any(axis=1)) for column in range(columns)]
    made = np.array([[random.randrange(symbols) for _ in range(columns)] for _ in range(rows)], dtype=np.int64)
    names = np.array([orbits[tuple(row[sets].T)] for row in made])
    counts = np.zeros((len(sets), len(wanted)), dtype=np.int64)
    for row in names:
        counts[np.arange(len(sets)), row] += 1
    open_ = int((counts[:, wanted] == 0).sum())
    for step in range(effort):
        if not open_:
            break
        heat = max(COLD, HOT * (1 - 2 * step / effort))
        at, column = random.randrange(rows), random.randrange(columns)
        before, touched = int(made[at, column]), having[column]
        made[at, column] = (before + random.randrange(1, symbols)) % symbols
        now = orbits[tuple(made[at][sets[touched]].T)]
        was = (counts[touched][:, wanted] == 0).sum()
        counts[touched, names[at, touched]] -= 1
        counts[touched, now] += 1
        worse = int((counts[touched][:, wanted] == 0).sum() - was)
        if worse <= 0 or random.random() < exp(-worse / heat):
            names[at, touched], open_ = now, open_ + worse
        else:
            counts[touched, now] -= 1
            counts[touched, names[at, touched]] += 1
            made[at, column] = before
    return None if open_ else made
