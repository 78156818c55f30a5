"""A result file in tau2-bench's format, of our own invention: a lending library, with everything the format knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def said(role: str, text: str) -> dict[str, Any]:
    """A message without calls."""
    return {"role": role, "content": text, "tool_calls": None}


def asks(role: str, *calls: tuple[str, str, dict[str, Any]], text: str | None = None) -> dict[str, Any]:
    """A message with calls: (id, tool, arguments) each."""
    made = [{"id": i, "name": name, "arguments": given, "requestor": role} for i, name, given in calls]
    return {"role": role, "content": text, "tool_calls": made}


def answers(number: str, content: str, *, error: bool = False, by: str = "assistant") -> dict[str, Any]:
    """A tool's result."""
    return {"role": "tool", "id": number, "content": content, "error": error, "requestor": by}


def action(name: str, arguments: dict[str, Any], by: str = "assistant", **more: Any) -> dict[str, Any]:
    """A gold action."""
    return {"action_id": name, "name": name, "arguments": arguments, "requestor": by, **more}


def task(name: str, instructions: Any = "Ask for the book.", **criteria: Any) -> dict[str, Any]:
    """A task; without criteria its evaluation is null."""
    return {"id": name, "user_scenario": {"instructions": instructions}, "evaluation_criteria": criteria or None}


def simulation(of: str, messages: list[dict[str, Any]], reward: Any, end: str = "user_stop", **more: Any) -> Any:
    """A simulation; `reward`: the whole reward_info, or None."""
    return {
        "id": f"s-{of}",
        "task_id": of,
        "termination_reason": end,
        "reward_info": reward,
        "messages": messages,
        **more,
    }


LEND = task(
    "[lend]two_books|late",
    {
        "domain": "library",
        "reason_for_call": "You want to borrow The Tin Kite.",
        "known_info": "Your card is K7.",
        "unknown_info": "You do not know the shelf.",
        "task_instructions": "Be brief.",
    },
    actions=[action("find_book", {"title": "The Tin Kite"}), action("lend_book", {"book": "B1", "card": "K7"})],
    communicate_info=["1200"],
    nl_assertions=[],
    reward_basis=["DB", "COMMUNICATE"],
)
NOTHING = task("nothing", actions=[action("find_book", {"title": "Gone"})], communicate_info=[])
GATE = task(
    "gate",
    actions=[action("open_gate", {"code": "4"}, by="user")],
    env_assertions=[{"env_type": "user", "func_name": "is_open", "arguments": {}, "assert_value": True}],
    reward_basis=["ENV_ASSERTION", "ACTION"],
)
FREE = task("free")

LENT = [
    said("assistant", "Hi! How can I help you today?"),
    said("user", "The Tin Kite, please. My card is K7."),
    asks("assistant", ("c1", "find_book", {"title": "The Tin Kite"}), ("c2", "get_card", {"card": "K7"})),
    {
        "role": "tool",
        "tool_messages": [
            {"role": "tool", "id": "c2", "content": '{"card": "K7", "fine": 0}', "error": False},
            {"role": "tool", "id": "c1", "content": '{"book": "B1", "price": 1200}', "error": False},
        ],
    },
    asks("assistant", ("c3", "lend_book", {"book": "B1", "card": "K7"}), text="One moment."),
    answers("c3", "Error: the card is full", error=True),
    asks("assistant", ("c4", "lend_book", {"book": "B1", "card": "K7"})),
    answers("c4", "lent"),
    said("assistant", "Done. Its price is 1,200 cents."),
    said("user", "Thank you. ###STOP###"),
]
OPENED = [
    said("assistant", "Hi! How can I help you today?"),
    said("user", "The gate is shut."),
    said("assistant", "Please open it."),
    asks("user", ("u1", "open_gate", {"code": "4"})),
    answers("u1", "Error in no way: it is open", by="user"),
    said("user", "It is open.###TRANSFER###"),
]


def paid(reward: float, basis: list[str], **checks: Any) -> dict[str, Any]:
    """A reward_info."""
    return {"reward": reward, "reward_basis": basis, **checks}


LENT_CHECKS = paid(
    1.0,
    ["DB", "COMMUNICATE"],
    db_check={"db_match": True, "db_reward": 1.0},
    action_checks=[
        {"action": LEND["evaluation_criteria"]["actions"][0], "action_match": True, "tool_type": "read"},
        {"action": LEND["evaluation_criteria"]["actions"][1], "action_match": True, "tool_type": "write"},
    ],
    communicate_checks=[{"info": "1200", "met": True, "justification": "said"}],
)
OPENED_CHECKS = paid(
    1.0,
    ["ENV_ASSERTION", "ACTION"],
    env_assertions=[{"env_assertion": GATE["evaluation_criteria"]["env_assertions"][0], "met": True}],
    action_checks=[{"action": GATE["evaluation_criteria"]["actions"][0], "action_match": True}],
)
INFO = {
    "environment_info": {"domain_name": "library", "policy": "Lend to card holders.", "tool_defs": None},
    "agent_info": {"implementation": "llm_agent", "llm": "a-model"},
    "num_trials": 1,
}


def results(tasks: list[Any], simulations: list[Any]) -> dict[str, Any]:
    """A whole result file."""
    return {"timestamp": "2026-01-01", "info": INFO, "tasks": tasks, "simulations": simulations}


LIBRARY = results(
    [LEND, NOTHING, GATE, FREE],
    [
        simulation(LEND["id"], LENT, LENT_CHECKS, trial=0),
        simulation("gate", OPENED, OPENED_CHECKS, trial=0),
        simulation("nothing", LENT[:6], paid(0.0, None), end="max_steps", trial=0),
        simulation("free", [LENT[0]], paid(0.0, None), end="infrastructure_error", trial=0),
    ],
)


def write(folder: Path, value: Any, name: str = "results.json") -> Path:
    """The file."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path
