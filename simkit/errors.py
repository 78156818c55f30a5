"""Every error simkit raises, and the one that tools raise.

    SimkitError            somebody gave us something wrong: shown as one line, exit code 2
    ├── FileError          a file says something wrong, with its position
    ├── UsageError         an argument, a reference or a name is wrong
    └── StoreError         a run cannot be written or read
    Refused                a tool's business refusal: data, not a crash
    ModelError             a language model gave no usable answer: data too, boundary `model`
    IllegalMove            an event that the dialogue's table does not allow (a bug of ours)

What a failing agent, model, user or tool raises is never one of these: it becomes a `Failed` event,
attributed to the boundary it crossed, and the suite plays on.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal


class SimkitError(Exception):
    """Wrong input from people. `str()` is one line that says what stands there and what would be right."""

    def lines(self) -> list[str]:
        """One line for each mistake."""
        return [str(self)]


class FileError(SimkitError):
    """A mistake in a file: `FILE:LINE:COL: what stands there; what would be right`."""

    def __init__(self, path: Path | str, what: str, *, line: int = 1, column: int = 1) -> None:
        self.path, self.line, self.column, self.what = Path(path), line, column, one_line(what)
        super().__init__(f"{self.path}:{line}:{column}: {self.what}")


class FileErrors(FileError):
    """Several mistakes in one or more files; `lines()` has them all."""

    def __init__(self, errors: list[FileError]) -> None:
        first = errors[0]
        super().__init__(first.path, first.what, line=first.line, column=first.column)
        self.errors = errors

    def lines(self) -> list[str]:
        return [str(error) for error in self.errors]


class UsageError(SimkitError):
    """An argument, a reference (`module:name`) or a name that does not exist."""


class StoreError(SimkitError):
    """A run that cannot be written or read: says the path and the cure."""


class Refused(Exception):
    """Raise in a tool to refuse for a business reason: the call's outcome is `refused`, the world unchanged."""


ModelErrorKind = Literal[
    "rate_limited", "refused_request", "protocol", "timeout", "unreachable", "auth", "not_recorded"
]
"""Why a model gave no usable answer: too many requests; a request it does not take; an answer that is none; no answer
in time; nobody there, or a server that fails; a wrong key; a question that the cassette does not have."""


class ModelError(Exception):
    """A language model gave no usable answer, after whatever retries were due. `str()` is `kind: what`, one line."""

    def __init__(self, kind: ModelErrorKind, what: str) -> None:
        self.kind: ModelErrorKind = kind
        super().__init__(f"{kind}: {one_line(what)}")


class IllegalMove(Exception):
    """An event where the dialogue's table does not allow it."""


def one_line(text: object, limit: int = 300) -> str:
    """`text` without control characters or line breaks, at most `limit` characters: safe on a terminal."""
    flat = " ".join(str(text).split())
    clean = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in flat)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"


def did_you_mean(word: object, known: object) -> str:
    """`; did you mean 'x'?` for the nearest known word, else `; known: a, b, c`."""
    import difflib

    names = sorted(str(name) for name in known)  # type: ignore[attr-defined]
    near = difflib.get_close_matches(str(word), names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{near[0]}'?"
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"; known: {shown}"
