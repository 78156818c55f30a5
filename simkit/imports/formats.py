"""The formats that `simkit import FORMAT FILE` knows: a name, and a function `path -> logs`. To add one, add a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.imports import jsonl, labeled_traces, openai_messages, tau_bench
from simkit.imports.tau2 import files as tau2
from simkit.trace.log import Log

Reader = Callable[[Path], Iterator[Log]]

READERS: dict[str, Reader] = {
    "jsonl": jsonl.read,
    "labeled-traces": labeled_traces.read,
    "openai-messages": openai_messages.read,
    "tau-bench": tau_bench.read,
    "tau2": tau2.read,
}


def reader(name: str) -> Reader:
    """The function that reads files of the format of that name: `path -> logs`, one in memory at a time.

    It raises FileError with the line of the first mistake while it reads. Raises UsageError for an unknown format.
    """
    if name not in READERS:
        raise UsageError(f"'{one_line(name, 60)}' is no format that can be imported{did_you_mean(name, READERS)}")
    return READERS[name]
