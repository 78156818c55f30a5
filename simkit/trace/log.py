"""A session's events in order, and the episode that metrics read: scenario, persona and domain rebuilt from them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from simkit.trace.canonical import body_of, canonical_line, fields_of
from simkit.trace.events import Ended, Event, Started, ToolCalled

Kind = TypeVar("Kind", bound=BaseModel)


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


class Beside(NamedTuple):
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
        return self.of(ToolCalled)

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """Every event of one kind, in order."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> dict[type, tuple[Any, ...]]:
        found: dict[type, list[Event]] = {}
        for event in self.events:
            found.setdefault(type(event), []).append(event)
        return {kind: tuple(events) for kind, events in found.items()}

    def lines(self) -> Iterator[str]:
        """The canonical form: one JSON object an event, keys sorted, without times."""
        name = str(self.session)
        for event in self.events:
            yield canonical_line({"session": name, **fields_of(event)})

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the session's name and its events' bodies, each ended by a line feed: equal for equal lines."""
        sha = SessionHash(self.session)
        for event in self.events:
            sha.add(body_of(event))
        return sha.digest()


class SessionHash:
    """The digest of a session's log, while it comes about."""

    __slots__ = ("_sha",)

    def __init__(self, session: SessionKey) -> None:
        self._sha = hashlib.sha256(f"{session}\n".encode())

    def add(self, body: str) -> None:
        """Take the next event's body (`body_of`) in."""
        self._sha.update(f"{body}\n".encode())

    def digest(self) -> str:
        """64 hexadecimal digits."""
        return self._sha.hexdigest()


class RunHash:
    """The digest of a run, while its sessions end, in whatever order.

    The sum over the sessions of SHA-256 of name and digest, modulo 2 to the 256th: it asks for no list of them.
    """

    def __init__(self) -> None:
        self._sum = 0

    def add(self, session: str, digest: str) -> None:
        """Take one session in, once."""
        self._sum += int.from_bytes(hashlib.sha256(f"{session} {digest}\n".encode()).digest())

    def digest(self) -> str:
        """64 hexadecimal digits."""
        return f"{self._sum % (1 << 256):064x}"


def run_digest(digests: Mapping[str, str]) -> str:
    """One digest for a whole run from its sessions' (key -> digest), whatever the order they were played in."""
    whole = RunHash()
    for session, digest in digests.items():
        whole.add(session, digest)
    return whole.digest()
