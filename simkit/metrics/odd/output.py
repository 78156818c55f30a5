"""Everything odd in an agent's words in one session, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.odd.debris import debris, foreign_scripts, has_debris
from simkit.metrics.odd.flow import breaks_off, circles, truncated
from simkit.metrics.odd.given import Given
from simkit.metrics.odd.links import bad_links, has_link
from simkit.metrics.odd.promised_json import broken_json
from simkit.metrics.odd.refusals import undue_refusals
from simkit.metrics.score import Odd, Score
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid


def odd_output(episode: Episode, *, reached: bool) -> tuple[Odd, ...]:
    """Every finding, in the order of the session. `reached`: whether the goal was."""
    found = [*circles(episode), *undue_refusals(episode, reached=reached), *broken_json(episode)]
    if any(map(_looks_odd, episode.agent_words)):
        found += [one for said in episode.agent_texts if _looks_odd(said.text) for one in _in_message(episode, said)]
    return tuple(sorted(found, key=lambda one: (one.events[0], one.kind, one.sentence)))


def odd_output_per_reply(episode: Episode) -> Score:
    """As a metric: the share of the agent's messages with anything odd in them, 0 to 1."""
    if not episode.agent_texts:
        return Score(name="odd_output_per_reply", value=None, reason="the agent said nothing")
    found = odd_output(episode, reached=verdict(goal_parts(episode)) == "pass")
    odd = tuple(sorted({one.events[0] for one in found}))
    reason = "; ".join(dict.fromkeys(one.sentence for one in found))
    return Score(name="odd_output_per_reply", value=len(odd) / len(episode.agent_texts), reason=reason, evidence=odd)


@lru_cache(maxsize=8192)
def _looks_odd(text: str) -> bool:
    """Whether a look at what was said before can bring anything to light. Most messages are plain."""
    return not text.isascii() or has_debris(text) or breaks_off(text) != "" or has_link(text)


def _in_message(episode: Episode, said: AgentSaid) -> Iterator[Odd]:
    given = Given(episode, said.seq)
    yield from debris(said, given)
    yield from foreign_scripts(said, episode.persona.language, given)
    yield from truncated(said)
    yield from bad_links(said, given)
