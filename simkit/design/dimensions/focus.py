"""Where the sessions of an earlier run failed: which dimensions make the difference, and which of their values fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from simkit.design.dimensions.space import Space
from simkit.errors import UsageError
from simkit.metrics.session import outcome_of
from simkit.paths.episode import episodes
from simkit.trace.store import Store

CLOSE = 0.5
"""A dimension counts whose values' failure rates are at least this share as far apart as in the one where they are
farthest apart."""


@dataclass(frozen=True)
class Focus:
    """What a run says of a space."""

    columns: tuple[int, ...] = ()
    """The dimensions in which values make a difference."""
    weights: tuple[tuple[float, ...], ...] = ()
    """Column -> of each value (failures + 1/2) / (sessions + 1)."""


def focus_of(run: str | Path, name: str, space: Space) -> Focus:
    """The focus on the dimensions called `name`, from the logs of a run. Raises UsageError where it played none."""
    counts = [[[0, 0] for _ in values] for values in space.values]
    played = 0
    with Store.open(run) as store:
        for episode in episodes(store.logs()):
            row = space.row_of(episode.scenario.dimensions) if episode.scenario.made_from == name else None
            outcome = outcome_of(episode)
            if row is None or outcome == "invalid":
                continue
            played += 1
            for column, value in enumerate(row):
                counts[column][value][0] += outcome == "fail"
                counts[column][value][1] += 1
    if not played:
        raise UsageError(f"--focus {run}: no session of that run was made from the dimensions '{name}'")
    weights = tuple(tuple((failed + 0.5) / (n + 1) for failed, n in of) for of in counts)
    apart = [max(rates) - min(rates) if rates else 0.0
             for rates in ([failed / n for failed, n in of if n] for of in counts)]  # fmt: skip
    farthest = max(apart)
    columns = tuple(at for at, one in enumerate(apart) if farthest > 0 and one >= CLOSE * farthest)
    return Focus(columns, weights)
