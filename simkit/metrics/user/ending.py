"""A user who leaves while what they came for is still open.

Only where the goal was missed, the user closed, and their patience cannot have been used up (`metrics.user.patience`).
Leaving is early when nothing was heard of the agent yet; when the agent waits for a yes, or for a fact that the user
knows; when the agent just said that it is about to do something; when a further want was never raised. A user who
leaves after a refusal, or after the agent says that all is done, or as the agent hands them over to somebody else, has
not left early, even where the agent is wrong.
"""

from __future__ import annotations

import re

from simkit.errors import one_line
from simkit.metrics.score import UserFault
from simkit.metrics.user.asking import slots_named
from simkit.metrics.user.brief import telling
from simkit.metrics.user.patience import spent
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, claims_success, offers_more, user_act
from simkit.trace.events import UserSaid

_ABOUT_TO = re.compile(
    r"\b(?:one moment|just a moment|a moment,? please|please (?:hold|wait|stand by)|hold on|bear with me|stand by)\b"
    r"|\b(?:let me|i(?:['’]ll| will| am going to)(?: now)?) (?:check|look|verify|proceed|process|find|search)\b",
    re.IGNORECASE,
)
_HANDING_OVER = re.compile(
    r"\b(?:transfer(?:red|ring)?|escalat(?:e|ed|ing)|connect(?:ed|ing)?) (?:you|me|this|your)\b"
    r"|\b(?:being transferred|(?:to|with) (?:a|an|another) (?:human|live|supervisor|specialist|colleague))\b",
    re.IGNORECASE,
)


def ended_early(episode: Episode, *, reached: bool) -> tuple[UserFault, ...]:
    """The one fault, if the user left early."""
    closing = next((said for said in reversed(episode.user_texts) if said.closing), None)
    if reached or closing is None:
        return ()
    last = next((said for said in reversed(episode.agent_texts) if said.seq < closing.seq), None)
    if last is None:
        return (_fault(closing, (), "before the agent had said a word"),)
    if _hands_over(last.text) or all(map(_HANDING_OVER.search, (last.text, closing.text))):
        return ()
    if _says_yes(closing) and _asks_for_a_yes(last.text):
        return (_fault(closing, (last.seq,), "with the very words that say yes to the agent, who cannot go on"),)
    if _patience_used_up(episode):
        return ()
    if why := _waiting(episode, last.text, closing):
        return (_fault(closing, (last.seq,), f"{why}: '{one_line(last.text, 120)}'"),)
    for want in episode.scenario.then:
        if not _raised(episode, want):
            return (_fault(closing, (last.seq,), f"without having asked for {one_line(want, 120)}"),)
    return ()


def _fault(closing: UserSaid, others: tuple[int, ...], why: str) -> UserFault:
    sentence = f"the user leaves with the goal open, {why}"
    return UserFault(kind="ended_early", events=(closing.seq, *others), where="wants", sentence=sentence)


def _patience_used_up(episode: Episode) -> bool:
    if episode.ended is not None and episode.ended.reason == "recorded":
        return False  # WHY: nobody declared how patient the user of a recorded session was.
    so_far = spent(episode)
    return bool(so_far) and so_far[-1].most >= episode.persona.patience


def _waiting(episode: Episode, text: str, closing: UserSaid) -> str:
    """What the agent was waiting for, or about to do, when the user left; empty where there was nothing."""
    act = agent_act(text)
    if _asks_for_a_yes(text) and "deny" not in (closing.act, user_act(closing.text)):
        return "while the agent asks for a yes"
    if act == "ask" and not offers_more(text):
        known = slots_named(episode, text) & episode.scenario.facts().keys()
        never = {name for name, rule in episode.scenario.discloses.items() if rule == "never"}
        if known - never and episode.persona.discloses != "never":
            return f"while the agent asks for what they know ({', '.join(sorted(known - never))})"
    if act == "inform" and _ABOUT_TO.search(text) and not claims_success(text):
        return "while the agent is about to go on"
    return ""


def _hands_over(text: str) -> bool:
    """Whether the agent's last question, or all that it says where it asks nothing, is about handing the user over."""
    return _HANDING_OVER.search(_last_question(text) or text) is not None


def _last_question(text: str) -> str:
    """The last sentence that asks; empty where none does. (A pattern would take the square of a long text's time.)"""
    end = text.rfind("?")
    return text[max(text.rfind(stop, 0, end) for stop in ".!?\n") + 1 : end + 1] if end >= 0 else ""


def _asks_for_a_yes(text: str) -> bool:
    return agent_act(text) == "confirm" and not offers_more(text)


def _says_yes(closing: UserSaid) -> bool:
    return closing.act != "deny" and user_act(closing.text) == "affirm" and "?" not in closing.text


def _raised(episode: Episode, want: str) -> bool:
    words = telling(want)
    said = telling(" ".join(said.text for said in episode.user_texts))
    return len(words & said) >= 0.5 * len(words)
