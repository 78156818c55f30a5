"""Isolation and determinism: nothing of one session is seen in another, and one seed gives the same bytes."""

from __future__ import annotations

import asyncio
import json
import locale
import os
import random
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import replace
from decimal import Decimal, getcontext
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needed import needed
from tinyshop import STATE, write_shop

import simkit
from simkit.play.agent import Turn
from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import Case, Pack
from simkit.trace.events import AgentSaid
from simkit.trace.log import Log

SESSIONS, AT_ONCE = 1000, 200
TOKEN = re.compile(r"canary-[0-9a-f]{32}")
WHO: ContextVar[str] = ContextVar("who", default="nobody")


def canaries(folder: Path) -> tuple[Pack, dict[str, str]]:
    """A thousand scenarios, each with a token of its own in its facts, its script and its world; and the tokens."""
    case = simkit.load(write_shop(folder)).cases[0]
    tokens = {f"canary-{number}": f"canary-{secrets.token_hex(16)}" for number in range(SESSIONS)}
    orders = {
        f"W{number}": {"product": token, "status": "paid", "total": 1.0, "owner": token}
        for number, token in enumerate(tokens.values())
    }
    domain = replace(case.domain, tables={**case.domain.tables, "orders": orders})
    cases = (
        Case(
            case.scenario.model_copy(
                update={
                    "scenario": name,
                    "wants": f"To see {token}",
                    "knows": {"name": token, "order_id": f"W{number}"},
                    "script": (f"I am {token}, order W{number}.", "Say it again.", "Bye."),
                    "reference": (),
                }
            ),
            domain,
            case.personas,
            case.document,
        )
        for number, (name, token) in enumerate(tokens.items())
    )
    return Pack(tuple(cases)), tokens


def leaks(logs: list[Log], tokens: dict[str, str]) -> list[str]:
    """Every session that holds a token which is not its own, or not its own one."""
    found = []
    for log in logs:
        seen = {token for line in log.lines() for token in TOKEN.findall(line)}
        if seen != {tokens[log.session.scenario]}:
            found.append(f"{log.session}: {seen}")
    return found


async def remembering(turn: Turn) -> str:
    """Keeps what it hears in a ContextVar, and repeats in the next turn what it finds there."""
    before = WHO.get()
    if match := TOKEN.search(turn.text):
        assert before == "nobody", "a context of another session"
        WHO.set(match.group())
    await anyio.sleep(random.random() / 1000)
    number = turn.session.split("/")[0].removeprefix("canary-")
    order = await turn.call("get_order", order_id=f"W{number}")
    await anyio.lowlevel.checkpoint()
    return f"{WHO.get()} {before} {order.value['owner']} {await asyncio.create_task(deeper())}"


async def deeper() -> str:
    """A task of the agent's own."""
    await asyncio.sleep(0)
    return WHO.get()


def plain_remembering(turn: Turn) -> str:
    """The same in a thread."""
    before = WHO.get()
    if match := TOKEN.search(turn.text):
        assert before == "nobody", "a context of another session"
        WHO.set(match.group())
    number = turn.session.split("/")[0].removeprefix("canary-")
    return f"{WHO.get()} {before} {turn.call_sync('get_order', order_id=f'W{number}').value['owner']}"


def test_a_thousand_sessions_at_once_keep_their_secrets(tmp_path: Path) -> None:
    pack, tokens = canaries(tmp_path)
    run = simkit.run(pack, remembering, user="scripted", at_once=AT_ONCE)
    logs = list(run.logs())

    assert len(logs) == SESSIONS
    assert leaks(logs, tokens) == []
    assert {one.ended.reason for one, _ in run.scored if one.ended} == {"user_closed"}


def test_sessions_in_threads_keep_their_secrets(tmp_path: Path) -> None:
    pack, tokens = canaries(tmp_path)
    run = simkit.run(Pack(pack.cases[:200]), plain_remembering, user="scripted", at_once=50)

    assert leaks(list(run.logs()), tokens) == []
    assert {one.ended.reason for one, _ in run.scored if one.ended} == {"user_closed"}


