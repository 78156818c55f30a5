"""Which states sessions are in at each step, and how varied that is.

Step 0 is START; a session that ended is in no state any more. The entropy of step t is - sum p ln p over the states of
the sessions still under way (nats; transversal entropy, Gabadinho et al. 2011, *Journal of Statistical Software*
40(4)); exp of it is the number of equally frequent states that would be as varied. High early entropy: sessions begin
in many ways; where it falls, they come together; where it jumps, they part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import Counts
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Spread:
    """T steps by K states."""

    states: tuple[str, ...]
    counts: Counts
    """(T, K) sessions in each state at each step; the last state of a session is its end."""
    sessions: int

    @property
    def under_way(self) -> Counts:
        """(T,) sessions that have a state at each step."""
        return self.counts.sum(axis=1)

    @property
    def entropy(self) -> Floats:
        """(T,) in nats; 0 where all are in one state."""
        shares = self.counts / self.under_way[:, None]
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        return np.maximum(-(shares * logs).sum(axis=1), 0.0)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "states": list(self.states),
            "counts": self.counts.tolist(),
            "under_way": self.under_way.tolist(),
            "entropy": self.entropy.tolist(),
        }


def spread(walks: Walks) -> Spread:
    """The states at each step, until the longest session has ended."""
    k = len(walks.states)
    place = np.arange(len(walks.steps)) - walks.bounds[:-1][walks.owners]
    longest = int(place.max(initial=-1)) + 1
    counts = np.bincount(place * k + walks.steps, minlength=longest * k).reshape(longest, k)
    return Spread(walks.states, counts, len(walks))
