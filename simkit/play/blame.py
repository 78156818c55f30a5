"""Where something failed: the frame of the agent's, user's or tool's own code in which it raised, or hung."""

from __future__ import annotations

import inspect
import re
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from simkit.errors import one_line

_HERE = str(Path(__file__).parent.parent)
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")


def describe(error: BaseException) -> str:
    """`Type: message (file.py:12 in function)`: the innermost frame of their own code, without addresses.

    Frames of simkit's never count, those of Python's library and of installed packages only where there is no other.
    """
    text = _ADDRESS.sub("0x…", f"{type(error).__name__}: {said(error)}")
    return one_line(text, 400) + where(error.__traceback__)


def said(error: BaseException) -> str:
    """`str(error)`, also where that raises; of a long text the beginning."""
    try:
        return str(error)[:10_000]
    except BaseException:  # it is the agent's code that runs here, and it may raise SystemExit
        return "(its message cannot be shown)"


def where(trace: TracebackType | None) -> str:
    """` (file.py:12 in function)`, or nothing where there is no frame but simkit's."""
    frames = [
        (frame.f_code, line)
        for frame, line in traceback.walk_tb(trace)
        if not frame.f_code.co_filename.startswith(_HERE)
    ]
    own = [frame for frame in frames if not frame[0].co_filename.startswith((*_LIBRARIES, "<"))]
    if not frames:
        return ""
    code, line = (own or frames)[-1]
    return f" ({one_line(Path(code.co_filename).name, 80)}:{line} in {one_line(code.co_name, 80)})"


def trace_to(frame: FrameType | None) -> TracebackType | None:
    """A traceback that ends in a frame that runs: where somebody is at this moment."""
    frames = []
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back
    return _trace(frames)


def trace_into(coroutine: Any) -> TracebackType | None:
    """A traceback that ends where a coroutine waits."""
    return _trace([one.cr_frame for one in awaited(coroutine) if one.cr_frame is not None][::-1])


def awaited(coroutine: Any) -> Iterator[Any]:
    """A coroutine, the one that it waits for, and so on."""
    while inspect.iscoroutine(coroutine):
        yield coroutine
        coroutine = coroutine.cr_await


def _trace(inner_first: Iterable[FrameType]) -> TracebackType | None:
    trace = None
    for frame in inner_first:
        trace = TracebackType(trace, frame, frame.f_lasti, frame.f_lineno or 0)
    return trace
