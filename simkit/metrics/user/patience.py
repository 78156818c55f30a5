"""How much of the persona's patience an agent used up, read off the log: for certain, and at most.

The persona declares what each setback costs. What the agent's words surely were (a question, a refusal, news of an
error, the same words again) is certain; whether a reply moved nothing, or a question had been answered, is a matter of
judgement and counts only towards the most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simkit.metrics.user.asking import slots_named
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, claims_success
from simkit.spec.values import plain
from simkit.trace.events import AgentSaid


class Spent(NamedTuple):
    """Patience used up once the agent's event of that number was heard."""

    seq: int
    certain: float
    most: float


def spent(episode: Episode) -> tuple[Spent, ...]:
    """After each of the agent's replies, in order."""
    costs = episode.persona.irritation
    doubtful = 0.0
    asked: set[str] = set()
    found = []
    for said, certain in _certainly(episode):
        act = agent_act(said.text)
        slots = slots_named(episode, said.text)
        doubtful += costs.repeated * len(slots & asked)
        asked |= slots
        if act in ("ask", "inform", "report_error", "confirm") and not claims_success(said.text):
            doubtful += costs.stalled
        found.append(Spent(said.seq, certain, certain + doubtful))
    return tuple(found)


def used_up(episode: Episode, patience: float) -> int | None:
    """The number of the agent's first reply by which `patience` was certainly used up; None where it never was."""
    return next((said.seq for said, certain in _certainly(episode) if certain >= patience), None)


def _certainly(episode: Episode) -> Iterator[tuple[AgentSaid, float]]:
    costs = episode.persona.irritation
    of_act = {"ask": costs.question, "refuse": costs.refusal, "report_error": costs.error}
    certain = 0.0
    heard: set[str] = set()
    said_words = episode.agent_words
    for said, act, words in zip(episode.agent_texts, map(agent_act, said_words), map(plain, said_words), strict=True):
        certain += of_act.get(act, 0.0)
        certain += costs.repeated if words in heard else 0.0
        heard.add(words)
        yield said, certain
