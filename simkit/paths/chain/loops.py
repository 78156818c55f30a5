"""How agents go round in circles: runs of one state, ping-pong between two, the same call again, amplification.

run             one state several times in a row; its length is the dwell. A first-order chain that stays with
                probability p has runs longer than n with probability p^n: more long ones mean that it is stuck
ping-pong       A B A B: two states in turns, twice at least
same call       the same tool with the same arguments, again, with no other call between
amplification   expected visits to a state once there, N(i, i): 1 where nothing ever comes back
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from simkit.paths.chain.model import Chain, chain_of
from simkit.paths.episode import Episode
from simkit.paths.states import START, is_end
from simkit.paths.walks import Walks


class Loop(NamedTuple):
    """How one state is dwelt in."""

    state: str
    visits: int
    runs: int
    """Stretches of this state, of any length."""
    longest: int
    mean: float
    """Mean length of a run."""
    long: int
    """Runs longer than 95 % of those that a first-order chain would have."""
    amplification: float
    """Expected visits once there."""


class PingPong(NamedTuple):
    """Two states in turns."""

    states: tuple[str, str]
    sessions: int
    longest: int
    """Most states in a row that alternated."""


class SameCall(NamedTuple):
    """A call made again at once, with the same arguments."""

    call: str
    sessions: int
    longest: int
    """Most times in a row."""


def longest_runs(walks: Walks) -> dict[str, int]:
    """For each state the length of its longest run within one session."""
    _, codes, lengths = _runs(walks)
    found = np.zeros(len(walks.states), dtype=np.int64)
    np.maximum.at(found, codes, lengths)
    return {state: int(length) for state, length in zip(walks.states, found, strict=True)}


def loops(walks: Walks, chain: Chain | None = None) -> tuple[Loop, ...]:
    """Every inner state with its runs, the most amplified first."""
    chain = chain or chain_of(walks.matrix())
    _, codes, lengths = _runs(walks)
    visits = {chain.states[number]: chain.visits[at, at] for at, number in enumerate(chain.transient)}
    found = []
    for number, state in enumerate(walks.states):
        own = lengths[codes == number]
        if state == START or is_end(state) or not len(own):
            continue
        stays = 1 - len(own) / own.sum()
        figures = (int(own.sum()), len(own), int(own.max()), float(own.mean()))
        found.append(Loop(state, *figures, int((own > _usual(stays)).sum()), float(visits.get(state, 1.0))))
    return tuple(sorted(found, key=lambda loop: -loop.amplification))


def _usual(stays: float) -> int:
    """The length that 95 % of runs do not pass: the least n with stays ** n, the share of longer ones, at most 5 %."""
    return max(1, int(np.ceil(np.log(0.05) / np.log(stays) - 1e-9))) if stays > 0 else 1


def ping_pongs(walks: Walks) -> tuple[PingPong, ...]:
    """Every pair of states that some session alternated between, A B A B at least, most sessions first."""
    steps, owners = walks.steps, walks.owners
    turns = (steps[2:] == steps[:-2]) & (steps[2:] != steps[1:-1]) & (owners[2:] == owners[:-2])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], turns.astype(np.int8), [0]])))
    found: dict[tuple[str, str], tuple[set[int], int]] = {}
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        length = int(last - first) + 2
        if length >= 4:
            one, other = sorted((int(steps[first]), int(steps[first + 1])))
            pair = (walks.states[one], walks.states[other])
            sessions, longest = found.get(pair, (set(), 0))
            found[pair] = (sessions | {int(owners[first])}, max(longest, length))
    pairs = [PingPong(pair, len(sessions), longest) for pair, (sessions, longest) in found.items()]
    return tuple(sorted(pairs, key=lambda one: (-one.sessions, -one.longest)))


class SameCalls:
    """Calls that agents made again at once, with equal arguments, while sessions come in."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, int]] = {}

    def of(self, episode: Episode) -> Episode:
        """Look at one session, and hand it on."""
        longest: dict[str, int] = {}
        last, times = None, 0
        for call in episode.agent_calls:
            again = last is not None and call.tool == last.tool and _alike(call.arguments, last.arguments)
            times, last = times + 1 if again else 1, call
            if again:
                longest[call.tool] = max(times, longest.get(call.tool, 0))
        for tool, most in longest.items():
            sessions, before = self._found.get(tool, (0, 0))
            self._found[tool] = (sessions + 1, max(before, most))
        return episode

    def found(self) -> tuple[SameCall, ...]:
        """By tool, most sessions first."""
        calls = [SameCall(tool, *figures) for tool, figures in self._found.items()]
        return tuple(sorted(calls, key=lambda one: (-one.sessions, -one.longest)))


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: true is not 1, and 1.0 is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return bool(one == other)


def _runs(walks: Walks) -> tuple[Any, Any, Any]:
    """Session, code and length of every run."""
    steps, owners = walks.steps, walks.owners
    if not len(steps):
        return owners, steps, owners
    new = np.concatenate([[True], (steps[1:] != steps[:-1]) | (owners[1:] != owners[:-1])])
    firsts = np.flatnonzero(new)
    return owners[firsts], steps[firsts], np.diff(np.append(firsts, len(steps)))
