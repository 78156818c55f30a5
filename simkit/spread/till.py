"""What the model calls of one run share when several processes make them: the coordinator keeps the till.

A worker asks for leave before each call that a budget bounds, and tells what the call did cost. So budgets hold over
all workers as they do in one process, to the cent: what one may spend, no other can. What a worker held when it died is
booked at the most that it can have cost. A cassette is read by every worker, and written by the coordinator alone.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
from anyio.abc import TaskGroup

from simkit.llm.budget import Budget, Cap, Spend, Spent
from simkit.llm.cassette import Asked, Cassette
from simkit.llm.prices import Prices
from simkit.llm.traffic import Traffic

Held = tuple[str, str, Spend]
"""Session, role, and the most that a call of theirs can cost."""


def terms_for_workers(traffic: Traffic) -> dict[str, Any]:
    """What workers must know of a run's traffic, as JSON."""
    tape = traffic.cassette
    return {
        "caps": [_cap_row(cap) for cap in traffic.budget.caps],
        "prices": {model: [str(one) for one in price] for model, price in traffic.prices.own.items()},
        "replay": str(tape.source.absolute()) if tape and tape.source else None,
        "on_miss": tape.on_miss if tape else "fail",
        "record": tape is not None and tape.records,
    }


def traffic_of_worker(terms: Mapping[str, Any], say: Callable[..., None]) -> Traffic:
    """A worker's part of its run's traffic. Raises `SimkitError` where the cassette cannot be read."""
    purse = Purse((_cap_of(row) for row in terms.get("caps", ())), say)
    own = {model: (Decimal(price[0]), Decimal(price[1])) for model, price in terms.get("prices", {}).items()}
    replay, record = terms.get("replay"), terms.get("record", False)
    cassette = None
    if replay or record:
        cassette = _Copy(Path(replay) if replay else None, terms["on_miss"], say if record else None)
    return Traffic(purse, Prices(own), cassette)


def _cap_row(cap: Cap) -> list[str]:
    return [cap.name, cap.what, str(cap.most), cap.of]


def _cap_of(row: Iterable[Any]) -> Cap:
    name, what, most, of = row
    return Cap(name, what, Decimal(most), of)


class Purse(Budget):
    """A worker's side of the run's budget: it has nothing of its own, and asks for each call."""

    def __init__(self, caps: Iterable[Cap], say: Callable[..., None]) -> None:
        super().__init__(tuple(caps))
        self._say = say
        self._tickets = itertools.count()
        self._asked: dict[int, tuple[anyio.Event, list[Any]]] = {}
        self._leave: defaultdict[Held, list[int]] = defaultdict(list)
        self._late = ""

    @property
    def exhausted(self) -> bool:
        """Never: a session that was handed out is begun; the coordinator hands out no other."""
        return False

    def check(self) -> None:
        """Raises Spent when the run's time is up."""
        if self._late:
            raise Spent(self._late)

    async def reserve(self, session: str, role: str, most: Spend, own: Iterable[Cap] = ()) -> None:
        """As `Budget.reserve`, by whoever sent us; calls that no budget bounds need nobody's leave."""
        self.check()
        own = tuple(own)
        if not own and not any(cap.of in ("", role) for cap in self.caps):
            return
        ticket, came, answer = next(self._tickets), anyio.Event(), []
        self._asked[ticket] = came, answer
        self._say("reserve", ticket, session, role, most.as_json, [_cap_row(cap) for cap in own])
        try:
            await came.wait()
        except BaseException:
            self._say("withdraw", ticket)
            raise
        finally:
            del self._asked[ticket]
        if answer:
            raise Spent(*answer)
        self._leave[session, role, most].append(ticket)

    def settle(self, session: str, role: str, most: Spend, spend: Spend) -> None:
        """Tell what a call did cost."""
        if tickets := self._leave.get((session, role, most)):
            self._say("spent", tickets.pop(), spend.as_json)
            if not tickets:
                del self._leave[session, role, most]

    def hear(self, message: list[Any]) -> None:
        """Take in what the coordinator says."""
        match message:
            case ["may", ticket, refusal] if ticket in self._asked:
                came, answer = self._asked[ticket]
                answer += refusal
                came.set()
            case ["late", name]:
                self._late = name


class _Copy(Cassette):
    """A worker's cassette: it reads the file itself, and has others record."""

    def __init__(self, replay: Path | None, on_miss: Any, say: Callable[..., None] | None) -> None:
        super().__init__(replay, None, on_miss)
        self._say = say

    def record(self, asked: Asked, request: bytes, **came: Any) -> None:
        if self._say is not None:
            self._say("recorded", list(asked), request.decode(), came)


class Till:
    """The coordinator's side: what all workers spend and record."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic, self.budget = traffic, traffic.budget

    @property
    def late(self) -> str:
        """The budget in time, once it is used up."""
        try:
            self.budget.check()
        except Spent as spent:
            return spent.cap
        return ""


class Drawer:
    """What one worker holds of the till, and waits for."""

    def __init__(self, till: Till, tell: Callable[..., None]) -> None:
        self._till, self._tell = till, tell
        self._waits: dict[int, anyio.CancelScope] = {}
        self._held: dict[int, Held] = {}

    def take(self, message: list[Any], group: TaskGroup) -> None:
        """Take in what the worker says of its model calls."""
        match message:
            case ["reserve", ticket, session, role, most, own]:
                scope = self._waits[ticket] = anyio.CancelScope()
                held = (session, role, Spend.of_json(most))
                group.start_soon(self._reserve, ticket, scope, held, [_cap_of(row) for row in own])
            case ["withdraw", ticket]:
                if ticket in self._waits:
                    self._waits[ticket].cancel()
                else:
                    self._settle(ticket, Spend())
            case ["spent", ticket, spend]:
                self._settle(ticket, Spend.of_json(spend))
            case ["recorded", asked, request, came]:
                if (cassette := self._till.traffic.cassette) is not None:
                    cassette.record(Asked(*asked), request.encode(), **came)

    def close(self) -> None:
        """The worker is gone: nobody knows what came of the calls that it had leave for."""
        for scope in self._waits.values():
            scope.cancel()
        for ticket, (_, _, most) in list(self._held.items()):
            self._settle(ticket, most)

    async def _reserve(self, ticket: int, scope: anyio.CancelScope, held: Held, own: list[Cap]) -> None:
        refusal: list[Any] = []
        with scope:
            await anyio.lowlevel.checkpoint_if_cancelled()
            try:
                await self._till.budget.reserve(*held, own)
            except Spent as spent:
                refusal = [spent.cap, spent.run]
            else:
                self._held[ticket] = held
        del self._waits[ticket]
        if not scope.cancelled_caught:
            self._tell("may", ticket, refusal)

    def _settle(self, ticket: int, spend: Spend) -> None:
        if held := self._held.pop(ticket, None):
            self._till.budget.settle(*held, spend)
