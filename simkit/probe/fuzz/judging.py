"""What counts as broken in a session that was drawn.

Always: a rule of the policy, an invariant, a call that cannot be read, a value that nobody gave, a success that was
none, a loop, an agent that raises, a property of one's own. Where the goal is known, the goal, and what is seen
beside the reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from simkit.metrics.invariants import upsets
from simkit.metrics.properties import Property, broken, name_of
from simkit.metrics.score import SessionScore
from simkit.paths.episode import Episode
from simkit.probe.shrink.way import Mark, Way, crashes, mark_of, way_of

ANYWHERE = frozenset(
    {"unknown_tool", "malformed_call", "invalid_arguments", "ignored_error", "ungrounded_argument", "loop"}
    | {"ungrounded_claim"}
)
"""Kinds of finding that need no goal."""


class Broken(NamedTuple):
    """One thing that a session breaks."""

    mark: Mark
    sentence: str
    events: tuple[int, ...]


def _cut(episode: Episode) -> bool:
    """Whether a limit of ours ended it, which is nothing that the agent broke."""
    return any(failed.boundary == "simkit" for failed in episode.failures)


@dataclass(frozen=True)
class Judging:
    """The properties that sessions are held against. `known`: whether their goal is."""

    properties: tuple[Property, ...] = ()
    known: bool = False

    def all_broken(self, episode: Episode, score: SessionScore) -> list[Broken]:
        """Everything that a session breaks, in the order in which it shows. That the goal was missed is told only where
        nothing else is."""
        found = list(self._errors(episode, score))
        way = way_of(episode, score) if self.known and not found and not _cut(episode) else None
        for mark in way.target if way else ():
            found.append(Broken(mark, score.reason, score.evidence))
        return found

    def _errors(self, episode: Episode, score: SessionScore) -> Iterator[Broken]:
        rules = {one.id for one in (*episode.card.rules, *episode.card.invariants)}
        for mark in crashes(episode, score):
            if not _cut(episode):
                yield Broken(mark, score.reason, score.evidence)
        for one in score.findings:
            mark = mark_of(episode, one)
            if self.known or one.kind in ANYWHERE or mark.about in rules:
                yield Broken(mark, one.sentence, one.events)
        for upset in upsets(episode):
            if not upset.by_agent:
                yield Broken(Mark("goal: invariant", upset.invariant.id), upset.sentence, (upset.call.seq,))
        for held in self.properties:
            if (why := broken(held, episode)) is not None:
                yield Broken(Mark("property", name_of(held)), why, ())

    def way(self, episode: Episode, score: SessionScore, target: Mark | None = None) -> Way | None:
        """In what way a session fails, by these properties; None where it breaks none of them."""
        found = self.all_broken(episode, score)
        if not found:
            return None
        shown = {one.mark: max(one.events, default=len(episode.events) - 1) for one in reversed(found)}
        outcome = score.outcome if self.known else "invalid"
        return Way(outcome, frozenset(shown), frozenset([target or found[0].mark]), shown)


def distinct(found: Sequence[Broken]) -> dict[Mark, Broken]:
    """The first of each."""
    return {one.mark: one for one in reversed(found)}
