"""What the user does that their declared persona would not.

Held against the persona are only declarations that can be checked without a model: when a fact is given (`discloses`),
that they know what they know, patience, hesitation before a first yes, length of what a terse person says, and the
script of their language. Words that scenario or persona lay in their mouth never count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from simkit.metrics.odd.scripts import foreign_letters
from simkit.metrics.score import UserFault
from simkit.metrics.talk.confirmation import affirms
from simkit.metrics.talk.says import wordings
from simkit.metrics.user.brief import brief, own_sentences
from simkit.metrics.user.patience import used_up
from simkit.paths.episode import Episode
from simkit.spec.acts import agent_act
from simkit.spec.persona import Disclosure
from simkit.spec.values import plain, says_words
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

TERSE = 60
"""Words of their own in one message, above which nobody is terse."""

_UNKNOWN = r"\b(?:don['’]?t|do not|cannot|can['’]?t) (?:know|have|remember|recall)\b[^.,;?!]{0,30}\b"
_SAYS_UNKNOWN = re.compile(_UNKNOWN, re.IGNORECASE)


@lru_cache(maxsize=8192)
def _says_unknown(text: str) -> bool:
    """Whether a text says that somebody does not know something."""
    return _SAYS_UNKNOWN.search(text) is not None


def contradictions(episode: Episode) -> Iterator[UserFault]:
    """Every contradiction, one for each declaration that is gone against."""
    yield from _disclosed(episode)
    yield from _denied(episode)
    yield from _stayed(episode)
    yield from _said_yes(episode)
    yield from _went_on(episode)
    yield from _other_script(episode)


def _fault(where: str, sentence: str, *events: int, value: str = "") -> UserFault:
    return UserFault(kind="contradicted_persona", events=events, where=where, value=value, sentence=sentence)


def _disclosed(episode: Episode) -> Iterator[UserFault]:
    """Facts that were given before their time: at all (`never`), unasked (`when_asked`), at once (`when_pressed`)."""
    scenario, open_words = episode.scenario, brief(episode).words
    for name, value in brief(episode).facts.items():
        if f"{{{name}}}" in scenario.opening:
            continue
        rule: Disclosure = scenario.discloses.get(name, episode.persona.discloses)
        shown = ("yes" if value else "no") if isinstance(value, bool) else str(value)
        if rule == "upfront" or len(shown) < 3 or isinstance(value, bool) or says_words(open_words, shown):
            continue
        said = next((one for one in episode.user_texts if says_words(one.text, shown)), None)
        if said is None or _otherwise_known(episode, shown, said.seq):
            continue
        replies = sum(one.seq < said.seq for one in episode.agent_texts)
        if replies < {"never": 10_000, "when_pressed": 2, "when_asked": 1}[rule]:
            when = {"never": "although they never do", "when_pressed": "before they were pressed for it"}
            sentence = f"the user gives {name.replace('_', ' ')} {when.get(rule, 'before anybody asked for it')}"
            yield _fault(f"discloses {name}: {rule}", sentence, said.seq)


def _otherwise_known(episode: Episode, shown: str, before: int) -> bool:
    """Whether the agent or a tool of the user's had named a fact already, so that saying it gives nothing away."""
    for event in episode.events:
        if event.seq >= before:
            return False
        if isinstance(event, AgentSaid) and says_words(event.text, shown):
            return True
        if isinstance(event, ToolCalled) and event.by == "user" and shown in f"{event.arguments} {event.result}":
            return True
    return False


def _denied(episode: Episode) -> Iterator[UserFault]:
    """`I don't know my order number`, of somebody who knows it from the start."""
    if not any(map(_says_unknown, episode.user_words)):
        return
    unsure = [said for said in episode.user_texts if _says_unknown(said.text)]
    for name, value in episode.scenario.knows.items():
        labels = "|".join(re.escape(label) for label in dict.fromkeys((*wordings(episode.card, name), name)))
        pattern = re.compile(f"{_UNKNOWN}(?:{labels})\\b", re.IGNORECASE)
        for said in unsure:
            match = pattern.search(said.text)
            if (
                match
                and not says_words(said.text, str(value))
                and any(match[0] in one for one in own_sentences(episode, said.text))
            ):
                sentence = f"the user says that they do not know their {name.replace('_', ' ')}, which they know"
                yield _fault(f"knows {name}", sentence, said.seq, value=str(value))
                break


def _stayed(episode: Episode) -> Iterator[UserFault]:
    """Patience that was certainly used up, and a user who goes on for two turns and more."""
    patience = episode.persona.patience
    if episode.ended is not None and episode.ended.reason == "recorded":
        return
    over = used_up(episode, patience)
    if over is not None:
        more = [said for said in episode.user_texts if said.seq > over and not said.closing]
        if len(more) >= 2:
            sentence = f"the user goes on though their patience of {patience:g} was used up by then"
            yield _fault("patience", sentence, more[1].seq, over)


def _said_yes(episode: Episode) -> Iterator[UserFault]:
    """A yes at once to the first request to confirm, of somebody who hesitates."""
    if episode.persona.confirms != "hesitantly" or any(one.when == "confirming" for one in episode.scenario.changes):
        return
    for said, answer in pairwise(episode.talk):
        if isinstance(said, AgentSaid) and isinstance(answer, UserSaid) and agent_act(said.text) == "confirm":
            if affirms(answer) and "?" not in answer.text:
                sentence = "the user says yes to the first request to confirm, although they first ask back"
                yield _fault("confirms: hesitantly", sentence, answer.seq, said.seq)
            return


def _went_on(episode: Episode) -> Iterator[UserFault]:
    """Long speeches of a terse person."""
    if episode.persona.verbosity != "terse":
        return
    for said in episode.user_texts:
        if len(said.text.split()) > TERSE:
            words = sum(len(plain(one).split()) for one in own_sentences(episode, said.text))
            if words > TERSE:
                yield _fault("verbosity: terse", f"the user says {words} words in one message", said.seq)
                return


def _other_script(episode: Episode) -> Iterator[UserFault]:
    """Letters that neither the user's language nor anything in scenario and persona has."""
    known = ""
    for said in () if all(map(str.isascii, episode.user_words)) else episode.user_texts:
        if said.text.isascii():
            continue
        known = known or " ".join((*brief(episode).declared, *map(str, brief(episode).facts.values())))
        found = foreign_letters(said.text, episode.persona.language, known)
        if found:
            written = " and ".join(f"{script} letters ({letters[:20]})" for script, letters in found)
            sentence = f"the user writes {written} in a talk in '{episode.persona.language}'"
            yield _fault(f"language: {episode.persona.language}", sentence, said.seq)
            return
