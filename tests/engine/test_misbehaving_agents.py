"""Agents that misbehave: their own session ends with their own fault, told by their own line; the others go on."""

from __future__ import annotations

import asyncio
import datetime
import decimal
import functools
import gc
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest

import simkit
from simkit.errors import UsageError
from simkit.paths.episode import Episode
from simkit.play.agent import Turn

PERSONAS = ["plain", "terse-expert", "talkative-novice", "mistrustful", "injector", "non-native"]
NAUGHTY = "injector"
LIMIT = 0.4
"""Seconds that the agent may take for a turn."""


@pytest.fixture
def crowd(shop: Path) -> Path:
    """The shop with many personas, one of whom will meet an agent that misbehaves."""
    return with_limits(shop, f"{{turn_seconds: {LIMIT}}}")


def with_limits(shop: Path, limits: str, personas: list[str] = PERSONAS) -> Path:
    """The shop, its scenario with other limits and personas."""
    case = shop / "case.yaml"
    text = case.read_text().replace("personas: [plain]", f"personas: [{', '.join(personas)}]")
    case.write_text(f"{text}limits: {limits}\n")
    return shop


async def clerk(turn: Turn) -> str:
    """Behaves."""
    await anyio.sleep(0.01)
    order = await turn.call("get_order", order_id="W1")
    return f"It is {order.value['status']}. Is there anything else?"


def among_others(bad: Any) -> Any:
    """An agent that behaves to all but one."""

    def made() -> Any:
        @functools.wraps(bad)
        async def both(turn: Turn) -> Any:
            if NAUGHTY in turn.session:
                answer = bad(turn)
                return await answer if asyncio.iscoroutine(answer) else answer
            return await clerk(turn)

        return both

    return made()


def played(shop: Path, agent: Any, **given: Any) -> Episode:
    """The one session in which the agent misbehaved; all others went well."""
    run = simkit.run(shop, agent, **given)
    ended = {one.log.session.persona: one for one, _ in run.scored}
    bad = ended.pop(NAUGHTY)
    assert [one.ended.reason for one in ended.values() if one.ended] == ["user_closed"] * 5
    return bad


def told(episode: Episode) -> tuple[str, str]:
    """How a session ended, and its first failure."""
    assert episode.ended is not None
    return episode.ended.reason, episode.failures[0].error if episode.failures else ""


async def waits_for_ever(turn: Turn) -> str:
    await anyio.Event().wait()
    return "never"


async def spins(turn: Turn) -> str:
    while True:
        pass


async def sleeps_on_the_job(turn: Turn) -> str:
    time.sleep(30)  # noqa: ASYNC251
    return "never"


async def waits_for_a_lock(turn: Turn) -> str:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()
    return "never"


async def spins_in_a_task(turn: Turn) -> str:
    return await asyncio.create_task(spins(turn))


async def waits_for_tasks(turn: Turn) -> str:
    async with anyio.create_task_group() as group:
        group.start_soon(waits_for_ever, turn)
        group.start_soon(waits_for_ever, turn)
    return "never"


@pytest.mark.parametrize(
    ("agent", "line"),
    [
        (waits_for_ever, "in waits_for_ever"),
        (spins, "in spins"),
        (sleeps_on_the_job, "in sleeps_on_the_job"),
        (waits_for_a_lock, "in waits_for_a_lock"),
        (spins_in_a_task, "in spins"),
        (waits_for_tasks, "in waits_for_tasks"),
    ],
)
def test_an_agent_that_does_not_return_is_out_of_time_where_it_hangs(crowd: Path, agent: Any, line: str) -> None:
    began = time.monotonic()
    reason, error = told(played(crowd, among_others(agent)))

    assert reason == "agent_failed"
    assert error.startswith(f"TimeoutError: no answer within {LIMIT} s (test_misbehaving_agents.py:")
    assert error.endswith(f"{line})")
    assert time.monotonic() - began < LIMIT + 3


@pytest.mark.parametrize("blocks", [spins, sleeps_on_the_job])
def test_an_agent_that_blocks_the_loop_is_ended_in_any_thread(crowd: Path, blocks: Any) -> None:
    """Away from the main thread no signal helps: a loop in Python is ended all the same, C code is waited for."""
    agent = spins if blocks is spins else naps
    outcome: list[Episode] = []
    thread = threading.Thread(target=lambda: outcome.append(played(crowd, among_others(agent))))
    thread.start()
    thread.join(10)

    assert told(outcome[0])[0] == "agent_failed"
    assert told(outcome[0])[1].endswith(f"in {agent.__name__})")


