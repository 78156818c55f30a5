"""Everything odd in an agent's words in one session, from the log alone."""

from __future__ import annotations

from collections.abc import Iterator

from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.odd.debris import debris, foreign_scripts
from simkit.metrics.odd.flow import circles, truncated
from simkit.metrics.odd.given import Given
from simkit.metrics.odd.links import bad_links
from simkit.metrics.odd.promised_json import broken_json
from simkit.metrics.odd.refusals import undue_refusals
from simkit.metrics.score import Odd, Score
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid


def odd_output(episode: Episode, *, reached: bool) -> tuple[Odd, ...]:
    """Every finding, in the order of the session. `reached`: whether the goal was."""
    found = [one for said in episode.agent_texts for one in _in_message(episode, said)]
    found += [*circles(episode), *undue_refusals(episode, reached=reached), *broken_json(episode)]
    return tuple(sorted(found, key=lambda one: (one.events[0], one.kind, one.sentence)))


def odd_output_per_reply(episode: Episode) -> Score:
    """As a metric: the share of the agent's messages with anything odd in them, 0 to 1."""
    if not episode.agent_texts:
        return Score(name="odd_output_per_reply", value=None, reason="the agent said nothing")
    found = odd_output(episode, reached=verdict(goal_parts(episode)) == "pass")
    odd = tuple(sorted({one.events[0] for one in found}))
    reason = "; ".join(dict.fromkeys(one.sentence for one in found))
    return Score(name="odd_output_per_reply", value=len(odd) / len(episode.agent_texts), reason=reason, evidence=odd)


def _in_message(episode: Episode, said: AgentSaid) -> Iterator[Odd]:
    given = Given(episode, said.seq)
    yield from debris(said, given)
    yield from foreign_scripts(said, episode.persona.language, given)
    yield from truncated(said)
    yield from bad_links(said, given)
