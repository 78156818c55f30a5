"""The result table is readable at any usual width, in any encoding, whatever stands in the names."""

from __future__ import annotations

import io

import pytest
from goldenfile import golden
from rich.console import Console
from scored_sessions import hostile_run, small_run, told

from simkit.report.progress import Progress
from simkit.report.summary import Scored, summarise
from simkit.report.terminal import print_summary

WHERE = {"Transition matrix": "simkit matrix runs/demo", "HTML report": "runs/demo/report.html"}


def shown(sessions: list[Scored], width: int, encoding: str = "utf-8") -> str:
    """The result table as it reaches a pipe of that encoding."""
    pipe = io.BytesIO()
    with io.TextIOWrapper(pipe, encoding=encoding, errors="backslashreplace", write_through=True) as file:
        print_summary(summarise("runs/demo", sessions), WHERE, console=Console(file=file, width=width, highlight=False))
        return pipe.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [80, 120])
def test_the_result_table_reads_well(width: int) -> None:
    """Pass rate with its interval, domains, kinds of errors, worst scenarios with reasons, what to type next."""
    text = "\n".join(line.rstrip() for line in shown(small_run(), width).splitlines()) + "\n"
    assert text == golden(f"report_terminal_{width}.txt", text)


def test_a_pipe_gets_no_colour_and_no_control_characters() -> None:
    """Neither ours nor those that an agent said."""
    text = shown(hostile_run(), 100)
    assert all(c.isprintable() or c == "\n" for c in text)
    assert "\\x1b[31m" in text


def test_markup_in_a_name_stays_text() -> None:
    """A scenario may be called `[red]`."""
    assert "[red]late[/]" in shown([told("agent: Hi.", outcome="fail", reason="[red]late[/]")], 100)


@pytest.mark.parametrize("width", [80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long names wrap."""
    assert max(map(len, shown(small_run() + hostile_run(), width).splitlines())) <= width


def test_a_terminal_without_unicode_gets_ascii_bars() -> None:
    """`LANG=C` is common on build machines."""
    text = shown(small_run(), 100, "ascii")
    assert "##########.........." in text
    assert "\\u" not in text


def test_nothing_played_is_said() -> None:
    """An empty run has a sentence, not a table of zeros."""
    assert "No sessions" in shown([], 80)


def test_the_live_bar_is_silent_where_no_one_watches() -> None:
    """Logs of build machines hold no bar, and the counts are kept all the same."""
    file = io.StringIO()
    with Progress(3, console=Console(file=file)) as progress:
        for outcome in ("pass", "fail", "pass"):
            progress.add(outcome)
    assert file.getvalue() == ""
    assert progress.counts == {"pass": 2, "fail": 1}


def test_the_live_bar_shows_the_outcomes_so_far() -> None:
    """Passed, failed and, where there are some, invalid sessions."""
    file = io.StringIO()
    with Progress(3, console=Console(file=file, force_terminal=True, width=120)) as progress:
        for outcome in ("pass", "fail", "invalid"):
            progress.add(outcome)
    assert "1 invalid" in file.getvalue()
