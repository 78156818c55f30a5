"""What a run's model calls used and cost, read from the events and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simkit.trace.events import ModelCalled
from simkit.trace.log import Log


@dataclass
class Used:
    """Sums over some model calls."""

    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    usd: Decimal = Decimal(0)
    unpriced: int = 0
    """Calls whose price nobody knows: they are not in `usd`."""
    estimated: int = 0
    """Calls whose tokens are an estimate, for want of a count by the provider."""

    def add(self, event: ModelCalled, cost: float | None) -> None:
        """Count a call; `cost` in USD."""
        self.calls += 1
        self.tokens_in += event.usage.get("input_tokens", 0)
        self.tokens_out += event.usage.get("output_tokens", 0)
        self.unpriced += cost is None
        # Through its shortest decimal, so that sums do not depend on their order.
        self.usd += Decimal(repr(cost or 0.0))
        self.estimated += "estimated" in event.usage

    def to_json(self) -> dict[str, Any]:
        """As the summary prints it; `usd` is null where no call has a price."""
        usd = None if self.calls and self.unpriced == self.calls else float(self.usd)
        counts = {"calls": self.calls, "tokens_in": self.tokens_in, "tokens_out": self.tokens_out}
        return {"usd": usd, **counts, "unpriced": self.unpriced, "estimated": self.estimated}


@dataclass
class Costs:
    """What the model calls of a run used, together and by role."""

    total: Used = field(default_factory=Used)
    by_role: dict[str, Used] = field(default_factory=dict)

    def add(self, log: Log) -> None:
        """Count the model calls of a session."""
        for event in log.of(ModelCalled):
            # A log from elsewhere has nothing beside its events.
            cost = log.beside[event.seq].cost if event.seq < len(log.beside) else None
            for used in (self.total, self.by_role.setdefault(event.role, Used())):
                used.add(event, cost)

    def to_json(self) -> dict[str, Any]:
        """`{"usd", "tokens_in", "tokens_out", "calls", "unpriced", "estimated", "by_role": {role: the same}}`."""
        return {
            **self.total.to_json(),
            "by_role": {role: self.by_role[role].to_json() for role in sorted(self.by_role)},
        }


def cost_line(cost: Mapping[str, Any]) -> str:
    """What `Costs.to_json` says, in a line for people; empty where no model was called.

    `1,204 calls, 2,010,000 tokens in, 81,200 out: 3.21 USD (agent 2.90, user 0.31); 3 calls estimated`
    """
    if not cost.get("calls"):
        return ""
    roles = ", ".join(f"{role} {_usd(used['usd'])}" for role, used in cost["by_role"].items())
    price = "price not known" if cost["usd"] is None else f"{_usd(cost['usd'])} USD ({roles})"
    notes = [f"{cost[name]} {words}" for name, words in _NOTES.items() if cost[name] and cost["usd"] is not None]
    unknown = cost.get("unknown") or {}
    if unknown.get("calls"):
        notes.append(f"{unknown['calls']} calls without an answer, at most {_usd(unknown['usd'])} USD more")
    counts = f"{cost['calls']:,} calls, {cost['tokens_in']:,} tokens in, {cost['tokens_out']:,} out"
    return "; ".join([f"{counts}: {price}", *notes])


_NOTES = {"unpriced": "calls without a price", "estimated": "calls with an estimate of their tokens"}


def _usd(amount: float | None) -> str:
    return "?" if amount is None else f"{amount:,.2f}" if amount >= 0.1 or not amount else f"{amount:.2g}"
