"""The certificate that goes with every matrix: may these sessions be read as a first-order chain in this view?

Three questions, none of which a p-value alone answers: which order describes the sessions best for its price
(`fit.order`), which predicts sessions best that it has not seen (`fit.heldout`), and whether the law stays the same
from the early to the late steps (`fit.turns`, decided with sessions kept whole).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from simkit.paths.fit.alike import ways
from simkit.paths.fit.heldout import held_out
from simkit.paths.fit.order import Order, best, count_scored, orders
from simkit.paths.fit.turns import Turns, turns
from simkit.paths.walks import Walks

_MOST = 3
_ENOUGH = 0.5
"""An order is tried if, with it, at least this share of all transitions can be scored."""
_UNUSUAL = 0.05
_FEW = 20
"""Fewer sessions than this are not judged: figures stand in JSON, but nothing is said."""


@dataclass(frozen=True)
class Certificate:
    """How a first-order chain fits these sessions."""

    sessions: int
    transitions: int
    orders: tuple[Order, ...]
    """0 to 3, or as far as sessions are long enough."""
    held_out: tuple[float, ...] | None
    """For each order the mean log-likelihood a step of sessions left out, in nats; None for a single session."""
    turns: Turns | None
    """Early against late steps; None where sessions are too short."""

    @property
    def best_bic(self) -> int | None:
        """The order with the smallest BIC, counting the parameters of what could have been seen."""
        return best(self.orders, "bic_open") if self.orders else None

    @property
    def best_held_out(self) -> int | None:
        """The order that predicts best."""
        return int(np.argmax(self.held_out)) if self.held_out else None

    def sentences(self) -> tuple[str, ...]:
        """What it comes to, for people."""
        if not self.orders or self.sessions < _FEW:
            named = "1 session is" if self.sessions == 1 else f"{self.sessions} sessions are"
            return (f"{named} too few to say whether a first-order chain fits",)
        said = [self._order(), self._turns()]
        return tuple(one for one in said if one)

    def _order(self) -> str:
        chosen, predicts, names = self.best_bic, self.best_held_out, f"orders 0 to {len(self.orders) - 1}"
        if predicts is None:
            return f"by BIC order {chosen} fits best of {names}"
        gain = self.held_out[predicts] - self.held_out[min(1, len(self.held_out) - 1)] if self.held_out else 0.0
        if chosen == predicts == 1:
            return f"a first-order chain fits: best of {names} by BIC and on sessions held out"
        better = f" (by {gain:.3f} nats a step over order 1)" if predicts != 1 and gain > 0 else ""
        doubt = (
            "the past matters for longer" if max(chosen or 0, predicts) > 1 else "the state hardly tells what follows"
        )
        weigh = "; read chain figures with care" if max(chosen or 0, predicts) > 1 else ""
        return f"of {names}, BIC prefers {chosen}, sessions held out {predicts}{better}: {doubt}{weigh}"

    def _turns(self) -> str:
        if self.turns is None or self.turns.p is None:
            return ""
        split, p = self.turns.split, f"(p = {self.turns.p:.2g}, sessions kept whole)"
        if self.turns.p < _UNUSUAL:
            return f"the first {split} states and the later ones follow different laws {p}; one matrix mixes them"
        return f"no difference seen between the first {split} states and the later ones {p}"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        late = None
        if self.turns:
            found = self.turns.agreement
            late = {"split": self.turns.split, **found._asdict(), "p_sessions": self.turns.p}
        return {
            "sessions": self.sessions,
            "transitions": self.transitions,
            "orders": [one.to_json() for one in self.orders],
            "held_out": None if self.held_out is None else list(self.held_out),
            "best_bic": self.best_bic,
            "best_held_out": self.best_held_out,
            "early_late": late,
            "sentences": list(self.sentences()),
        }


def certificate(walks: Walks, flips: int = 199, seed: int = 0) -> Certificate:
    """The certificate of these walks; START and the ends count as states."""
    transitions = len(walks.steps) - len(walks)
    went = ways(walks.steps, walks.bounds)
    scored = [int(count_scored(walks.bounds, m).sum()) for m in range(_MOST + 1)]
    most = max((m for m, steps in enumerate(scored) if steps > _ENOUGH * transitions), default=-1)
    if most < 0 or not transitions:
        return Certificate(len(walks), transitions, (), None, None)
    k = len(walks.states)
    # START is always early, which says nothing: places are counted from the first state after it.
    after = np.ones(len(went.steps), dtype=bool)
    after[went.bounds[:-1]] = False
    begun = went.bounds - np.arange(len(went.bounds))
    found = turns(went.steps[after], begun, k, flips=flips, seed=seed, of=went.of)
    fitted = orders(went.steps, went.bounds, k, most, went.times)
    predicted = held_out(walks, most, went=went)
    return Certificate(len(walks), transitions, fitted, predicted, found if found.late.any() else None)
