"""How much of the persona's patience an agent used up, read off the log: for certain, and at most.

The persona declares what each setback costs. What the agent's words surely were (a question, a refusal, news of an
error, the same words again) is certain; whether a reply moved nothing, or a question had been answered, is a matter of
judgement and counts only towards the most.
"""

from __future__ import annotations

from typing import NamedTuple

from simkit.metrics.user.asking import slots_named
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, claims_success
from simkit.spec.values import plain


class Spent(NamedTuple):
    """Patience used up once the agent's event of that number was heard."""

    seq: int
    certain: float
    most: float


def spent(episode: Episode) -> tuple[Spent, ...]:
    """After each of the agent's replies, in order."""
    costs = episode.persona.irritation
    certain = doubtful = 0.0
    heard: set[str] = set()
    asked: set[str] = set()
    found = []
    for said in episode.agent_texts:
        act, words = agent_act(said.text), plain(said.text)
        certain += {"ask": costs.question, "refuse": costs.refusal, "report_error": costs.error}.get(act, 0.0)
        certain += costs.repeated if words in heard else 0.0
        heard.add(words)
        slots = slots_named(episode, said.text)
        doubtful += costs.repeated * len(slots & asked)
        asked |= slots
        if act in ("ask", "inform", "report_error", "confirm") and not claims_success(said.text):
            doubtful += costs.stalled
        found.append(Spent(said.seq, certain, certain + doubtful))
    return tuple(found)
