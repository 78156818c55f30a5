"""Files from strangers: whatever stands in them, one line says where and what would be right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from goldenfile import golden
from hypothesis import given, settings
from hypothesis import strategies as st

from simkit.errors import FileError, UsageError
from simkit.imports.formats import READERS, reader
from simkit.trace.events import Ended, Started
from simkit.trace.log import Log, SessionKey

DEEP = "[" * 100_000
CHAT = '{"messages": [{"role": "user", "content": "hi"}]}'
ASKED = '{"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "a", "arguments": "{}"}}]}'
TAU = '{"task_id": 1, "trial": 0, "reward": 1.0, "traj": [{"role": "user", "content": "hi"}]}'
TASK = '{"id": "t", "user_scenario": {"instructions": "Ask."}}'
SIMULATION = '{"task_id": "t", "termination_reason": "user_stop", "messages": [{"role": "user", "content": "hi"}]}'


def tau2(task: str = TASK, simulation: str = SIMULATION, more: str = "") -> str:
    """A result file in the format of tau2-bench, a member a line."""
    return f'{{"info": {{}},\n"tasks": [{task}],\n"simulations": [\n{simulation}\n]{more}}}'


START, END = Log(
    SessionKey("s", "p", 0),
    (Started(seq=0, scenario={}, persona={}, domain={}, seed=1), Ended(seq=1, reason="recorded")),
).lines()

HOSTILE: list[tuple[str, str, str | bytes]] = [
    ("not json at all", "openai-messages", f"{CHAT}\nhello there\n"),
    ("cut off in the middle", "openai-messages", CHAT[:-9]),
    ("nested without end", "openai-messages", DEEP),
    ("deeper than anybody means", "openai-messages", '{"messages": ' + "[" * 200 + "]" * 200 + "}"),
    ("two values on a line", "openai-messages", f"{CHAT} {CHAT}"),
    ("not a number", "openai-messages", '{"messages": [], "metadata": {"reward": NaN}}'),
    ("a number without end", "openai-messages", '{"messages": [], "metadata": {"reward": 1e999}}'),
    ("too many digits", "openai-messages", '{"messages": [], "id": ' + "9" * 5000 + "}"),
    ("a key twice", "openai-messages", '{"messages": [], "messages": []}'),
    ("not UTF-8", "openai-messages", CHAT.encode() + b"\n\xff\xfe\n"),
    ("a number for a conversation", "openai-messages", f"{CHAT}\n\n7\n"),
    ("no messages", "openai-messages", "[]"),
    ("an object without messages", "openai-messages", '{"\\u001b[2Jkey": 1}'),
    ("a role that is none", "openai-messages", '[{"role": "robot\\u001b]0;x\\u0007", "content": "x"}]'),
    ("content that is no text", "openai-messages", '[{"role": "user", "content": {"a": 1}}]'),
    ("a call without a name", "openai-messages", '[{"role": "assistant", "tool_calls": [{"function": {}}]}]'),
    ("a result that nobody asked for", "openai-messages", '[{"role": "tool", "content": "x", "tool_call_id": "c9"}]'),
    (
        "one result too many",
        "openai-messages",
        f'[{ASKED}, {{"role": "tool", "content": "x", "tool_call_id": "1"}}, '
        '{"role": "tool", "content": "x", "tool_call_id": "1"}]',
    ),
    ("a trial below zero", "openai-messages", '{"messages": [{"role": "user"}], "metadata": {"trial": -1}}'),
    ("an object for a list", "tau-bench", "\n\n" + TAU),
    ("nothing", "tau-bench", ""),
    ("a list cut off", "tau-bench", f"[{TAU},\n{TAU[:20]}"),
    ("a list not closed", "tau-bench", f"[{TAU}\n"),
    ("entries without a comma", "tau-bench", f"[{TAU}\n{TAU}]"),
    ("an entry that is no session", "tau-bench", f"[{TAU},\n\n5]"),
    ("a reward that is no number", "tau-bench", f"[{TAU},\n" + TAU.replace("1.0", '"much"') + "]"),
    ("the same trial twice", "tau-bench", f"[{TAU},\n{TAU}]"),
    ("nested without end in a list", "tau-bench", f"[{TAU},\n{DEEP}"),
    ("a number for a file", "tau2", "\n7"),
    ("a file cut off", "tau2", tau2()[:-9]),
    ("a file not closed", "tau2", tau2()[:-1]),
    ("something after the file", "tau2", tau2().replace("]}", "]]")),
    ("a member twice", "tau2", tau2(more=',\n"tasks": []')),
    ("a member without a name", "tau2", "{7: 8}"),
    ("a task without an id", "tau2", tau2(task="{}")),
    ("a task twice", "tau2", tau2(task=f"{TASK},\n{TASK}")),
    ("a basis that is no list", "tau2", tau2(task=TASK[:-1] + ', "evaluation_criteria": {"reward_basis": 1}}')),
    ("a simulation of no task", "tau2", tau2(simulation=SIMULATION.replace('"t"', '"\\u001b[2J"'))),
    ("a simulation twice", "tau2", tau2(simulation=f"{SIMULATION},\n{SIMULATION[:-1]}" + ', "trial": 0}')),
    ("a simulation without an end", "tau2", tau2(simulation='{"task_id": "t"}')),
    ("a reward that is a word", "tau2", tau2(simulation=SIMULATION[:-1] + ', "reward_info": {"reward": "good"}}')),
    ("a speaker that is none", "tau2", tau2(simulation=SIMULATION.replace('"user",', '"ghost",'))),
    ("a result that nobody wanted", "tau2", tau2(simulation=SIMULATION.replace('"user",', '"tool", "id": "c9",'))),
    ("not a number for a cost", "tau2", tau2(simulation=SIMULATION[:-1] + ', "agent_cost": NaN}')),
    ("a simulation nested without end", "tau2", tau2(simulation=DEEP)),
    ("a label that is no text", "labeled-traces", '{"messages": [], "first_failure_state": 3}'),
    ("the same conversation twice", "labeled-traces", '{"conversation_id": "x", "messages": []}\n' * 2),
    ("an event without a session", "jsonl", '{"kind": "ended"}'),
    ("a session that is no key", "jsonl", START.replace("s/p/0", "s")),
    ("a trial with other digits", "jsonl", START.replace("s/p/0", "s/p/٣")),
    ("a session to draw on terminals", "jsonl", START.replace("s/p/0", "\\u001b[2J/p/0")),
    ("an event of no kind", "jsonl", f"{START}\n" + END.replace('"ended"', '"exploded"')),
    ("an event with one key more", "jsonl", f"{START}\n" + END.replace("{", '{"extra": 1, ', 1)),
    ("a session without its beginning", "jsonl", END),
    ("a gap", "jsonl", f"{START}\n" + END.replace('"seq":1', '"seq":2')),
    ("a session in two places", "jsonl", f"{START}\n{START.replace('s/p/0', 't/p/0')}\n{END}"),
]


def complaint(folder: Path, format: str, content: str | bytes) -> str:
    path = folder / "file"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        read = list(reader(format)(path))
    except FileError as error:
        return str(error).replace(f"{folder}/", "")
    return f"READ {len(read)}"


def test_every_hostile_file_gets_one_line_that_says_where_and_what(tmp_path: Path) -> None:
    told = [f"{name} ({format})\n    {complaint(tmp_path, format, content)}\n" for name, format, content in HOSTILE]
    assert "".join(told) == golden("hostile_imports.txt", "".join(told))
    assert not [one for one in told if one.count("\n") != 2 or "READ" in one]


@pytest.mark.parametrize("format", READERS)
def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, format: str) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(FileError, match="cannot be read"):
            list(reader(format)(path))


def test_an_unknown_format_gets_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="did you mean 'tau-bench'"):
        reader("taubench")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "messages",
                    "role",
                    "content",
                    "tool_calls",
                    "function",
                    "name",
                    "arguments",
                    "id",
                    "info",
                    "traj",
                    "task_id",
                    "reward",
                    "session",
                    "seq",
                    "kind",
                    "task",
                    "trial",
                    "tasks",
                    "simulations",
                    "termination_reason",
                    "reward_info",
                    "tool_messages",
                ]
            ),
            inner | st.sampled_from(["user", "assistant", "tool", "started", "ended", "s/p/0"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(JSON, st.sampled_from(sorted(READERS)))
def test_no_json_of_any_shape_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, value: object, format: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    for content in (json.dumps(value), json.dumps([value]), json.dumps(value)[:-1]):
        assert "\n" not in complaint(folder, format, content)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.sampled_from(sorted(READERS)))
def test_no_bytes_raise_anything_else(tmp_path_factory: pytest.TempPathFactory, content: bytes, format: str) -> None:
    assert "\n" not in complaint(tmp_path_factory.getbasetemp(), format, content)
