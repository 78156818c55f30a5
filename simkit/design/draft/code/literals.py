"""Python text made of other people's words: nothing in it can be anything but a literal or a comment."""

from __future__ import annotations

import re
from typing import Any

from simkit.errors import one_line

WIDTH = 118
"""Of a line of drafted code."""


def literal(value: Any) -> str:
    """A JSON value as Python writes it, in double quotes where that needs no escapes."""
    if isinstance(value, str):
        quoted = repr(value)
        plain = quoted[1:-1]
        return f'"{plain}"' if quoted.startswith("'") and '"' not in plain and "\\" not in plain else quoted
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(item) for item in value) + "]"
    if value is None or isinstance(value, bool | int):
        return repr(value)
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return repr(value)
    return literal(str(value))


def prose(text: str, limit: int = 240) -> str:
    """Words that can stand in a docstring or a comment: one line without quotes, backslashes or control characters."""
    line = one_line(text, limit).replace("\\", "/").replace('"', "'")
    return re.sub(r"\s+", " ", line).strip()


def docstring(text: str, indent: str = "    ") -> list[str]:
    """The lines of a docstring, wrapped."""
    import textwrap

    lines = textwrap.wrap(prose(text, 900), WIDTH - len(indent) - 6, break_long_words=False) or ["Does something."]
    if len(lines) == 1:
        return [f'{indent}"""{lines[0]}"""']
    return [f'{indent}"""{lines[0]}', *(f"{indent}{line}" for line in lines[1:]), f'{indent}"""']


def call(head: str, arguments: list[str], tail: str, indent: str = "") -> list[str]:
    """`head(arguments)tail` on one line, or with each argument on its own."""
    line = f"{indent}{head}({', '.join(arguments)}){tail}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{indent}{head}(", *(f"{indent}    {one}," for one in arguments), f"{indent}){tail}"]


def mapping(head: str, entries: list[str], tail: str, indent: str) -> list[str]:
    """`head{entries}tail` on one line, or with each entry on its own."""
    line = f"{indent}{head}{{{', '.join(entries)}}}{tail}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{indent}{head}{{", *(f"{indent}    {one}," for one in entries), f"{indent}}}{tail}"]
