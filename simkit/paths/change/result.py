"""What a comparison of two runs found, and how people read it: sentences, text, CSV, JSON."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from simkit.errors import one_line
from simkit.paths.table import aligned, clipped, csv_cell

ALPHA = 0.05
"""The level at which sentences say that something changed."""

_SHOWN = 5
_FOUND = 1.43
"""(1.96 + 0.84) / 1.96: from the half width of a 95 % interval to the difference found with 80 % power."""
_MOVED = {
    ("pair", True): "labels moved within each task",
    ("task", True): "labels of whole tasks swapped",
    ("task", False): "labels moved between whole tasks",
    ("session", False): "labels moved between sessions",
}


@dataclass(frozen=True)
class RowChange:
    """What follows one state, in A and in B."""

    state: str
    before: int
    """How often A left it."""
    after: int
    """How often B left it."""
    statistic: float
    """G2."""
    distance: float | None
    """Total variation of what follows, 0 (the same) to 1 (nothing in common); None where one run was never there."""
    p: float | None
    """None where too few sessions were there."""
    q: float | None
    """`p` with the false discovery rate over all tested rows."""


@dataclass(frozen=True)
class CellChange:
    """How often one state followed another, in A and in B."""

    source: str
    target: str
    counts: tuple[int, int]
    visits: tuple[int, int]
    """How often each run left `source`."""
    before: float | None
    """Probability in A; None where A never left `source`."""
    after: float | None
    low: float | None
    """95 % interval of after - before, robust against alike sessions and trials."""
    high: float | None
    h: float | None
    """Cohen's h."""
    p: float | None
    """None where too few sessions have it."""
    q: float | None
    """`p` with the false discovery rate over all tested cells."""

    @property
    def difference(self) -> float | None:
        """after - before."""
        return None if self.before is None or self.after is None else self.after - self.before

    def sentence(self, names: tuple[str, str] = ("A", "B")) -> str:
        """The change in words, with its counts."""
        one, two = (one_line(name, 60) for name in names)
        source, target = clipped(self.source, 60), clipped(self.target, 60)
        if self.difference is None:
            gone, there = (one, two) if self.before is None else (two, one)
            return f"{gone} never came to {source}; {there} left it {max(self.visits)} times."
        (n, m), (of_n, of_m) = self.counts, self.visits
        sure = "" if self.low is None else f" (95 %: {_points(self.low)} to {_points(self.high)})"
        q = "too few sessions to test" if self.q is None else f"q = {_p(self.q)}"
        return (
            f"After {source}, {two} goes on to {target} in {m} of {of_m} ({self.after:.0%}), {one} in {n} of {of_n} "
            f"({self.before:.0%}): {_points(self.difference)} points{sure}, {q}."
        )


