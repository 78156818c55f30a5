"""All faults of the simulated user in one session, per turn, from the log alone."""

from __future__ import annotations

from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.score import Score, UserFault
from simkit.metrics.user.ending import ended_early
from simkit.metrics.user.knowledge import unknowable
from simkit.metrics.user.persona import contradictions
from simkit.metrics.user.role import flipped, repeated
from simkit.paths.episode import Episode


def user_faults(episode: Episode, *, reached: bool) -> tuple[UserFault, ...]:
    """Every fault, in the order of the session. `reached`: whether the goal was."""
    found = [
        *unknowable(episode),
        *ended_early(episode, reached=reached),
        *contradictions(episode),
        *flipped(episode),
        *repeated(episode),
    ]
    return tuple(sorted(found, key=lambda one: (one.events[:1], one.kind, one.sentence)))


def user_faults_per_turn(episode: Episode) -> Score:
    """As a metric: the share of the user's turns that have a fault, 0 to 1."""
    turns = len(episode.user_texts)
    if not turns:
        return Score(name="user_faults_per_turn", value=None, reason="the user said nothing")
    found = user_faults(episode, reached=verdict(goal_parts(episode)) == "pass")
    faulty = tuple(sorted({one.events[0] for one in found}))
    reason = "; ".join(dict.fromkeys(one.sentence for one in found))
    return Score(name="user_faults_per_turn", value=len(faulty) / turns, reason=reason, evidence=faulty)
