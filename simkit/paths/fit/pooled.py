"""Each persona's probabilities, leaning on what all personas do: what a persona with few sessions is likely to do.

How far a persona leans is estimated row by row from how far personas lie apart (`fit.estimate.pooled_estimates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.fit.estimate import Estimate, pooled_estimates
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.table import aligned, clipped, csv_rows
from simkit.paths.walks import Walks


@dataclass(frozen=True, eq=False)
class Pooled:
    """By persona, its counts and its probabilities, all over the same K states."""

    matrices: dict[str, TransitionMatrix]
    estimates: dict[str, Estimate]

    def rows(self) -> list[list[str]]:
        """A line for each cell that any persona has a count in, and each persona that was in its state, under a head:
        `seen` is the persona's own share, `pooled` the one to go by."""
        lines = [["from", "to", "persona", "n", "of", "seen", "pooled"]]
        for i, j in zip(*self._together.nonzero(), strict=True):
            for persona, matrix in self.matrices.items():
                n, of = int(matrix.counts[i, j]), int(matrix.counts[i].sum())
                if of:
                    pooled = self.estimates[persona].probabilities[i, j]
                    names = [matrix.states[i], matrix.states[j], persona]
                    lines.append([*names, str(n), str(of), f"{n / of:.3f}", f"{pooled:.3f}"])
        return lines

    def table(self) -> str:
        """The same as aligned text."""
        lines = [[*(clipped(name, 24) for name in line[:3]), *line[3:]] for line in self.rows()]
        return "\n".join(aligned(lines)) + "\n"

    def csv(self) -> str:
        """The same for spreadsheets."""
        return csv_rows(self.rows())

    def to_json(self) -> dict[str, Any]:
        """By persona, its counts and its estimate in the order of the matrix's states; rows that no persona has data
        for are null, and `rows_without_data` names those that are the other personas' alone."""
        return {
            name: {"sessions": matrix.sessions, "counts": matrix.counts.tolist(), **self.estimates[name].to_json()}
            for name, matrix in self.matrices.items()
        }

    @property
    def _together(self) -> NDArray[np.int64]:
        return np.asarray(sum(matrix.counts for matrix in self.matrices.values()))


def pooled_by_persona(walks: Walks) -> Pooled:
    """The personas of these walks, as they first come."""
    sessions: dict[str, list[int]] = {}
    for number, key in enumerate(walks.keys):
        sessions.setdefault(key.persona, []).append(number)
    matrices = {name: walks.only(numbers).matrix() for name, numbers in sessions.items()}
    return Pooled(matrices, pooled_estimates(matrices))