def test_one_graph_shared_by_all_sessions_keeps_their_secrets(tmp_path: Path) -> None:
    from langchain_core.messages import AIMessage
    from langchain_core.tools import BaseTool
    from langgraph.graph import END, START, MessagesState, StateGraph

    def build(tools: list[BaseTool]) -> Any:
        look = next(tool for tool in tools if tool.name == "get_order")

        async def think(state: dict[str, Any]) -> dict[str, Any]:
            first = next(m.text for m in state["messages"] if TOKEN.search(m.text))
            number = re.search(r"order W(\d+)", first)
            assert number is not None
            await anyio.sleep(random.random() / 1000)
            order = await look.ainvoke({"order_id": f"W{number[1]}"})
            return {"messages": [AIMessage(f"{TOKEN.search(first)} {json.dumps(order)} {WHO.get()}")]}

        graph = StateGraph(MessagesState)
        graph.add_node("think", think)
        graph.add_edge(START, "think")
        graph.add_edge("think", END)
        return graph

    pack, tokens = canaries(tmp_path)
    run = simkit.run(Pack(pack.cases[:100]), build, user="scripted", at_once=100)

    assert leaks(list(run.logs()), tokens) == []
    assert {one.ended.reason for one, _ in run.scored if one.ended} == {"user_closed"}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "patch", "remove", "get"]),
        st.sampled_from(["W1", "W2", "W3", "W4"]),
        st.integers(0, 3),
    ),
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(calls=st.lists(st.tuples(STEPS, st.none() | st.integers(0, 6)), max_size=5))
def test_a_call_that_fails_half_way_leaves_no_trace(calls: list[tuple[list[tuple[str, str, int]], int | None]]) -> None:
    """Whatever tools do, in whatever order, wherever a fault strikes: the world is as if failed calls never were."""
    model: dict[str, Any] = json.loads(json.dumps(STATE["orders"]))
    world = World(Start(STATE))
    for steps, fault in calls:
        after, fine = apply(model, steps, fault)

        def tool(world: World, steps: Any = steps, fault: Any = fault) -> None:
            for number, (what, name, value) in enumerate(steps):
                if number == fault:
                    raise RuntimeError("struck")
                on(world, what, name, value)

        done = perform(domain_of(tool), world, "agent", "tool", {})
        model = after if fine else model
        assert (done.outcome == "ok") == fine
        assert world.value("orders") == (model or "<missing>")
        assert world.digest() == World(Start({**STATE, "orders": model})).digest()


def on(world: World, what: str, name: str, value: int) -> None:
    """One operation."""
    if what == "put":
        world.put("orders", name, {"n": value})
    elif what == "patch":
        world.patch("orders", name, n=value)
    elif what == "remove":
        world.remove("orders", name)
    else:
        world.get("orders", name)["n"] = value


def apply(model: dict[str, Any], steps: list[Any], fault: int | None) -> tuple[dict[str, Any], bool]:
    """What a plain dict becomes by the same operations, and whether all of them could be done."""
    after = {name: dict(record) for name, record in model.items()}
    for number, (what, name, value) in enumerate(steps):
        if number == fault or (what != "put" and name not in after):
            return model, False
        if what == "put":
            after[name] = {"n": value}
        elif what == "patch":
            after[name] |= {"n": value}
        elif what == "remove":
            del after[name]
    return after, True


def domain_of(tool: Any) -> Any:
    """A domain with one tool that may change its world."""
    from simkit.spec.domain import Card, Domain, Tool

    schema = {"type": "object", "properties": {}, "additionalProperties": False}
    card = Card(
        domain="shop",
        summary="",
        now="2026-03-01T09:00:00",
        policy="",
        tools=(Tool(name="tool", description="-", parameters=schema, effect="write"),),
    )
    return Domain(card, Path(), {("agent", "tool"): tool}, STATE)


PERSONAS = "personas: [plain, terse-expert, talkative-novice, mistrustful, injector, non-native]"


@pytest.fixture
def crowd(shop: Path) -> Path:
    """The shop with many personas."""
    case = shop / "case.yaml"
    case.write_text(case.read_text().replace("personas: [plain]", PERSONAS))
    return shop


async def restless(turn: Turn) -> str:
    """Finishes its turns in any order, and draws from its own seeded randomness."""
    for _ in range(random.randrange(4)):
        await anyio.sleep(random.random() / 1000)
    order = await turn.call("get_order", order_id="W1")
    await anyio.lowlevel.checkpoint()
    return f"{order.value['status']} {turn.random.random()} {set('abc') & {'a'}}. Could you tell me your order number?"


def exported(run: simkit.api.Run) -> str:
    """The digest of a run's canonical export."""
    return sha256("\n".join(line for log in run.logs() for line in log.lines()).encode()).hexdigest()


