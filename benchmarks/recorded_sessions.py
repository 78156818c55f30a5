"""What the finding lists say of sessions that other people recorded, and how far a person agrees.

    python benchmarks/recorded_sessions.py FILE.json … [--show failed|passed|all] [--labels] [--invented]

FILE.json is a result file of τ-bench or of τ²-bench (as `simkit import tau-bench` or `tau2` reads it). The first table
counts findings in failed and in passed sessions; several files stand side by side. `--show` lists the findings, and
beside them the gold calls that a user with tools of their own did not make: no findings, for they are not the agent's
calls, but often what a failed session fell by. `--labels` compares with labels that a person put into the file
(`label`: failures by message number, root cause, who failed) where there are some. `--invented` puts amounts that
nobody gave into the agents' mouths and counts how many are noticed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from simkit.imports import strict_json, tau_bench
from simkit.imports.tau2 import files as tau2
from simkit.metrics.decisive import decisive
from simkit.metrics.score import ERROR_KINDS, SessionScore
from simkit.metrics.session import first_failing_event, score_session
from simkit.metrics.talk.facts import given_by
from simkit.paths.episode import Episode, episodes
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

Scored = tuple[Episode, SessionScore]
USERS_PART = "without, a gold call of the user's not made"
NEAR = 5
"""Steps (messages) by which two opinions may differ and still be about the same moment."""


class Opinion(NamedTuple):
    """Where a session went wrong and by whose doing: the person's opinion beside simkit's."""

    session: str
    category: str
    step: int
    who: str
    our_step: int
    our_who: str
    first_step: int
    """The step of the earliest failing event, which knows nothing of causes."""
    blamed: str
    """Whose fault the session's score says it was."""
    sentence: str


def scored(file: Path) -> list[Scored]:
    """Every session of a file with its score. A list is what τ-bench writes, an object what τ²-bench writes."""
    read = tau_bench.read if strict_json.begins(file) == "[" else tau2.read
    return [(episode, score_session(episode)) for episode in episodes(read(file))]


def undone(episode: Episode) -> list[str]:
    """The tools of gold calls on the user's side that no user made as wanted."""
    made = [(call.tool, call.arguments) for call in episode.log.calls if call.by == "user"]
    wanted = [step for step in episode.scenario.reference if step.tool and step.by == "user"]
    return [str(step.tool) for step in wanted if (step.tool, step.arguments) not in made]


def counts(sessions: list[Scored]) -> dict[str, Counter[str]]:
    """Kinds of finding in failed and in passed sessions; `sessions`, `with findings` and `USERS_PART` are kinds too."""
    found: dict[str, Counter[str]] = {"failed": Counter(), "passed": Counter()}
    for episode, score in sessions:
        kinds = found["passed" if score.passed else "failed"]
        kinds.update(one.kind for one in score.findings)
        kinds.update(["sessions", *(["with findings"] if score.findings else [USERS_PART] * bool(undone(episode)))])
    return found


def steps_of(messages: list[dict[str, Any]]) -> list[int]:
    """Event number -> number of the message (from 1) that it comes from, for a session as the importer reads it."""
    steps = [1]
    for number, message in enumerate(messages, 1):
        calls = message.get("tool_calls") or []
        said = message["role"] == "user" or (message["role"] == "assistant" and (message.get("content") or not calls))
        steps += [number] * ((1 if said else 0) + (len(calls) if message["role"] == "assistant" else 0))
    return steps


def opinions(file: Path) -> Iterator[Opinion]:
    """The labelled sessions of a file."""
    records = {tau_bench.name_of(f"task-{one['task_id']}", "task"): one for one in json.loads(file.read_text())}
    for episode, score in scored(file):
        record = records[episode.scenario.scenario]
        if "label" not in record:
            continue
        label, steps = record["label"], steps_of(record["traj"])
        root = next(one for one in label["failures"] if one["failure_id"] == label["root_cause"]["failure_id"])

        def step(event: int | None, steps: list[int] = steps, last: int = len(record["traj"])) -> int:
            return steps[event] if event is not None and event < len(steps) else last

        found = decisive(episode, score)
        assert found is not None, "a labelled session is a failed one"
        yield Opinion(
            session=episode.scenario.scenario,
            category=root["failure_category"],
            step=root["step_number"],
            who="user" if root["failed_agent"] == "User" else "agent",
            our_step=step(found.event),
            our_who=found.who,
            first_step=step(first_failing_event(score)),
            blamed=score.blame.culprit if score.blame else "",
            sentence=found.sentence,
        )


