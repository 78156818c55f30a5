"""YAML as people write it, made of plain values: short things on one line, what could be misread in quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _./@'()+!?’-]*[A-Za-z0-9_.!?)]|[A-Za-z]")
_READ_OTHERWISE = re.compile(r"null|true|false|yes|no|on|off|y|n|~|\.inf|\.nan|[-+]?\.?\d.*", re.IGNORECASE)
WIDTH = 118


def scalar(value: Any) -> str:
    """One value, in quotes where it could be read as anything but itself."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and not _READ_OTHERWISE.fullmatch(value) and " #" not in value
        return value if plain and ": " not in value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False)


def flow(value: Any) -> str:
    """A value on one line: `{order_id: W1001, lines: [1, 2]}`."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalar(value)


def block(value: Any, indent: str = "") -> str:
    """A mapping or list over as many lines as it needs: whatever fits on a line stands on one."""
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, item in value.items():
            lines += _entry(f"{indent}{scalar(str(key))}:", item, indent + "  ")
    else:
        for item in value:
            lines += _entry(f"{indent}-", item, indent + "  ")
    return "\n".join(lines)


def _entry(head: str, item: Any, indent: str) -> list[str]:
    line = f"{head} {flow(item)}"
    nested = isinstance(item, Mapping | list | tuple) and item
    if not nested or (len(line) <= WIDTH and not _opens(item)):
        return [line]
    return [head, block(item, indent)]


def _opens(item: Any) -> bool:
    """Whether something reads better over several lines: a list of mappings, a mapping with mappings in it."""
    inner = item.values() if isinstance(item, Mapping) else item
    many = len(item) > 1
    return many and any(isinstance(one, Mapping) and one for one in inner)
