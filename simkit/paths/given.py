"""Which sessions a reading is about: `--given persona=novice --given tag=refund`.

Conditions on different keys all hold; several on one key are alternatives (`--given trial=0 --given trial=1`).
`turn` is not about sessions but about their transitions: `--given turn=1-3` counts those that lead to what happened
within the user's first three turns (0: before the user spoke); only counts can be cut so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.episode import Episode
from simkit.paths.states import ENDINGS

T = TypeVar("T")

_KEYS: dict[str, Callable[[Episode], Iterable[str]]] = {
    "persona": lambda episode: (episode.persona.persona,),
    "scenario": lambda episode: (episode.scenario.scenario,),
    "domain": lambda episode: (episode.card.domain,),
    "tag": lambda episode: episode.scenario.tags,
    "trial": lambda episode: (str(episode.log.session.trial),),
    "agent": lambda episode: (episode.log.started.agent,),
    "version": lambda episode: (f"{name}-{at}" for name, at in episode.log.started.versions.items()),
}

TURN = "turn"
KEYS = (*_KEYS, "outcome", TURN)
"""What sessions, or their transitions, can be chosen by."""


class Turns(NamedTuple):
    """The user's turns `first` to `last`; None: to the end."""

    first: int
    last: int | None

    def __contains__(self, turn: object) -> bool:
        return isinstance(turn, int) and self.first <= turn and (self.last is None or turn <= self.last)


def split_turns(conditions: Iterable[str]) -> tuple[list[str], Turns | None]:
    """The conditions on sessions, and the one on turns, `turn=N`, `turn=N-M` or `turn=N-`. Raises UsageError for
    another form, and for two of them."""
    conditions = list(conditions)
    own = [one for one in conditions if one.partition("=")[0] == TURN]
    if not own:
        return conditions, None
    found = re.fullmatch(r"turn=(\d{1,9})(-(\d{1,9})?)?", own[0])
    if len(own) > 1 or not found:
        raise UsageError(f"--given {one_line(' '.join(own))}: one range, as turn=2, turn=1-3 or turn=4-")
    first = int(found[1])
    last = first if found[2] is None else int(found[3]) if found[3] else None
    if last is not None and last < first:
        raise UsageError(f"--given {own[0]}: the range is empty; write turn={last}-{first}")
    return [one for one in conditions if one not in own], Turns(first, last)


def parse_given(conditions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Key to the values that are let through, from texts `KEY=VALUE`. Raises UsageError for anything else."""
    wanted: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        key, equals, value = condition.partition("=")
        if not equals or not value:
            raise UsageError(f"--given '{one_line(condition)}' is not KEY=VALUE, as in --given persona=novice")
        if key not in KEYS:
            raise UsageError(f"--given {one_line(condition)}: no key '{one_line(key)}'{did_you_mean(key, KEYS)}")
        if key == TURN:
            raise UsageError(f"--given {one_line(condition)}: only the counts of simkit matrix can be cut by turns")
        if key == "outcome" and value not in ENDINGS:
            raise UsageError(
                f"--given {one_line(condition)}: no outcome '{one_line(value)}'{did_you_mean(value, ENDINGS)}"
            )
        wanted[key] = (*wanted.get(key, ()), value)
    return wanted


def holds(wanted: Mapping[str, Sequence[str]], episode: Episode, outcome: str) -> bool:
    """Whether an episode that ended with `outcome` meets all conditions of `parse_given`."""
    return all(not set(values).isdisjoint(_values(key, episode, outcome)) for key, values in wanted.items())


def select(episodes: Iterable[Episode], conditions: Iterable[str], outcomes: Mapping[str, str]) -> list[Episode]:
    """The episodes that meet all conditions, in their order; `outcomes` by session, `unknown` where it is silent.

    Raises UsageError for a persona, scenario, domain, tag, trial, agent or version that no session has.
    """
    judged = ((one, outcomes.get(str(one.log.session), "unknown")) for one in episodes)
    return [one for one, _ in meeting(judged, conditions, lambda outcome: outcome)]


def meeting(
    sessions: Iterable[tuple[Episode, T]], conditions: Iterable[str], outcome: Callable[[T], str]
) -> Iterator[tuple[Episode, T]]:
    """The sessions that meet all conditions, as they come; `outcome` tells how one ended from what stands beside it.

    Raises UsageError for conditions that are none at once, and after the last session for a persona, scenario,
    domain, tag, trial, agent or version that no session has.
    """
    return _meeting(sessions, parse_given(conditions), outcome)


def _meeting(
    sessions: Iterable[tuple[Episode, T]], wanted: Mapping[str, Sequence[str]], outcome: Callable[[T], str]
) -> Iterator[tuple[Episode, T]]:
    known: dict[str, set[str]] = {key: set() for key in wanted if key != "outcome"}
    for episode, beside in sessions:
        for key, values in known.items():
            values.update(_values(key, episode, ""))
        if holds(wanted, episode, outcome(beside)):
            yield episode, beside
    for key, values in known.items():
        for value in wanted[key]:
            if value not in values:
                cure = did_you_mean(value, values)
                raise UsageError(f"--given {key}={one_line(value)}: no session has that {key}{cure}")


def _values(key: str, episode: Episode, outcome: str) -> Iterable[str]:
    return (outcome,) if key == "outcome" else _KEYS[key](episode)
