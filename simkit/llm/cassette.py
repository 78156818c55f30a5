"""Cassettes: all model traffic of a run, recorded to a file and played back from it, with nobody asked.

One JSON object a line: session, role, the digest of the request and how often the session asked it before; the request
itself; and the answer, or how it failed. An answer is found by what is asked, so a changed prompt is not found.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from simkit.errors import FileError, UsageError, one_line
from simkit.llm.failure import Failure

OnMiss = Literal["fail", "live"]


class Asked(NamedTuple):
    """Which of a run's questions."""

    session: str
    role: str
    request: str
    """Its digest."""
    nth: int
    """How often this session and role asked the same before."""


class Cassette:
    """A file of recorded answers: one to play back, one to record to, or both in one."""

    def __init__(
        self, replay: Path | None = None, record: Path | None = None, on_miss: OnMiss = "fail", resumed: bool = False
    ) -> None:
        """Raises `SimkitError` for a file that is no cassette, or is there already where one is to be recorded."""
        self.on_miss, self.source, self._record = on_miss, replay, record
        self._kept = dict(_read(replay)) if replay else {}
        self.replays = replay is not None
        self._written: set[Asked] = set()
        self._times: Counter[tuple[str, str, str]] = Counter()
        if record:
            self._begin(record, resumed)

    @property
    def records(self) -> bool:
        """Whether what is answered goes to a file."""
        return self._record is not None

    @property
    def strict(self) -> bool:
        """Whether nobody is ever asked."""
        return self.replays and self.on_miss == "fail"

    def next(self, session: str, role: str, request: str) -> Asked:
        """Which question this is: the same one counts up."""
        self._times[session, role, request] += 1
        return Asked(session, role, request, self._times[session, role, request] - 1)

    def answer(self, asked: Asked, request: bytes) -> dict[str, Any] | None:
        """The recorded answer; None where it is not there and may be asked for.

        Raises the Failure that was recorded, or one that says what is different where nothing was.
        """
        kept = self._kept.get(asked)
        if kept is None:
            if self.strict:
                raise Failure("not_recorded", f"the cassette has no such question{self._nearest(asked, request)}")
            return None
        if "failed" in kept:
            raise Failure.of_json(kept["failed"])
        return dict(kept["answer"])

    def record(self, asked: Asked, request: bytes, **came: Any) -> None:
        """Keep what came of a question, `answer=` or `failed=`, unless it is kept already."""
        if self._record is None or asked in self._written:
            return
        self._written.add(asked)
        line = {**asked._asdict(), "asks": json.loads(request), **came}
        try:
            with self._record.open("a", encoding="ascii") as file:
                file.write(json.dumps(line, separators=(",", ":")) + "\n")
        except OSError as error:
            raise UsageError(f"--record {self._record}: cannot be written ({error.strerror}); free space") from None

    def forget(self, session: str) -> None:
        """A session is over: how often it asked what is no longer needed."""
        for one in [one for one in self._times if one[0] == session]:
            del self._times[one]

    def _begin(self, record: Path, resumed: bool) -> None:
        if record.exists() and not resumed:
            raise UsageError(f"--record {record}: is there already; remove it, or record to another file")
        if record.exists():
            self._written = {asked for asked, _ in _read(record, torn=True)}
        try:
            record.parent.mkdir(parents=True, exist_ok=True)
            with record.open("a", encoding="ascii"):
                pass
        except OSError as error:
            raise UsageError(f"--record {record}: cannot be written ({error.strerror}); check the path") from None

    def _nearest(self, asked: Asked, request: bytes) -> str:
        same = [line for one, line in self._kept.items() if (one.session, one.role) == (asked.session, asked.role)]
        if not same:
            return f"; nothing is recorded of {asked.role} in {asked.session}"
        if any(line["request"] == asked.request for line in same):
            return f"; the same was asked {asked.nth} times when it was recorded, and once more now"
        now = json.loads(request)
        at, was, now_is = max((_difference(line["asks"], now) for line in same), key=lambda found: _depth(found[0]))
        return f"; the nearest one differs at {at}: recorded {was}, asked {now_is}"


Difference = tuple[str, str, str]


def _difference(was: Any, now: Any, at: str = "") -> Difference:
    """Where two JSON values first differ, and what stands there in each."""
    if isinstance(was, dict) and isinstance(now, dict):
        for key in {**was, **now}:
            if was.get(key) != now.get(key):
                return _difference(was.get(key), now.get(key), f"{at}.{key}" if at else key)
    if isinstance(was, list) and isinstance(now, list):
        for number in range(max(len(was), len(now))):
            old, new = (one[number] if number < len(one) else None for one in (was, now))
            if old != new:
                return _difference(old, new, f"{at}[{number}]")
    return at, *_shown(was, now)


def _shown(was: Any, now: Any) -> tuple[str, str]:
    """Both values around the first character at which they differ."""
    texts = [one if isinstance(one, str) else "nothing" if one is None else json.dumps(one) for one in (was, now)]
    first = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), min(map(len, texts)))
    begin = max(0, first - 12)
    a, b = (("…" if begin else "") + one_line(text[begin : begin + 40], 60) for text in texts)
    return f"'{a}'", f"'{b}'"


def _depth(at: str) -> tuple[int, int]:
    """How far into a chat a difference is: later messages count as nearer."""
    number = at.partition("[")[2].partition("]")[0]
    return (int(number) if number.isdigit() else -1, len(at))


def answers_of(path: Path, session: str) -> Iterator[tuple[Asked, dict[str, Any]]]:
    """What a session was answered, in order. Raises `SimkitError` for a file that is no cassette."""
    for asked, line in _read(path):
        if asked.session == session and "answer" in line:
            yield asked, dict(line["answer"])


def _read(path: Path, torn: bool = False) -> Iterator[tuple[Asked, Mapping[str, Any]]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: is no cassette that can be read ({one_line(error, 120)}); check the path") from None
    for number, text in enumerate(lines, 1):
        try:
            line = json.loads(text)
            asked = Asked(line["session"], line["role"], line["request"], line["nth"])
            if "failed" in line:
                Failure.of_json(line["failed"])
            else:
                dict(line["answer"])
        except (ValueError, LookupError, TypeError, RecursionError):
            if torn and number == len(lines):  # somebody was killed while writing it
                return
            raise FileError(path, "is no line of a cassette; record it again", line=number) from None
        yield asked, line
