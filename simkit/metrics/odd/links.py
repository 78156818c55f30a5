"""Web addresses that lead nowhere, or that nobody gave the agent.

An address is *dead* where it can lead nowhere by its form: a placeholder (`[link]`), or a name that RFC 2606 and RFC
6761 reserve (`example.com`, `.invalid`, `localhost`). It is *invented* where neither policy nor catalogue, user nor
tools named it. Whether an address answers is not asked: readers do not go online.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from simkit.errors import one_line
from simkit.metrics.odd.given import Given
from simkit.metrics.score import Odd
from simkit.trace.events import AgentSaid

_ADDRESS = re.compile(
    r"\bhttps?://[^\s<>\"'`)\]}]+|(?<![@\w./-])(?:www\.)?(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|io|gov|edu|info|app|dev"
    r"|example|invalid|test|localhost)\b(?!@)(?:/[^\s<>\"'`)\]}]*)?",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    r"[\[(<](?:insert |your |the )?(?:link|url|website|web address)(?: here)?[\])>](?!\()", re.IGNORECASE
)
_RESERVED = re.compile(
    r"^(?:https?://)?(?:[\w-]+\.)*(?:example\.(?:com|org|net)|[\w-]+\.(?:example|invalid|test|localhost)|localhost"
    r"|your(?:company|website|domain|store|airline)\w*\.\w+)(?:[:/]|$)",
    re.IGNORECASE,
)


def bad_links(said: AgentSaid, given: Given) -> Iterator[Odd]:
    """Every such address in a message, once."""
    for match in _PLACEHOLDER.finditer(said.text):
        yield _odd("dead_link", said, f"'{match[0]}' stands where an address should")
    for address in dict.fromkeys(match[0].rstrip(".,;:!?*_") for match in _ADDRESS.finditer(said.text)):
        if given.has(_bare(address)):
            continue
        if _RESERVED.search(address):
            yield _odd("dead_link", said, f"{one_line(address, 100)} can lead nowhere: its name is a placeholder")
        else:
            yield _odd("invented_link", said, f"nobody gave the agent the address {one_line(address, 100)}")


def has_link(text: str) -> bool:
    """Whether there is an address in a text, or a placeholder of one."""
    return bool(_PLACEHOLDER.search(text) or _ADDRESS.search(text))


def _odd(kind: str, said: AgentSaid, sentence: str) -> Odd:
    return Odd.model_validate({"kind": kind, "events": (said.seq,), "sentence": sentence})


def _bare(address: str) -> str:
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", address.casefold()).rstrip("/")
