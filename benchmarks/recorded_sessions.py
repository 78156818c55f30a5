"""What the finding lists say of sessions that other people recorded, and how far a person agrees.

    python benchmarks/recorded_sessions.py FILE.json [--show FAILED|PASSED|all] [--labels] [--invented]

FILE.json is a τ-bench result file (as `simkit import tau-bench` reads it). The first table counts findings in failed
and in passed sessions. `--show` lists them. `--labels` compares with labels that a person put into the file (`label`:
failures by message number, root cause, who failed) where there are some. `--invented` puts amounts that nobody gave
into the agents' mouths and counts how many are noticed.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from simkit.imports import tau_bench
from simkit.metrics.decisive import decisive
from simkit.metrics.score import ERROR_KINDS, SessionScore
from simkit.metrics.session import first_failing_event, score_session
from simkit.metrics.talk.facts import given_by
from simkit.paths.episode import Episode, episodes
from simkit.trace.events import AgentSaid, ToolCalled, UserSaid

Scored = tuple[Episode, SessionScore]
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
    """Every session of a file with its score."""
    return [(episode, score_session(episode)) for episode in episodes(tau_bench.read(file))]


def counts(sessions: list[Scored]) -> dict[str, Counter[str]]:
    """Kinds of finding, in failed and in passed sessions; `sessions` and `with findings` are kinds as well."""
    found: dict[str, Counter[str]] = {"failed": Counter(), "passed": Counter()}
    for _, score in sessions:
        kinds = found["passed" if score.passed else "failed"]
        kinds.update(one.kind for one in score.findings)
        kinds.update(["sessions", *(["with findings"] if score.findings else [])])
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


def table(sessions: list[Scored]) -> Iterator[str]:
    """The counts as a table."""
    found = counts(sessions)
    yield "|  | failed | passed |\n|---|---|---|"
    for kind in ("sessions", "with findings", *ERROR_KINDS):
        if found["failed"][kind] or found["passed"][kind]:
            yield f"| {kind} | {found['failed'][kind]} | {found['passed'][kind]} |"


def main() -> None:
    """Read the file and print what is asked for."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("file", type=Path)
    reader.add_argument("--show", choices=("failed", "passed", "all"))
    reader.add_argument("--labels", action="store_true")
    reader.add_argument("--invented", action="store_true")
    asked = reader.parse_args()
    sessions = scored(asked.file)
    print("\n".join(table(sessions)))
    for _, score in sessions if asked.show else ():
        if asked.show in ("all", "passed" if score.passed else "failed") and (score.findings or not score.passed):
            print(f"\n{score.session}: {score.reason or 'passed'}")
            for one in score.findings:
                print(f"  {one.kind} {list(one.events)} {one.where}\n    {one.sentence}")
    if asked.labels:
        every = list(opinions(asked.file))
        print("\n| session | a person: step, who | simkit: step, who | what simkit says |\n|---|---|---|---|")
        for one in every:
            sentence = one.sentence if len(one.sentence) < 90 else f"{one.sentence[:89]}…"
            print(f"| {one.session} | {one.step}, {one.who} | {one.our_step}, {one.our_who} | {sentence} |")
        print("\n| agreement |  |\n|---|---|")
        print("\n".join(f"| {what} | {number} |" for what, number in agreement(every).items()))
    if asked.invented:
        print("\n| invented amounts | noticed | of |\n|---|---|---|")
        print("\n".join(f"| {form} | {caught} | {of} |" for form, (caught, of) in noticed(sessions).items()))


if __name__ == "__main__":
    main()