@dataclass(frozen=True)
class Change:
    """Whether and where two runs' walks differ. A is the first run, B the second."""

    view: str
    names: tuple[str, str]
    sessions: tuple[int, int]
    """Compared."""
    left_out: tuple[int, int]
    """Not compared, because the other run did not play their scenario and persona."""
    unit: str
    """How labels were moved: `pair`, `session`, `task`."""
    paired: bool
    tasks: int
    labellings: int
    """Labellings looked at, the observed one included."""
    exact: bool
    """Whether these were all there are."""
    p_overall: float
    """The chance, if nothing changed, that A and B differ as much in which states they visit and what follows these."""
    p: float
    """The same of what follows the states alone: of so large a `statistic`, or a larger."""
    smallest_p: float
    """No result could have had a smaller p: above 0.05, there are too few sessions to show anything."""
    statistic: float
    """G2 of what follows the states, over all rows."""
    distance: float
    """Share of what follows a state that differs, mean over visits."""
    distance_by_chance: float
    """The same between relabelled runs: what to expect if nothing changed."""
    rows: tuple[RowChange, ...]
    cells: tuple[CellChange, ...]

    @property
    def changed(self) -> bool:
        """Whether the overall p is at most 0.05."""
        return self.p_overall <= ALPHA

    @property
    def changed_rows(self) -> tuple[RowChange, ...]:
        """The rows whose q is at most 0.05: also where the whole is too blunt to show a change in one of many."""
        return tuple(row for row in self.rows if row.q is not None and row.q <= ALPHA)

    def largest(self, most: int = _SHOWN) -> tuple[CellChange, ...]:
        """The cells that changed most: by q, then by how much; those that were tested first."""
        ranked = [cell for cell in self.cells if cell.difference]
        ranked.sort(key=lambda cell: (2.0 if cell.q is None else max(cell.q, ALPHA), -abs(cell.h or 0.0)))
        return tuple(ranked[:most])

    def sentences(self) -> tuple[str, ...]:
        """The verdict, what was compared with what, and the largest changes."""
        return (self._verdict(), *self._compared(), *(cell.sentence(self.names) for cell in self.largest()))

    def _verdict(self) -> str:
        apart = f"{self.distance:.0%} of what follows a state differs, {self.distance_by_chance:.0%} would by chance"
        one, two = (one_line(name, 60) for name in self.names)
        if self.smallest_p > ALPHA:
            return f"Too few sessions to tell: no result could have a p below {_p(self.smallest_p)}; {apart}."
        if self.changed:
            return f"{two} behaves differently from {one} (p = {_p(self.p_overall)}): {apart}."
        if self.changed_rows:
            places = ", ".join(
                f"{clipped(row.state, 60)} (q = {_p(row.q or 0.0)})" for row in self.changed_rows[:_SHOWN]
            )
            return f"No change shown as a whole (p = {_p(self.p_overall)}: {apart}), but in what follows {places}."
        return f"No change shown (p = {_p(self.p_overall)}): {apart}.{self._could_show()}"

    def _could_show(self) -> str:
        known = [cell for cell in self.cells if cell.q is not None and cell.low is not None]
        if not known:
            return ""
        best = max(known, key=lambda cell: (min(cell.visits), min(cell.counts)))
        assert best.high is not None and best.low is not None
        least = _FOUND * (best.high - best.low) / 2
        if least < 0.005:
            return ""
        where = f"in going on from {clipped(best.source, 60)} to {clipped(best.target, 60)}"
        return f" A change of {100 * least:.0f} points {where} would have been found with 80 % power."

    def _compared(self) -> tuple[str, ...]:
        how = _MOVED[self.unit, self.paired and self.unit != "session"]
        many = f"all {self.labellings:,}" if self.exact else f"{self.labellings - 1:,} random"
        told = [
            f"{self.sessions[0]} sessions of A and {self.sessions[1]} of B, {self.tasks} tasks, view "
            f"{one_line(self.view)}; {how}, {many} labellings."
        ]
        if any(self.left_out):
            told.append(
                f"Left out: {self.left_out[0]} sessions of A and {self.left_out[1]} of B whose scenario and persona "
                "the other did not play."
            )
        return tuple(told)

    def table(self) -> str:
        """The sentences, then the rows that changed most."""
        names = [f"A  {one_line(self.names[0])}", f"B  {one_line(self.names[1])}"]
        verdict, *rest = self.sentences()
        compared = len(self._compared())
        rows = sorted(self.rows, key=lambda row: (row.p is None, row.p or 0.0, -row.statistic))
        shown = [["after", "n A", "n B", "differs", "p", "q"], *map(_row_cells, rows)]
        largest = rest[compared:]
        parts = [*names, "", verdict, *rest[:compared]]
        parts += ["", "Largest changes:", *(f"  {sentence}" for sentence in largest)] if largest else []
        return "\n".join([*parts, "", *aligned(shown)])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.table())}</pre>"

    def csv(self) -> str:
        """A line a cell."""
        head = ["from", "to", "count A", "count B", "visits A", "visits B", "A", "B", "low", "high", "h", "p", "q"]
        out = io.StringIO()
        write = csv.writer(out, lineterminator="\n").writerow
        write(head)
        for c in self.cells:
            numbers = (*c.counts, *c.visits, c.before, c.after, c.low, c.high, c.h, c.p, c.q)
            write([csv_cell(c.source), csv_cell(c.target), *("" if n is None else n for n in numbers)])
        return out.getvalue()

    def to_json(self) -> dict[str, Any]:
        """Plain values; what could not be told is null."""
        told = asdict(self)
        for cell, found in zip(told["cells"], self.cells, strict=True):
            cell["difference"] = found.difference
        return told | {
            "changed": self.changed,
            "changed_rows": [row.state for row in self.changed_rows],
            "sentences": list(self.sentences()),
        }


def _row_cells(row: RowChange) -> list[str]:
    apart = "" if row.distance is None else f"{row.distance:.0%}"
    chances = ["" if value is None else _p(value) for value in (row.p, row.q)]
    return [clipped(row.state, 60), str(row.before), str(row.after), apart, *chances]


def _points(share: float | None) -> str:
    points = round(100 * (share or 0.0))
    return f"{points:+d}".replace("-", "−") if points else "0"


def _p(value: float) -> str:
    return f"{value:.2g}" if value < 0.1 else f"{value:.2f}"
