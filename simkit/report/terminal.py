"""The result table that ends a run. It goes to stderr.

Names and reasons come from packs, agents and models: they are shown as plain text on one line, never as markup or
terminal control.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from simkit.errors import one_line
from simkit.metrics.cost import cost_line
from simkit.metrics.reliability import wilson
from simkit.report.injection import injection_blocks
from simkit.report.quality import quality_lines
from simkit.report.reliability import curves_table, known
from simkit.report.summary import NullAgent, ScenarioTally, Summary, Tally

_BAR = 24
"""Width of the longest bar in characters."""


def print_summary(
    summary: Summary, where: Mapping[str, str] | None = None, *, console: Console | None = None, worst: int = 8
) -> None:
    """Print the result table: pass rate, domains, tool-use errors by kind, the `worst` scenarios with the reason.

    `where` maps what to look at next (`Transition matrix`) to the command or path that shows it.
    """
    console = console or Console(stderr=True, highlight=False)
    blocks = [*_blocks(summary, worst, _ink(console))]
    if where:
        blocks.append(_next(where))
    console.print()
    for block in blocks:
        console.print(Padding(block, (0, 1, 1, 1)))


def _blocks(summary: Summary, worst: int, ink: tuple[str, str]) -> Iterator[RenderableType]:
    yield _headline(summary, ink)
    if len((points := summary.curves()).pass_hat_k) > 1:
        yield curves_table(points)
    if len(summary.by_domain) > 1:
        yield _tallies("Domain", summary.by_domain, ink)
    if len(summary.by_persona) > 1:
        yield _tallies("Persona", summary.by_persona, ink)
    if summary.total.tool_errors:
        yield _tool_errors(summary.total, ink)
    yield from injection_blocks(summary.injection)
    bad = summary.worst(worst)
    if bad:
        yield _worst(bad, sum(one.passed < one.sessions for one in summary.by_scenario.values()))


def _headline(summary: Summary, ink: tuple[str, str]) -> RenderableType:
    total = summary.total
    counts = [
        _count(total.sessions, "session"),
        _count(total.turns, "user turn"),
        _count(total.tool_calls, "tool call"),
    ]
    agent = f", agent {one_line(summary.agent, 40)}" if summary.agent else ""
    title = Text.assemble((one_line(summary.run, 60), "bold"), (f"  {', '.join(counts)}{agent}", "dim"))
    lines = [Rule(style="dim", characters="─" if ink[0] == "█" else "-"), title, Text(), _rate_line(total, ink)]
    if total.null_agent and total.pass_rate is not None:
        lines.append(_null_line(total.null_agent))
    if total.errored:
        fault = f"{total.errored} invalid, not counted (nothing to judge by, or a fault of user, tool, model or simkit)"
        lines.append(Text.assemble(" " * 11, (fault, "yellow")))
    lines += [Text.assemble((f"{name:<11}", "dim"), words) for name, words in quality_lines(summary.quality)]
    if summary.skipped:
        lines.append(Text.assemble(" " * 11, (f"{summary.skipped} skipped: a budget was used up", "yellow")))
    if line := cost_line(summary.cost):
        lines.append(Text.assemble(("Models     ", "dim"), line))
    return Group(*lines, *known(summary))


def _rate_line(total: Tally, ink: tuple[str, str]) -> Text:
    if total.pass_rate is None:
        return Text(
            "No session says anything about the agent" if total.sessions else "No sessions", style="bold yellow"
        )
    low, high = wilson(total.passed, total.evaluable)
    return Text.assemble(
        ("Pass rate  ", "dim"),
        (_percent(total.pass_rate), f"bold {_colour(total.pass_rate)}"),
        "  ",
        _meter(total.pass_rate, ink, 20),
        (f"  {total.passed} of {total.evaluable}", "bold"),
        (f"  95% interval {100 * low:.1f} to {_percent(high)}", "dim"),
    )


def _null_line(null: NullAgent) -> Text:
    told = f"an agent that does nothing passes {null.passed} of {_count(null.scenarios, 'scenario')}"
    colour = "dim" if null.passed == 0 else "yellow"
    return Text.assemble(("Baseline   ", "dim"), (f"{_percent(null.pass_rate)}  {told}", colour))


def _tallies(title: str, tallies: Mapping[str, Tally], ink: tuple[str, str]) -> Table:
    """Where doing nothing passes nothing, the headline has said so already."""
    nulls = any(tally.null_agent and tally.null_agent.passed for tally in tallies.values())
    table = _table(title, "Pass rate", *(["Null"] if nulls else []), "Passed", "Failed", "Invalid", "Tool errors")
    table.columns[1].justify = "left"
    for name, tally in tallies.items():
        rate = tally.pass_rate
        counts = (tally.passed, tally.failed, tally.errored, sum(tally.tool_errors.values()))
        share = Text("n/a", style="dim")
        if rate is not None:
            share = Text.assemble((f"{_percent(rate):>6} ", _colour(rate)), _meter(rate, ink, 4 if nulls else 10))
        known = tally.null_agent
        null = [Text(_percent(known.pass_rate) if known else "n/a", style="dim")] if nulls else []
        table.add_row(Text(one_line(name, 40)), share, *null, *map(_number, counts))
    return table


def _tool_errors(total: Tally, ink: tuple[str, str]) -> Table:
    most = max(total.tool_errors.values())
    table = _table("Tool-use errors", "Found", f"in {_count(total.sessions_with_tool_errors, 'session')}")
    table.columns[-1].justify = "left"
    for kind, found in sorted(total.tool_errors.items(), key=lambda item: -item[1]):
        table.add_row(Text(kind), _number(found), Text(ink[0] * max(1, round(_BAR * found / most)), style="red"))
    return table


def _worst(bad: list[tuple[str, ScenarioTally]], of: int) -> Table:
    title = "Worst scenarios" if len(bad) == of else f"Worst {len(bad)} of {of} scenarios that did not always pass"
    table = Table(
        box=None, padding=(0, 2, 0, 0), show_edge=False, title=Text(title, style="bold"), title_justify="left"
    )
    table.show_header = False
    table.add_column(max_width=34, overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for name, tally in bad:
        passed = Text(f"{tally.passed}/{tally.evaluable}" if tally.evaluable else "invalid", style="red")
        table.add_row(Text(one_line(name, 100)), passed, Text(one_line(tally.reason, 240)))
    return table


def _next(where: Mapping[str, str]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for what, command in where.items():
        table.add_row(Text(one_line(what, 40)), Text(one_line(command)))
    return table


def _table(first: str, *rest: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), show_edge=False, header_style="bold")
    table.add_column(first, overflow="fold", min_width=18)
    for name in rest:
        table.add_column(name, justify="right", no_wrap=True)
    return table


def _meter(share: float, ink: tuple[str, str], width: int) -> Text:
    full = min(width, max(int(share > 0), round(share * width)))
    full = full - 1 if full == width and share < 1 else full
    return Text.assemble((ink[0] * full, _colour(share)), (ink[1] * (width - full), "dim"))


def _ink(console: Console) -> tuple[str, str]:
    return ("█", "░") if console.encoding.lower().startswith("utf") else ("#", ".")


def _colour(rate: float) -> str:
    return "green" if rate >= 0.9 else "yellow" if rate >= 0.5 else "red"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"


def _number(count: int) -> Text:
    return Text(str(count), style="" if count else "dim")


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
