"""Metamorphic pairs on a terminal: which kinds change outcomes, and the pairs that broke, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import one_line
from simkit.probe.metamorphic.pairs import Pair
from simkit.probe.metamorphic.play import Metamorphic

_COLOURS = {"breaks": "red", "mends": "green", "not shown": "dim"}


def print_metamorphic(found: Metamorphic, *, console: Console | None = None, most: int = 8) -> None:
    """Print the verdict of each kind and the first `most` pairs that broke. It goes to stdout."""
    console = console or Console(highlight=False)
    for block in _blocks(found, most):
        console.print(Padding(block, (1, 1, 0, 1)))


def _blocks(found: Metamorphic, most: int) -> Iterator[RenderableType]:
    yield _kinds(found)
    again = {(one.pair.kind, one.pair.session): one for one in found.again}
    told = [one.pair for one in sorted(found.again, key=lambda one: (one.p_adjusted, not one.holds))]
    told += [pair for pair in found.violations if (pair.kind, pair.session) not in again]
    for pair in told[:most]:
        one = again.get((pair.kind, pair.session))
        verdict = ""
        if one is not None:
            verdict = f"played again: {one.passed_base} of {one.trials} pass without, {one.passed_perturbed} with it"
            verdict += f", p {one.p_adjusted:.3f}" + (", confirmed" if one.holds else ", may be chance")
        yield _pair(pair, verdict)
    if len(told) > most:
        yield Text(f"and {len(told) - most} more that broke: see --json, or compare the runs", style="dim")


def _kinds(found: Metamorphic) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Kind", no_wrap=True)
    for name in ("pairs", "broken", "mended", "effect", "p (Holm)"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in found.verdicts:
        effect = f"{100 * one.effect:+.1f}%" if one.effect else "0%"
        counts = (str(one.pairs), str(one.broken), str(one.mended))
        verdict = Text(one.verdict, style=_COLOURS[one.verdict])
        table.add_row(one_line(one.kind, 20), *counts, effect, f"{one.p_adjusted:.3f}", verdict)
    return table


def _pair(pair: Pair, verdict: str) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(style="dim", width=10)
    table.add_column(overflow="fold")
    table.add_row(Text("✗", style="red"), Text(f"{one_line(str(pair.session), 110)}  {pair.kind}", style="bold"))
    table.add_row("", Text(one_line(pair.reason, 300)))
    if parted := pair.parted:
        if parted.said:
            table.add_row("meant", Text(one_line(parted.meant, 300)))
            table.add_row("said", Text(one_line(parted.said, 300)))
        table.add_row("without", Text(f"{parted.base_event}  {one_line(parted.base, 200)}"))
        table.add_row("with", Text(f"{parted.perturbed_event}  {one_line(parted.perturbed, 200)}"))
    if verdict:
        table.add_row("", Text(verdict))
    return table
