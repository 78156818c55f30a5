"""From a failing session to the smallest that fails the same way: every pass, again and again, until none helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from simkit.agents.faulty.rates import sound
from simkit.errors import UsageError
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.probe.playing import Played, Player, Spent
from simkit.probe.shrink.candidate import Candidate, Size
from simkit.probe.shrink.flaky import BASELINE, as_often
from simkit.probe.shrink.passes import PASSES, Pass, Smallest
from simkit.probe.shrink.way import Way, way_of

Judge = Callable[[Episode, SessionScore], Way | None]
"""In what way a session fails."""


REPLAYS = 5
"""How often a session is played again before an agent of somebody's is believed to always do the same."""


@dataclass(frozen=True)
class Shrunk:
    """What came of it."""

    before: Candidate
    after: Candidate
    size_before: Size
    size_after: Size
    way: Way
    played: Played
    """A session of `after` that fails the same way."""
    rate: float
    """How often the original failed the same way when it was played again: 1 for an agent that does the same again."""
    sessions: int
    """How many were played."""
    spent: bool
    """Whether the budget, or somebody, ended the search before nothing was left to try."""
    interrupted: bool = False
    """Whether it was somebody."""


class Search:
    """One search: what was tried, what it may cost, and the smallest so far.

    `judge`: what counts as failing. `free`: the agent is known to do always the same.
    """

    def __init__(
        self,
        player: Player,
        way: Way,
        *,
        judge: Judge = way_of,
        free: bool = False,
        progress: Callable[[str], None] = lambda outcome: None,
    ) -> None:
        self.player, self.way, self.judge, self.progress = player, way, judge, progress
        self.free, self.guided = free, sound(player.agent) == "reference"
        self.prover = Player(player.domain, "reference", most=player.most) if way.undone else None
        self.tried: set[str] = set()
        self.rate = 1.0
        self.interrupted = False
        self.proven = False
        """Whether the original has a reference path."""

    def run(self, before: Candidate) -> Shrunk:
        """The smallest scenario that fails the same way. Raises UsageError where the original does not fail again."""
        try:
            first = self._baseline(before)
        except Spent:
            raise UsageError(f"--max-sessions {self.player.most}: too few to see the session fail again") from None
        best, spent = first, False
        try:
            while (smaller := self._round(best)) is not best:
                best = smaller
        except _Cut as cut:
            best, spent = cut.best, True
        domain = self.player.domain
        return Shrunk(
            before=first.candidate,
            after=best.candidate,
            size_before=first.candidate.size(domain, first.episode),
            size_after=best.candidate.size(domain, best.episode),
            way=self.way,
            played=self.last_of(best),
            rate=self.rate,
            sessions=self.player.played,
            spent=spent,
            interrupted=self.interrupted,
        )

    def last_of(self, best: Smallest) -> Played:
        """The session that showed the smallest to fail, read."""
        return self._kept[best.candidate.digest]

    def _baseline(self, before: Candidate) -> Smallest:
        self._kept: dict[str, Played] = {}
        self.proven = bool(before.scenario.get("reference"))
        if not self._can_be_done(before):
            self.prover = None
        found = self._fails(before)
        if found is None:
            found = next((one for seed in range(1, 1 + BASELINE) if (one := self._fails(_at(before, seed)))), None)
        if found is None:
            what = f"the session does not fail again in {self.player.played} sessions ({self.way})"
            raise UsageError(f"{what}; is it the same agent, the same domain?")
        if not self._always(found):
            seeds = range(found.candidate.seed, found.candidate.seed + BASELINE)
            fails = [self._same(self._play(found.candidate, seed)) is not None for seed in seeds]
            self.rate = max(sum(fails), 1) / (BASELINE + 1)
        return found

    def _always(self, found: Smallest) -> bool:
        """Whether the agent does the very same when it is played again."""
        again = (self._play(found.candidate, found.candidate.seed) for _ in range(1 if self.free else REPLAYS))
        return all(one is not None and one.episode.log.digest == found.episode.log.digest for one in again)

    def _round(self, best: Smallest) -> Smallest:
        for one in PASSES:
            best = self._pass(one, best)
        return best

    def _pass(self, one: Pass, best: Smallest) -> Smallest:
        """The smallest that one pass comes to. After a cut that helped it goes on with the next: what did not help
        before is tried again in the next round."""
        done, smaller = 0, best
        while smaller is not None:
            best, size = smaller, smaller.candidate.size(self.player.domain, smaller.episode)
            for number, candidate in enumerate(one(best)):
                if number >= done and (smaller := self._smaller(candidate, size, best)) is not None:
                    done = number
                    break
            else:
                smaller = None
        return best

    def _smaller(self, candidate: Candidate, size: Size, best: Smallest) -> Smallest | None:
        if candidate.digest in self.tried:
            return None
        self.tried.add(candidate.digest)
        try:
            return self._holds(candidate, size)
        except (Spent, KeyboardInterrupt) as cut:
            self.interrupted = isinstance(cut, KeyboardInterrupt)
            raise _Cut(best) from None

    def _holds(self, candidate: Candidate, size: Size) -> Smallest | None:
        """The candidate, where it is smaller and fails the same way often enough."""
        if self.rate == 1.0:
            found = self._fails(candidate)
            return (
                found if found is not None and found.candidate.size(self.player.domain, found.episode) < size else None
            )
        shown: list[Smallest] = []
        if not self._can_be_done(candidate):
            return None

        def fails(number: int) -> bool:
            found = self._same(self._play(candidate, candidate.seed + number))
            if found is not None:
                shown.append(self._smallest(candidate, found))
            return found is not None

        if not as_often(fails, self.rate) or not shown:
            return None
        middle = sorted(shown, key=lambda one: one.candidate.size(self.player.domain, one.episode))[len(shown) // 2]
        return middle if middle.candidate.size(self.player.domain, middle.episode) < size else None

    def _fails(self, candidate: Candidate) -> Smallest | None:
        if not self._can_be_done(candidate):
            return None
        found = self._same(self._play(candidate, candidate.seed))
        return None if found is None else self._smallest(candidate, found)

    def _can_be_done(self, candidate: Candidate) -> bool:
        """Where the failure is that something was not done: whether the reference path does it, with that user and in
        that time, where nothing is put in its way."""
        take = candidate.take(self.player.domain) if self.prover else None
        if self.prover is None or take is None or not take.scenario.steps:
            return self.prover is None or not self.proven
        sound_one = take.scenario.model_copy(update={"inject": {}, "agent_fault": None, "faults": ()})
        (proof,) = self.prover.play([replace(take, scenario=sound_one)])
        way = way_of(proof.episode, proof.score)
        return way is None or not self.way.target & way.marks

    def _play(self, candidate: Candidate, seed: int) -> Played | None:
        take = candidate.take(self.player.domain)
        if take is None:
            return None
        (played,) = self.player.play([replace(take, seed=seed)])
        self.progress(played.score.outcome)
        return played

    def _same(self, played: Played | None) -> Played | None:
        way = played and self.judge(played.episode, played.score)
        return played if way and self.way.same(way) else None

    def _smallest(self, candidate: Candidate, played: Played) -> Smallest:
        self._kept[candidate.digest] = played
        way = self.judge(played.episode, played.score)
        assert way is not None
        last = max((at for mark, at in way.shown_at.items() if mark in self.way.target), default=0)
        return Smallest(candidate, played.episode, self.player.domain, last, self.guided)


class _Cut(Exception):
    def __init__(self, best: Smallest) -> None:
        self.best = best


def _at(candidate: Candidate, seed: int) -> Candidate:
    return replace(candidate, seed=seed)