def agreement(every: list[Opinion]) -> dict[str, int]:
    """In how many sessions both say the same."""
    return {
        "sessions": len(every),
        "same step": sum(one.our_step == one.step for one in every),
        f"within {NEAR} steps": sum(abs(one.our_step - one.step) <= NEAR for one in every),
        "same step, first failing event": sum(one.first_step == one.step for one in every),
        f"within {NEAR} steps, first failing event": sum(abs(one.first_step - one.step) <= NEAR for one in every),
        "same culprit": sum(one.our_who == one.who for one in every),
        "same culprit, by the score's blame": sum(one.blamed == one.who for one in every),
        "same culprit, if it is always the agent": sum(one.who == "agent" for one in every),
    }


def noticed(sessions: list[Scored], seed: int = 1) -> dict[str, tuple[int, int]]:
    """How many invented amounts are noticed, of how many: three of each form before each reply of an agent."""
    chance = random.Random(seed)
    forms = {
        "a multiple of ten": lambda: chance.randrange(1, 100) * 10.0,
        "a whole amount": lambda: float(chance.randrange(11, 1000)),
        "with cents": lambda: round(chance.uniform(5, 1000), 2),
    }
    found = {form: [0, 0] for form in forms}
    for episode, _ in sessions:
        facts = given_by(episode.card.stated).copy()
        for event in episode.events:
            if isinstance(event, UserSaid):
                facts.hear(event.text)
            elif isinstance(event, ToolCalled):
                facts.add(event.arguments)
                facts.add(event.result)
            for form, invent in forms.items() if isinstance(event, AgentSaid) else ():
                for amount in (invent() for _ in range(3)):
                    if not facts.gave(amount):
                        found[form][0] += not facts.has_amount(amount)
                        found[form][1] += 1
    return {form: (caught, of) for form, (caught, of) in found.items()}


def table(*files: list[Scored]) -> Iterator[str]:
    """The counts as a table: a pair of columns for each file."""
    found = [column for sessions in files for column in counts(sessions).values()]
    yield f"|  |{' failed | passed |' * len(files)}\n|---|{'---|' * len(found)}"
    for kind in ("sessions", "with findings", USERS_PART, *ERROR_KINDS):
        if any(column[kind] for column in found):
            yield f"| {kind} | {' | '.join(str(column[kind]) for column in found)} |"


def show(sessions: list[Scored], which: str) -> Iterator[str]:
    """What was found in failed, in passed or in all sessions; of passed ones, only those in which something was."""
    for episode, score in sessions:
        if which in ("all", "passed" if score.passed else "failed") and (score.findings or not score.passed):
            yield f"\n{score.session}: {score.reason or 'passed'}"
            for one in score.findings:
                yield f"  {one.kind} {list(one.events)} {one.where}\n    {one.sentence}"
            yield from (f"  the user never called {tool} as wanted" for tool in undone(episode))


def main() -> None:
    """Read the files and print what is asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("files", type=Path, nargs="+", metavar="FILE.json")
    reader.add_argument("--show", choices=("failed", "passed", "all"))
    reader.add_argument("--labels", action="store_true")
    reader.add_argument("--invented", action="store_true")
    asked = reader.parse_args()
    read = [scored(file) for file in asked.files]
    print("\n".join(table(*read)))
    for file, sessions in zip(asked.files, read, strict=True):
        if asked.show:
            print("\n".join(show(sessions, asked.show)))
        if asked.labels:
            _print_labels(file)
        if asked.invented:
            print("\n| invented amounts | noticed | of |\n|---|---|---|")
            print("\n".join(f"| {form} | {caught} | {of} |" for form, (caught, of) in noticed(sessions).items()))


def _print_labels(file: Path) -> None:
    every = list(opinions(file))
    print("\n| session | a person: step, who | simkit: step, who | what simkit says |\n|---|---|---|---|")
    for one in every:
        sentence = one.sentence if len(one.sentence) < 90 else f"{one.sentence[:89]}…"
        print(f"| {one.session} | {one.step}, {one.who} | {one.our_step}, {one.our_who} | {sentence} |")
    print("\n| agreement |  |\n|---|---|")
    print("\n".join(f"| {what} | {number} |" for what, number in agreement(every).items()))


if __name__ == "__main__":
    main()
