"""Which sessions of a run its page shows: all of a small run; of a large one those that failed, and a sample.

A page of a hundred thousand transcripts opens in no browser. Its figures, graphs and matrices are of all sessions all
the same; only the table of sessions and the transcripts are of those that were chosen, and the page says so.
"""

from __future__ import annotations

from collections import Counter

from simkit.metrics.score import SessionScore
from simkit.report.summary import Summary

MOST = 2_000
"""Sessions that a page shows, at most (and one for each scenario that did not always pass)."""
LONGEST = 40_000_000
"""Characters of all transcripts on a page together."""
_PASSING = 0.2
"""Share of the shown sessions that is kept for passing ones."""


class Everything:
    """No choice at all: every session has its row; its transcript is asked for when somebody opens it."""

    keeps = False
    """Whether the page has the transcripts in it."""

    def takes(self, score: SessionScore) -> bool:
        """Whether the page is to show this session."""
        return True

    def has_room(self, score: SessionScore, length: int) -> bool:
        """Whether its transcript still fits."""
        return True


class Choice:
    """Chooses while sessions come by, by key: of every scenario the first that failed or were invalid, and the first
    that passed, as many of each as all scenarios can have."""

    keeps = True

    def __init__(self, summary: Summary, most: int = MOST, longest: int = LONGEST) -> None:
        self._all = summary.total.sessions <= most
        self._telling = {one.session for one in summary.by_scenario.values() if one.session}
        self._quotas = {} if self._all else _quotas(summary, most)
        self._taken: Counter[tuple[str, str]] = Counter()
        self._planned = summary.total.sessions if self._all else sum(self._quotas.values())
        self._longest, self._seen, self._length = longest, 0, 0

    def takes(self, score: SessionScore) -> bool:
        """Whether the page is to show this session, if its transcript is not too long."""
        kind = (score.scenario, score.outcome)
        self._taken[kind] += 1
        return self._all or self._taken[kind] <= self._quotas.get(kind, 0) or score.session in self._telling

    def has_room(self, score: SessionScore, length: int) -> bool:
        """Whether a transcript of that many characters still fits: room is given out evenly, so that long sessions of
        one scenario do not crowd out the next."""
        self._seen += 1
        room = self._longest * self._seen / max(self._planned, 1)
        if self._longest < self._length + length or (room < self._length and score.session not in self._telling):
            return False
        self._length += length
        return True


def _quotas(summary: Summary, most: int) -> dict[tuple[str, str], int]:
    """(scenario, outcome) to how many of its sessions to take."""
    scenarios = summary.by_scenario.items()
    bad = {(name, "fail"): one.failed for name, one in scenarios}
    bad |= {(name, "invalid"): one.errored for name, one in scenarios}
    good = {(name, "pass"): one.passed for name, one in scenarios}
    room_for_good = min(sum(good.values()), int(most * _PASSING))
    chosen = _shared(bad, most - room_for_good)
    return {**chosen, **_shared(good, most - sum(chosen.values()))}


def _shared(counts: dict[tuple[str, str], int], most: int) -> dict[tuple[str, str], int]:
    """At most `most` out of all counts, each as far as an equal limit for all allows; then one more each, by name."""
    low, high = 0, max(counts.values(), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(n, middle) for n in counts.values()) <= most else (low, middle - 1)
    taken = {kind: min(n, low) for kind, n in counts.items()}
    left = most - sum(taken.values())
    more = [kind for kind in sorted(counts) if counts[kind] > low][:left]
    return taken | {kind: taken[kind] + 1 for kind in more}
