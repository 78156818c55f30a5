"""A forked session on a terminal: how often it passed from where, and what that says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from simkit.errors import one_line
from simkit.metrics.reliability import wilson
from simkit.probe.fork.parent import Parent
from simkit.probe.fork.play import Continued
from simkit.probe.fork.result import Forked, reasons
from simkit.probe.fork.turns import Turns, happened
from simkit.runs import Run

_BAR = 10


def print_forked(forked: Forked, *, console: Console | None = None) -> None:
    """Print both arms and what the change did. It goes to stdout."""
    first = forked.arms[-1].point
    title = f"forked at event {first.at}, in turn {first.turn}"
    rows = []
    for one in forked.arms:
        change = one.point.change
        rows.append(
            (next((f"{name}: {value}" for name, value in change.to_json().items()), "as it was"), one, _why(one))
        )
    blocks: list[RenderableType] = [_head(forked.parent, title, forked.run), Group(*_rows(rows))]
    if (effect := forked.effect) is not None:
        points = f"{100 * effect.effect:+.0f} points, 95% interval {100 * effect.low:+.0f} to {100 * effect.high:+.0f}"
        blocks.append(Text.assemble((effect.verdict, "bold"), f": {points}, p {_chance(effect.p)} (exact test)"))
    _print([*blocks, *_lost(forked.arms)], console)


def print_turns(turns: Turns, *, console: Console | None = None) -> None:
    """Print a bar for each prefix with what happened in its last turn. It goes to stdout."""
    rows = []
    for one in turns.prefixes:
        doomed = turns.fall is not None and turns.fall.first <= one.point.turn <= turns.fall.last
        name = f"after turn {one.point.turn}" if one.point.turn else "before the first"
        rows.append((f"{name} <<<" if doomed else name, one, happened(turns.parent, one)))
    outcome = {"pass": "passed", "fail": "failed", "invalid": "is invalid"}[turns.score.outcome]
    head = _head(turns.parent, f"forked after each turn; it {outcome}", turns.run)
    verdict = Text.assemble(("What doomed it  ", "dim"), (turns.verdict, "bold"))
    if turns.fall:
        verdict.append(f" (p {_chance(turns.fall.p)}, corrected for all looks)")
    _print([head, Group(*_rows(rows)), verdict, *_lost(turns.prefixes)], console)


def _rows(rows: Sequence[tuple[str, Continued, Sequence[str]]]) -> Iterator[RenderableType]:
    """A bar for each point, and under it, indented, what belongs to it."""
    width = min(40, max(len(one_line(name, 40)) for name, _, _ in rows))
    yield Text(f"{'':<{width}}  passes from there on    95% interval", style="bold")
    for name, one, lines in rows:
        shown = one_line(name, width)
        yield Text.assemble((f"{shown:<{width}}  ", "bold red" if shown.endswith("<<<") else "bold"), *_bar(one))
        yield from (Padding(Text(one_line(line, 150), style="dim"), (0, 0, 0, 4)) for line in lines)


def _head(parent: Parent, what: str, run: Run) -> RenderableType:
    notes = [Text(f"note: {one_line(note)}", style="yellow") for note in parent.notes]
    kept = Text(f"kept in {one_line(run.name, 100)}", style="dim")
    return Group(Text.assemble((one_line(parent.key, 120), "bold"), f"  {what}"), kept, *notes)


def _bar(one: Continued) -> Iterator[Text | str]:
    if not one.n:
        yield "nothing can be told"
        return
    (low, high), rate = wilson(one.passed, one.n), one.passed / one.n
    full = min(_BAR, max(int(rate > 0), round(rate * _BAR)))
    yield Text("#" * full, style="green" if rate >= 0.9 else "yellow" if rate >= 0.5 else "red")
    yield Text("." * (_BAR - full), style="dim")
    yield f" {rate:>4.0%} {f'{one.passed}/{one.n}':>7}    {100 * low:.0f} to {100 * high:.0f}%"


def _why(one: Continued) -> list[str]:
    return [f"{count}x {reason}" for reason, count in list(reasons(one).items())[:2]]


def _lost(arms: tuple[Continued, ...]) -> Iterator[Text]:
    for one in arms:
        invalid = len(one.scores) - one.n
        if unplayed := one.skipped + invalid:
            said = "were not played to their end, or are invalid: a budget, a stop, or a fault of user, tool or model"
            yield Text(f"{unplayed} of the continuations from event {one.point.at} {said}", style="yellow")
        if one.diverged:
            first = one.diverged[0]
            trials = len(one.diverged) + len(one.scores) + one.skipped
            what = f"{len(one.diverged)} of {trials} replays to event {one.point.at} did not come out as recorded"
            yield Text(f"{what} and tell nothing. {one_line(first, 500)}", style="yellow")


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _print(blocks: list[RenderableType], console: Console | None) -> None:
    console = console or Console(highlight=False)
    console.print()
    for block in blocks:
        console.print(Padding(block, (0, 1, 1, 1)))
