"""Which differences from a reference bear on a session that missed its goal.

A write that is missing, wrong or too many always does. A read does where it is what went wrong: the goal asks for the
call itself, or it hands the session over to somebody, or nothing was wrong with any write, or it is about the very
thing that a write went wrong with. All other reads may differ, as they may where the goal is reached: what somebody
looked up on the way is their own business.
"""

from __future__ import annotations

from functools import cached_property

from simkit.metrics.beside.steps import (
    Alignment,
    Match,
    Wanted,
    differing_arguments,
    effect,
    effect_of,
    hands_over,
    subjects,
    works_on_words,
)
from simkit.metrics.goal import matching_calls
from simkit.paths.episode import Episode
from simkit.spec.condition import contains_arguments


class Bearing:
    """What of one alignment is held against the agent."""

    def __init__(self, episode: Episode, alignment: Alignment) -> None:
        self._episode, self._alignment, self._card = episode, alignment, episode.card

    def wrong(self) -> tuple[Match, ...]:
        """The calls that stand for a step but differ from it."""
        return tuple(
            match
            for match in self._alignment.matches
            if match.how != "exact" and self._counts(match.wanted, match.call.arguments)
        )

    def missing(self) -> tuple[Wanted, ...]:
        """The steps that nobody took."""
        return tuple(one for one in self._alignment.missing if not self._known_anyway(one) and self._counts(one, None))

    @cached_property
    def _about(self) -> frozenset[str]:
        """What the writes that went wrong are about."""
        return frozenset(value for arguments in self._wrong for value in subjects(arguments))

    @cached_property
    def _wrong(self) -> list[object]:
        """The arguments of every write that is wrong, missing or too many."""
        card, alignment = self._card, self._alignment
        wrong: list[object] = [
            call.arguments for call in alignment.extra if call.outcome == "ok" and effect(card, call) == "write"
        ]
        wrong += [one.step.arguments for one in alignment.missing if effect_of(card, one.step) != "read"]
        for match in alignment.matches:
            if match.how != "exact" and effect_of(card, match.wanted.step) != "read":
                wrong += [match.call.arguments, match.wanted.step.arguments]
        return wrong

    def _counts(self, wanted: Wanted, arguments: object) -> bool:
        if effect_of(self._card, wanted.step) != "read" or hands_over(wanted.step) or self._asked_for(wanted):
            return True
        if works_on_words(self._card, wanted.step):
            return False
        return not self._wrong or not self._about.isdisjoint(subjects([arguments, wanted.step.arguments]))

    def _asked_for(self, wanted: Wanted) -> bool:
        """Whether the goal itself wants this call, and did not get it."""
        return any(
            pattern.tool == wanted.step.tool
            and contains_arguments(wanted.step.arguments, pattern.arguments)
            and not matching_calls(self._episode, pattern)
            for pattern in self._episode.scenario.goal.calls
        )

    def _known_anyway(self, wanted: Wanted) -> bool:
        """Whether the agent looked this up at some other time: a reference that looks twice asks for no second look."""
        if effect_of(self._card, wanted.step) != "read":
            return False
        return any(
            call.tool == wanted.step.tool
            and call.outcome == "ok"
            and not differing_arguments(self._card, wanted.step, call.arguments)
            for call in self._episode.agent_calls
        )
