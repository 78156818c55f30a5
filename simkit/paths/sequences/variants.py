"""Whole ways that sessions took, and the frequent parts of ways.

A variant is a sequence of states from START to END:*; sessions of one variant went exactly the same way (van der Aalst
2016, *Process Mining*, section 5.2). A part is a run of neighbouring states; it is closed if no longer part that holds
it is in as many sessions, and only closed ones are told.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import Counts
from simkit.paths.states import END, START, is_end
from simkit.paths.walks import Walks


class Variant(NamedTuple):
    """One way."""

    states: tuple[str, ...]
    sessions: int
    first: int
    """The first session that went it, as its place in the walks."""

    @property
    def passed(self) -> bool:
        """Whether its sessions passed: how a session ended is part of its way."""
        return self.states[-1] == f"{END}pass"


class Part(NamedTuple):
    """Some states that came one right after the other."""

    states: tuple[str, ...]
    sessions: int
    """In how many sessions at least once."""
    times: int
    passing: float
    """Share of these sessions that passed."""
    passing_elsewhere: float | None
    """Share of all other sessions that passed; None where there are none."""


def variants(walks: Walks) -> tuple[Variant, ...]:
    """Every way that was taken, the most frequent first, then in the order of their first session."""
    found = variant_of(walks)
    firsts, times = np.unique(found, return_index=True, return_counts=True)[1:]
    order = np.lexsort((firsts, -times))
    pairs = zip(firsts[order].tolist(), times[order].tolist(), strict=True)
    return tuple(Variant(walks.states_of(first), many, first) for first, many in pairs)


def variant_of(walks: Walks) -> Counts:
    """(S,) a number for each session, equal for those that went the same way."""
    kinds: dict[bytes, int] = {}
    steps, bounds = walks.steps.tobytes(), (walks.bounds * walks.steps.itemsize).tolist()
    pieces = (steps[first:last] for first, last in pairwise(bounds))
    return np.array([kinds.setdefault(piece, len(kinds)) for piece in pieces], dtype=np.int64)


def frequent_parts(walks: Walks, *, longest: int = 6, least: int = 2) -> tuple[Part, ...]:
    """Closed parts of two to `longest` states in at least `least` sessions, those in most sessions first; of equally
    frequent ones the longer. START and the ends belong to no part."""
    if not len(walks):
        return ()
    inner = np.array([state != START and not is_end(state) for state in walks.states])
    owners, steps = walks.owners, walks.steps.astype(np.int64)
    ids, at = steps[inner[steps]], np.flatnonzero(inner[steps])
    found: list[tuple[Part, int]] = []
    shorter: dict[tuple[str, ...], Part] = {}
    for length in range(2, longest + 1):
        ids, at = _longer(walks, ids, at, length, inner)
        kinds = _tell(walks, ids, at, owners, length, least)
        for part in kinds.values():
            for inside in (part.states[1:], part.states[:-1]):
                if inside in shorter and shorter[inside].sessions == part.sessions:
                    del shorter[inside]
        found += [(part, length - 1) for part in shorter.values()]
        shorter = kinds
    found += [(part, longest) for part in shorter.values()]
    found.sort(key=lambda one: (-one[0].sessions, -one[1], one[0].states))
    return tuple(part for part, _ in found)


def _longer(walks: Walks, ids: Counts, at: Counts, length: int, inner: NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """The runs of `length` states, numbered, and where they begin, from those that are one shorter."""
    last = at + length - 1
    fits = last < len(walks.steps)
    ids, at, last = ids[fits], at[fits], last[fits]
    goes_on = inner[walks.steps[last]]  # an end closes every session, so no run crosses from one into the next
    keys = ids[goes_on] * len(walks.states) + walks.steps[last[goes_on]]
    return np.unique(keys, return_inverse=True)[1], at[goes_on]


def _tell(
    walks: Walks, ids: Counts, at: Counts, owners: Counts, length: int, least: int
) -> dict[tuple[str, ...], Part]:
    kinds, firsts, times = np.unique(ids, return_index=True, return_counts=True)
    owned = np.unique(ids * len(walks) + owners[at])
    kind, owner = np.divmod(owned, len(walks))
    sessions = np.bincount(kind, minlength=len(kinds))
    passing = np.bincount(kind, weights=walks.passed[owner], minlength=len(kinds))
    everyone, all_passed = len(walks), int(walks.passed.sum())
    told: dict[tuple[str, ...], Part] = {}
    for number in np.flatnonzero(sessions >= least).tolist():
        first, many = int(at[firsts[number]]), int(sessions[number])
        states = tuple(walks.states[code] for code in walks.steps[first : first + length].tolist())
        others = everyone - many
        elsewhere = float(all_passed - passing[number]) / others if others else None
        told[states] = Part(states, many, int(times[number]), float(passing[number] / many), elsewhere)
    return told
