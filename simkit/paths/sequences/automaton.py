"""A plan of how sessions may go: from each place, which state may come next and where that leads.

    automaton: refund            # a name
    view: tool                   # of which states it speaks; left out: of any
    start: new                   # left out: the first place
    moves:
      new:
        find_customer:*: known   # `*` and `?` stand for any text; an exact name goes before a pattern, the first before
                                 # the next; an end is only what is written END:…
      known:
        get_order:ok: known
        request_refund:ok: done
        END:*: over              # a session may end here
      done:
        END:pass: over

A place without moves of its own (`over`) is where a session is complete; a plan that nobody can complete is refused.
One learned from sessions has a place for each state (or for the last `order` states) that they went through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError, did_you_mean
from simkit.paths.states import START, is_end
from simkit.paths.walks import Walks
from simkit.spec.strict_yaml import Document, read_documents

OVER = "(over)"
"""The place of a learned automaton where a session is complete."""

_ANY_END = "END:*"
_KEYS = ("automaton", "view", "start", "moves")


@dataclass(frozen=True, eq=False)
class Automaton:
    """Which state may follow at each place. Deterministic: a state leads from a place to one place."""

    name: str
    start: str
    moves: Mapping[str, Mapping[str, str]]
    """Place -> state, or pattern of states -> place."""
    view: str | None = None

    @cached_property
    def places(self) -> tuple[str, ...]:
        """Every place, the start first."""
        reached = (target for moves in self.moves.values() for target in moves.values())
        return tuple(dict.fromkeys([self.start, *self.moves, *reached]))

    @cached_property
    def complete(self) -> frozenset[str]:
        """Places where a session is complete."""
        return frozenset(place for place in self.places if not self.moves.get(place))

    def move(self, place: str, state: str) -> tuple[str, str] | None:
        """The state or pattern by which `state` may come at `place`, and where it leads; None where it may not."""
        allowed = self.moves.get(place, {})
        if state in allowed:
            return state, allowed[state]
        ending = is_end(state)
        fits = (one for one in allowed if fnmatchcase(state, one) and is_end(one) == ending)
        return next(((one, allowed[one]) for one in fits), None)

    @cached_property
    def distances(self) -> NDArray[np.int64]:
        """(P, P) the fewest moves from each place to each; a large number where there is no way."""
        place = {name: number for number, name in enumerate(self.places)}
        far = np.full((len(place), len(place)), _FAR, dtype=np.int64)
        for start in range(len(place)):
            reached, fresh, steps = {start}, [start], 0
            while fresh:
                far[start, fresh] = steps
                onward = {place[there] for here in fresh for there in self.moves.get(self.places[here], {}).values()}
                fresh, steps = sorted(onward - reached), steps + 1
                reached |= onward
        return far


_FAR = 1 << 40


def read_automaton(path: str | Path) -> Automaton:
    """The automaton in a YAML file. Raises FileError at what is none."""
    documents = read_documents(Path(path))
    if len(documents) != 1:
        raise UsageError(f"{path}: holds {len(documents)} documents; an automaton is one, with 'moves'")
    document = documents[0]
    value = document.value
    if not isinstance(value, dict) or not isinstance(value.get("moves"), dict) or not value["moves"]:
        raise document.error("an automaton has 'moves': for each place, which state may come and where it leads")
    for key in value:
        if key not in _KEYS:
            raise document.error(f"no key '{key}' here{did_you_mean(key, _KEYS)}", (key,), key=True)
    for key in _KEYS[:3]:
        if not isinstance(value.get(key, ""), str):
            raise document.error(f"'{key}' is a name", (key,))
    moves = {place: _moves_of(document, place, allowed) for place, allowed in value["moves"].items()}
    start = value.get("start", next(iter(moves)))
    if start not in moves:
        raise document.error(f"no place '{start}' in 'moves'{did_you_mean(start, moves)}", ("start",))
    found = Automaton(value.get("automaton", Path(path).stem), start, moves, value.get("view"))
    _can_end(document, found)
    return found


def _moves_of(document: Document, place: Any, allowed: Any) -> dict[str, str]:
    if not isinstance(allowed, dict) and allowed is not None:
        raise document.error(f"'{place}' holds no moves; write STATE: PLACE, or nothing", ("moves", place))
    for state, target in (allowed or {}).items():
        if not isinstance(target, str):
            raise document.error(f"'{state}' leads to no place; write the name of one", ("moves", place, state))
    return dict(allowed or {})


def _can_end(document: Document, found: Automaton) -> None:
    ends = [found.places.index(place) for place in found.complete]
    if not ends or found.distances[0, ends].min() >= _FAR:
        what = "no session can be complete: no way leads to a place without moves; let an END:* lead to one"
        raise document.error(what, ("moves",))


def learned(walks: Walks, *, order: int = 1, least: int = 1, name: str = "passing sessions") -> Automaton:
    """What the sessions that passed did: each place is the last `order` states, each move was made by at least `least`
    of them. How a session ends is left open: that is the outcome, not the way.

    Raises UsageError where no session passed, or too few did the same.
    """
    if order < 1 or least < 1:
        raise UsageError("an automaton is learned with order and least of 1 or more")
    passing = [number for number in range(len(walks)) if walks.passed[number]]
    made: Counter[tuple[tuple[str, ...], str]] = Counter()
    for number in passing:
        states = walks.states_of(number)
        made.update({(states[max(0, at - order) : at], states[at]) for at in range(1, len(states))})
    kept = [move for move, sessions in made.items() if sessions >= least]
    moves: dict[str, dict[str, str]] = {START: {}}
    for before, state in kept:
        target, label = (OVER, _ANY_END) if is_end(state) else (_place((*before, state)[-order:]), state)
        moves.setdefault(_place(before), {})[label] = target
    found = Automaton(name, START, moves, walks.view)
    if OVER not in found.places or found.distances[0, found.places.index(OVER)] >= _FAR:
        raise UsageError(f"no plan can be learned: {len(passing)} sessions passed, no way was gone by {least} of them")
    return found


def _place(states: tuple[str, ...]) -> str:
    return " > ".join(states)
