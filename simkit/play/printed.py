"""What agents print, kept apart: neither stdout, which is for results, nor the terminal sees a character of it.

While `printed_aside(path)` lasts, whatever the code of an agent (or of a tool that it calls) writes to `sys.stdout` or
`sys.stderr` goes to the file at `path`, a line at a time, after the session's name, with control characters shown as
`\\x1b`, and up to a limit for each session. What anybody else writes goes on to where it went before. File descriptor 1
leads to stderr meanwhile, for C code and child processes.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    redirect_stderr,
    redirect_stdout,
    suppress,
)
from contextvars import ContextVar
from pathlib import Path
from typing import Any, TextIO

from simkit.play.watchdog import PLAYING

LIMIT = 1_048_576
"""Characters that are kept of what one session prints."""


_WHERE: ContextVar[str | None] = ContextVar("simkit_printed", default=None)


def kept_in() -> str | None:
    """Where what agents print goes at present, for workers to add to; empty: nowhere; None: it is not kept apart."""
    return _WHERE.get()


class _Aside:
    """Where the lines go. Nothing that goes wrong here may hurt a session."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.kept: Counter[str] = Counter()
        self.rest: dict[str, str] = {}
        self.lock = threading.Lock()
        self._file: TextIO | None = None

    def add(self, session: str, text: str) -> None:
        with self.lock:
            room = LIMIT - self.kept[session]
            if self.path is None or room <= 0:
                return
            self.kept[session] += len(text)
            lines = (self.rest.pop(session, "") + text[:room]).split("\n")
            if len(text) >= room:
                lines[-1:] = [lines[-1], f"(more than {LIMIT} characters; the rest was dropped)"]
            else:
                self.rest[session] = lines.pop()
            self._write(session, lines)

    def _write(self, session: str, lines: list[str]) -> None:
        with suppress(OSError):
            if self._file is None and self.path is not None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
                self._file = os.fdopen(
                    os.open(self.path, flags, 0o600), "a", encoding="ascii", errors="backslashreplace"
                )
            if self._file is not None:
                self._file.write("".join(f"{session} | {_visible(line)}\n" for line in lines))
                self._file.flush()  # a worker is killed when all is played

    def close(self) -> None:
        with self.lock:
            for session, text in self.rest.items():
                if text:
                    self._write(session, [text])
            self.path = None
            if self._file is not None:
                with suppress(OSError):
                    self._file.close()


class _Door(io.TextIOBase):
    """Stands where `sys.stdout` or `sys.stderr` stood."""

    def __init__(self, aside: _Aside, before: Any) -> None:
        self._aside, self._before = aside, before

    def write(self, text: str) -> int:
        leash = PLAYING.get()
        if leash is None:
            self._before.write(text)
        else:
            self._aside.add(leash.name, str(text))
        return len(text)

    def flush(self) -> None:
        with suppress(ValueError):
            self._before.flush()

    def isatty(self) -> bool:
        return PLAYING.get() is None and bool(self._before.isatty())

    def fileno(self) -> int:
        return int(self._before.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"


@contextmanager
def printed_aside(path: Path | None) -> Iterator[None]:
    """Keep what agents print in the file at `path` (None: nowhere), made with the first line."""
    aside = _Aside(path.absolute() if path else None)
    before = _WHERE.set(str(aside.path or ""))
    with redirect_stdout(_Door(aside, sys.stderr)), redirect_stderr(_Door(aside, sys.stderr)), _descriptor_aside():
        try:
            yield
        finally:
            _WHERE.reset(before)
            aside.close()


def printed_there(where: str | None) -> AbstractContextManager[None]:
    """Do in this process as in the one that told us its `kept_in`."""
    return nullcontext() if where is None else printed_aside(Path(where) if where else None)


@contextmanager
def _descriptor_aside() -> Iterator[None]:
    try:
        kept = os.dup(1)
        os.dup2(2, 1)
    except OSError:  # somebody closed one of them before we began
        yield
        return
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _visible(line: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in line.expandtabs())