async def naps(turn: Turn) -> str:
    time.sleep(1)  # noqa: ASYNC251
    for _ in range(1000):
        pass
    return "too late"


def test_time_that_one_agent_takes_is_not_taken_from_the_others(shop: Path) -> None:
    """While one blocks the loop up to its limit, the others' answers are on their way; none of them is late for it."""
    with_limits(shop, "{turn_seconds: 1}")

    async def both(turn: Turn) -> str:
        if NAUGHTY in turn.session:
            await anyio.sleep(0.5)
            time.sleep(30)  # noqa: ASYNC251
        await anyio.sleep(0.8)
        return "Is there anything else?"

    assert told(played(shop, both))[0] == "agent_failed"


def test_a_plain_function_that_never_returns_is_given_up(crowd: Path) -> None:
    stop = threading.Event()

    def stuck(turn: Turn) -> str:
        if NAUGHTY in turn.session:
            stop.wait(60)
        return "Is there anything else?"

    reason, error = told(played(crowd, stuck))
    stop.set()

    assert reason == "agent_failed"
    assert error.endswith("in stuck)")


def test_a_plain_function_in_a_loop_is_ended(crowd: Path) -> None:
    ended = threading.Event()

    def loops(turn: Turn) -> str:
        try:
            while NAUGHTY in turn.session:
                pass
        finally:
            ended.set()
        return "Is there anything else?"

    assert told(played(crowd, loops))[0] == "agent_failed"
    assert ended.wait(5)


def test_a_hanging_function_does_not_keep_the_process_from_ending(crowd: Path) -> None:
    code = f"""
import simkit, time
def stuck(turn): time.sleep(600)
print(*[one.outcome for one in simkit.score(simkit.run({str(crowd)!r}, stuck))])
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert ended.stdout.split() == ["fail"] * 6
    assert ended.stderr == "agents left behind: 6 threads that still run\n"


def test_an_agent_that_hangs_while_it_is_made_has_failed(crowd: Path) -> None:
    class Slow:
        def __init__(self) -> None:
            time.sleep(30)

        async def __call__(self, turn: Turn) -> str:
            return "never"

    run = simkit.run(crowd, Slow)

    assert {told(one)[0] for one, _ in run.scored} == {"agent_failed"}
    assert told(run.scored[0][0])[1].startswith("TimeoutError: no agent was made within")


class Tantrum(BaseException):
    """What no agent should raise, and one will."""


class Mute(Exception):
    """Cannot be shown."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (KeyError("boom"), "KeyError: 'boom'"),
        (Tantrum("mine"), "Tantrum: mine"),
        (KeyboardInterrupt("not yours"), "KeyboardInterrupt: not yours"),
        (SystemExit(3), "SystemExit: 3"),
        (asyncio.CancelledError("mine"), "CancelledError: mine"),
        (GeneratorExit("mine"), "GeneratorExit: mine"),
        (StopAsyncIteration("mine"), "StopAsyncIteration: mine"),
        (ExceptionGroup("many", [ValueError("x")]), "ExceptionGroup: many (1 sub-exception)"),
        (BaseExceptionGroup("many", [KeyboardInterrupt()]), "BaseExceptionGroup: many (1 sub-exception)"),
        (TimeoutError("its own"), "TimeoutError: its own"),
        (Mute(), "Mute: (its message cannot be shown)"),
        (ValueError("\x1b[2J\nERROR root: forged"), "ValueError: \\x1b[2J ERROR root: forged"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
@pytest.mark.parametrize("kind", ["async", "plain"])
def test_whatever_an_agent_raises_is_its_own_failure(crowd: Path, kind: str, error: BaseException, shown: str) -> None:
    def throws(turn: Turn) -> str:
        if NAUGHTY in turn.session:
            raise error
        return "Is there anything else?"

    async def throws_later(turn: Turn) -> str:
        await anyio.lowlevel.checkpoint()
        return throws(turn)

    reason, failure = told(played(crowd, throws_later if kind == "async" else throws))

    assert reason == "agent_failed"
    assert failure.startswith(f"{shown} (test_misbehaving_agents.py:")
    assert failure.endswith("in throws)")


def test_an_agent_that_cancels_its_own_session_ends_only_that(crowd: Path) -> None:
    async def quits(turn: Turn) -> str:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await anyio.sleep(1)
        return "never"

    reason, failure = told(played(crowd, among_others(quits), at_once=1))

    assert (reason, failure.split(" (")[0]) == ("agent_failed", "CancelledError:")


def test_an_agent_whose_helper_was_cancelled_has_failed(crowd: Path) -> None:
    async def drops(turn: Turn) -> str:
        helper = asyncio.ensure_future(anyio.sleep(60))
        asyncio.get_running_loop().call_later(0.05, helper.cancel)
        await helper
        return "never"

    assert told(played(crowd, among_others(drops)))[1].startswith("CancelledError:")


def test_an_interrupt_from_outside_still_ends_the_run(crowd: Path) -> None:
    code = f"""
import simkit, os, signal, time, threading
async def waits(turn):
    import anyio
    threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    await anyio.sleep(60)
simkit.run({str(crowd)!r}, waits, at_once=1)
"""
    (crowd / "case.yaml").write_text((crowd / "case.yaml").read_text().replace(f"turn_seconds: {LIMIT}", "turns: 30"))
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)

    assert "KeyboardInterrupt" in ended.stderr
    assert ended.returncode in (1, -2, 130)
    assert time.monotonic() - began < 30