def test_the_same_bytes_at_any_concurrency_and_in_any_order(crowd: Path) -> None:
    pack = simkit.load(crowd)
    copies = [
        case.scenario.model_copy(update={"scenario": f"case-{number}"}) for number in range(4) for case in pack.cases
    ]
    cases = [replace(pack.cases[0], scenario=scenario) for scenario in copies]
    alone = exported(simkit.run(Pack(tuple(cases)), restless, trials=2, seed=3, at_once=1))

    for at_once in (8, 64, 512):
        random.shuffle(cases)
        assert exported(simkit.run(Pack(tuple(cases)), restless, trials=2, seed=3, at_once=at_once)) == alone


async def careless(turn: Turn) -> str:
    """Changes all that a process has but one of."""
    random.seed(7)
    os.environ["SIMKIT_TEST"] = turn.session
    os.chdir("/")
    getcontext().prec = 2
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "C")
    order = await turn.call("get_order", order_id="W1")
    return f"{order.value['status']} {turn.random.random()}. Could you tell me your order number?"


async def careful(turn: Turn) -> str:
    """Says the same and changes nothing."""
    order = await turn.call("get_order", order_id="W1")
    return f"{order.value['status']} {turn.random.random()}. Could you tell me your order number?"


@pytest.fixture
def same_language() -> Iterator[None]:
    """Whatever an agent makes of the process's language, the next test finds it as it was."""
    before = locale.setlocale(locale.LC_ALL)
    yield
    locale.setlocale(locale.LC_ALL, before)


@pytest.mark.usefixtures("same_language")
def test_what_an_agent_changes_in_the_process_changes_no_result(crowd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIMKIT_TEST", "")
    careless.__name__ = "careful"
    here = Path.cwd()

    good = simkit.run(crowd, careful, trials=2, out="good")
    bad = simkit.run(crowd, careless, trials=2, out="bad")

    assert exported(good) == exported(bad)
    assert Path.cwd() == here
    assert Decimal(1) / Decimal(3) == Decimal("0.3333333333333333333333333333")
    assert exported(simkit.api.open_run("bad")) == exported(good)


SHARED = """
SEEN = []

async def agent(turn):
    SEEN.append(turn.session)
    return f"You are number {len(set(SEEN))}. Is there anything else?"

async def tidy(turn):
    return f"You are {turn.session}. Is there anything else?"
"""


def test_state_that_sessions_share_shows_as_another_log_than_in_isolation(shop: Path) -> None:
    Path("shared.py").write_text(SHARED)

    def said(name: str, isolate: bool) -> list[str]:
        run = simkit.run(shop, f"shared.py:{name}", trials=2, isolate=isolate)
        return [event.text for log in run.logs() for event in log if isinstance(event, AgentSaid)]

    assert said("agent", isolate=True) != said("agent", isolate=False)
    assert said("tidy", isolate=True) == said("tidy", isolate=False)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_bytes_in_other_processes_and_event_loops(crowd: Path, backend: str) -> None:
    needed(backend)
    code = f"""
import anyio, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[1])!r}]
import simkit, test_isolation
run = anyio.run
anyio.run = lambda work, **_: run(work, backend={backend!r})
print(test_isolation.exported(simkit.run({str(crowd)!r}, test_isolation.restless, seed=9)))
"""
    here = exported(simkit.run(crowd, restless, seed=9))
    for seed in ("0", "random") if backend == "asyncio" else ("random",):
        env = {**os.environ, "PYTHONHASHSEED": seed}
        ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
        assert (ended.stdout.strip(), ended.stderr) == (here, "")


def test_misbehaviour_ends_alike_on_trio(crowd: Path) -> None:
    needed("trio")
    code = f"""
import anyio, sys
sys.path[:0] = [{str(Path(__file__).parent)!r}, {str(Path(__file__).parents[1])!r}]
import simkit, test_misbehaving_agents as bad
run = anyio.run
anyio.run = lambda work, **_: run(work, backend="trio")
for agent in (bad.waits_for_ever, bad.spins, bad.sleeps_on_the_job, bad.swallows_once,
              bad.swallows_all, bad.swallows_and_answers):
    print(*bad.told(bad.played({str(crowd)!r}, bad.among_others(agent))))
"""
    case = crowd / "case.yaml"
    case.write_text(f"{case.read_text()}limits: {{turn_seconds: 0.4}}\n")
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert ended.stderr == ""
    lines = ended.stdout.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("agent_failed TimeoutError: no answer within 0.4 s") for line in lines)
    assert all("(test_misb" in line for line in lines[:5])
