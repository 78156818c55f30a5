"""Whose fault a failed session is, as a metric for itself."""

from __future__ import annotations

from simkit.metrics.score import Score
from simkit.metrics.session import score_session
from simkit.paths.episode import Episode


def culprit(episode: Episode) -> Score:
    """`agent`, `user`, `domain` or `infrastructure` (`metrics.blame` says when); None for a session that passed."""
    found = score_session(episode).blame
    if found is None:
        return Score(name="culprit", value=None, reason="the session passed")
    return Score(name="culprit", value=found.culprit, reason=found.reason, evidence=found.evidence)
