"""Which sessions a reading is about: `--given persona=novice --given tag=refund`.

Conditions on different keys all hold; several on one key are alternatives (`--given trial=0 --given trial=1`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

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
}

KEYS = (*_KEYS, "outcome")
"""What sessions can be chosen by."""


def parse_given(conditions: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Key to the values that are let through, from texts `KEY=VALUE`. Raises UsageError for anything else."""
    wanted: dict[str, tuple[str, ...]] = {}
    for condition in conditions:
        key, equals, value = condition.partition("=")
        if not equals or not value:
            raise UsageError(f"--given '{one_line(condition)}' is not KEY=VALUE, as in --given persona=novice")
        if key not in KEYS:
            raise UsageError(f"--given {one_line(condition)}: no key '{one_line(key)}'{did_you_mean(key, KEYS)}")
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

    Raises UsageError for a persona, scenario, domain, tag or trial that no session has.
    """
    judged = ((one, outcomes.get(str(one.log.session), "unknown")) for one in episodes)
    return [one for one, _ in meeting(judged, conditions, lambda outcome: outcome)]


def meeting(
    sessions: Iterable[tuple[Episode, T]], conditions: Iterable[str], outcome: Callable[[T], str]
) -> Iterator[tuple[Episode, T]]:
    """The sessions that meet all conditions, as they come; `outcome` tells how one ended from what stands beside it.

    Raises UsageError for conditions that are none at once, and after the last session for a persona, scenario,
    domain, tag or trial that no session has.
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
