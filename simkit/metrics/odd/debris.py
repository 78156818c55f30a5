"""What leaked out of the machine into the agent's words: tokens, markup of tool calls, unfilled templates, bad bytes.

Only what stands in a message word for word is reported, and not where user, tools or policy had said it before: an
agent may quote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from simkit.errors import one_line
from simkit.metrics.odd.given import Given
from simkit.metrics.odd.scripts import foreign_letters
from simkit.metrics.score import Odd
from simkit.trace.events import AgentSaid

_DEBRIS = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|</?s>|<(?:unk|pad|eos|bos|mask|sep|cls)>|<extra_id_\d+>|<0x[0-9A-F]{2}>"
    r"|\[/?INST\]|<</?SYS>>|</?(?:start_of_turn|end_of_turn|think|thinking|scratchpad|tool_call|tool_response"
    r"|tool_use|tool_result|function_calls?|invoke|parameter)\b[^>\n]{0,80}>|<function=[^>\n]{0,80}>|\[TOOL_CALLS\]"
    r"|\bto=functions\.\w+|\bfunctions\.\w+\s*\(|###[A-Z_-]{3,}###|\[object Object\]"
    r"|[▁ĠĊ]\w|(?:â€™|â€œ|â€|Ã©|Ã¼|Ã¶|Ã¤|Â )|\ufffd|&(?:amp|lt|gt|quot|nbsp|#39);"
    r"|\{\{ ?[\w.]+ ?\}\}|(?<![\w{$\"'])\{[a-z_]{2,40}\}"
    r"|\[(?:insert|your|enter|agent|company|customer)[ '’][^\]\n]{1,40}\]|\\u[0-9a-f]{4}|(?<![\w:])\\n(?!\w)"
    r"|^[^\S\n]*(?:assistant|system|user|human|tool|function)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_RAW_CALL = re.compile(
    r"\{\s*\"(?:name|tool|function|tool_name)\"\s*:\s*\"[\w.-]+\"\s*,\s*\"(?:arguments|parameters|args)\""
)
_KEPT = "\n\r\t\u200b\u200c\u200d\ufeff\u00ad"
"""Control and format characters that do nobody harm; joiners are part of emoji and of some scripts."""


def debris(said: AgentSaid, given: Given) -> Iterator[Odd]:
    """Token debris, once for each kind of it in a message."""
    seen: set[str] = set()
    for match in (*_RAW_CALL.finditer(said.text), *_DEBRIS.finditer(said.text)):
        token = match[0].strip()
        if token.casefold() not in seen and not given.has(token):
            seen.add(token.casefold())
            sentence = f"the agent's words have '{one_line(token, 60)}' in them: {_around(said.text, match.start())}"
            yield Odd(kind="token_debris", events=(said.seq,), sentence=sentence)
    for character in filter(_is_control, dict.fromkeys(said.text)):
        sentence = f"the agent's words have the character U+{ord(character):04X} in them"
        yield Odd(kind="token_debris", events=(said.seq,), sentence=sentence)


def has_debris(text: str) -> bool:
    """Whether there is anything of the kind in a text, be it a quotation."""
    return bool(_DEBRIS.search(text) or _RAW_CALL.search(text)) or any(map(_is_control, set(text)))


def foreign_scripts(said: AgentSaid, language: str, given: Given) -> Iterator[Odd]:
    """Letters of scripts that neither the conversation's language has nor anybody used before."""
    for script, letters in foreign_letters(said.text, language, given.text if not said.text.isascii() else ""):
        name = script if script == "CJK" else script.title()
        sentence = f"{name} letters ('{one_line(letters, 40)}') in a conversation in '{language}'"
        yield Odd(kind="foreign_script", events=(said.seq,), sentence=sentence)


def _is_control(character: str) -> bool:
    return (
        (not character.isascii() or not character.isprintable())
        and character not in _KEPT
        and unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")
    )


def _around(text: str, at: int) -> str:
    return f"'{one_line(text[max(0, at - 30) : at + 50].strip(), 100)}'"
