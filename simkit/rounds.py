"""How often what is played: so many trials of everything, or round by round while something is still open.

A decision is made when a whole round is over, and rests on the rounds so far alone: not on the order in which sessions
end, nor on where a run was interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from simkit.metrics.score import Outcome
from simkit.metrics.session import outcome_of
from simkit.metrics.statistics.sequential import UntilSure
from simkit.paths.episode import episodes
from simkit.spec.files import Case
from simkit.trace.log import Log, SessionKey

Round = tuple[Sequence[Case], Sequence[int]]
"""Cases, and the numbers of the trials that are played of each."""


class Rounds:
    """The rounds of a run. Iterating gives one after another; each rests on what `note` heard of those before."""

    def __init__(self, cases: Sequence[Case], trials: Sequence[int], until_sure: UntilSure | None = None) -> None:
        self.until_sure = until_sure
        self._cases, self._trials = cases, trials
        self._passed: dict[tuple[str, int], list[bool]] = {}

    @property
    def most(self) -> int:
        """The largest number of sessions that there can be."""
        trials = self.until_sure.max_trials if self.until_sure else len(self._trials)
        return trials * sum(len(case.personas) for case in self._cases)

    def note(self, key: SessionKey, outcome: Outcome) -> None:
        """Hear how a session ended. An invalid one is no trial."""
        if self.until_sure and outcome != "invalid":
            self._passed.setdefault((key.scenario, key.trial), []).append(outcome == "pass")

    def remember(self, logs: Iterable[Log]) -> None:
        """Hear of sessions that were played before the run was interrupted."""
        for episode in episodes(logs):
            self.note(episode.log.session, outcome_of(episode))

    def __iter__(self) -> Iterator[Round]:
        yield self._cases, self._trials
        if self.until_sure:
            for trial in range(len(self._trials), self.until_sure.max_trials):
                names = self.until_sure.open(self._counts(trial))
                if not names:
                    return
                yield [case for case in self._cases if case.scenario.scenario in names], [trial]

    def _counts(self, before: int) -> dict[str, tuple[int, int]]:
        counts = {case.scenario.scenario: (0, 0) for case in self._cases}
        for (name, trial), passed in self._passed.items():
            if trial < before and name in counts:
                counts[name] = (counts[name][0] + sum(passed), counts[name][1] + len(passed))
        return counts
