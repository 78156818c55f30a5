"""A session's events in order, and the episode that metrics read: scenario, persona and domain rebuilt from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from simkit.trace.events import Ended, Event, Started, ToolCalled, any_event


class SessionKey(NamedTuple):
    """Which session: written `<scenario>/<persona>/<trial>`; trials count from 0."""

    scenario: str
    persona: str
    trial: int

    def __str__(self) -> str:
        return f"{self.scenario}/{self.persona}/{self.trial}"

    @classmethod
    def parse(cls, text: str) -> SessionKey:
        """The key written as `text`."""
        scenario, persona, trial = text.rsplit("/", 2)
        return cls(scenario, persona, int(trial))


@dataclass(frozen=True)
class Beside:
    """What is kept beside an event, outside of the digest: seconds since the session began, seconds it took, USD."""

    at: float = 0.0
    took: float = 0.0
    cost: float | None = None


@dataclass(frozen=True)
class Log:
    """All events of one session, numbered from 0 without gaps."""

    session: SessionKey
    events: tuple[Event, ...]
    beside: tuple[Beside, ...] = field(default=(), compare=False, repr=False)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    @property
    def started(self) -> Started:
        """The first event."""
        first = self.events[0]
        assert isinstance(first, Started)
        return first

    @property
    def ended(self) -> Ended | None:
        """The last event, or None where the session is unfinished."""
        last = self.events[-1]
        return last if isinstance(last, Ended) else None

    @property
    def calls(self) -> tuple[ToolCalled, ...]:
        """Every tool call, in order, by whomever."""
        return tuple(event for event in self.events if isinstance(event, ToolCalled))

    def lines(self) -> Iterator[str]:
        """The canonical form: one JSON object an event, keys sorted, without times."""
        name = str(self.session)
        for event in self.events:
            yield canonical_line({"session": name, **event.model_dump()})

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical lines."""
        sha = hashlib.sha256()
        for line in self.lines():
            sha.update(line.encode())
            sha.update(b"\n")
        return sha.hexdigest()

    @classmethod
    def from_lines(cls, lines: Sequence[str]) -> Log:
        """The log that `lines()` wrote. Raises ValueError for anything else."""
        rows = [json.loads(line) for line in lines]
        key = SessionKey.parse(rows[0].pop("session"))
        for row in rows[1:]:
            row.pop("session")
        return cls(key, tuple(any_event.validate_python(row) for row in rows))


def canonical_line(value: Any) -> str:
    """JSON with sorted keys and ASCII only: the same bytes for the same value, whatever a model said."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def run_digest(digests: dict[str, str]) -> str:
    """One digest for a whole run from its sessions' (key -> digest), whatever the order they were played in."""
    sha = hashlib.sha256()
    for key in sorted(digests):
        sha.update(f"{key} {digests[key]}\n".encode())
    return sha.hexdigest()
