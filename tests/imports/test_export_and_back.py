from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.imports.formats import reader
from simkit.report.exports.formats import export
from simkit.trace.events import AgentSaid, Ended, Started, ToolCalled
from simkit.trace.log import Beside, Log, SessionKey
from simkit.trace.store import Store


def log_of(key: SessionKey, *said: str) -> Log:
    first = Started(seq=0, scenario={}, persona={}, domain={"domain": "retail"}, seed=7, trial=key.trial)
    words = [AgentSaid(seq=seq, text=text) for seq, text in enumerate(said, 1)]
    return Log(key, (first, *words, Ended(seq=len(said) + 1, reason="user_closed")))


def write_jsonl(logs: Iterable[Log], file: TextIO) -> int:
    return export(((log, "") for log in logs), "jsonl", file, "1.0").written


ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(ANY_TEXT, max_size=3), max_size=4))
def test_an_exported_run_reads_back_equal(conversations: list[list[str]]) -> None:
    logs = [log_of(SessionKey("s", "p", trial), *said) for trial, said in enumerate(conversations)]
    with Store.temporary() as store:
        assert store.folder is not None
        path = store.folder / "out.jsonl"
        with path.open("w", encoding="ascii", newline="") as file:
            assert write_jsonl(logs, file) == sum(map(len, logs))
        back = list(reader("jsonl")(path))
    assert back == logs and [log.digest for log in back] == [log.digest for log in logs]


def test_the_export_is_one_event_a_line_sorted_and_without_times() -> None:
    call = ToolCalled(
        seq=1, tool="get_order", arguments={"id": "W1"}, outcome="ok", result={"über": "\ud800\x00\u2028"}
    )
    logs = []
    for trial in (10, 2):
        events = (log_of(SessionKey("s", "p", trial)).events[0], call)
        logs.append(Log(SessionKey("s", "p", trial), events, (Beside(1.5, 0.2, 0.01),) * 2))
    with Store.temporary() as store:
        for log in logs:
            store.add(log)
    file = io.StringIO()
    assert write_jsonl(store.logs(), file) == 4
    lines = file.getvalue().splitlines()
    assert [(row["session"], row["seq"]) for row in map(json.loads, lines)] == [
        (f"s/p/{trial}", seq) for trial in (10, 2) for seq in (0, 1)
    ]
    assert lines[3] == (
        '{"arguments":{"id":"W1"},"before":{},"by":"agent","changes":[],"kind":"tool_called","node":null,"outcome":"ok",'
        '"result":{"\\u00fcber":"\\ud800\\u0000\\u2028"},"seq":1,"session":"s/p/2","tool":"get_order","world":""}'
    )


def test_the_export_of_an_import_is_the_same_file(tmp_path: Path) -> None:
    logs = [log_of(SessionKey("s", "p", trial), "hello") for trial in range(3)]
    first, second = io.StringIO(newline=""), io.StringIO(newline="")
    write_jsonl(logs, first)
    path = tmp_path / "run.jsonl"
    path.write_text(first.getvalue(), newline="")
    write_jsonl(reader("jsonl")(path), second)
    assert first.getvalue() == second.getvalue()