def no_text() -> list[tuple[Callable[[], Any], str]]:
    """Answers that are no text, and the name of their type."""
    loop: dict[str, Any] = {}
    loop["self"] = loop
    return [
        (lambda: None, "NoneType"),
        (lambda: 7, "int"),
        (lambda: float("nan"), "float"),
        (lambda: b"bytes", "bytes"),
        (lambda: loop, "dict"),
        (lambda: decimal.Decimal(1), "Decimal"),
        (lambda: datetime.datetime(2026, 1, 1), "datetime"),
        (lambda: (part for part in ["a"]), "generator"),
        (lambda: clerk(None), "coroutine"),
        (lambda: type("\x1b[2J", (), {})(), "\\x1b[2J"),
    ]


@pytest.mark.parametrize(("answer", "name"), no_text(), ids=lambda value: value if isinstance(value, str) else "")
def test_an_answer_that_is_no_text_is_named_by_its_type(crowd: Path, answer: Callable[[], Any], name: str) -> None:
    async def answers(turn: Turn) -> Any:
        return answer() if NAUGHTY in turn.session else await clerk(turn)

    reason, error = told(played(crowd, answers))
    gc.collect()

    assert reason == "agent_failed"
    assert error == f"TypeError: the agent answered with {name}; it must answer with text (str)"


def test_a_generator_is_no_agent(crowd: Path) -> None:
    async def streams(turn: Turn) -> Any:
        yield "a"

    def drips(turn: Turn) -> Any:
        yield "a"

    for agent, name in ((streams, "async_generator"), (drips, "generator")):
        one, _ = simkit.play_case(simkit.load(crowd).cases[0], agent)
        assert f"answered with {name};" in told(one)[1]


def test_a_kind_of_text_is_taken_as_the_text_it_is(crowd: Path) -> None:
    class Loud(str):
        def __str__(self) -> str:
            return self.upper()

    one, _ = simkit.play_case(simkit.load(crowd).cases[0], lambda turn: Loud("Anything else?"))

    assert one.agent_texts[0].text == "Anything else?"


def test_ten_megabytes_are_cut_with_a_marker(crowd: Path) -> None:
    one, _ = simkit.play_case(simkit.load(crowd).cases[0], lambda turn: "x" * 10_000_000)

    assert one.agent_texts[0].text.endswith("x [… cut by simkit: 9800000 more characters]")


async def swallows_once(turn: Turn) -> str:
    with suppress(BaseException):
        await anyio.sleep(60)
    await anyio.sleep(60)
    return "never"


async def swallows_and_answers(turn: Turn) -> str:
    with suppress(BaseException):
        await anyio.sleep(60)
    return "I was never late"


async def swallows_all(turn: Turn) -> str:
    while True:
        with suppress(BaseException):
            await anyio.sleep(60)


async def swallows_in_a_task(turn: Turn) -> str:
    return await asyncio.shield(asyncio.create_task(swallows_all(turn)))


async def hides(turn: Turn) -> str:
    with anyio.CancelScope(shield=True):
        await anyio.sleep(60)
    return "never"


