"""A tau2-bench task as a scenario: what the user was told, the gold path, and what its scoring needs."""

from __future__ import annotations

from typing import Any, Literal

from simkit.imports.tau2.shapes import Instructions, Task
from simkit.spec.goal import Step

PARTIES: dict[str, Literal["agent", "user"]] = {"assistant": "agent", "user": "user"}
"""What tau2-bench calls the two sides, and what we call them."""


def told(task: Task, *, alone: bool = False) -> dict[str, Any]:
    """The fields of a scenario that a task fills: wants, knows, reference, benchmark.

    An agent that works alone holds the user's tools as well, so all gold actions are its own.
    """
    said = task.user_scenario.instructions
    known = said if isinstance(said, Instructions) else Instructions(reason_for_call=said)
    wants = "\n\n".join(text for text in (known.reason_for_call, known.task_instructions) if text)
    criteria = task.evaluation_criteria
    actions = (criteria and criteria.actions) or []
    steps = [
        Step(tool=one.name, by="agent" if alone else PARTIES[one.requestor], arguments=one.arguments) for one in actions
    ]
    steps += [Step(say=text) for text in (criteria and criteria.communicate_info) or ()]
    return {
        "wants": wants or task.ticket or "",
        "knows": {"known_info": known.known_info} if known.known_info else {},
        "reference": tuple(steps),
        "benchmark": {
            "name": "tau2",
            "task": task.id,
            "criteria": criteria.model_dump(mode="json") if criteria else None,
        },
    }
