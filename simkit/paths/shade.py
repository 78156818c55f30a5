"""A transition matrix as a picture on a terminal: each count on a ground as dark as its share of the row.

States stand under numbers, named once at the left; columns that do not fit beside each other go into a further panel,
so that every line fits the width. Without colour a mark follows each count: nothing below 5 %, then ░ ▒ ▓ █ from 5,
25, 50 and 75 % on. States stand in the order in which sessions first come to them, ends last.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simkit.errors import one_line
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.table import breadth, clipped, counted, padded

_NAME = 34
_STEPS = ((0.75, "█"), (0.5, "▓"), (0.25, "▒"), (0.05, "░"), (0.0, " "))
_GROUNDS = ((0.75, 24), (0.5, 31), (0.25, 74), (0.05, 153))
_LIGHT, _DARK = 231, 16


def shaded(matrix: TransitionMatrix, width: int = 100, colour: bool = False) -> str:
    """The picture, no line longer than `width` (60 at least) once escape codes are taken off."""
    counts, shares = matrix.counts, np.nan_to_num(matrix.probabilities)
    rows, columns = np.flatnonzero(counts.any(axis=1)), np.flatnonzero(counts.any(axis=0))
    head = f"{counted(matrix.sessions, 'session')}, {counted(matrix.transitions, 'transition')}, view {matrix.view}"
    if not len(rows):
        return one_line(head, 1000) + "\n"
    number = {int(state): str(place) for place, state in enumerate(columns, 1)}
    names = [_labelled(matrix.states[row], number.get(int(row), "")) for row in rows]
    names += [_labelled(matrix.states[one], number[int(one)]) for one in columns if one not in set(rows.tolist())]
    wide = max(map(breadth, names))
    cell = max(len(str(int(counts.max()))), len(number[int(columns[-1])])) + 2
    total = len(str(int(counts.sum(axis=1).max())))
    fit = max((max(width, 60) - wide - total - 2) // cell, 1)
    lines = [one_line(head, 1000)]
    for first in range(0, len(columns), fit):
        part = columns[first : first + fit]
        lines += ["", f"{'':{wide}}  {'n':>{total}}" + "".join(f"{number[int(one)]:>{cell - 1}} " for one in part)]
        for name, row in zip(names, rows, strict=False):
            cells = "".join(_cell(int(counts[row, one]), float(shares[row, one]), cell, colour) for one in part)
            lines.append(f"{padded(name, wide)}  {counts[row].sum():>{total}}{cells}".rstrip())
    return "\n".join([*lines, *names[len(rows) :]]) + "\n"


def _labelled(state: str, number: str) -> str:
    return f"{number:>3} {clipped(state, _NAME)}"


def _cell(count: int, share: float, wide: int, colour: bool) -> str:
    if not count:
        return " " * wide
    if not colour:
        return f"{count:>{wide - 1}}{_step(share, _STEPS)}"
    ground = _step(share, _GROUNDS)
    text = f"{count:>{wide - 1}} "
    ink = _LIGHT if ground in (24, 31) else _DARK
    return f"\x1b[48;5;{ground}m\x1b[38;5;{ink}m{text}\x1b[0m" if ground else text


def _step(share: float, steps: Sequence[tuple[float, Any]]) -> Any:
    return next((what for least, what in steps if share >= least), None)
