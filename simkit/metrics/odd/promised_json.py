"""JSON that does not parse, where JSON was promised: in a block marked `json`, in a message that is one object or list
from its first character, and in every message where the policy demands JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from simkit.errors import one_line
from simkit.metrics.score import Odd
from simkit.paths.episode import Episode
from simkit.trace.events import AgentSaid

_BLOCK = re.compile(r"```json[^\n]*\n(.*?)(?:```|\Z)", re.DOTALL | re.IGNORECASE)
_WHOLE = re.compile(r"\s*(?:\{\s*[\"'\w}]|\[\s*[\[{\"\]])")
_DEMANDED = re.compile(
    r"\b(?:answer|reply|respond|output|return)\b[^.\n]{0,40}\b(?:in|as|with|only)\b[^.\n]{0,20}\bjson\b", re.IGNORECASE
)


def broken_json(episode: Episode) -> Iterator[Odd]:
    """Every message that breaks the promise, with what the parser says."""
    demanded = bool(_DEMANDED.search(episode.card.policy))
    if not demanded and not any(map(_promises, episode.agent_words)):
        return
    for said in episode.agent_texts:
        for text in _promised(said, demanded):
            if mistake := _mistake(text):
                sentence = f"JSON was promised, and does not parse ({mistake}): '{one_line(text, 80)}'"
                yield Odd(kind="broken_json", events=(said.seq,), sentence=sentence)
                break


def _promised(said: AgentSaid, demanded: bool) -> list[str]:
    blocks = _BLOCK.findall(said.text)
    return blocks or ([said.text] if demanded or _WHOLE.match(said.text) else [])


@lru_cache(maxsize=8192)
def _promises(text: str) -> bool:
    """Whether a message promises JSON by itself."""
    return _BLOCK.search(text) is not None or _WHOLE.match(text) is not None


def _mistake(text: str) -> str:
    try:
        json.loads(text)
    except (ValueError, RecursionError) as error:
        return one_line(error, 80)
    return ""
