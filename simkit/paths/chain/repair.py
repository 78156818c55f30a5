"""What if: some edges mended by hand, the chain solved anew, and how sure what comes of it is.

    A->B=0     the edge is never taken: its probability is spread over the others of A in proportion
    A->B=0.1   it is taken with this probability; what that takes or leaves is the others', in proportion
    A->B=>C    it leads to C instead

Sessions are drawn anew, each run of them is mended in the same way, and the gain is taken within each run, so that what
both have in common does not blur it. That whoever is led elsewhere goes on as those who went there by themselves is an
assumption, and the first one to doubt.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.chain.endings import FEW, Bounds
from simkit.paths.chain.model import Chain, chain_of
from simkit.paths.chain.worth import worth_of
from simkit.paths.fit.resample import Over, Resampled, resampled, share_bounds, spread_of
from simkit.paths.states import END, START
from simkit.paths.table import counted, csv_rows
from simkit.paths.walks import Walks

Floats = NDArray[np.float64]

_HOW = "write FROM->TO=0 (never), FROM->TO=0.1 (so often) or FROM->TO=>OTHER (leads there instead)"
_STUCK = 1.0 - 1e-12
"""A mended run may hold sessions for ever: this much of every step goes on, which no figure shows."""


class Repair(NamedTuple):
    """One edge, mended."""

    source: str
    target: str
    share: float = 0.0
    """The probability that it has from then on."""
    instead: str | None = None
    """Where it leads then; None: what it loses is spread over the others in proportion."""

    def __str__(self) -> str:
        what = f"{self.share:g} of the time" if self.share else "never"
        return f"{self.source} -> {self.target}: {what if self.instead is None else f'to {self.instead} instead'}"


class Figure(NamedTuple):
    """A probability or a difference of two, with its interval."""

    value: float
    interval: Bounds


@dataclass(frozen=True)
class WhatIf:
    """P(pass) as it is and with the edges mended."""

    view: str
    sessions: int
    resamples: int
    over: Over
    repairs: tuple[Repair, ...]
    taken: tuple[tuple[int, int], ...]
    """Of each edge how often it was taken, and how often its state was left."""
    passing: Figure
    repaired: Figure
    gain: Figure
    level: float = 0.95

    def to_json(self) -> dict[str, Any]:
        """Plain values; what is undefined is null."""
        mended = [
            {**one._asdict(), "count": count, "of": of}
            for one, (count, of) in zip(self.repairs, self.taken, strict=True)
        ]
        about = {"view": self.view, "sessions": self.sessions, "resamples": self.resamples, "over": self.over}
        figures = {name: getattr(self, name)._asdict() for name in ("passing", "repaired", "gain")}
        return {**about, "level": self.level, "repairs": mended, **figures}

    def csv(self) -> str:
        """A row a figure."""
        rows = [
            [name, *("" if value is None else f"{value:.6g}" for value in (one.value, *one.interval))]
            for name, one in (("passing", self.passing), ("repaired", self.repaired), ("gain", self.gain))
        ]
        return csv_rows([["figure", "value", "low", "high"], *rows])

    def table(self) -> str:
        """For people."""
        lines = [
            f"{counted(self.sessions, 'session')} as a first-order chain, view {one_line(self.view, 60)};",
            f"intervals {self.level:.0%}, from {self.resamples} runs of {self.over} drawn anew",
            "",
            *(
                one_line(f"what if  {one}  (taken {count} of {of} times)")
                for one, (count, of) in zip(self.repairs, self.taken, strict=True)
            ),
            "",
            f"passed   {_told(self.passing, '.1f')} %",
            f"repaired {_told(self.repaired, '.1f')} %",
            f"gain     {_told(self.gain, '+.1f')} points",
        ]
        return "\n".join(lines) + "\n"


def _told(figure: Figure, form: str) -> str:
    low, high = figure.interval
    value = f"{round(100 * figure.value, 1) + 0.0:{form}}"  # + 0.0: nothing is less than nothing
    if low is not None and high is not None:
        value += f" ({round(100 * low, 1) + 0.0:{form}} to {round(100 * high, 1) + 0.0:{form}})"
    return value.replace("-", "−")


def repair_of(text: str, states: Sequence[str]) -> Repair:
    """The repair written as `text`, of an edge between two of `states`. Raises UsageError for anything else."""
    for arrow in re.finditer("->", text):
        source, rest = text[: arrow.start()].strip(), text[arrow.end() :]
        if source not in states:
            continue
        target, gives, instead = rest.rpartition("=>")
        if gives:
            return Repair(source, _known(text, target, states), 0.0, _known(text, instead, states))
        target, equals, share = rest.rpartition("=")
        try:
            probability = float(share)
        except ValueError:
            raise UsageError(f"--what-if '{one_line(text)}': {_HOW}") from None
        if not equals or not 0 <= probability <= 1:
            raise UsageError(f"--what-if '{one_line(text)}': {_HOW}")
        return Repair(source, _known(text, target, states), probability)
    source, arrow, _ = text.partition("->")
    raise _unknown(text, source, states) if arrow else UsageError(f"--what-if '{one_line(text)}': {_HOW}")


def _known(text: str, state: str, states: Sequence[str]) -> str:
    if state.strip() not in states:
        raise _unknown(text, state, states)
    return state.strip()


def _unknown(text: str, state: str, states: Sequence[str]) -> UsageError:
    cure = did_you_mean(state.strip(), states)
    return UsageError(f"--what-if '{one_line(text)}': no state '{one_line(state.strip())}'{cure}")


def what_if(
    walks: Walks,
    repairs: Sequence[str],
    *,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
    over: Over = "sessions",
) -> WhatIf:
    """P(pass) of these walks with edges mended, each as `repair_of` reads it, one after the other.

    Raises UsageError for an edge that was never taken, one that its state has no other way than, and no session.
    """
    chain = chain_of(walks.matrix())
    mended = tuple(repair_of(text, chain.states) for text in repairs)
    good = [f"{END}pass"] if f"{END}pass" in chain.states else []
    weights, taken = chain.weights.astype(np.float64), []
    for one in mended:
        source, target = chain.numbers(one[:2])
        taken.append((int(chain.weights[source, target]), int(chain.weights[source].sum())))
        if not len(walks) or not weights[source, target] or source not in chain.transient:
            raise UsageError(f"--what-if '{one_line(one.source)}->{one_line(one.target)}': no session went that way")
        if one.instead is None and np.count_nonzero(weights[source]) < 2:
            what = "its state has no other way to spread it over; say where it leads instead, FROM->TO=>OTHER"
            raise UsageError(f"--what-if '{one_line(one.source)}->{one_line(one.target)}': {what}")
        weights = _mended(weights[None], chain, one)[0]
    after = chain_of(weights, chain.states, policy=chain.policy)
    values = np.array([worth_of(one, good, START).total for one in (chain, after)])
    again = resampled(walks, resamples, seed, over)
    drawn = again.figures(lambda counts: _drawn(counts, chain, mended, good), (2,))
    return WhatIf(
        walks.view, len(walks), resamples, over, mended, tuple(taken), *_figures(values, drawn, again, level), level
    )


def _figures(values: Floats, drawn: Floats, again: Resampled, level: float) -> tuple[Figure, Figure, Figure]:
    sessions, units = (np.full(2, many) for many in (len(again.walks), again.drawn))
    if again.drawn < FEW:
        low = high = gains = np.full(2, np.nan)
    else:
        low, high = share_bounds(values, spread_of(drawn), units, sessions, level, units)
        gains = np.nanquantile(drawn[:, 1] - drawn[:, 0], [(1 - level) / 2, (1 + level) / 2])
    shares = [Figure(float(values[n]), _bounds(low[n], high[n])) for n in (0, 1)]
    return *shares, Figure(float(values[1] - values[0]), _bounds(*gains))  # type: ignore[return-value]


def _bounds(low: float, high: float) -> Bounds:
    known = np.isfinite([low, high]).all()
    return (float(low), float(high)) if known else (None, None)


def _mended(counts: Floats, chain: Chain, repair: Repair) -> Floats:
    """(R, K, K) counts with an edge mended; where its state has no other way, they stay."""
    source, target = chain.numbers(repair[:2])
    row = counts[:, source].copy()
    edge, total = row[:, target].copy(), row.sum(axis=1)
    if repair.instead is not None:
        row[:, target] = 0.0
        row[:, chain.numbers([repair.instead])[0]] += edge
    else:
        rest = total - edge
        left = np.where(rest > 0, total * repair.share, edge)
        row *= np.divide(total - left, rest, out=np.ones_like(rest), where=rest > 0)[:, None]
        row[:, target] = left
    result = counts.copy()
    result[:, source] = row
    return result


def _drawn(counts: Floats, chain: Chain, repairs: Sequence[Repair], good: list[str]) -> Floats:
    """(R, 2) P(pass) of (R, K, K) counts as they are and mended; nan where nobody knows how it goes on from where an
    edge leads now, because no session of the run came there."""
    after, lost = counts, np.zeros(len(counts), dtype=bool)
    for one in repairs:
        source, target = chain.numbers(one[:2])
        if one.instead is not None and (there := chain.numbers([one.instead])[0]) in chain.transient:
            lost |= (after[:, source, target] > 0) & ~after[:, there].any(axis=1)
        after = _mended(after, chain, one)
    repaired = np.where(lost, np.nan, _success(after, chain, good))
    return np.stack([_success(counts, chain, good), repaired], axis=1)


def _success(counts: Floats, chain: Chain, good: list[str]) -> Floats:
    inner = chain.transient
    rows = counts[:, inner]
    totals = rows.sum(axis=2, keepdims=True)
    shares = np.divide(rows, totals, out=np.zeros_like(rows), where=totals > 0)
    ends = shares[:, :, chain.numbers(good)].sum(axis=2)
    found = np.linalg.solve(np.eye(len(inner)) - _STUCK * shares[:, :, inner], ends[:, :, None])
    return np.asarray(found[:, np.flatnonzero(inner == chain.numbers([START])[0])[0], 0])
