"""JSON lines that any reader takes: ASCII, and no half character (lone surrogate), which UTF-8 has no place for."""

from __future__ import annotations

import json
from typing import Any


def line(value: Any) -> str:
    """JSON on one line, keys in their order; half characters become U+FFFD."""
    text = json.dumps(value, check_circular=False)
    if "\\ud" not in text:
        return text
    return json.dumps(json.loads(whole(json.dumps(value, ensure_ascii=False))))


def whole(text: str) -> str:
    """`text` with half characters as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def inner(value: Any) -> str:
    """A value as JSON text that stands in a text: keys sorted."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
