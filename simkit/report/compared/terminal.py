"""A comparison on a terminal: in a minute, what broke and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import one_line
from simkit.metrics.comparing.values import Change, Comparison, Effect
from simkit.report.compared.words import amount, chance, counts, otherwise, span, subject, title, told, warnings

_COLOURS = {"improved": "green", "regressed": "red", "inconclusive": "yellow"}


_LONG = 20
"""Letters of a name that stay in one line on a terminal of 80 columns."""


def print_comparison(comparison: Comparison, *, console: Console | None = None, most: int = 8) -> None:
    """Print verdict, figures, the `most` scenarios that fell or rose most, and the flaky ones. It goes to stdout."""
    console = console or Console(highlight=False)
    console.print()
    gap = 2 if console.width >= 96 else 1  # so that no kind's name is broken on a terminal of 80 columns
    for block in _blocks(comparison, most, gap):
        console.print(Padding(block, (0, 1, 1, 1)))


def _blocks(comparison: Comparison, most: int, gap: int) -> Iterator[RenderableType]:
    yield _headline(comparison)
    if comparison.passes.scenarios:
        yield _figures(comparison, gap)
    for what, chosen in (
        ("Passed less often", [one for one in comparison.scenarios if one.effect < 0]),
        ("Passed more often", [one for one in reversed(comparison.scenarios) if one.effect > 0]),
    ):
        if chosen:
            yield _changes(what, chosen, most, gap)
    if comparison.flaky:
        yield _flaky(comparison.flaky, most)


def _headline(comparison: Comparison) -> RenderableType:
    agents = [f", agent {one_line(name, 40)}" if name else "" for name in (comparison.agent_a, comparison.agent_b)]
    passes = comparison.passes
    lines = [
        Text.assemble(
            (comparison.verdict.upper(), f"bold {_COLOURS[comparison.verdict]}"), f"  {one_line(comparison.because)}"
        ),
        Text(),
        Text.assemble(("A  ", "dim"), one_line(comparison.run_a, 60), (agents[0], "dim")),
        Text.assemble(("B  ", "dim"), one_line(comparison.run_b, 60), (agents[1], "dim")),
        Text(),
    ]
    if passes.scenarios:
        lines += [
            Text.assemble(
                ("Pass rate  ", "dim"),
                (f"{amount(passes.a, 'pass')} -> {amount(passes.b, 'pass')}", "bold"),
                f"   {amount(passes.effect, 'pass', signed=True)}, 95% interval {span(passes)}, p {chance(passes.p)}",
            ),
            Text(
                f"           {passes.scenarios} shared scenarios, {passes.sessions_a} sessions in A, "
                f"{passes.sessions_b} in B; about {subject(comparison)}",
                style="dim",
            ),
            Text(
                f"           a suite like this finds a change of {amount(passes.mde, 'pass')} with a chance of 80%",
                style="dim",
            ),
        ]
    if said := otherwise(comparison):
        lines.append(Text(f"           {said}"))
    lines += [Text(f"note: {one_line(warning)}", style="yellow") for warning in warnings(comparison)]
    return Group(*lines)


def _figures(comparison: Comparison, gap: int) -> Table:
    table = Table(box=None, padding=(0, gap, 0, 0), show_edge=False, header_style="bold")
    table.add_column("Less is better", overflow="fold")
    for name in ("A", "B", "effect", "95% interval", "MDE", "p (Holm)"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for one in (*told(comparison.errors), *told(comparison.effort)):
        table.add_row(*_row(one, gap))
    if not table.row_count:
        table.add_row(Text("no tool-use error and no effort differs", style="dim"))
    return table


def _row(one: Effect, gap: int) -> Iterator[Text]:
    more = " (more is better)" if one.better == "higher" else ""
    name = one_line(title(one), 40)
    # On a narrow terminal a long name goes on in the next line at a word of it, not in the middle of one.
    yield Text((name.replace("_", " ") if gap == 1 and len(name) > _LONG else name) + more)
    yield from (Text(amount(value, one.name)) for value in (one.a, one.b))
    yield Text(amount(one.effect, one.name, signed=True))
    yield from map(Text, (span(one), amount(one.mde, one.name), chance(one.p_adjusted)))
    known = one.verdict != "inconclusive"
    yield Text(one.verdict if known else "", style=_COLOURS[one.verdict])


def _changes(what: str, chosen: Sequence[Change], most: int, gap: int) -> Table:
    shown = chosen[:most]
    head = what if len(shown) == len(chosen) else f"{what}: {len(shown)} of {len(chosen)} scenarios"
    table = Table(
        box=None, padding=(0, gap, 0, 0), show_edge=False, title=Text(head, style="bold"), title_justify="left"
    )
    table.show_header = False
    table.add_column(max_width=34, overflow="fold")
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for one in shown:
        a, b = counts(one)
        verdict = "" if one.verdict == "inconclusive" else one.verdict
        colour = _COLOURS[one.verdict]
        table.add_row(Text(one_line(one.name, 100)), Text(f"{a} -> {b}"), Text(verdict, style=colour), _why(one))
    return table


def _why(one: Change) -> Text:
    if not one.reason:
        return Text("")
    return Text.assemble(one_line(one.reason, 200), (f"  [{one_line(one.session, 80)}]", "dim"))


def _flaky(flaky: Sequence[Change], most: int) -> RenderableType:
    names = [f"{one_line(one.name, 60)} ({' -> '.join(counts(one))})" for one in flaky[: 2 * most]]
    more = f" and {len(flaky) - len(names)} more" if len(flaky) > len(names) else ""
    return Text.assemble(("Flaky  ", "bold"), f"passed and failed with the same persona: {', '.join(names)}{more}")
