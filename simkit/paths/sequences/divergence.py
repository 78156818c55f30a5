"""Where a failing trial first leaves the way of a passing one: the same scenario, the same start, another end.

Each session that did not pass is laid beside the passing session of its scenario and persona (of its scenario, where
that persona never passed) that went the same way longest. What each of them did next is where to look first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from simkit.paths.states import is_end
from simkit.paths.walks import Walks


class Divergence(NamedTuple):
    """One failing session beside the passing one that it followed longest."""

    failing: str
    passing: str
    """Names of the sessions."""
    together: int
    """States that both went through, START included."""
    after: str
    """The last state in common."""
    failing_next: str
    passing_next: str
    failing_event: int
    """Number of the event by which the failing session went its own way."""
    passing_event: int

    @property
    def same_way(self) -> bool:
        """Whether only the end differs: the calls were the same, so it was arguments, words, or the order of talk."""
        return is_end(self.failing_next) and is_end(self.passing_next)


class Parting(NamedTuple):
    """What many failing sessions have in common: where they left the good way, and for what."""

    after: str
    failing_next: str
    passing_next: str
    sessions: tuple[str, ...]
    """Of the failing ones."""


@dataclass
class _Prefix:
    """Passing sessions that begin alike: one of them, and what came next."""

    session: int
    onward: dict[int, _Prefix] = field(default_factory=dict)


def divergences(walks: Walks) -> tuple[Divergence, ...]:
    """One for each session that failed and whose scenario some session passed, in the order of sessions."""
    good: dict[tuple[str, ...], _Prefix] = {}
    for number, key in enumerate(walks.keys):
        if walks.passed[number]:
            for task in (key[:2], key[:1]):
                _enter(good.setdefault(task, _Prefix(number)), walks.codes_of(number), number)
    found = []
    for number, key in enumerate(walks.keys):
        beginning = good.get(key[:2]) or good.get(key[:1])
        if walks.outcomes[number] == "fail" and beginning is not None:
            found.append(_parted(walks, number, beginning))
    return tuple(found)


def partings(found: tuple[Divergence, ...]) -> tuple[Parting, ...]:
    """The same gathered by place, the most frequent first."""
    places: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        places.setdefault((one.after, one.failing_next, one.passing_next), []).append(one.failing)
    ranked = sorted(places.items(), key=lambda place: -len(place[1]))
    return tuple(Parting(*place, tuple(sessions)) for place, sessions in ranked)


def _enter(prefix: _Prefix, codes: list[int], session: int) -> None:
    for code in codes:
        prefix = prefix.onward.setdefault(code, _Prefix(session))


def _parted(walks: Walks, failing: int, prefix: _Prefix) -> Divergence:
    codes = walks.codes_of(failing)
    together = 0
    while codes[together] in prefix.onward:
        prefix = prefix.onward[codes[together]]
        together += 1
    # A failing session's end is on no passing way, so it parts at its end at the latest.
    passing = prefix.session
    theirs = walks.codes_of(passing)
    return Divergence(
        str(walks.keys[failing]),
        str(walks.keys[passing]),
        together,
        walks.states[codes[together - 1]],
        walks.states[codes[together]],
        walks.states[theirs[together]],
        walks.events_of(failing)[together],
        walks.events_of(passing)[together],
    )
