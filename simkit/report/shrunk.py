"""A session made smaller, told on a terminal: what it fails by, how large it was and is, what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simkit.errors import one_line

ROWS = {
    "turns": "user turns",
    "events": "events (said and called)",
    "records": "records of the world",
    "entries": "entries in the files",
}


def print_shrunk(told: Mapping[str, Any], *, console: Console | None = None) -> None:
    """Print what `ShrunkSession.to_json` says. It goes to stdout."""
    console = console or Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("")
    for name in ("before", "after"):
        table.add_column(name, justify="right")
    for key, words in ROWS.items():
        table.add_row(words, f"{told['before'][key]:,}", f"{told['after'][key]:,}")
    lines = [
        Text.assemble(("FAILS BY ", "bold red"), one_line(", ".join(told["fails_by"]), 200)),
        Text(one_line(told["reason"], 300)),
        Text(),
        table,
        Text(),
        Text.assemble(("left out  ", "dim"), one_line("; ".join(told["removed"]) or "nothing", 400)),
        Text.assemble(("played    ", "dim"), f"{told['sessions']:,} sessions{_how(told)}"),
    ]
    console.print(Padding(Group(*lines), (1, 1, 1, 1)))


def _how(told: Mapping[str, Any]) -> str:
    flaky = f"; the original fails in {told['failure_rate']:.0%} of them" if told["failure_rate"] < 1 else ""
    return f"{flaky}{'; stopped early' if told['stopped_early'] else ''}"


def print_fuzzed(told: Mapping[str, Any], *, console: Console | None = None) -> None:
    """Print what `Fuzzed.to_json` says. It goes to stdout."""
    console = console or Console(highlight=False)
    played = f"{told['sessions']:,} sessions of {one_line(told['domain'], 60)}, seed {told['seed']}"
    more = f"; {told['replays']:,} more to make them small" if told["replays"] else ""
    early = "; stopped early" if told["stopped_early"] else ""
    found = told["findings"]
    head = Text.assemble(
        (f"{len(found)} FOUND  " if found else "NOTHING FOUND  ", "bold red" if found else "bold green"),
        (f"{played}{more}{early}", "dim"),
    )
    lines: list[Any] = [head]
    for one in found:
        after = one["after"]
        size = f"{one['events_before']} -> {after['events']} events" if after else f"{one['events_before']} events"
        name = f"{one['property']} {one['about']}".strip()
        lines += [
            Text(),
            Text.assemble((one_line(name, 100), "bold"), (f"   in {one['sessions']:,} sessions, {size}", "dim")),
            Text(one_line(one["sentence"], 300)),
            Text(one_line(one["command"], 300), style="dim"),
        ]
    console.print(Padding(Group(*lines), (1, 1, 1, 1)))
