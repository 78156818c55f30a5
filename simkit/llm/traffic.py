"""All model traffic of one run: what it may spend, what it costs, and where it is recorded or played back from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from simkit.llm.budget import Budget, Spend
from simkit.llm.cassette import Cassette
from simkit.llm.prices import Prices


@dataclass(frozen=True)
class Traffic:
    """What all sessions of a run share when they call models."""

    budget: Budget = field(default_factory=Budget)
    prices: Prices = field(default_factory=Prices)
    cassette: Cassette | None = None

    def cost(self, model: str, usage: Mapping[str, int]) -> Decimal | None:
        """USD for one call; None where nobody knows."""
        return self.prices.cost(model, usage) if model else None

    def most(self, model: str, tokens: tuple[int, int]) -> Spend:
        """The most that one call can cost, with so many tokens in and out."""
        cost = self.cost(model, {"input_tokens": tokens[0], "output_tokens": tokens[1]})
        return Spend(cost or Decimal(0), sum(tokens), 1)

    def spend(self, model: str, usage: Mapping[str, int], most: Spend) -> Spend:
        """What a call did cost; the most that it can, where its tokens are not known."""
        if usage.get("estimated") or "input_tokens" not in usage:
            return most
        tokens = usage["input_tokens"] + usage.get("output_tokens", 0)
        return Spend(self.cost(model, usage) or Decimal(0), tokens, 1)

    def forget(self, session: str) -> None:
        """A session is over."""
        self.budget.forget(session)
        if self.cassette:
            self.cassette.forget(session)
