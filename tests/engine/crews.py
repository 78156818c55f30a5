"""Agents that other processes can load, and a shop with enough sessions to spread."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import simkit
from simkit.api import Run

PERSONAS = "personas: [plain, terse-expert, talkative-novice, mistrustful, injector, non-native]"

AGENT = '''\
"""Looks an order up each turn, notes that it was asked (which is what money goes for), and misbehaves as told."""

import os
import signal
from pathlib import Path

import anyio

HERE = Path(__file__).parent


async def steady(turn):
    with (HERE / "asked.txt").open("a") as file:
        file.write(f"{turn.session} {len(turn.history)} {os.getpid()}\\n")
    await anyio.sleep(0.01)
    order = await turn.call("get_order", order_id="W1")
    return f"{order.value['status']} {turn.random.randint(1, 10**9)}. Could you tell me your order number?"


async def killed_once(turn):
    """As if somebody had killed the worker in the midst of a conversation."""
    if turn.session == "cancel-lamp/mistrustful/1" and len(turn.history) > 1 and not (HERE / "killed.txt").exists():
        (HERE / "killed.txt").write_text("yes")
        os.kill(os.getpid(), signal.SIGKILL)
    return await steady(turn)


async def stuck(turn):
    with (HERE / "asked.txt").open("a") as file:
        file.write(f"{turn.session} {len(turn.history)} {os.getpid()}\\n")
    while (HERE / "stuck.txt").exists():
        await anyio.sleep(0.05)
    return "Could you tell me your order number?"


async def leaves(turn):
    if turn.session == "cancel-lamp/mistrustful/1":
        os._exit(3)
    return await steady(turn)


async def slow(turn):
    await anyio.sleep(0.05)
    return await steady(turn)


async def paying(turn):
    """Notes every call that it pays for."""
    async def ask():
        with (HERE / "asked.txt").open("a") as file:
            file.write(f"{turn.session} {len(turn.history)} {os.getpid()}\\n")
        await anyio.sleep(0.02)
        return {"text": "Could you tell me your order number?", "usage": {"input_tokens": 10, "output_tokens": 2}}

    answer = await turn.once({"turn": len(turn.history)}, ask, model="openai/tiny", most=(10, 2))
    return answer["text"]
'''


def write_crowd(shop: Path) -> Path:
    """Give the shop many personas and a file of agents; that file."""
    case = shop / "case.yaml"
    case.write_text(case.read_text().replace("personas: [plain]", PERSONAS))
    agents = shop.parent / "agents.py"
    agents.write_text(AGENT)
    return agents


def exported(run: Run) -> list[str]:
    """The canonical log, line by line."""
    return [line for log in run.logs() for line in log.lines()]


def asked(agents: Path) -> Counter[tuple[str, ...]]:
    """How often each turn was asked for: (session, length of the history) -> times."""
    rows = (agents.parent / "asked.txt").read_text().splitlines()
    return Counter(tuple(row.split()[:2]) for row in rows)


def alone(shop: Path, agents: Path, name: str, trials: int = 2) -> Run:
    """The run as one process plays it, and nothing noted of it."""
    run = simkit.run(shop, f"{agents}:{name}", trials=trials, seed=5)
    (agents.parent / "asked.txt").unlink()
    return run