async def swallows_in_scopes(turn: Turn) -> str:
    while True:
        with suppress(BaseException), anyio.fail_after(30), anyio.CancelScope(shield=True):
            await anyio.sleep(60)


async def spins_in_anger(turn: Turn) -> str:
    for _ in range(5):
        with suppress(BaseException):
            time.sleep(60)  # noqa: ASYNC251
    return "never"


@pytest.mark.parametrize(
    "agent",
    [swallows_once, swallows_and_answers, swallows_all, swallows_in_a_task, swallows_in_scopes, hides, spins_in_anger],
)
def test_an_agent_that_will_not_be_cancelled_is_left_behind(crowd: Path, agent: Any) -> None:
    began, cpu = time.monotonic(), time.process_time()
    reason, error = told(played(crowd, among_others(agent)))

    assert (reason, error.split(" (")[0]) == ("agent_failed", f"TimeoutError: no answer within {LIMIT} s")
    assert time.monotonic() - began < LIMIT + 4
    assert time.process_time() - cpu < 2.5
    gc.collect()


def test_every_session_may_swallow_and_the_suite_still_ends(crowd: Path) -> None:
    run = simkit.run(crowd, swallows_all, trials=5)

    assert {told(one)[0] for one, _ in run.scored} == {"agent_failed"}


def test_the_next_session_of_a_bad_one_is_cancelled_by_nobody(crowd: Path) -> None:
    """Sessions follow each other in one task; a cancellation that was swallowed must not reach the next of them."""

    async def both(turn: Turn) -> str:
        if NAUGHTY in turn.session:
            return await swallows_once(turn)
        async with asyncio.timeout(30), asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0.01))
        return "Is there anything else?"

    assert told(played(crowd, both, at_once=1, trials=1))[0] == "agent_failed"


