"""All sessions of a run as numbers, so that its page can count any part of them anew: who, where, how it ended, which
walk was taken, where it first failed. A name or a walk stands in the page once, however many sessions share it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from simkit.metrics.score import SessionScore
from simkit.metrics.session import first_slip
from simkit.paths.episode import Episode
from simkit.paths.failures import Failure, failures_of
from simkit.paths.states import VIEWS, Visit

MOST = 50_000
"""Sessions of a run whose page can filter its figures; a larger run's page shows those of all of them."""

T = TypeVar("T", bound=Hashable)


class Codes(dict[T, int], Generic[T]):
    """Value to number, numbered as they are first asked for."""

    def __missing__(self, value: T) -> int:
        self[value] = len(self)
        return self[value]


class Crowd:
    """Every session by what a page filters by, as they come in by key.

    `to_json` gives `{"names": {field: [text]}, "kinds": [[persona, domain, scenario, outcome, [tag], [[error, n]]]],
    "of": [kind], "turns": [n], "calls": [n], "shown": [session number]}`: a kind is what sessions have in common, and
    its numbers are places in `names`.
    """

    FIELDS = ("persona", "domain", "scenario", "outcome", "tag", "error")

    def __init__(self) -> None:
        self._names: dict[str, Codes[str]] = {field: Codes() for field in self.FIELDS}
        self._kinds: Codes[tuple[Any, ...]] = Codes()
        self._of: list[int] = []
        self._turns: list[int] = []
        self._calls: list[int] = []
        self._shown: list[int] = []

    def add(self, episode: Episode, score: SessionScore, *, shown: bool) -> None:
        """The run's next session."""
        if shown:
            self._shown.append(len(self._of))
        names = self._names
        errors = Counter(names["error"][finding.kind] for finding in score.findings)
        one = (score.persona, score.domain, score.scenario, score.outcome)
        codes = tuple(names[field][value] for field, value in zip(self.FIELDS, one, strict=False))
        tags = tuple(names["tag"][tag] for tag in dict.fromkeys(score.tags))
        self._of.append(self._kinds[*codes, tags, tuple(sorted(errors.items()))])
        self._turns.append(len(episode.user_texts))
        self._calls.append(len(episode.log.calls))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "names": {field: list(codes) for field, codes in self._names.items()},
            "kinds": list(self._kinds),
            "of": self._of,
            "turns": self._turns,
            "calls": self._calls,
            "shown": self._shown,
        }


class Walks:
    """Which walk each session took under one view, and where it first failed.

    `to_json` gives `{"walks": [[state]], "walk": [walk number of each session], "failures": [[session, last good
    state, first failing state, steps that were good, event]], "recovered": [the same]}`, with the event null where a
    person named the state. `recovered` are the first slips of sessions that passed all the same.
    """

    def __init__(self, view: str) -> None:
        self._view = VIEWS[view]
        self._walks: Codes[tuple[str, ...]] = Codes()
        self._walk: list[int] = []
        self._failures: list[tuple[int, Failure, int]] = []
        self._recovered: list[tuple[int, Failure, int]] = []

    def add(self, episode: Episode, score: SessionScore, steps: tuple[Visit, ...]) -> None:
        """The run's next session, with its steps under this view."""
        found = failures_of([(episode, first_slip(score), score.outcome)], self._view, slips=True)
        for those, kept in ((found.failures, self._failures), (found.recovered, self._recovered)):
            kept.extend((len(self._walk), failure, _good(failure, steps)) for failure in those)
        self._walk.append(self._walks[tuple(step.state for step in steps)])

    def states(self) -> dict[str, None]:
        """The states that only failures name, in the order in which they first come."""
        named = (*self._failures, *self._recovered)
        return dict.fromkeys(state for _, failure, _ in named for state in (failure.row, failure.column))

    def to_json(self, number: dict[str, int]) -> dict[str, Any]:
        """Plain values; `number` has each state's."""
        return {
            "walks": [[number[state] for state in walk] for walk in self._walks],
            "walk": self._walk,
            "failures": [_numbered(one, number) for one in self._failures],
            "recovered": [_numbered(one, number) for one in self._recovered],
        }


def _numbered(found: tuple[int, Failure, int], number: dict[str, int]) -> list[int | None]:
    session, failure, good = found
    return [session, number[failure.row], number[failure.column], good, failure.event]


def _good(failure: Failure, steps: tuple[Visit, ...]) -> int:
    """How many steps, START among them, came before the failure; by its row where a person named no event."""
    if failure.event is not None:
        return 1 + sum(step.event < failure.event for step in steps[1:-1])
    states = [step.state for step in steps]
    return states.index(failure.row) + 1 if failure.row in states else 1
