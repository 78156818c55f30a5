"""All that one session was worth: outcome, reason, goal parts, tool-use errors, effort, and whatever else is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from simkit.errors import one_line
from simkit.metrics.blame import blame
from simkit.metrics.effort import effort
from simkit.metrics.goal import goal_parts, verdict
from simkit.metrics.odd.output import odd_output
from simkit.metrics.score import Finding, GoalPart, Outcome, Score, SessionScore, Verdict
from simkit.metrics.tool_errors import tool_errors
from simkit.metrics.user.faults import user_faults
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid, Failed, ToolCalled, UserSaid

Metric = Callable[[Episode], Score]

_ENDS = {
    "turn_limit": "the session ran into its limit of turns",
    "call_limit": "the session ran into its limit of calls",
    "time_limit": "the session ran into its limit of time",
}
_OUTCOMES: dict[Verdict, Outcome] = {"pass": "pass", "fail": "fail", "not evaluable": "invalid"}
_NOT_ITS_FAULT = {"user_failed": "the simulated user failed", "model_failed": "a model failed"}
_FIRST = ("recorded", "world", "any_of", "never", "rule", "invariant", "elsewhere", "calls", "says", "never_says")
"""What a person wants to know first of several things that failed; what a judge says comes last."""
_RANK = {part: at for at, part in enumerate(_FIRST)}


class _Judgement(NamedTuple):
    outcome: Outcome
    reason: str = ""
    evidence: tuple[int, ...] = ()


def score_session(episode: Episode, metrics: Iterable[Metric] = ()) -> SessionScore:
    """Everything about one session, from its log alone. A metric that raises yields a score without a value."""
    parts = goal_parts(episode)
    fault = _fault(episode)
    together = verdict(parts)
    reached = together == "pass"
    findings = tool_errors(episode, reached=reached, whole=fault is None or fault.outcome != "invalid")
    judgement = fault or _by_goal(episode, parts, together, findings)
    key = episode.log.session
    score = SessionScore.of(
        session=str(key),
        outcome=judgement.outcome,
        reason=judgement.reason,
        evidence=judgement.evidence,
        goal=parts,
        findings=findings,
        user_faults=user_faults(episode, reached=reached),
        odd=odd_output(episode, reached=reached),
        scores=(*effort(episode), *(measured(metric, episode) for metric in metrics)),
        tags=episode.scenario.tags,
        domain=episode.card.domain or episode.scenario.domain,
        scenario=key.scenario,
        persona=key.persona,
        trial=key.trial,
    )
    return score if score.outcome == "pass" else score.model_copy(update={"blame": blame(episode, score)})


def outcome_of(episode: Episode) -> Outcome:
    """`score_session(episode).outcome`, without looking for tool-use errors."""
    fault = _fault(episode)
    return fault.outcome if fault else _OUTCOMES[verdict(goal_parts(episode))]


def measured(metric: Metric, episode: Episode) -> Score:
    """A metric's score; where it raises or answers with something else, a score without a value that says so."""
    name = getattr(metric, "__name__", type(metric).__name__)
    try:
        score = metric(episode)
    except Exception as error:
        return Score(name=name, value=None, reason=f"raised {type(error).__name__}: {one_line(error, 200)}")
    if isinstance(score, Score):
        return score
    return Score(name=name, value=None, reason=f"returned {type(score).__name__}; a metric returns a Score")


def first_failing_event(score: SessionScore) -> int | None:
    """The number of the earliest event that shows a failed session failing: a finding on a tool call, the evidence
    of a failed part of the goal, or what the reason speaks of. A call that was never made has no event of its own: it
    blames no neighbour, but the end. None for a session that did not fail."""
    if score.outcome != "fail":
        return None
    elsewhere = ("ungrounded_claim", "missing_call")
    on_calls = [one.events[0] for one in score.findings if one.events and one.kind not in elsewhere]
    on_parts = [seq for part in score.goal if part.verdict == "fail" for seq in part.evidence]
    return min((*on_calls, *on_parts, *score.evidence), default=None)


def first_slip(score: SessionScore) -> int | None:
    """`first_failing_event`; for a session that passed all the same, the first tool call that shows an error."""
    if score.outcome != "pass":
        return first_failing_event(score)
    return min((one.events[0] for one in score.findings if one.events and one.kind != "ungrounded_claim"), default=None)


def _fault(episode: Episode) -> _Judgement | None:
    """What the first failure that counts says about the session, before the goal is looked at."""
    for failed in episode.failures:
        if failed.boundary == "simkit" and episode.ended and episode.ended.reason == "budget":
            return _Judgement("invalid", f"stopped by a budget: {one_line(failed.error, 240)}", (failed.seq,))
        if failed.boundary == "agent":
            return _Judgement("fail", _crash("the agent", failed), (failed.seq,))
        if failed.boundary != "tool":
            who = {"user": "the simulated user", "model": "the model"}.get(failed.boundary, failed.boundary)
            return _Judgement("invalid", _crash(who, failed), (failed.seq,))
        if _was_the_end(episode, failed):
            return _Judgement("invalid", _crash("a tool of the domain", failed), (failed.seq,))
    return _unfinished(episode)


def _unfinished(episode: Episode) -> _Judgement | None:
    last = (episode.events[-1].seq,)
    ended = episode.ended
    if ended is None or ended.reason == "interrupted":
        return _Judgement("invalid", "the session was interrupted before its end", last)
    if ended.reason in _NOT_ITS_FAULT:
        return _Judgement("invalid", _NOT_ITS_FAULT[ended.reason], last)
    if ended.reason == "agent_failed":
        return _Judgement("fail", "the agent failed", last)
    return None


def _was_the_end(episode: Episode, failed: Failed) -> bool:
    """Whether the session ended because of a failure: nothing was said or called after it, and no user left."""
    if episode.ended is not None and episode.ended.reason in ("user_closed", "recorded"):
        return False
    return not any(isinstance(e, UserSaid | AgentSaid | ToolCalled) and e.seq > failed.seq for e in episode.events)


def _crash(who: str, failed: Failed) -> str:
    error = one_line(failed.error, 240)
    raised = re.match(r"[A-Za-z_][\w.]*(?:Error|Exception|Interrupt|Group|Refused)\b", error)
    return f"{who} raised {error}" if raised else f"{who} failed: {error}"


def _by_goal(
    episode: Episode, parts: tuple[GoalPart, ...], together: Verdict, findings: tuple[Finding, ...]
) -> _Judgement:
    if together == "pass":
        return _Judgement("pass")
    if together == "not evaluable":
        why = "nothing about it can be evaluated: no recorded verdict, no world, no condition on calls or words"
        return _Judgement("invalid", why, (episode.events[-1].seq,))
    failing = [part for part in parts if part.verdict == "fail"]
    first = min(failing, key=lambda part: _RANK.get(part.part, len(_RANK)))
    reason = first.detail or f"not met: {first.what}"
    if first.part == "elsewhere":
        reason = f"changed what the goal does not speak of: {reason}"
    if first.part == "recorded" and (shown := next(iter(failing[1:]), None) or next(iter(findings), None)):
        reason += f"; {shown.detail if isinstance(shown, GoalPart) else shown.sentence}"
    if episode.ended is not None and episode.ended.reason in _ENDS:
        reason += f"; {_ENDS[episode.ended.reason]}"
    return _Judgement("fail", reason, first.evidence)
