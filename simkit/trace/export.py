"""A run as text: canonical JSONL, one event a line, sorted by session and number, without times.

The same seed gives the same bytes at any concurrency; `simkit import jsonl FILE` reads them back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from simkit.trace.log import Log


def write_jsonl(logs: Iterable[Log], file: TextIO) -> int:
    """Write every event of `logs` (sorted, as a store gives them) and return how many there were."""
    count = 0
    for log in logs:
        for line in log.lines():
            file.write(line)
            file.write("\n")
        count += len(log)
    return count