def test_what_an_agent_is_given_cannot_be_changed_for_others(crowd: Path) -> None:
    tools_seen = []

    async def vandal(turn: Turn) -> str:
        tools_seen.append({tool.name: json.dumps(tool.parameters) for tool in turn.tools})
        for tool in turn.tools:
            for spoil in (
                lambda tool=tool: tool.parameters.clear(),
                lambda tool=tool: tool.parameters["properties"].update(x=1),
                lambda tool=tool: tool.parameters["properties"].popitem(),
                lambda tool=tool: tool.parameters["required"].append("x"),
                lambda tool=tool: setattr(tool, "name", "x"),
                lambda: setattr(turn, "policy", "none"),
                lambda: setattr(turn.history[0], "text", "x"),
            ):
                with suppress(Exception):
                    spoil()
        return await clerk(turn)

    pack = simkit.load(crowd)
    before = simkit.run(pack, clerk).summary().digest
    simkit.run(pack, vandal, at_once=1)

    assert all(seen == tools_seen[0] for seen in tools_seen[:: len(tools_seen) // 6])
    assert simkit.run(pack, clerk).summary().digest == before


@pytest.mark.parametrize("together", ["gather", "task group", "threads"])
def test_a_thousand_calls_at_once_are_made_one_by_one(shop: Path, together: str) -> None:
    with_limits(shop, "{calls: 1000, calls_per_turn: 1000}", ["plain"])
    outcomes: list[str] = []

    async def one(turn: Turn, number: int) -> None:
        outcomes.append((await turn.call("get_order", order_id=f"W{number}")).outcome)

    async def greedy(turn: Turn) -> str:
        if together == "gather":
            await asyncio.gather(*(one(turn, number) for number in range(1000)))
        elif together == "threads":
            await asyncio.to_thread(in_threads, turn)
        else:
            async with anyio.create_task_group() as group:
                for number in range(1000):
                    group.start_soon(one, turn, number)
        return "Is there anything else?"

    def in_threads(turn: Turn) -> None:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(4) as pool:
            results = pool.map(lambda number: turn.call_sync("get_order", order_id=f"W{number}"), range(1000))
            outcomes.extend(result.outcome for result in results)

    episode, _ = simkit.play_case(simkit.load(shop).cases[0], greedy)
    asked = [call.arguments["order_id"] for call in episode.agent_calls]

    assert len(asked) == len(outcomes) == 1000
    assert set(asked) == {f"W{number}" for number in range(1000)}
    if together != "threads":
        assert asked == [f"W{number}" for number in range(1000)]
    assert [call.seq for call in episode.agent_calls] == list(range(2, 1002))


@pytest.mark.parametrize("together", ["gather", "task group"])
def test_calls_at_once_beyond_the_limit_end_the_session_for_that(shop: Path, together: str) -> None:
    with_limits(shop, "{calls_per_turn: 5}", ["plain"])

    async def greedy(turn: Turn) -> str:
        if together == "gather":
            await asyncio.gather(*(turn.call("get_order", order_id="W1") for _ in range(1000)), return_exceptions=True)
        else:
            async with anyio.create_task_group() as group:
                for _ in range(1000):
                    group.start_soon(turn.call_json, "get_order", {"order_id": "W1"})
        return "Is there anything else?"

    episode, _ = simkit.play_case(simkit.load(shop).cases[0], greedy)

    assert (told(episode)[0], len(episode.agent_calls)) == ("call_limit", 5)


def test_a_turn_that_is_over_cannot_be_used_by_another_session(crowd: Path) -> None:
    kept: dict[str, Turn] = {}
    late: list[str] = []

    async def collector(turn: Turn) -> str:
        for name, old in kept.items():
            if name != turn.session:
                late.append((await old.call("cancel_order", order_id="W1")).outcome)
                old.enter_node("ghost")
                old.note_model("ghost", {})
                old.observe_call("ghost", {}, "ok", None)
        kept[turn.session] = turn
        return "Is there anything else?"

    run = simkit.run(crowd, collector, at_once=1)

    assert set(late) == {"refused"}
    assert {event.kind for one, _ in run.scored for event in one.events} == {
        "started",
        "user_said",
        "agent_said",
        "ended",
    }


CHATTY = """
import logging, os, sys

BAD = "\x1b[2J\x1b]0;owned\x07"

async def agent(turn):
    print(BAD, turn.session)
    print("x" * 3_000_000)
    print(BAD, file=sys.stderr)
    logging.warning(BAD + "logged")
    os.write(1, b"{}")
    return "Is there anything else?"
"""


def test_what_agents_print_reaches_neither_results_nor_the_terminal(shop: Path) -> None:
    Path("chatty.py").write_text(CHATTY)
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "chatty.py:agent", "--json"]
    ended = subprocess.run([*command, "--out", "chat"], capture_output=True, text=True, timeout=60, check=False)
    printed = Path("runs/chat/printed.txt")

    assert json.loads(ended.stdout)["sessions"] == 1
    assert "\x1b" not in ended.stderr and "xxxx" not in ended.stderr
    assert printed.stat().st_mode & 0o777 == 0o600
    assert 1_000_000 < printed.stat().st_size < 1_200_000
    assert printed.read_text().splitlines()[0] == "cancel-lamp/plain/0 | \\x1b[2J\\x1b]0;owned\\x07 cancel-lamp/plain/0"
    assert "dropped" in printed.read_text().splitlines()[-1]


@pytest.mark.parametrize("where", [("--workers", "2"), ("--isolate",)])
def test_nor_does_what_they_print_in_other_processes(shop: Path, where: tuple[str, ...]) -> None:
    Path("chatty.py").write_text(CHATTY.replace("3_000_000", "300"))
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "chatty.py:agent", "--json"]
    command += ["--trials", "2", "--out", "chat", *where]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    lines = Path("runs/chat/printed.txt").read_text().splitlines()

    assert json.loads(ended.stdout)["sessions"] == 2
    assert "\x1b" not in ended.stderr and "xxxx" not in ended.stderr
    for trial in range(2):
        mine = [line for line in lines if line.startswith(f"cancel-lamp/plain/{trial} | ")]
        assert mine[:2] == [
            f"cancel-lamp/plain/{trial} | \\x1b[2J\\x1b]0;owned\\x07 cancel-lamp/plain/{trial}",
            f"cancel-lamp/plain/{trial} | {'x' * 300}",
        ]


