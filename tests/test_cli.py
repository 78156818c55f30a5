"""The contract of the command line: what goes where, which exit code, and never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import networkx
import pytest
from tinyshop import write_shop

from simkit import cli
from simkit.metrics.score import SessionScore

COMMANDS = ("run", "check", "score", "graph", "matrix", "paths", "report", "import", "export", "schema")
OPTIONS = {
    "run": ("--agent", "--user", "--trials", "--seed", "--at-once", "--out", "--resume", "--fail-under", "--json"),
    "check": ("--json",),
    "score": ("--json", "--fail-under"),
    "graph": ("--by", "--format"),
    "matrix": ("--by", "--failures", "--given", "--format", "--against"),
    "paths": ("--by", "--given", "--show", "--model", "--format", "--out", "--json"),
    "report": ("--out",),
    "import": ("--out",),
    "export": ("--format", "--given", "--times", "--begins", "--out"),
    "schema": ("--out",),
}
FIGURES = {
    *("sessions", "passed", "failed", "errored", "pass_rate", "pass_hat_k", "turns", "tool_calls", "tool_errors"),
    *("sessions_with_tool_errors", "by_scenario", "digest", "run"),
}
AGENTS = '''\
"""Agents that go wrong in several ways."""

HOSTILE = "\\x1b[31mred\\x1b]0;owned\\x07 [bold]markup[/bold] \\u202eevil <script>alert(1)</script>\\r\\n=1+1"
not_an_agent = 3


def loud(turn):
    """Prints what belongs nowhere."""
    print("this is no result")
    return "Hello"


def hostile(turn):
    """Says what terminals obey."""
    return HOSTILE


def broken(turn):
    """Falls over with a hostile error."""
    raise RuntimeError(HOSTILE)
'''


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON value on stdout."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a shop, some agents and a run named `played`."""
    folder = tmp_path_factory.mktemp("place")
    write_shop(folder)
    (folder / "agents.py").write_text(AGENTS, encoding="utf-8")
    (folder / "unfinished.py").write_text("def agent(turn:\n    return 1\n", encoding="utf-8")
    (folder / "raising.py").write_text("VALUE = 1\nVALUE / 0\n", encoding="utf-8")
    return folder


