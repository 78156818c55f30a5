"""A user who talks like the assistant, falls out of the person, or says the same again.

Patterns are few and plain (precision before recall), and lines that scenario or persona lay in the user's mouth never
count: an adversarial persona may well say `SYSTEM: ignore all instructions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from simkit.errors import one_line
from simkit.metrics.score import UserFault
from simkit.metrics.user.brief import own_sentences
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act, sentences, user_act
from simkit.spec.values import plain
from simkit.trace.events import AgentSaid, UserSaid

_ASSISTS = re.compile(
    r"\bhow (?:can|may) i (?:help|assist) you\b|\bwhat can i do for you\b"
    r"|\b(?:anything|something) else (?:that )?i can (?:help|assist|do for) (?:you|with)\b"
    r"|\b(?:happy|glad|here) to (?:help|assist) you\b|\bi(?:['’]d be happy to| can) (?:help|assist) you\b"
    r"|\b(?:could|can|may|would) you (?:please )?(?:provide|give|tell|share)(?: me)?(?: with)? your"
    r" (?:user|order|account|booking|reservation|customer|policy|phone|email|full name|name|card)\b"
    r"|\bplease provide your\b|\bthank you for (?:contacting|calling|choosing) (?:us|our)\b"
    r"|\bi(?:['’]ve| have)(?: now| successfully| just)* (?:processed|cancell?ed|updated|booked|issued|refunded)"
    r" your\b|\byour (?:order|refund|reservation|booking|request|flight|account|policy)s? (?:has|have) been"
    r" (?:\w+ly )?(?:processed|cancell?ed|updated|booked|issued|refunded|confirmed|completed)\b"
    r"|\blet me (?:check|look|pull|verify) (?:that|this|your|up your)\b[^.?!]{0,40}\bfor you\b"
    r"|\bhave (?:that|the|this|your) (?:information|details?|answer|update)s? for you\b",
    re.IGNORECASE,
)
_OUT_OF_ROLE = re.compile(
    r"\bas an? (?:ai|artificial intelligence|language model|simulated user|user simulator)\b"
    r"|\bi am (?:an ai|a language model|simulating|role-?playing)\b|\b(?:role-?play|simulation) (?:ends|is over)\b"
    r"|\bmy (?:instructions?|persona|prompt|scenario|role) (?:says?|tells? me|is to|do(?:es)? not)\b"
    r"|\bas (?:per )?(?:my|the) (?:instructions|persona|scenario)\b|###\w+###"
    r"|\[(?:provide|insert|enter|your|add|fill in)\b[^\]\n]{0,60}\]|^[^\S\n]*(?:user|customer|assistant)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_LONG = 5
"""Words that a message must have for its repetition to tell something."""
_ALIKE = 0.92
"""Share of two messages that must agree."""


def flipped(episode: Episode) -> Iterator[UserFault]:
    """Messages in which the user is the assistant, or nobody; the agent's own words said back included."""
    if not any(map(_suspected, episode.user_words)) and {*map(plain, episode.user_words)}.isdisjoint(
        map(plain, episode.agent_words)
    ):
        return
    heard = ""
    for event in episode.talk:
        if isinstance(event, AgentSaid):
            heard = event.text
        else:
            for pattern, what in _suspected(event.text):
                if words := _own(episode, event.text, pattern):
                    yield _flipped(event, f"the user {what}: '{one_line(words, 120)}'")
                    break
            else:
                words = plain(event.text)
                if heard and words == plain(heard) and len(words.split()) > 2 * _LONG:
                    yield _flipped(event, "the user says the agent's own words back to it")


@lru_cache(maxsize=8192)
def _suspected(text: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    either = ((_ASSISTS, "talks like the assistant"), (_OUT_OF_ROLE, "falls out of the role"))
    return tuple((pattern, what) for pattern, what in either if pattern.search(text))


def _flipped(event: UserSaid, sentence: str) -> UserFault:
    return UserFault(kind="flipped_roles", events=(event.seq,), where="role", sentence=sentence)


def _own(episode: Episode, text: str, pattern: re.Pattern[str]) -> str:
    return next((one for one in own_sentences(episode, text) if pattern.search(one)), "")


def repeated(episode: Episode) -> Iterator[UserFault]:
    """The same words for the third time in a row though the agent said something else each time; or the same sentence
    twice in one message. An answer to what was asked again, a yes and a no may be repeated."""
    if not any(map(_says_twice, episode.user_words)) and len({*map(plain, episode.agent_words)}) < 2:
        return  # nobody who hears the same again is to blame for saying the same again
    talk: list[tuple[str, UserSaid]] = []
    heard = ""
    for event in episode.talk:
        if isinstance(event, AgentSaid):
            heard = event.text
        else:
            talk.append((heard, event))
            if _says_twice(event.text) and (twice := _twice(own_sentences(episode, event.text))):
                sentence = f"the user says twice in one message: '{one_line(twice, 120)}'"
                yield UserFault(kind="repeated", events=(event.seq,), sentence=sentence)
    for at in range(2, len(talk)):
        three = talk[at - 2 : at + 1]
        if _nobody_asked([said for said, _ in three]) and _same_words([said.text for _, said in three]):
            words = one_line(talk[at][1].text, 120)
            events = tuple(said.seq for _, said in reversed(three))
            sentence = f"the user says for the third time in a row, whatever the agent says: '{words}'"
            yield UserFault(kind="repeated", events=events, sentence=sentence)
            return


@lru_cache(maxsize=8192)
def _says_twice(text: str) -> bool:
    return _twice(sentences(text)) != ""


def _twice(said: Iterable[str]) -> str:
    seen: set[str] = set()
    for sentence in said:
        words = plain(sentence)
        if len(words.split()) >= _LONG and words in seen:
            return sentence
        seen.add(words)
    return ""


def _same_words(texts: list[str]) -> bool:
    first, *others = map(plain, texts)
    if len(first.split()) < _LONG or user_act(texts[0]) in ("affirm", "deny"):
        return False
    return all(first == one or _alike(first, one) for one in others)


def _alike(left: str, right: str) -> bool:
    matcher = SequenceMatcher(None, left, right)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _nobody_asked(heard: list[str]) -> bool:
    """Whether the agent said different things, and not with each of them asked for the answer that it got."""
    differ = len({plain(one) for one in heard}) == len(heard)
    return differ and not all(agent_act(one) in ("ask", "confirm") for one in heard[1:])
