"""Whether an amount is simple arithmetic on given ones: to the cent, whatever the sign.

What reaches an amount by chance is no support. The rounder an amount is, the more reckonings hit it, so the fewer are
let count: for cents, sums and differences of any two and totals of up to four of the latest fourteen; for a whole
amount, totals of four of the latest ten; for a multiple of ten, only what was said lately or what the domain itself
states, and totals of three. Multiples (2 to 12 times), even parts (a half, third, quarter, twelfth), shares (a given
percentage that is a multiple of five, a given rate below one, and what is left after it) and a running total of the
latest four to twelve always count. Figures below 5 are counts, not amounts: nothing is added to them.

How much of what is invented this lets pass is measured by `benchmarks/recorded_sessions.py --invented`.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

MAX_AMOUNT = 1e13
"""Larger numbers are names, not amounts."""
_LEAST = 5_00
"""In cents: what is less is a count."""
NEAR = 12
_COUNTS = range(2, 13)
_PARTS = (1 / 2, 1 / 3, 1 / 4, 1 / 12)


def reached(amount: float, known: Iterable[float], stated: Iterable[float] = ()) -> bool:
    """Whether `amount` is among the `known` amounts (the latest last), or follows from them; `stated` are those that
    hold in every session, however long ago they were read."""
    if not abs(amount) < MAX_AMOUNT:
        return False
    target, every = _cents(amount), [_cents(one) for one in known]
    if target in every:
        return True
    near, totals, most = _reach(target)
    amounts = [one for one in every if one >= _LEAST]
    latest = amounts[-near:]
    operands = dict.fromkeys((*map(_cents, stated), *latest))
    others = operands if target % 1000 == 0 else set(amounts)
    if any(abs(target - one) in others or target + one in others for one in operands if one != target):
        return True
    shares = [one / 10_000 for one in every[-near:] if 0 < one < 10_000 and (one % 500 == 0 or one < 100)]
    factors = (*_COUNTS, *_PARTS, *shares, *(1 - share for share in shares))
    if any(abs(target - one * factor) < 0.51 for one in operands for factor in factors):
        return True
    return _is_total(target, latest, totals, most)


def _reach(target: int) -> tuple[int, int, int]:
    """How many of the latest amounts may explain a target, how many of them in totals, and of how many a total is."""
    if target % 1000 == 0:
        return NEAR, 8, 3
    return (40, 10, 4) if target % 100 == 0 else (40, 14, 4)


def _is_total(target: int, latest: list[int], totals: int, most: int) -> bool:
    few = latest[-totals:]
    sums = {a + b for a, b in combinations(few, 2)}
    if any(target - one in sums for one in few) or (most > 3 and any(target - some in sums for some in sums)):
        return True
    return any(sum(latest[-many:]) == target for many in range(4, 13))


def _cents(amount: float) -> int:
    return round(abs(amount) * 100)