@pytest.fixture
def simkit(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """The command line, called where the shop is."""
    monkeypatch.chdir(place)

    def call(*arguments: str) -> Ended:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(int(left.value.code or 0), out, err)

    return call


@pytest.fixture
def played(place: Path, simkit: Any) -> str:
    """The name of a run that the reference agent played."""
    if not (place / "runs/played").exists():
        simkit("run", "shop", "--agent", "reference", "--trials", "3", "--out", "played")
    return "played"


def test_a_run_that_passes_ends_with_0_and_says_so_on_stderr_only(simkit: Any) -> None:
    ended = simkit("run", "shop", "--agent", "reference", "--out", "passing")

    assert (ended.code, ended.out) == (0, "")
    assert "Pass rate" in ended.err
    assert "\x1b" not in ended.err


def test_a_run_that_fails_ends_with_1_unless_its_gate_is_lower(simkit: Any) -> None:
    assert simkit("run", "shop", "--agent", "null", "--out", "failing").code == 1
    assert simkit("run", "shop", "--agent", "null", "--out", "ungated", "--fail-under", "0").code == 0
    assert simkit("score", "failing").code == 0
    assert simkit("score", "failing", "--fail-under", "0.1").code == 1
    assert simkit("score", "failing", "--fail-under", "0").code == 0


@pytest.mark.parametrize("command", ["run", "score"])
def test_json_is_one_object_with_every_promised_figure(command: str, simkit: Any, played: str) -> None:
    told = ["run", "shop", "--agent", "reference", "--trials", "3", "--out", "told"] if command == "run" else ["score"]
    found = simkit(*told, *([played] if command == "score" else []), "--json").value

    assert set(found) >= FIGURES
    assert (found["sessions"], found["passed"], found["failed"], found["errored"]) == (3, 3, 0, 0)
    assert found["pass_rate"] == 1.0
    assert found["pass_hat_k"] == {"1": 1.0, "2": 1.0, "3": 1.0}
    assert found["tool_errors"] == {}
    assert found["tool_calls"] == 6
    assert set(found["by_scenario"]) == {"cancel-lamp"}


def test_scoring_again_gives_the_figures_of_the_run(simkit: Any) -> None:
    first = simkit("run", "shop", "--agent", "null", "--out", "again", "--json").value

    assert simkit("score", "again", "--json").value == first


def test_what_an_agent_prints_is_no_result(simkit: Any) -> None:
    ended = simkit("run", "shop", "--agent", "agents.py:loud", "--out", "loud", "--json")

    assert ended.value["sessions"] == 1
    assert "this is no result" not in ended.err
    assert "this is no result" in (Path("runs/loud") / "printed.txt").read_text()


def test_check_tells_how_much_holds(simkit: Any) -> None:
    found = simkit("check", "shop", "--json").value

    assert found | {"scenarios": 1, "domains": 1, "personas": 1, "ok": True, "problems": []} == found
    assert "1 scenario, 1 domain, 1 persona: all hold" in simkit("check", "shop").err


@pytest.mark.parametrize(
    "change",
    [
        ("  - cancel_order: {order_id: W1}\n", ""),
        ("{orders.W1.status: cancelled}", "{orders.W1.status: paid}"),
        ("calls: [get_order]", "calls: [get_order, break_things]"),
        ("  says: [{money: 129}]", "  never: [get_order]"),
    ],
)
def test_check_ends_with_1_for_a_scenario_that_does_not_hold(
    change: tuple[str, str], tmp_path: Path, simkit: Any
) -> None:
    case = write_shop(tmp_path) / "case.yaml"
    case.write_text(case.read_text(encoding="utf-8").replace(*change), encoding="utf-8")

    ended = simkit("check", str(case.parent))

    assert ended.code == 1
    assert "case.yaml:10: cancel-lamp: the reference path does not reach the goal with plain: " in ended.err


def test_check_plays_every_further_reference_too(tmp_path: Path, simkit: Any) -> None:
    case = write_shop(tmp_path) / "case.yaml"
    right, short = "[get_order: {order_id: W1}, cancel_order: {order_id: W1}]", "[get_order: {order_id: W1}]"
    whole = case.read_text(encoding="utf-8")

    case.write_text(f"{whole}references:\n  - {right}\n", encoding="utf-8")
    assert simkit("check", str(case.parent)).code == 0

    case.write_text(f"{whole}references:\n  - {right}\n  - {short}\n", encoding="utf-8")
    ended = simkit("check", str(case.parent))
    assert ended.code == 1
    assert "case.yaml:13: cancel-lamp: the reference path does not reach the goal with plain: " in ended.err

    case.write_text(f"{whole}references:\n  - [cancel_odrer: {{order_id: W1}}]\n", encoding="utf-8")
    ended = simkit("check", str(case.parent))
    assert ended.code == 2
    assert "case.yaml:14:" in ended.err and "did you mean 'cancel_order'?" in ended.err


def test_a_reference_path_that_fails_is_told_once_for_all_personas_at_the_step(tmp_path: Path, simkit: Any) -> None:
    case = write_shop(tmp_path) / "case.yaml"
    text = case.read_text(encoding="utf-8").replace("[plain]", "[plain, injector]")
    case.write_text(text.replace("cancel_order: {order_id: W1}", "cancel_order: {order_id: W9}"), encoding="utf-8")

    ended = simkit("check", str(case.parent))

    told = [line for line in ended.err.splitlines() if "does not reach the goal" in line]
    assert len(told) == 1
    assert "case.yaml:12: cancel-lamp: the reference path does not reach the goal with injector, plain: " in told[0]


def test_a_slip_in_a_key_that_personas_have_too_is_told_as_a_slip(tmp_path: Path, simkit: Any) -> None:
    case = write_shop(tmp_path) / "case.yaml"
    case.write_text(case.read_text(encoding="utf-8").replace("personas:", "persona:"), encoding="utf-8")

    ended = simkit("check", str(case))

    assert ended.err.count("simkit: error:") == 1
    assert "'persona' is not a key here; did you mean 'personas'?" in ended.err


def test_where_to_start_stands_under_the_help_of_simkit_alone(simkit: Any) -> None:
    assert "Start here" in simkit("--help").out
    assert "Start here" not in simkit("check", "--help").out


def test_check_finds_a_goal_that_doing_nothing_reaches(tmp_path: Path, simkit: Any) -> None:
    text = "scenario: idle\nwants: nothing\ngoal: {never: [cancel_order]}\nreference: [get_order: {order_id: W1}]\n"

    ended = simkit("check", str(write_shop(tmp_path, text)), "--json")

    assert ended.code == 1
    assert "passes with plain though the agent does nothing" in ended.value["problems"][0]["what"]


WRONG = {
    "unknown command": (["rum"], "Unknown command"),
    "nearly a command": (["rum"], "did you mean 'run'? There are run, check, score, graph, "),
    "all commands": (["bogus"], "explain-limits, schema; see simkit --help"),
    "no name of an agent": (["run", "shop", "--agent", ""], "--agent '': is no agent"),
    "no name of a run": (["run", "shop", "--agent", "null", "--out", ""], "--out is empty; give the run a name"),
    "a run in a file": (["run", "shop", "--agent", "null", "--out", "./agents.py"], "agents.py: is a file, and a run"),
    "unknown option": (["run", "shop", "--trails", "3"], "did you mean --trials"),
    "no whole number": (["run", "shop", "--trials", "ten"], "--trials"),
    "no trial": (["run", "shop", "--trials", "0"], "--trials 0: must be 1 or more"),
    "nobody at once": (["run", "shop", "--at-once", "0"], "--at-once 0: must be 1 or more"),
    "unknown agent": (["run", "shop", "--agent", "refernce"], "did you mean 'reference'?"),
    "no such agent file": (["run", "shop", "--agent", "nowhere.py:agent"], "there is no file nowhere.py"),
    "unfinished agent file": (["run", "shop", "--agent", "unfinished.py:agent"], "unfinished.py:1:10: not Python: "),
    "raising agent file": (["run", "shop", "--agent", "raising.py:agent"], "raising.py:2:1: importing it raised Zero"),
    "no such name": (["run", "shop", "--agent", "agents.py:laud"], "agents.py has no 'laud'; did you mean 'loud'?"),
    "no such module": (["run", "shop", "--agent", "nowhere.at_all:agent"], "No module named 'nowhere'"),
    "no such name in a module": (["run", "shop", "--agent", "json:laods"], "did you mean 'loads'?"),
    "a module that raises": (["run", "shop", "--agent", "raising:agent"], "importing raising raised ZeroDivisionError"),
    "no agent at all": (["run", "shop", "--agent", "agents.py:not_an_agent"], "a LangGraph graph, not int"),
    "no demo agent": (["run", "shop"], "domain 'shop' has no demo agent (demo.py is missing); name an agent"),
    "unknown user": (["run", "shop", "--agent", "null", "--user", "agend"], "did you mean 'agenda'?"),
    "no such path": (["run", "shpo"], "shpo: there is no such file or folder; did you mean 'shop'?"),
    "nothing to play": (["run", "runs"], "runs: holds no scenario, domain or persona"),
    "a run that stands": (["run", "shop", "--agent", "null", "--out", "played"], "runs/played: there is a run already"),
    "no such run": (["score", "plaid"], "'plaid' is no run: runs/plaid has no run.json; did you mean 'played'?"),
    "no run named": (["score"], "RUN is missing; see simkit score --help"),
    "two runs for one": (["score", "played", "other"], "'other' is one argument too many; see simkit score --help"),
    "no value": (["score", "played", "--fail-under"], "--fail-under needs a value after it"),
    "no such place": (["check", "shop/case.yml"], "did you mean 'case.yaml'?"),
    "no share": (["score", "played", "--fail-under", "70"], "write a share from 0 to 1"),
    "unknown view": (["matrix", "played", "--by", "tools"], "no state view 'tools'; did you mean 'tool'?"),
    "a view with a tail": (["matrix", "played", "--by", "tool:ok"], "did you mean 'tool'? (your own: file.py"),
    "unknown format": (["graph", "played", "--format", "svg"], 'Choose from: "picture", "dot", "graphml"'),
    "no condition": (["matrix", "played", "--given", "novice"], "is not KEY=VALUE"),
    "unknown condition": (["matrix", "played", "--given", "persona=novice"], "no session has that persona"),
    "unknown import": (["import", "nonsense", "x.json"], "openai-messages, tau-bench, tau2"),
    "no file to import": (["import", "tau-bench", "x.json"], "x.json:1:1: cannot be read (No such file"),
    "no place for schemas": (["schema", "--out", "agents.py/x"], "agents.py"),
    "no place for a log": (["export", "played", "--out", "agents.py/x"], "agents.py"),
    "a table on a terminal": (["export", "played", "--format", "parquet"], "name a file with --out"),
    "times in the log": (["export", "played", "--times"], "--format jsonl has no times; it goes with parquet and otel"),
    "no moment": (["export", "played", "--format", "otel", "--begins", "soon"], "as in 2026-03-01T09:00:00Z"),
    "sessions by turn": (["export", "played", "--given", "turn=1"], "only the counts of simkit matrix"),
    "no place for a page": (["report", "played", "--out", "agents.py/x"], "agents.py"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_input_is_one_line_on_stderr_and_exit_code_2(name: str, simkit: Any, played: str) -> None:
    arguments, said = WRONG[name]

    ended = simkit(*arguments)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("simkit: error: ")
    assert ended.err.count("\n") == 1
    assert said.casefold() in ended.err.casefold()


def test_a_matrix_is_printed_as_the_contract_says(simkit: Any, played: str) -> None:
    found = simkit("matrix", played, "--format", "json").value
    table = list(csv.reader(io.StringIO(simkit("matrix", played, "--format", "csv").out)))

    assert set(found) >= {"view", "states", "counts", "probabilities", "start", "end", "sessions", "transitions"}
    assert (found["view"], found["sessions"], found["start"], found["end"]) == ("tool", 3, "START", ["END:pass"])
    assert len(found["counts"]) == len(found["states"]) == len(found["probabilities"])
    start = found["states"].index("START")
    assert found["counts"][start][found["states"].index("get_order:ok")] == 3
    for counts, shares in zip(found["counts"], found["probabilities"], strict=True):
        assert (set(shares) == {None}) if sum(counts) == 0 else sum(shares) == pytest.approx(1)
    assert table[0][1:] == found["states"]
    assert [[int(cell) for cell in row[1:]] for row in table[1:]] == found["counts"]
    assert "START" in simkit("matrix", played).out


def test_failures_are_printed_as_the_contract_says(simkit: Any) -> None:
    simkit("run", "shop", "--agent", "null", "--out", "failures")
    found = simkit("matrix", "failures", "--failures", "--format", "json").value

    assert set(found) >= {"rows", "columns", "counts", "sessions"}
    assert sum(map(sum, found["counts"])) == found["sessions"] == 1


@pytest.mark.parametrize("view", ["tool", "world", "act", "node"])
def test_a_graph_can_be_read_by_the_tools_it_is_printed_for(view: str, simkit: Any, played: str) -> None:
    def printed(format: str) -> str:
        return str(simkit("graph", played, "--by", view, "--format", format).out)

    xml = networkx.parse_graphml(printed("graphml"))
    dot, drawn = printed("dot"), printed("mermaid")

    assert isinstance(json.loads(printed("json")), dict)
    assert any(data.get("label", name) == "START" for name, data in xml.nodes(data=True))
    assert dot.startswith("digraph")
    assert dot.count("{") == dot.count("}")
    assert dot.count("->") == xml.number_of_edges()
    assert drawn.count("-->") + drawn.count("==>") >= 1


def test_the_log_is_the_same_bytes_at_any_concurrency(simkit: Any, place: Path) -> None:
    for at_once in ("1", "64"):
        arguments = ["--agent", "null", "--trials", "9", "--seed", "5", "--at-once", at_once, "--fail-under", "0"]
        simkit("run", "shop", *arguments, "--out", f"at-once-{at_once}")
    one, many = simkit("export", "at-once-1").out, simkit("export", "at-once-64").out

    assert one == many
    events = [json.loads(line) for line in one.splitlines()]
    assert [(event["session"], event["seq"]) for event in events] == sorted(
        (event["session"], event["seq"]) for event in events
    )
    assert simkit("export", "at-once-1", "--out", "log.jsonl").out == ""
    assert (place / "log.jsonl").read_text(encoding="ascii") == one


def test_only_the_sessions_that_are_asked_for_are_exported(simkit: Any, played: str) -> None:
    one = simkit("export", played, "--format", "sft", "--given", "outcome=pass", "--given", "trial=1")
    none = simkit("export", played, "--format", "otel", "--given", "outcome=fail")

    assert (one.code, one.out.count("\n"), one.err) == (0, 1, "")
    assert (none.code, none.out) == (0, "")


def test_an_imported_log_is_the_log_that_was_exported(simkit: Any, played: str) -> None:
    simkit("export", played, "--out", "there.jsonl")

    assert simkit("import", "jsonl", "there.jsonl", "--out", "back").code == 0
    assert simkit("export", "back").out == simkit("export", played).out


def test_schemas_are_printed_as_one_object(simkit: Any) -> None:
    kinds = ("scenario", "persona", "domain", "dimensions")
    assert set(simkit("schema").value) == {f"{name}.schema.json" for name in kinds}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_mentions_every_option(command: str, simkit: Any) -> None:
    ended = simkit(command, "--help")

    assert ended.code == 0
    for option in OPTIONS[command]:
        assert option in ended.out
    assert command in simkit("--help").out


@pytest.mark.parametrize("agent", ["hostile", "broken"])
def test_what_an_agent_says_never_reaches_the_terminal_as_control(agent: str, simkit: Any, place: Path) -> None:
    ended = simkit("run", "shop", "--agent", f"agents.py:{agent}", "--out", agent)
    said = [
        simkit("export", agent),
        simkit("matrix", agent, "--by", "act"),
        simkit("graph", agent, "--by", "act"),
        ended,
    ]

    for one in said:
        assert all(character.isprintable() or character == "\n" for character in one.out + one.err)
    page = (place / f"runs/{agent}/report.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page


def test_names_in_a_pack_never_reach_the_terminal_as_control(tmp_path: Path, simkit: Any) -> None:
    shop = write_shop(tmp_path)
    case = shop / "case.yaml"
    text = case.read_text(encoding="utf-8").replace("order_id: W1}", '"\\e[31m\\u202e": W1}', 1)
    case.write_text(text, encoding="utf-8")

    ended = simkit("check", str(shop))

    assert ended.code == 2
    assert ended.err.replace("\n", "").isprintable()


def subprocess_of(place: Path, command: str) -> subprocess.CompletedProcess[str]:
    script = command.replace("simkit", f"{sys.executable} -m simkit.cli")
    return subprocess.run(["bash", "-c", script], cwd=place, capture_output=True, text=True)


@pytest.mark.parametrize(
    "command", ["simkit export played | head -c 10", "simkit export played >&-", "simkit schema | :"]
)
def test_a_reader_that_has_seen_enough_is_no_error(command: str, place: Path, played: str) -> None:
    assert subprocess_of(place, command).stderr == ""


def test_a_command_without_a_terminal_prints_no_colour_and_no_bar(place: Path) -> None:
    environment = {**os.environ, "TERM": "xterm-256color"}
    command = [sys.executable, "-m", "simkit.cli", "run", "shop", "--agent", "null", "--out", "plain-text"]

    ended = subprocess.run(command, cwd=place, capture_output=True, text=True, env=environment)

    assert (ended.returncode, ended.stdout) == (1, "")
    assert "\x1b" not in ended.stderr
    assert "\r" not in ended.stderr


def test_to_import_simkit_costs_less_than_0_3_seconds_of_cpu() -> None:
    code = "import time, simkit; print(time.process_time())"
    spent = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout for _ in range(3)]

    assert min(map(float, spent)) < 0.3


def test_the_transcript_of_a_session_is_safe_for_a_terminal(place: Path, simkit: Any) -> None:
    from simkit import api
    from simkit.report.transcript import transcript

    case = api.load(place / "shop").cases[0]
    episode, score = api.play_case(case, str(place / "agents.py:hostile"))

    assert isinstance(score, SessionScore)
    text = transcript(episode, score)
    assert text.replace("\n", "").isprintable()
    assert "markup" in text
