"""What became of the faults that a test put into a run, as tables: the confusion between kinds, and recovery."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from simkit.metrics.injected.kinds import FOUND_AS
from simkit.metrics.injected.tally import TAKEN, Injection
from simkit.metrics.score import ERROR_KINDS


def injection_blocks(injection: Injection) -> Iterator[RenderableType]:
    """The tables of a run with faults; nothing for any other."""
    if injection.kinds:
        yield _confusion(injection)
        yield _footnote(injection)
    if injection.recovery:
        yield _recovery(injection)


def _confusion(injection: Injection) -> Table:
    """Rows: what was put in; columns: the kinds of finding that it was seen as, by number, and none."""
    rows = {kind: injection.seen.get(kind, {}) for kind in injection.kinds}
    shown = [kind for kind in ERROR_KINDS if any(kind in (FOUND_AS[row], *seen) for row, seen in rows.items())]
    number = {kind: str(ERROR_KINDS.index(kind) + 1) for kind in shown}
    table = Table(box=None, padding=(0, 1, 0, 0), show_edge=False, header_style="bold")
    table.title, table.title_justify, table.title_style = Text("Put in (rows), seen as (columns)"), "left", "bold"
    table.add_column("", overflow="fold")
    table.add_column("n", justify="right")
    for kind in shown:
        table.add_column(number[kind], justify="right", no_wrap=True)
    table.add_column("missed", justify="right")
    table.add_column("recall", justify="right")
    for row, seen in rows.items():
        counts = injection.kinds[row]
        cells = [_cell(seen.get(kind, 0), right=kind == FOUND_AS[row]) for kind in shown]
        total = counts["injected"]
        recall = Text(f"{counts['found'] / total:.3f}" if total else "n/a", style="" if total else "dim")
        name = f"{number[row]} {row}" if row in number else f"{row} ({number[FOUND_AS[row]]})"
        table.add_row(Text(name), Text(str(total)), *cells, _cell(counts["missed"], right=False), recall)
    return table


def _cell(count: int, *, right: bool) -> Text:
    if not count:
        return Text("·", style="dim")
    return Text(str(count), style="green" if right else "red")


def _footnote(injection: Injection) -> Text:
    false = injection.false_findings
    parts = [f"{false} false finding{'s' * (false != 1)}", f"{injection.consequences} that follow from a fault"]
    parts += [f"{injection.besides} more on a fault's own events"]
    parts += [f"{injection.harmless} faults that did no harm"] if injection.harmless else []
    return Text(", ".join(parts), style="red" if false else "")


def _recovery(injection: Injection) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Faults of tools", min_width=18)
    for name in ("n", *TAKEN):
        table.add_column(name.capitalize() if name != "n" else name, justify="right")
    for kind, counts in injection.recovery.items():
        table.add_row(kind, *(str(counts[name]) for name in ("injected", *TAKEN)))
    return table
