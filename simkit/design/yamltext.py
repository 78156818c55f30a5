"""YAML as people write it, made of plain values: short things on one line, what could be misread in quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./@'()+!?*’-]*[A-Za-z0-9_.!?)*]|[A-Za-z]")
_READ_OTHERWISE = re.compile(r"null|true|false|yes|no|on|off|y|n|~|\.inf|\.nan|[-+]?\.?\d.*", re.IGNORECASE)
WIDTH = 118


def scalar(value: Any) -> str:
    """One value, in quotes where it could be read as anything but itself."""
    if isinstance(value, str):
        if not value.isprintable():
            return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in _quoted(value))
        plain = _PLAIN.fullmatch(value) and not _READ_OTHERWISE.fullmatch(value) and " #" not in value
        return value if plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def sentence(text: str) -> str:
    """A text that stands alone behind its key, where commas mean nothing."""
    return text if scalar(text.replace(",", "")) == text.replace(",", "") else scalar(text)


def flow(value: Any) -> str:
    """A value on one line: `{order_id: W1001, lines: [1, 2]}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def block(value: Any, indent: str = "") -> str:
    """A mapping or list over as many lines as it needs: what is simple and short stands on one."""
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, item in value.items():
            lines += _entry(f"{indent}{scalar(str(key))}:", item, f"{indent}  ")
    else:
        for item in value:
            if isinstance(item, Mapping) and item:
                inner = block(item, f"{indent}  ")
                lines.append(f"{indent}- {inner.lstrip()}")
            else:
                lines += _entry(f"{indent}-", item, f"{indent}  ")
    return "\n".join(lines)


def _entry(head: str, item: Any, indent: str) -> list[str]:
    line = f"{head} {sentence(item) if isinstance(item, str) else flow(item)}"
    holds = isinstance(item, Mapping | list | tuple) and bool(item)
    if not holds or (len(line) <= WIDTH and not _opens(item)):
        return [line]
    return [head, block(item, indent)]


def _opens(item: Any) -> bool:
    """Whether something reads better over several lines: it holds mappings, or lists of them."""
    inner = item.values() if isinstance(item, Mapping) else item
    return any((isinstance(one, Mapping) and one) or (isinstance(one, list | tuple) and _opens(one)) for one in inner)
