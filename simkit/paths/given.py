"""Which sessions a reading is about: `--given persona=novice --given tag=refund`.

Conditions on different keys all hold; several on one key are alternatives (`--given trial=0 --given trial=1`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.episode import Episode
from simkit.paths.states import ENDINGS

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
    wanted, everything = parse_given(conditions), list(episodes)
    for key, values in wanted.items():
        known = {value for episode in everything for value in _values(key, episode, "")}
        for value in values:
            if key != "outcome" and value not in known:
                cure = did_you_mean(value, known)
                raise UsageError(f"--given {key}={one_line(value)}: no session has that {key}{cure}")
    return [one for one in everything if holds(wanted, one, outcomes.get(str(one.log.session), "unknown"))]


def _values(key: str, episode: Episode, outcome: str) -> Iterable[str]:
    return (outcome,) if key == "outcome" else _KEYS[key](episode)
