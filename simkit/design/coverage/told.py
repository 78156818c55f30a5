"""Coverage on a terminal: what was played how often, how often it passed, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.design.coverage.holes import Hole
from simkit.design.coverage.reading import Coverage
from simkit.errors import one_line
from simkit.metrics.coverage.counted import OfDomain
from simkit.metrics.coverage.tally import Tally
from simkit.metrics.reliability import wilson

_BAD = ("refused", "error", "invalid_arguments", "unknown_tool", "malformed")


def print_coverage(coverage: Coverage, *, console: Console | None = None, most: int = 12) -> None:
    """Print what was played and the `most` largest holes of each kind. It goes to stdout."""
    console = console or Console(highlight=False)
    for block in _blocks(coverage, most):
        console.print(Padding(block, (1, 1, 0, 1)))


def _blocks(coverage: Coverage, most: int) -> Iterator[RenderableType]:
    played = coverage.played
    yield Text(f"{played.sessions} sessions, {len(played.scenarios)} scenarios, {played.passed} passed", style="bold")
    for name in sorted(played.values):
        yield _values(coverage, name)
        if any(tally.valid > tally.passed for tally in played.pairs[name].values()):
            yield _worst_pairs(coverage, name, most)
    for name, domain in sorted(played.domains.items()):
        yield _tools(name, domain)
        if domain.rules:
            yield _rules(name, domain)
        if domain.card.catalogue:
            yield _things(name, domain)
    yield _transitions(coverage, most)
    yield _holes(coverage.holes, most)


def _table(title: str, *columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.title, table.title_justify, table.title_style = Text(one_line(title, 100)), "left", "bold"
    table.add_column("", overflow="fold")
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _rate(tally: Tally) -> Text:
    if not tally.valid:
        return Text("–", style="dim")
    low, high = wilson(tally.passed, tally.valid)
    return Text.assemble(f"{100 * tally.passed / tally.valid:.0f}%", (f" {100 * low:.0f} to {100 * high:.0f}", "dim"))


def _count(number: int) -> Text:
    return Text(str(number) if number else "·", style="" if number else "dim")


def _values(coverage: Coverage, name: str) -> Table:
    pairs = coverage.pairs(name)
    seen = sum(1 for tally in pairs.values() if tally.sessions)
    of = f"{seen} of {len(pairs)} pairs played" if name in coverage.known.dimensions else f"{seen} pairs played"
    table = _table(f"Dimensions {name}: {of}", "Sessions", "Pass rate")
    for dimension, values in coverage.played.values[name].items():
        for value, tally in values.items():
            table.add_row(Text(one_line(f"{dimension}={value}", 60)), _count(tally.sessions), _rate(tally))
    return table


def _worst_pairs(coverage: Coverage, name: str, most: int) -> Table:
    """The pairs that passed least often, the surest first."""
    played = [(pair, tally) for pair, tally in coverage.played.pairs[name].items() if tally.valid > tally.passed]
    worst = sorted(played, key=lambda item: (wilson(item[1].passed, item[1].valid).high, item[0]))[:most]
    table = _table(f"Pairs that failed: {len(worst)} of {len(played)}", "Sessions", "Pass rate")
    for pair, tally in worst:
        told = ", ".join(f"{one}={value}" for one, value in pair)
        table.add_row(Text(one_line(told, 80)), _count(tally.sessions), _rate(tally))
    return table


def _tools(name: str, domain: OfDomain) -> Table:
    table = _table(f"Tools of {name}", "Sessions", "Pass rate", "ok", "refused", "other")
    for tool, use in domain.tools.items():
        others = sum(use.outcomes[outcome] for outcome in _BAD[1:])
        counts = map(_count, (use.outcomes["ok"], use.outcomes["refused"], others))
        table.add_row(Text(one_line(tool, 40)), _count(use.tally.sessions), _rate(use.tally), *counts)
    return table


def _rules(name: str, domain: OfDomain) -> Table:
    table = _table(f"Rules of {name}", "At stake", "Pass rate", "held", "broken")
    for rule, use in domain.rules.items():
        held = use.at_stake.sessions - use.broken
        broken = Text(str(use.broken), style="red") if use.broken else _count(0)
        table.add_row(
            Text(one_line(rule, 40)), _count(use.at_stake.sessions), _rate(use.at_stake), _count(held), broken
        )
    return table


def _things(name: str, domain: OfDomain) -> Table:
    table = _table(f"Things of {name} that came up", "Of", "Sessions", "Pass rate")
    for kind, names in domain.card.catalogue.items():
        told = f"{len(domain.met[kind])} of {len(names)}"
        tally = domain.things[kind]
        table.add_row(Text(one_line(kind, 40)), Text(told), _count(tally.sessions), _rate(tally))
    return table


def _transitions(coverage: Coverage, most: int) -> Table:
    every = coverage.played.transitions
    shown = sorted(every.items(), key=lambda item: (-item[1].sessions, item[0]))[:most]
    table = _table(f"Transitions: {len(shown)} of {len(every)}, the most frequent", "Sessions", "Pass rate")
    for (one, other), tally in shown:
        table.add_row(Text(one_line(f"{one} → {other}", 80)), _count(tally.sessions), _rate(tally))
    return table


def _holes(holes: Sequence[Hole], most: int) -> RenderableType:
    if not holes:
        return Text("No holes: all that could be played was played.", style="bold")
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.title, table.title_justify, table.title_style = Text(f"Holes: {len(holes)}"), "left", "bold"
    table.add_column("Never played", ratio=3, overflow="fold")
    table.add_column("Would be by", ratio=2, overflow="fold")
    for kind in dict.fromkeys(hole.kind for hole in holes):
        of_kind = [hole for hole in holes if hole.kind == kind]
        for hole in of_kind[:most]:
            by = hole.fill or (f"one like {hole.like}" if hole.like else "–")
            table.add_row(Text(one_line(hole.what, 160)), Text(one_line(by, 110), style="dim"))
        if len(of_kind) > most:
            table.add_row(Text(f"and {len(of_kind) - most} more of kind {kind}", style="dim"), "")
    return table
