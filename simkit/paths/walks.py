"""Many sessions as walks through the states of one view, coded: what change tests, sequences and exports read.

A walk is one session's states from START to END:*, each with the number of the event that it was. All walks stand in
one long row of codes, so that a run of a million events is a few megabytes and every reading of it is vectorised.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simkit.paths.codes import Counts, StateCodes, session_counts
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.states import END, START, Visit, in_order, is_end
from simkit.trace.log import SessionKey

Codes = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Walks:
    """The walks of S sessions, N steps in all, through K states. Immutable."""

    view: str
    states: tuple[str, ...]
    """START, then inner states in the order of their first visit, then END:*."""
    keys: tuple[SessionKey, ...]
    """(S,) which sessions, in their order."""
    steps: Codes
    """(N,) codes: places in `states`, one session after the other."""
    events: Codes
    """(N,) the number of the event that each step was."""
    bounds: Counts
    """(S + 1,) where each session begins in `steps`, and N."""

    def __len__(self) -> int:
        return len(self.keys)

    def states_of(self, session: int) -> tuple[str, ...]:
        """The walk of one session, from START to END:*."""
        return tuple(self.states[code] for code in self.codes_of(session))

    def codes_of(self, session: int) -> list[int]:
        """The same as codes."""
        return self.steps[self.bounds[session] : self.bounds[session + 1]].tolist()  # type: ignore[no-any-return]

    def events_of(self, session: int) -> list[int]:
        """The numbers of its events."""
        return self.events[self.bounds[session] : self.bounds[session + 1]].tolist()  # type: ignore[no-any-return]

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """(S,) how each ended: `pass`, `fail`, …"""
        last = self.steps[self.bounds[1:] - 1].tolist()
        return tuple(self.states[code].removeprefix(END) for code in last)

    @property
    def tasks(self) -> list[tuple[str, ...]]:
        """(S,) scenario and persona of each session; where it has no name, the session itself."""
        return [key[:2] if key.scenario else (str(id(self)), str(number)) for number, key in enumerate(self.keys)]

    @cached_property
    def owners(self) -> Counts:
        """(N,) the number of the session that each step belongs to."""
        return np.repeat(np.arange(len(self)), np.diff(self.bounds))

    @cached_property
    def passed(self) -> NDArray[np.bool_]:
        """(S,) whether each passed."""
        return np.array([outcome == "pass" for outcome in self.outcomes], dtype=bool)

    def matrix(self) -> TransitionMatrix:
        """The transition matrix of all of them."""
        return TransitionMatrix(self.view, self.states, session_counts(self.steps, self.states, len(self)), len(self))

    def only(self, sessions: Sequence[int] | NDArray[np.integer]) -> Walks:
        """The walks of these sessions, in the order given; a session may come several times. States stay."""
        chosen = np.asarray(sessions, dtype=np.intp)
        lengths = np.diff(self.bounds)[chosen]
        bounds = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        places = np.arange(bounds[-1]) + np.repeat(self.bounds[:-1][chosen] - bounds[:-1], lengths)
        keys = tuple(self.keys[number] for number in chosen.tolist())
        return Walks(self.view, self.states, keys, self.steps[places], self.events[places], bounds)

    def coded_as(self, states: Sequence[str]) -> Codes:
        """(N,) `steps` as places in another row of states, which has them all."""
        place = {state: number for number, state in enumerate(states)}
        return np.array([place[state] for state in self.states], dtype=np.int32)[self.steps]


def walks_of(sessions: Iterable[tuple[SessionKey, Sequence[Visit]]], view: str) -> Walks:
    """The walks of many sessions, each as `states.step_sequence` gives it. Memory: eight bytes a step.

    Raises ValueError for one that does not go from START to END:*.
    """
    codes, keys = StateCodes(), []
    steps, events, bounds = array("i"), array("i"), array("q", [0])
    for key, visits in sessions:
        if len(visits) < 2 or visits[0].state != START or not is_end(visits[-1].state):
            raise ValueError(f"session {key} does not go from {START} to an END:* state")
        steps.extend([codes[visit.state] for visit in visits])
        events.extend([visit.event for visit in visits])
        bounds.append(len(steps))
        keys.append(key)
    states = in_order(codes)
    place = {state: number for number, state in enumerate(states)}
    renamed = np.array([place[state] for state in codes], dtype=np.int32)
    return Walks(
        view,
        states,
        tuple(keys),
        renamed[np.frombuffer(steps, dtype=np.intc)] if steps else np.zeros(0, dtype=np.int32),
        np.frombuffer(events, dtype=np.intc) if events else np.zeros(0, dtype=np.int32),
        np.array(bounds, dtype=np.int64),
    )


def walks_of_states(sequences: Iterable[Sequence[str]], view: str, keys: Sequence[SessionKey] | None = None) -> Walks:
    """The same from plain sequences of states; events are numbered by their place. Without `keys`, sessions have
    no name, and each is a task of its own."""
    named = enumerate(sequences)
    return walks_of(
        (
            (
                keys[number] if keys is not None else SessionKey("", "", number),
                [Visit(state, place) for place, state in enumerate(sequence)],
            )
            for number, sequence in named
        ),
        view,
    )
