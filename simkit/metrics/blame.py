"""Whose fault it is that a session did not pass: agent, user, domain or infrastructure, with what shows it.

The first of these that holds:

1. Somebody failed and that decided the session: an agent that crashed is to blame itself, a user's player is the user,
   a tool that broke is the domain, a model, a budget or simkit is infrastructure. A session about which nothing can be
   evaluated is the domain's: its scenario does not say what done means.
2. A fault of the user's that *reached* the failure, unless the agent had gone wrong before it: the user left early;
   fell out of the role; made up or leaked a value which the agent then used in a call that shows the failure or came
   to nothing; denied a fact that they knew and never gave it; repeated themselves until the limit of turns.
3. A tool that ended in an error, was never made good, and came before anything that the agent did wrong; or a call that
   broke an invariant which no clause of the policy tells of, before that: the domain.
4. The agent.

A user's fault that did not reach the failure is kept in the session's `user_faults` and moves no blame.
"""

from __future__ import annotations

from collections.abc import Iterator

from simkit.metrics.invariants import upsets
from simkit.metrics.score import Blame, Culprit, SessionScore, UserFault
from simkit.metrics.talk.facts import Facts
from simkit.metrics.wording import describe_call
from simkit.paths.episode import Episode
from simkit.spec.values import says_words
from simkit.trace.events import Boundary, Failed, ToolCalled

_OF_BOUNDARY: dict[Boundary, Culprit] = {
    "agent": "agent",
    "user": "user",
    "tool": "domain",
    "model": "infrastructure",
    "simkit": "infrastructure",
}
_OF_END: dict[str, Culprit] = {
    "agent_failed": "agent",
    "user_failed": "user",
    "model_failed": "infrastructure",
    "budget": "infrastructure",
    "interrupted": "infrastructure",
}
_LEFT_UNDONE = ("missing_call", "redundant_call")
"""Findings that say nothing of when the agent went wrong, or that harm nothing."""
_OWN_DOING = ("never", "never_says", "rule", "elsewhere")
"""Parts of the goal that only the agent's own deeds can break."""


def blame(episode: Episode, score: SessionScore) -> Blame | None:
    """Whose fault it is, of a session that is scored but for this; None where it passed."""
    if score.outcome == "pass":
        return None
    failed = _decided(episode, score) or _not_evaluable(episode, score)
    if failed is not None:
        return failed
    wrong = _went_wrong(score)
    return _by_user(episode, score, wrong) or _by_tool(episode, wrong) or _by_agent(score)


def _decided(episode: Episode, score: SessionScore) -> Blame | None:
    """Blame for a failure on which the session's outcome rests."""
    for failed in episode.failures:
        if failed.seq in score.evidence and isinstance(failed, Failed):
            return Blame(culprit=_OF_BOUNDARY[failed.boundary], reason=score.reason, evidence=(failed.seq,))
    return None


def _not_evaluable(episode: Episode, score: SessionScore) -> Blame | None:
    end = "interrupted" if episode.ended is None else episode.ended.reason
    if score.outcome == "invalid" or end == "agent_failed":
        return Blame(culprit=_OF_END.get(end, "domain"), reason=score.reason, evidence=score.evidence)
    return None


def _went_wrong(score: SessionScore) -> int | None:
    """The number of the event with which the agent first went wrong by its own doing."""
    found = [one.events[0] for one in score.findings if one.events and one.kind not in _LEFT_UNDONE]
    parts = [part for part in score.goal if part.verdict == "fail" and part.part in _OWN_DOING]
    return min((*found, *(seq for part in parts for seq in part.evidence)), default=None)


def _by_user(episode: Episode, score: SessionScore, wrong: int | None) -> Blame | None:
    for fault in score.user_faults:
        used = next(_used(episode, score, fault), None)
        if used is not None:
            reason = f"{fault.sentence}; the agent used it in {describe_call(used)}"
            return Blame(culprit="user", reason=reason, evidence=(fault.events[0], used.seq))
        if (wrong is None or fault.events[0] < wrong) and _reached_the_end(episode, fault):
            return Blame(culprit="user", reason=fault.sentence, evidence=fault.events)
    return None


def _used(episode: Episode, score: SessionScore, fault: UserFault) -> Iterator[ToolCalled]:
    """Calls in which the agent used a value that the user should not have said, to no good end."""
    if fault.kind not in ("leaked", "invented") or not fault.value:
        return
    shown = {seq for one in score.findings for seq in one.events}
    shown |= {seq for part in score.goal if part.verdict == "fail" for seq in part.evidence}
    for call in episode.agent_calls:
        if call.seq > fault.events[0] and (call.outcome != "ok" or call.seq in shown):
            given = Facts()
            given.add(call.arguments)
            if given.has_text(fault.value) or given.has_word(fault.value):
                yield call


def _reached_the_end(episode: Episode, fault: UserFault) -> bool:
    """Whether what the user did kept the agent from the goal, whatever value it was about."""
    if fault.kind in ("ended_early", "flipped_roles"):
        return True
    if fault.kind == "contradicted_persona" and fault.value:
        return not any(says_words(said.text, fault.value) for said in episode.user_texts)
    return fault.kind == "repeated" and episode.ended is not None and episode.ended.reason == "turn_limit"


def _by_tool(episode: Episode, wrong: int | None) -> Blame | None:
    for call in episode.agent_calls:
        good = any(one.tool == call.tool and one.outcome == "ok" and one.seq > call.seq for one in episode.agent_calls)
        if call.outcome == "error" and not good and (wrong is None or call.seq < wrong):
            reason = f"{describe_call(call)} ended in an error and was never made good"
            return Blame(culprit="domain", reason=reason, evidence=(call.seq,))
    for upset in upsets(episode):
        if not upset.invariant.clause and (wrong is None or upset.call.seq < wrong):
            return Blame(culprit="domain", reason=upset.sentence, evidence=(upset.call.seq,))
    return None


def _by_agent(score: SessionScore) -> Blame:
    telling = [one for one in score.findings if one.events]
    if not telling:
        return Blame(culprit="agent", reason=score.reason, evidence=score.evidence)
    first = min(telling, key=lambda one: (one.kind in _LEFT_UNDONE, one.events[0]))
    return Blame(culprit="agent", reason=first.sentence, evidence=first.events)
