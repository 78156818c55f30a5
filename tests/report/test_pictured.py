"""The state graph as a picture on a terminal, and which form `simkit graph` chooses."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

from goldenfile import golden
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from storylog import call, story

from simkit.paths.graph import StateGraph, graph_of
from simkit.paths.states import START, Visit
from simkit.report.pictured import pictured
from simkit.trace.store import Store

ways = st.lists(st.lists(st.text(max_size=60), max_size=90), min_size=1, max_size=4)


def graph(*sessions: tuple[str, ...], by_call: bool = False) -> StateGraph:
    walks = [[Visit(state, n, f"call to {state}" if n else "") for n, state in enumerate(one)] for one in sessions]
    return graph_of(walks, "tool", by_call=by_call)


DESK = graph(
    *[(START, "find:ok", "book:refused", "find:ok", "book:ok", "END:pass")] * 9,
    *[(START, "find:ok", "find:ok", "book:ok", "END:pass")] * 3,
    *[(START, "find:ok", "book:refused", "END:fail")] * 4,
    (START, "END:invalid"),
)


def test_it_reads_well() -> None:
    assert pictured(DESK) == golden("report/pictured.txt", pictured(DESK))


def test_colour_changes_nothing_but_the_colour() -> None:
    painted = pictured(DESK, colour=True)

    assert "\x1b[31m    ✗ END:fail" in painted
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == pictured(DESK)


def test_every_transition_is_drawn_or_counted_among_those_that_are_not() -> None:
    many = graph(*[(START, "hub", f"s{n}", "END:pass") for n in range(9)], (START, "hub", "END:fail"))
    lines = pictured(many).splitlines()
    hub = next(at for at, line in enumerate(lines) if line.startswith("● hub"))
    block = [line.split() for line in lines[hub + 1 : hub + 9]]

    assert sum(int(re.findall(r"\d+", " ".join(one[2:]))[0]) for one in block if one[0] in "↓✗") == 7
    assert block[-1] == ["·", "3", "more", "3"]
    assert block[-2][:4] == ["✗", "END:fail", "1", "10%"], "an end is never among those that are left out"


def test_edges_that_are_told_apart_by_their_calls_name_them() -> None:
    assert "call to b → b" in pictured(graph((START, "a", "b", "END:pass"), by_call=True))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.lists(st.text(max_size=60), max_size=90), min_size=1, max_size=4), st.integers(60, 140), st.booleans()
)
def test_whatever_states_are_called_every_line_fits_and_nothing_is_obeyed(
    run: list[list[str]], width: int, by_call: bool
) -> None:
    text = pictured(graph(*[(START, *("s " + s for s in one), "END:pass") for one in run], by_call=by_call), width)

    assert max(map(cell_len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_no_session_is_one_line() -> None:
    assert pictured(graph()) == "0 sessions, 0 transitions, view tool\n"


def test_a_terminal_gets_a_picture_where_other_programs_get_dot(tmp_path: Path) -> None:
    with Store.create(tmp_path / "run", {}) as store:
        store.add(story(call("find"), call("book", outcome="refused")).log)
    command = [sys.executable, "-m", "simkit.cli", "graph", str(tmp_path / "run")]
    ours, theirs = pty.openpty()
    with subprocess.Popen(command, stdout=theirs, env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}) as running:
        os.close(theirs)
        seen = b""
        while True:
            try:
                more = os.read(ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                break
            if not more:
                break
            seen += more
    os.close(ours)

    assert running.returncode == 0
    assert "● START" in seen.decode() and "digraph" not in seen.decode()