FATAL = """
import ctypes, os, subprocess, time

async def good(turn):
    order = await turn.call("get_order", order_id="W1")
    return f"{order.value['status']} {turn.random.random()}. Is there anything else?"

def plain(turn):
    return f"{turn.call_sync('get_order', order_id='W1').value['status']}. Is there anything else?"

async def leaves(turn):
    os._exit(3)

async def crashes(turn):
    ctypes.string_at(0)

async def hangs(turn):
    subprocess.Popen(["sleep", "3127"])
    while True:
        try:
            time.sleep(100)
        except BaseException:
            pass

async def fails(turn):
    raise KeyError("boom")

async def none(turn):
    return 7
"""


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("leaves", "ChildProcessError: the agent's process ended (exit code 3)"),
        ("crashes", "ChildProcessError: the agent's process ended (SIGSEGV)"),
        ("hangs", "TimeoutError: no answer within 3 s"),
        ("fails", "KeyError: 'boom' (fatal.py:"),
        ("none", "TypeError: the agent answered with int; it must answer with text (str)"),
    ],
)
def test_what_an_agent_does_in_a_process_of_its_own_stays_there(shop: Path, name: str, error: str) -> None:
    Path("fatal.py").write_text(FATAL)
    # The start of the process is in the turn, and a busy machine takes its time.
    with_limits(shop, f"{{turn_seconds: {3 if name == 'hangs' else 60}}}", ["plain"])
    run = simkit.run(shop, f"fatal.py:{name}", isolate=True)

    assert told(run.scored[0][0])[0] == "agent_failed"
    assert told(run.scored[0][0])[1].startswith(error)
    sleeping = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False).stdout
    assert "sleep 3127" not in sleeping


def test_an_agent_in_a_process_gives_the_same_session(shop: Path) -> None:
    Path("fatal.py").write_text(FATAL)
    with_limits(shop, "{turn_seconds: 30}", ["plain"])
    for name in ("good", "plain"):
        near, _ = simkit.play_case(simkit.load(shop).cases[0], f"fatal.py:{name}")
        far, _ = simkit.play_case(simkit.load(shop).cases[0], f"process:fatal.py:{name}")
        assert [event.model_dump() for event in near.events[1:]] == [event.model_dump() for event in far.events[1:]]


def test_only_python_of_ones_own_can_be_isolated(shop: Path) -> None:
    for agent in (None, "reference", "model:openai/x", clerk):
        with pytest.raises(UsageError, match="--isolate needs --agent"):
            simkit.run(shop, agent, isolate=True)


LEAKY = """
KEPT = []

def agent(turn):
    KEPT.extend(open(__file__) for _ in range(5))
    return "Could you tell me your order number?"
"""


def test_what_agents_leave_running_is_told(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    children: list[Any] = []

    async def litters(turn: Turn) -> str:
        kept.append(asyncio.create_task(anyio.sleep(60)))
        threading.Thread(target=stop.wait, args=(60,), daemon=True).start()
        children.append(subprocess.Popen(["sleep", "60"]))  # noqa: ASYNC220
        return "Is there anything else?"

    kept: list[Any] = []
    simkit.play_case(simkit.load(shop).cases[0], litters)
    stop.set()
    for child in children:
        child.kill()
        child.wait()
    number = len(children)

    assert caplog.messages == [
        f"agents left behind: {number} tasks, {number} threads, {number} child processes that still run"
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are open")
def test_files_that_agents_leave_open_are_told(shop: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept: list[Any] = []

    async def leaks(turn: Turn) -> str:
        kept.append(Path(__file__).open())  # noqa: ASYNC230, SIM115
        kept.extend(map(os.fdopen, os.pipe()))
        return "Is there anything else?"

    async def tidy(turn: Turn) -> str:
        Path(__file__).read_text()  # noqa: ASYNC240
        return "Is there anything else?"

    simkit.play_case(simkit.load(shop).cases[0], tidy)
    simkit.play_case(simkit.load(shop).cases[0], leaks)
    number = len(kept)
    for file in kept:
        file.close()

    assert caplog.messages == [f"agents left behind: {number} open files"]


def test_an_agent_that_uses_up_all_files_costs_no_session_that_is_over(shop: Path, tmp_path: Path) -> None:
    agents = tmp_path / "agents.py"
    agents.write_text(LEAKY)
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", f"{agents}:agent", "--trials", "40"]
    command += ["--at-once", "1", "--out", str(tmp_path / "run"), "--fail-under", "0", "--json"]

    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    first = subprocess.run(command, capture_output=True, text=True, preexec_fn=few, check=False, timeout=60)
    again = subprocess.run([*command, "--resume"], capture_output=True, text=True, check=False, timeout=60)

    assert "Traceback" not in first.stderr
    assert first.returncode in (0, 2), first.stderr
    assert first.returncode == 0 or "--isolate" in first.stderr.splitlines()[-1]
    assert json.loads(again.stdout)["sessions"] == 40
