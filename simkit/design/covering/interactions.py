"""What an array has to cover: combinations of values in some sets of columns, each a cell with a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from simkit.design.covering.rows import Rules
from simkit.errors import UsageError

MOST_CELLS = 4_000_000
"""Combinations up to which an array is made."""


class Interactions:
    """Cells by number: those of one set of columns stand together, values as digits."""

    def __init__(self, rules: Rules, sets: Iterable[Sequence[int]]) -> None:
        self.rules, self.sizes = rules, rules.sizes
        each = [tuple(one) for one in sets]
        width = max(map(len, each))
        self.columns = np.zeros((len(each), width), dtype=np.int64)
        """Sets x columns; a set with fewer columns is padded with column 0 at stride 0."""
        self.strides = np.zeros((len(each), width), dtype=np.int64)
        self.offsets = np.zeros(len(each) + 1, dtype=np.int64)
        self.lengths = np.array([len(one) for one in each])
        for at, columns in enumerate(each):
            stride = 1
            for place, column in enumerate(columns):
                self.columns[at, place], self.strides[at, place] = column, stride
                stride *= self.sizes[column]
            self.offsets[at + 1] = self.offsets[at] + stride
        self.cells = int(self.offsets[-1])
        self.names = np.arange(self.cells)
        """Cell -> what counts as covered with it: itself, or its orbit under a symmetry."""
        self.count = self.cells
        """How many of those there are."""
        self.of_column = [self._having(column) for column in range(len(self.sizes))]
        """Column -> the sets that have it, and its stride in each."""

    def _having(self, column: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        has = (self.columns == column) & (self.strides > 0)
        return np.flatnonzero(has.any(axis=1)), self.strides[has]

    def under(self, names: NDArray[np.int64], count: int) -> Interactions:
        """The same, where cells of one name are covered together."""
        same = copy(self)
        same.names, same.count = names, count
        return same

    def covered(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The names of the cells that rows cover: rows x sets."""
        return self.names[self.index(rows)]

    def index(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The cells that rows cover: rows x sets."""
        return self.offsets[:-1] + (rows[:, self.columns] * self.strides).sum(axis=2)

    def fixed_by(self, cell: int) -> dict[int, int]:
        """The columns and values of a cell."""
        at = int(np.searchsorted(self.offsets, cell, side="right")) - 1
        rest, found = cell - int(self.offsets[at]), {}
        for column in self.columns[at][: self.lengths[at]]:
            rest, found[int(column)] = divmod(rest, self.sizes[column])
        return found

    def wanted(self) -> NDArray[np.bool_]:
        """Of each cell whether some allowed row covers it."""
        known = np.full(self.cells, self.rules.free)
        if not self.rules.free:
            for cell in range(self.cells):
                if not known[cell] and (row := self.rules.completed(self.fixed_by(cell))) is not None:
                    known[self.index(np.array([row]))] = True
        return known


def sets_of(columns: int, strength: int, raised: Iterable[int] = ()) -> list[tuple[int, ...]]:
    """Every set of `strength` columns, and every set of one more that has one of the `raised` columns."""
    strength = min(strength, columns)
    higher = [
        one for one in combinations(range(columns), min(strength + 1, columns)) if not set(raised).isdisjoint(one)
    ]
    covered = {part for one in higher for part in combinations(one, strength)}
    return higher + [one for one in combinations(range(columns), strength) if one not in covered]


def interactions(rules: Rules, strength: int, raised: Iterable[int] = ()) -> Interactions:
    """What an array of that strength covers. Raises UsageError where that is too much."""
    columns = len(rules.sizes)
    if comb(columns, min(strength, columns)) > MOST_CELLS:
        raise UsageError(f"strength {strength} over {columns} dimensions is too much; ask for less, or for --sample")
    sets = sets_of(columns, strength, raised)
    cells = sum(prod(rules.sizes[at] for at in one) for one in sets)
    if cells > MOST_CELLS:
        raise UsageError(f"{cells:,} combinations are too many to cover; lower the strength, or ask for --sample")
    return Interactions(rules, sets)
