"""Replies in another language than the conversation's, where the script does not give it away (extra `eval`).

Not part of the default reading: the library lingua needs some 250 MB and seconds to load its models. As a metric:
`simkit.score(run, [ReplyLanguage()])`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from simkit.metrics.score import Score
from simkit.paths.episode import Episode

CANDIDATES = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "zh")
"""Languages (ISO 639-1) that a reply may be taken for, beside the conversation's own."""
SHORTEST = 30
"""Letters below which nobody can tell a language."""
_SURE, _UNLIKELY = 0.8, 0.05
"""How sure another language must be, and how unlikely the conversation's own."""
_NO_LANGUAGE = re.compile(r"\S*[\d@/_]\S*|`[^`]*`|[*#|>{}\[\]]")


@dataclass(frozen=True)
class ReplyLanguage:
    """The share of the agent's messages, of those long enough to tell, that are in the persona's language."""

    candidates: tuple[str, ...] = CANDIDATES

    @property
    def __name__(self) -> str:
        return "reply_language"

    def __call__(self, episode: Episode) -> Score:
        """From 0 to 1, with the messages in other languages as evidence; None where nothing can be told."""
        own = episode.persona.language.split("-")[0].lower()
        texts = [(said.seq, _NO_LANGUAGE.sub(" ", said.text)) for said in episode.agent_texts]
        long = [(seq, text) for seq, text in texts if sum(map(str.isalpha, text)) >= SHORTEST]
        if not long:
            return Score(name=self.__name__, value=None, reason="no message is long enough to tell its language")
        try:
            detector = _detector(tuple(sorted({*self.candidates, own})))
        except ImportError:
            missing = "needs the library lingua: pip install 'simkit[language]'"
            return Score(name=self.__name__, value=None, reason=missing)
        other = {seq: language for seq, text in long if (language := _other(detector, text, own))}
        reason = "; ".join(f"event {seq} is in '{language}'" for seq, language in other.items())
        return Score(name=self.__name__, value=1 - len(other) / len(long), reason=reason, evidence=tuple(other))


@lru_cache(maxsize=2)
def _detector(languages: tuple[str, ...]) -> Any:
    from lingua import IsoCode639_1, Language, LanguageDetectorBuilder

    known = {name: getattr(IsoCode639_1, name.upper(), None) for name in languages}
    chosen = [Language.from_iso_code_639_1(code) for code in known.values() if code is not None]
    return LanguageDetectorBuilder.from_languages(*chosen).build()


def _other(detector: Any, text: str, own: str) -> str:
    """The language of a text that is surely not in `own`; empty where it may be."""
    values = {
        one.language.iso_code_639_1.name.lower(): one.value for one in detector.compute_language_confidence_values(text)
    }
    best = max(values, key=lambda name: values[name])
    sure = best != own and values[best] >= _SURE and values.get(own, 1.0) <= _UNLIKELY
    return best if sure else ""
