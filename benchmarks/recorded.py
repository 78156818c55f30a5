"""simkit at the work: every event validated, written to the store and durable before each turn, every session scored.

simkit's scripted user has no model, so the agent waits for that one too.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from tiny_desk import DOMAIN, TOOLS
from work import ASK, TURNS, Chat, Done, Work, agent, measure, user_model

import simkit
from simkit import Turn
from simkit.spec.files import Pack

CASE = f"""\
scenario: desk
personas: [plain]
wants: to know how my order is doing
knows: {{order_id: W1}}
script: [{", ".join(f'"{ASK}"' for _ in range(TURNS))}, Bye.]
limits: {{turns: {TURNS}, seconds: 3600, turn_seconds: 600}}
goal: {{calls: [get_order], says: [paid]}}
reference: [{{get_order: {{order_id: W1}}}}, {{say: It is paid.}}]
"""

STATE = '{"orders": {"W1": {"product": "Arden lamp", "status": "paid", "total": 129.0}}}'


ROLES = {"user": "user", "agent": "assistant"}


def desk(folder: Path) -> Pack:
    """The domain with its one case."""
    texts = {"domain.yaml": DOMAIN, "tools.py": TOOLS, "policy.md": "1.1 Be kind.\n", "case.yaml": CASE}
    for name, text in {**texts, "state.json": STATE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return simkit.load(folder)


def played(pack: Pack, work: Work, out: Path | None) -> simkit.Run:
    """The run."""

    async def ask(turn: Turn) -> str:
        messages: Chat = [{"role": ROLES[one.role], "content": one.text} for one in turn.history]
        await user_model(messages, work.latency)

        async def call(name: str, arguments: dict[str, Any]) -> Any:
            return (await turn.call(name, **arguments)).value

        return await agent(messages, call, work.latency)

    return simkit.run(pack, ask, user="scripted", trials=work.sessions, at_once=work.at_once, out=out)


def play(work: Work) -> Done:
    """Play, and say how many passed."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "desk").mkdir()
        total = played(desk(Path(folder) / "desk"), work, Path(folder) / "run").summary().total
        return Done(total.passed, total.tool_calls)


def keep(work: Work, out: Path) -> None:
    """Play into a run that stays."""
    with tempfile.TemporaryDirectory() as folder:
        played(desk(Path(folder)), work, out)


if __name__ == "__main__":
    if len(sys.argv) > 4:
        keep(Work(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])), Path(sys.argv[4]))
    else:
        measure(play)
