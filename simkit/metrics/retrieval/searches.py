"""The searches of a session, and the ranking that they make together.

A search is a successful call of one of the domain's knowledge tools (`knowledge.found_by` in domain.yaml), whose path
leads to the ids of the documents in its result, best first. The ranking of a session is its searches interleaved: the
first of each search in the order of the calls, then the second of each, every document at its first place. So one
search is ranked as it came, and a session with several questions is not worse for asking them one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any, NamedTuple

from simkit.paths.episode import Episode


class Search(NamedTuple):
    """One call of a knowledge tool."""

    seq: int
    documents: tuple[str, ...]
    """What it found, best first."""


def searches(episode: Episode) -> tuple[Search, ...]:
    """The agent's searches, in order; none where the domain declares no knowledge."""
    knowledge = episode.card.knowledge
    if knowledge is None:
        return ()
    return tuple(
        Search(call.seq, tuple(dict.fromkeys(map(str, ids_at(call.result, knowledge.found_by[call.tool])))))
        for call in episode.agent_calls
        if call.tool in knowledge.found_by and call.outcome == "ok"
    )


def ranking(found: tuple[Search, ...]) -> tuple[str, ...]:
    """The documents of all searches, interleaved, each once."""
    rounds = zip_longest(*(search.documents for search in found))
    return tuple(dict.fromkeys(document for one in rounds for document in one if document is not None))


def ids_at(result: Any, path: str) -> Iterator[str | int]:
    """The ids at a dotted path; `*` stands for every member of a list or a table (`sections.*.id`)."""
    values = [result]
    for part in path.split("."):
        values = [inner for value in values for inner in _inside(value, part)]
    return (value for value in values if isinstance(value, str | int) and not isinstance(value, bool))


def _inside(value: Any, part: str) -> list[Any]:
    if part == "*":
        return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    if isinstance(value, dict):
        return [value[part]] if part in value else []
    return [value[int(part)]] if isinstance(value, list) and part.isdigit() and int(part) < len(value) else []
