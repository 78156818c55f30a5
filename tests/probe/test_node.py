"""A node alone: on the inputs that it had it does what it did, and a changed one is told by what it does otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinyshop import write_shop

from simkit import api, cli
from simkit.errors import UsageError
from simkit.probe.node.capture import seen_of
from simkit.probe.node.compare import run_again
from simkit.trace.events import NodeEntered

AGENT = """
from typing import Annotated, TypedDict

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send


class State(TypedDict, total=False):
    messages: Annotated[list, add_messages]
    order: dict
    route: str


def build(tools):
    by_name = {tool.name: tool for tool in tools}

    async def call(name, **arguments):
        request = {"type": "tool_call", "id": name, "name": name, "args": arguments}
        return (await by_name[name].ainvoke(request)).artifact

    async def look(state):
        if "order" in state:
            return {"route": "act" if "yes" in state["messages"][-1].content.lower() else "talk"}
        return {"order": (await call("get_order", order_id="W1")).value, "route": "talk"}

    async def act(state):
        done = await call("cancel_order", order_id="W1")
        return {"messages": [AIMessage("It is cancelled. Is there anything else?" if done.ok else done.text)]}

    async def talk(given):
        text = f"It was {given['order']['total']:g} dollars. Shall I go ahead and cancel it? (yes/no)"
        return {"messages": [AIMessage(text)]}

    graph = StateGraph(State)
    for node in (look, act, talk):
        graph.add_node(node.__name__, node)
    graph.add_edge(START, "look")
    ways = lambda state: [Send("talk", {"order": state["order"]})] if state["route"] == "talk" else "act"
    graph.add_conditional_edges("look", ways, ["act", "talk"])
    graph.add_edge("act", END)
    graph.add_edge("talk", END)
    return graph.compile()
"""

HASTY = AGENT.replace('"route": "talk"}\n\n', '"route": "act"}\n\n').replace("W1", "W2", 1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of a graph, that graph, and one that acts before it asks."""
    folder = tmp_path_factory.mktemp("place")
    shop = write_shop(folder)
    (folder / "agent.py").write_text(AGENT, encoding="utf-8")
    (folder / "hasty.py").write_text(HASTY, encoding="utf-8")
    api.run(shop, f"{folder / 'agent.py'}:build", trials=3, out=folder / "runs" / "was", paths=[str(shop)])
    return folder


@pytest.mark.parametrize("node", ["look", "act", "talk"])
def test_on_the_inputs_that_it_had_a_node_does_what_it_did(place: Path, node: str) -> None:
    run = str(place / "runs" / "was")

    seen = seen_of(run, node)
    told = run_again(seen, run, trials=2)

    logs = api.open_run(run).logs()
    entered = [event for log in logs for event in log if isinstance(event, NodeEntered) and event.node == node]
    assert [one.seq for one in seen.occurrences] == [event.seq for event in entered]
    assert seen.occurrences[0].came.route == {"look": ("talk",), "act": (), "talk": ()}[node]
    assert told.ok
    assert told.equal == len(entered)


def test_a_changed_node_is_told_by_what_it_calls_writes_and_goes_on_to(place: Path) -> None:
    run = str(place / "runs" / "was")

    told = run_again(seen_of(run, "look", session="cancel-lamp/plain/0"), run, f"{place / 'hasty.py'}:build")

    assert not told.ok
    places = [difference.split(":")[0] for difference in told.again[0].differences]
    assert places == ["calls[0].arguments.order_id", "route[0]", *places[2:-1], "update.route"]
    assert "update.order.product" in places
    assert told.again[0].beyond_log == 1


def test_a_session_that_does_not_replay_is_told_with_its_event(place: Path) -> None:
    run = str(place / "runs" / "was")

    seen = seen_of(run, "talk", agent_was=f"{place / 'hasty.py'}:build")

    assert {str(one)[:8] for one in seen.diverged.values()} == {"event 3:"}
    assert not run_again(seen, run).ok


def test_cut_cases_hold_for_the_agent_that_was_and_fail_for_a_changed_one(
    place: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    file = pytester.path / "test_look.py"
    with pytest.raises(SystemExit) as left:
        cli.main(["node", "was", "look", "--out", str(file), "--json"])

    assert (left.value.code, json.loads(capsys.readouterr().out)["differing"]) == (0, 0)
    monkeypatch.chdir(pytester.path)
    text = file.read_text(encoding="utf-8")
    assert pytester.runpytest_inprocess(file).parseoutcomes()["passed"] >= 2
    file.write_text(text.replace("agent.py:build", "hasty.py:build"), encoding="utf-8")
    failed = pytester.runpytest_inprocess(file)
    failed.stdout.fnmatch_lines(["*update.route: was 'talk', is 'act'*"])


def test_an_agent_without_nodes_is_refused(place: Path) -> None:
    (place / "plain.py").write_text("async def agent(turn):\n    return 'Hello?'\n", encoding="utf-8")
    run = str(place / "runs" / "was")

    with pytest.raises(UsageError, match="its nodes are act, look, talk"):
        seen_of(run, "plan")
    with pytest.raises(UsageError, match="only graphs have nodes"):
        run_again(seen_of(run, "look"), run, f"{place / 'plain.py'}:agent")


FAN = """
import operator
from typing import Annotated, TypedDict

from langchain_core.messages import AIMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send


class State(TypedDict, total=False):
    messages: Annotated[list, add_messages]
    found: Annotated[list, operator.add]


def build(tools):
    get = next(tool for tool in tools if tool.name == "get_order")

    async def open_one(given):
        request = {"type": "tool_call", "id": "1", "name": "get_order", "args": {"order_id": given["order"]}}
        return {"found": [(await get.ainvoke(request)).artifact.value["product"]]}

    async def tell(state):
        return {"messages": [AIMessage(f"I see {', '.join(state['found'])}. Is there anything else?")]}

    graph = StateGraph(State)
    graph.add_node("open_one", open_one)
    graph.add_node("tell", tell)
    graph.add_conditional_edges(START, lambda state: [Send("open_one", {"order": one}) for one in ("W1", "W2")])
    graph.add_edge("open_one", "tell")
    graph.add_edge("tell", END)
    return graph.compile()
"""


def test_a_node_that_ran_several_times_at_once_is_held_to_each_of_its_inputs(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "fan.py").write_text(FAN, encoding="utf-8")
    api.run(shop, f"{tmp_path / 'fan.py'}:build", out=tmp_path / "run", paths=[str(shop)])

    seen = seen_of(str(tmp_path / "run"), "open_one")

    assert [one.given.input for one in seen.occurrences][:2] == [{"order": "W1"}, {"order": "W2"}]
    assert seen.occurrences[0].came.calls is None
    assert run_again(seen, str(tmp_path / "run")).ok
