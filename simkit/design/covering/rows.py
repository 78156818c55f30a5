"""Rows of numbers, one a column, and the rules that some of them break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = tuple[int, ...]
Clause = Mapping[int, frozenset[int]]
"""Column -> values: met by a row that has one of them in each of these columns."""


class Rules:
    """What rows there may be: columns of some sizes, and clauses that no row may meet."""

    def __init__(self, sizes: Sequence[int], clauses: Iterable[Clause] = ()) -> None:
        self.sizes = tuple(sizes)
        # A clause that asks for no value of some column is met by nothing.
        self.clauses = tuple(one for one in clauses if all(one.values()))
        self._touching: dict[int, list[Clause]] = {at: [] for at in range(len(self.sizes))}
        for clause in self.clauses:
            for at in clause:
                self._touching[at].append(clause)

    @property
    def free(self) -> bool:
        """Whether every row is allowed."""
        return not self.clauses

    def allows(self, row: Sequence[int]) -> bool:
        """Whether no clause forbids this whole row."""
        return not any(all(row[at] in some for at, some in clause.items()) for clause in self.clauses)

    def completed(self, fixed: Mapping[int, int]) -> Row | None:
        """Some allowed row with these values in these columns; None where there is none.

        By trying, columns with fewest values left first; clauses prune as soon as one value would meet them.
        """
        left = [{fixed[at]} if at in fixed else set(range(size)) for at, size in enumerate(self.sizes)]
        return self._search(left)

    def meeting(self, clause: Clause) -> Row | None:
        """Some allowed row that meets `clause`; None where there is none."""
        return self._search([set(clause.get(at, range(size))) for at, size in enumerate(self.sizes)])

    def possible(self, fixed: Mapping[int, int]) -> bool:
        """Whether some allowed row has these values in these columns."""
        return self.free or self.completed(fixed) is not None

    def _search(self, left: list[set[int]]) -> Row | None:
        if not self._pruned(left):
            return None
        open_ = [at for at in self._constrained if len(left[at]) > 1]
        if not open_:
            return tuple(min(some) for some in left)
        at = min(open_, key=lambda one: (len(left[one]), one))
        for value in sorted(left[at]):
            found = self._search([{value} if one == at else set(some) for one, some in enumerate(left)])
            if found is not None:
                return found
        return None

    @cached_property
    def _constrained(self) -> tuple[int, ...]:
        return tuple(at for at, clauses in self._touching.items() if clauses)

    def _pruned(self, left: list[set[int]]) -> bool:
        """Take away what the clauses rule out; False where nothing is left of a column."""
        changed = True
        while changed:
            changed = False
            for clause in self.clauses:
                loose = [at for at, some in clause.items() if not left[at] <= some]
                if not loose:
                    return False
                if len(loose) == 1 and left[loose[0]] & clause[loose[0]]:
                    left[loose[0]] -= clause[loose[0]]
                    changed = True
        return all(left)

    def forbidden(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Of each row of an array (rows x columns) whether a clause forbids it."""
        import numpy as np

        found = np.zeros(len(rows), dtype=bool)
        for clause in self._tables:
            met = np.ones(len(rows), dtype=bool)
            for at, table in clause.items():
                met &= table[rows[:, at]]
            found |= met
        return found

    @cached_property
    def _tables(self) -> list[dict[int, NDArray[Any]]]:
        import numpy as np

        made = []
        for clause in self.clauses:
            made.append({at: np.isin(np.arange(self.sizes[at]), list(some)) for at, some in clause.items()})
        return made

    @property
    def most(self) -> int:
        """How many rows there are, forbidden ones counted."""
        return prod(self.sizes)
