"""Where a failed session went wrong, and by whose doing: one event and one party, read off what was found.

Of all that was found, what decided comes first: a deed that the user did not ask for; a deed that the user did ask
for; a deed left undone; a slip of the tongue; then whatever else was found. The earliest of its kind is taken.

A wrong deed is the user's doing where the user picked it from what the agent listed, confirmed it, and did not protest
when they heard of it; amounts and counts are never theirs, an agent reckons them. A deed left undone is the user's
doing where they declined it or left while the agent waited for their answer. All else is the agent's.

These are rules of thumb over English talk. How far they agree with a person is measured in `docs/recorded-sessions.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from simkit.metrics.beside.steps import effect
from simkit.metrics.score import Finding, SessionScore
from simkit.metrics.talk.confirmation import affirms, is_confirmed
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, user_act
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

_DEEDS = ("wrong_tool", "wrong_arguments", "redundant_call", "forbidden_call", "unconfirmed_write", "out_of_order")
_SLIPS = ("ungrounded_claim", "ignored_error")
_ITEMS = re.compile(r"(?m)^\s*(?:\d+[.)]|[-*•])\s+(.+)$")
_TELLING = re.compile(r"\b(?!(?:that|this|with|from|your|have|like|would|please|want|need)\b)(?:\w*\d\w*|[a-z]{4,})\b")
"""Words that tell one thing from another."""
_QUOTED = re.compile(r" is '|the length of")
"""In the sentence of a wrong argument: a text or a list differs, not only a figure."""
_PROTEST = re.compile(
    r"\bi (?:only|just) (?:wanted|meant|asked)\b|\bi(?:['’]d| would) prefer not\b"
    r"|\b(?:did not|didn['’]t) (?:want|ask|mean|agree)"
    r"|\bnot what i\b|\bwhy did you\b",
    re.IGNORECASE,
)
_BARE = 25
"""A yes of no more words than this, without a figure, only confirms: what was chosen stands in the words before."""


class Decisive(NamedTuple):
    """What decided a failed session."""

    event: int
    who: Literal["agent", "user"]
    sentence: str


class _Fault(NamedTuple):
    rank: int
    event: int
    who: Literal["agent", "user"]
    sentence: str


def decisive(episode: Episode, score: SessionScore) -> Decisive | None:
    """The event that decided a failed session, and whose it was; None for a session that did not fail."""
    if score.outcome != "fail":
        return None
    faults = [_fault(episode, finding) for finding in score.findings]
    faults += [
        _Fault(3 if part.detail.count("; it said") else 5, part.evidence[0], "agent", part.detail)
        for part in score.goal
        if part.verdict == "fail" and part.part != "recorded" and part.evidence
    ]
    end = score.evidence[0] if score.evidence else episode.events[-1].seq
    return Decisive(*min(faults, default=_Fault(9, end, "agent", score.reason))[1:])


def _fault(episode: Episode, finding: Finding) -> _Fault:
    event = finding.events[0]
    call = next((call for call in episode.agent_calls if call.seq == event), None)
    if finding.kind == "missing_call":
        return _undone(episode, finding)
    if finding.kind in _SLIPS:
        return _Fault(3, event, "agent", finding.sentence)
    if call is None or finding.kind not in _DEEDS or effect(episode.card, call) != "write":
        return _Fault(4, event, "agent", finding.sentence)
    reckoned = finding.kind == "wrong_arguments" and not _QUOTED.search(finding.sentence)
    chosen = None if reckoned or finding.kind == "out_of_order" else _chosen(episode, call)
    if chosen is None:
        return _Fault(0, event, "agent", finding.sentence)
    return _Fault(1, chosen.seq, "user", finding.sentence)


def _undone(episode: Episode, missing: Finding) -> _Fault:
    tool = missing.sentence.split("(", 1)[0]
    known = episode.card.tool(tool)
    if known is not None and known.effect == "read":
        return _Fault(4, missing.events[0], "agent", missing.sentence)
    said = _left(episode) or _declined(episode, tool)
    if said is None:
        return _Fault(2, missing.events[0], "agent", missing.sentence)
    return _Fault(2, said.seq, "user", missing.sentence)


def _chosen(episode: Episode, call: ToolCalled) -> UserSaid | None:
    """The words with which the user chose what a call did, or None where they did not, or protested afterwards."""
    if not is_confirmed(episode, call) or any(_PROTEST.search(said.text) for said in _next_words(episode, call.seq)):
        return None
    answer = _before(episode.user_texts, call.seq)
    if not isinstance(answer, UserSaid):
        return None
    if _is_bare(answer) and (proposal := _before(episode.agent_texts, answer.seq)) is not None:
        asked = _before(episode.user_texts, proposal.seq)
        answer = asked if isinstance(asked, UserSaid) else answer
    offer = _before(episode.agent_texts, answer.seq)
    return answer if isinstance(offer, AgentSaid) and _picks(answer.text, offer.text) else None


def _picks(choice: str, offer: str) -> bool:
    """Whether somebody's words name one of the things that stand in a list."""
    ours = set(_TELLING.findall(choice.casefold()))
    return any(len(ours.intersection(_TELLING.findall(line.casefold()))) > 1 for line in _ITEMS.findall(offer))


def _is_bare(said: UserSaid) -> bool:
    return affirms(said) and len(said.text.split()) <= _BARE and not re.search(r"\d", said.text)


def _next_words(episode: Episode, seq: int) -> Iterator[UserSaid]:
    """What the user says first after an event."""
    yield from [said for said in episode.user_texts if said.seq > seq][:1]


def _declined(episode: Episode, tool: str) -> UserSaid | None:
    """The last time that the user said no where the agent proposed what a tool does."""
    verb = tool.split("_")[0][:5].casefold()
    found = None
    for said in episode.user_texts:
        proposal = _before(episode.agent_texts, said.seq)
        if isinstance(proposal, AgentSaid) and user_act(said.text) == "deny" and agent_act(proposal.text) == "confirm":
            found = said if verb in proposal.text.casefold() else found
    return found


def _left(episode: Episode) -> UserSaid | None:
    """The user's last words, where they left although the agent waited for a yes."""
    last = episode.user_texts[-1] if episode.user_texts else None
    if last is None or not last.closing or any(text.seq > last.seq for text in episode.agent_texts):
        return None
    waiting = _before(episode.agent_texts, last.seq)
    return last if isinstance(waiting, AgentSaid) and agent_act(waiting.text) == "confirm" else None


def _before(texts: tuple[AgentSaid, ...] | tuple[UserSaid, ...], seq: int) -> AgentSaid | UserSaid | None:
    return next((text for text in reversed(texts) if text.seq < seq), None)
