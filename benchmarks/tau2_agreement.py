"""Whether tau2-bench's own evaluators say what our reading of the log says, on tasks played here.

    python benchmarks/tau2_agreement.py [tau2:DOMAIN[:SPLIT] ...]

Needs tau2-bench installed (docs/tau-bench.md). Plays the tasks with an agent that follows the gold path, one that
drops, doubles and spoils some of its steps, and one that does nothing; hands each session to tau2-bench's evaluators
as messages, replayed strictly; and compares component by component. A judge's component is left out.
"""

from __future__ import annotations

import importlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import simkit
from simkit.agents.reference import Reference
from simkit.metrics.benchmarks.tau2 import rewarded
from simkit.paths.episode import Episode
from simkit.play.agent import Part

EVALUATORS = {
    "evaluator_env": "EnvironmentEvaluator",
    "evaluator_action": "ActionEvaluator",
    "evaluator_communicate": "CommunicateEvaluator",
}


class Sloppy(Reference):
    """Follows the gold path, and not quite."""

    def __init__(self, part: Part) -> None:
        super().__init__(part)
        dice, steps = random.Random(str(part.key)), []
        for step in self.steps:
            fate = dice.random()
            if fate < 0.12:
                continue
            if fate < 0.22 and step.tool:
                steps.append(step)
            if 0.22 < fate < 0.32 and step.arguments and step.by == "agent":
                name = dice.choice(sorted(step.arguments))
                spoilt = {**step.arguments, name: _spoilt(step.arguments[name])}
                step = step.model_copy(update={"arguments": spoilt})
            steps.append(step)
        self.steps = steps


def _spoilt(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + 1
    return value[:-1] if isinstance(value, str | list) else value


def messages(episode: Episode, task: Any, forms: Any) -> Iterator[Any]:
    """A session as tau2-bench records it."""
    yield from (task.initial_state and task.initial_state.message_history) or ()
    roles = {"user": forms.UserMessage, "assistant": forms.AssistantMessage}
    for event in episode.events:
        if event.kind in ("user_said", "agent_said"):
            role = "user" if event.kind == "user_said" else "assistant"
            yield roles[role](role=role, content=event.text)
        elif event.kind == "tool_called":
            role, number = "user" if event.by == "user" else "assistant", str(event.seq)
            call = forms.ToolCall(id=number, name=event.tool, arguments=event.arguments, requestor=role)
            yield roles[role](role=role, content=None, tool_calls=[call])
            told = event.result if isinstance(event.result, str) else json.dumps(event.result)
            failed = event.outcome != "ok"
            content = f"Error: {told}" if failed else told
            yield forms.ToolMessage(id=number, role="tool", content=content, requestor=role, error=failed)


def theirs(episode: Episode, task: Any, make: Any, forms: Any) -> dict[str, float]:
    """Component to what tau2-bench's evaluators say."""
    found: dict[str, float] = {}
    for module, name in EVALUATORS.items():
        evaluator = getattr(importlib.import_module(f"tau2.evaluator.{module}"), name)
        more = {"environment_constructor": make} if name == "EnvironmentEvaluator" else {}
        talk = list(messages(episode, task, forms))
        reward = evaluator.calculate_reward(task=task, full_trajectory=talk, **more)
        found |= {kind.value: factor for kind, factor in (reward.reward_breakdown or {}).items()}
    return found


def compare(ref: str) -> Iterator[tuple[str, str, float | None, Any]]:
    """(agent, component, ours, theirs) of every session."""
    pack = simkit.load(ref)
    domain = ref.split(":")[1]
    registry = importlib.import_module("tau2.registry").registry
    forms = importlib.import_module("tau2.data_model.message")
    tasks = {str(task.id): task for task in registry.get_tasks_loader(domain)(None)}
    make = registry.get_env_constructor(domain)
    agents: dict[str, Any] = {"reference": "reference", "sloppy": Sloppy, "null": "null"}
    for name, agent in agents.items():
        for episode, score in simkit.run(pack, agent).scored:
            task = tasks[episode.scenario.benchmark["task"]]
            try:
                told: dict[str, Any] = theirs(episode, task, make, forms)
            except Exception as error:  # an assertion that raises stops their evaluation
                told = dict.fromkeys(("DB", "ENV_ASSERTION", "ACTION", "COMMUNICATE"), f"raised {error}")
            for part in rewarded(episode, score).components:
                if part.name != "NL_ASSERTION":
                    yield name, part.name, part.reward, told.get(part.name, 1.0)


def main(*refs: str) -> int:
    """Compare, and print a table; 1 where something disagrees."""
    apart = 0
    print("| tasks | agent | component | compared | of which 1 | apart |\n|---|---|---|---|---|---|")
    for ref in refs or ("tau2:mock",):
        counts: Counter[tuple[str, str, str]] = Counter()
        for agent, part, ours, told in compare(ref):
            counts[agent, part, "all"] += 1
            counts[agent, part, "ones"] += told == 1.0
            counts[agent, part, "apart"] += ours != told
            if ours != told:
                print(f"{ref} {agent} {part}: ours {ours}, theirs {told}", file=sys.stderr)
        for agent, part in dict.fromkeys((agent, part) for agent, part, _ in counts):
            figures = (counts[agent, part, kind] for kind in ("all", "ones", "apart"))
            print(f"| {ref} | {agent} | {part} | " + " | ".join(map(str, figures)) + " |")
            apart += counts[agent, part, "apart"]
    return int(apart > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
