"""Calls, values and differences in words, short enough for one line of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pprint import saferepr
from typing import Any

from simkit.errors import one_line
from simkit.spec.condition import MISSING, same
from simkit.trace.events import Change, ToolCalled


def shown(value: Any, limit: int = 60) -> str:
    """A value as a person would write it down; keys in order of name, as a kept log has them."""
    return "nothing" if value == MISSING else one_line(saferepr(value), limit)


def describe_call(call: ToolCalled) -> str:
    """`cancel_order(order_id='W1001')`."""
    return describe(call.tool, call.arguments)


def describe(tool: str, arguments: Any) -> str:
    """A tool and its arguments as one would call it."""
    if not isinstance(arguments, Mapping):
        return f"{tool}({shown(arguments)})"
    return one_line(f"{tool}({', '.join(f'{name}={shown(value)}' for name, value in sorted(arguments.items()))})", 160)


def differences(changes: Iterable[Change]) -> Iterator[str]:
    """What changed, one sentence a field: `orders.W1.status changed from 'pending' to 'cancelled'`."""
    for change in changes:
        if change.before is None:
            yield f"{change.path} was made: {shown(change.after, 120)}"
        elif change.after is None:
            yield f"{change.path} was removed"
        else:
            for path, old, new in apart(change.path, change.before, change.after):
                yield f"{path} changed from {shown(old)} to {shown(new)}"


def apart(path: str, left: Any, right: Any) -> Iterator[tuple[str, Any, Any]]:
    """The places at which two values differ, as deep as they are alike in shape, each with what stands there."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for key in sorted({*left, *right}, key=str):
            yield from apart(f"{path}.{key}", left.get(key, MISSING), right.get(key, MISSING))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from apart(f"{path}.{number}", one, other)
    elif isinstance(left, list) and isinstance(right, list):
        common = list(zip(left, right, strict=False))
        for number, (one, other) in enumerate(common):
            yield from apart(f"{path}.{number}", one, other)
        yield f"the length of {path}", len(left), len(right)
    elif not same(left, right):
        yield path, left, right


def listed(parts: Iterable[str], limit: int = 5) -> str:
    """The first few, and how many more there are."""
    every = list(parts)
    more = f"; and {len(every) - limit} more" if len(every) > limit else ""
    return "; ".join(every[:limit]) + more
