"""Paid calls of one session: written down before they are made, made at most once, and within what may be spent."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from simkit.llm.budget import Cap, Spend, Spent
from simkit.llm.cassette import Asked
from simkit.llm.failure import Failure
from simkit.llm.traffic import Traffic
from simkit.play.gate import Over
from simkit.play.keeping import Keeping
from simkit.trace.canonical import canonical_line
from simkit.trace.events import ModelCalled, Party, plain

INTENT = "model_called"
"""The kind of a model call's intent."""

Ask = Callable[[], Awaitable[dict[str, Any]]]


class Paying:
    """Makes the paid calls of one session, or gives what they gave before."""

    def __init__(
        self, session: Keeping, key: str, traffic: Traffic, caps: Sequence[Cap], clock: Callable[[], float]
    ) -> None:
        self.session, self.key, self.traffic, self.caps, self.clock = session, key, traffic, caps, clock

    async def once(
        self,
        role: Party,
        request: Any,
        ask: Ask,
        *,
        model: str = "",
        most: tuple[int, int] = (0, 0),
        slot: AbstractAsyncContextManager[Any] | None = None,
    ) -> dict[str, Any]:
        """What `ask` gives, or gave before: off the session's tape, off the run's cassette, or new."""
        began = self.clock()
        content = request if isinstance(request, bytes) else canonical_line(plain(request)).encode()
        digest = hashlib.sha256(content).hexdigest()[:32]
        cassette = self.traffic.cassette
        asked = cassette.next(self.key, role, digest) if cassette else Asked(self.key, role, digest, 0)
        answer = self._paid_before(digest)
        free = False
        if answer is None and cassette:
            answer = cassette.answer(asked, content)
            free = answer is not None
        try:
            if answer is None:
                self.session.go_on()
                async with slot or nullcontext():
                    answer = await self._asked(role, digest, ask, model, most)
        except Failure as failure:
            self._record(asked, content, failed=failure.as_json)
            raise
        self._record(asked, content, answer=answer)
        usage = _counts(answer.get("usage"))
        name = answer.get("model") or model
        cost = None if free else self.traffic.cost(model, usage)
        event = ModelCalled(seq=self.session.seq, role=role, model=str(name), usage=usage)
        self.session.log(event, self.clock() - began, None if cost is None else float(cost))
        return answer

    def check(self) -> None:
        """Raises Over when the run's time is up."""
        budget = self.traffic.budget
        if budget.seconds is None:
            return
        try:
            budget.check()
        except Spent as spent:
            raise _over(spent) from None

    def _paid_before(self, digest: str) -> dict[str, Any] | None:
        kept = self.session.tape.answer(digest)
        return None if kept is None else dict(kept["answer"])

    def _record(self, asked: Asked, content: bytes, **came: Any) -> None:
        cassette = self.traffic.cassette
        if cassette:
            self.session.kept(lambda: cassette.record(asked, content, **came))

    async def _asked(self, role: Party, digest: str, ask: Ask, model: str, tokens: tuple[int, int]) -> dict[str, Any]:
        most = self.traffic.most(model, tokens)
        try:
            await self.traffic.budget.reserve(self.key, role, most, self.caps)
        except Spent as spent:
            raise _over(spent) from None
        spend = Spend()
        try:
            self.session.go_on()
            body = {"seq": self.session.seq, "role": role, "model": model, "request": digest, "most": most.as_json}
            intent = self._intend(body)
            result: dict[str, Any] = {"failed": "not asked", "spent": spend.as_json}
            try:
                await self.session.durable()
                spend = most
                result = {"failed": "no answer", "spent": most.as_json}
                answer = await ask()
                spend = self.traffic.spend(model, _counts(answer.get("usage")), most)
                result = {"answer": answer, "spent": spend.as_json}
            except Failure as failure:
                spend = most if failure.lost else Spend(calls=1)
                result = {"failed": failure.kind, "spent": spend.as_json}
                raise
            finally:
                self.session.kept(self.session.recorder.settle, intent, result)
        finally:
            self.traffic.budget.settle(self.key, role, most, spend)
        return answer

    def _intend(self, body: dict[str, Any]) -> int:
        numbers: list[int] = []
        self.session.kept(lambda: numbers.append(self.session.recorder.intend(INTENT, body)))
        return numbers[0]


def _over(spent: Spent) -> Over:
    whose = "the run's budget" if spent.run else "the session's budget"
    return Over("budget", f"{whose} is used up: {spent.cap}")


def _counts(usage: Any) -> dict[str, int]:
    """The part of an answer's usage that is counts."""
    known = usage if isinstance(usage, Mapping) else {}
    return {str(name): count for name, count in known.items() if type(count) is int and count >= 0}
