"""The users of recorded sessions: few faults, and each one that a reader of the session agrees with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from simkit.imports import openai_messages, tau_bench
from simkit.metrics.score import SessionScore
from simkit.metrics.session import score_session
from simkit.paths.episode import episodes

DATA = Path(__file__).resolve().parents[2].parent / "shared/data"
AIRLINE = DATA / "tau-bench-airline-gpt-4o.json"
LABELLED = DATA / "agentrx/retail-failures-labelled.json"
recorded = pytest.mark.skipif(not AIRLINE.exists(), reason="the recorded sessions are not beside this checkout")


def scores(file: Path) -> dict[str, SessionScore]:
    """Every session of a file by its name."""
    return {score.session: score for score in map(score_session, episodes(tau_bench.read(file)))}


@recorded
def test_the_airlines_users_made_things_up_in_a_tenth_of_the_sessions_and_were_to_blame_in_thirteen() -> None:
    found = scores(AIRLINE)

    faulty = [one for one in found.values() if one.user_faults]
    assert 15 <= len(faulty) <= 25
    blamed = [one.blame.culprit for one in found.values() if one.blame is not None]
    assert {who: blamed.count(who) for who in set(blamed)} == {"agent": 103, "user": 13}
    made_up = {fault.value for fault in found["task-46/recorded/3"].user_faults}
    assert made_up == {"1988-04-10", "1990-11-22", "1995-07-15"}, "three birthdays that the instruction does not have"
    (other_script,) = found["task-4/recorded/0"].user_faults
    assert "势必要更改" in other_script.sentence


@recorded
def test_a_user_who_said_yes_and_hung_up_is_to_blame_as_the_person_who_labelled_it_says() -> None:
    found = scores(LABELLED)["task-91/recorded/91"]

    assert found.blame is not None
    assert (found.blame.culprit, found.user_faults[0].kind) == ("user", "ended_early")


@pytest.mark.skipif(not LABELLED.exists(), reason="the labelled sessions are not beside this checkout")
def test_the_culprit_agrees_with_people_on_eleven_of_fifteen_sessions_and_never_accuses_a_user_wrongly() -> None:
    labels = {f"task-{one['task_id']}": one["label"] for one in json.loads(LABELLED.read_text(encoding="utf-8"))}
    pairs = []
    for score in scores(LABELLED).values():
        label = labels[score.scenario]
        root = next(one for one in label["failures"] if one["failure_id"] == label["root_cause"]["failure_id"])
        assert score.blame is not None
        pairs.append((score.blame.culprit, {"Assistant": "agent", "User": "user"}[root["failed_agent"]]))

    assert sum(ours == theirs for ours, theirs in pairs) >= 11
    assert ("user", "agent") not in pairs


@recorded
def test_odd_output_of_a_good_model_is_rare() -> None:
    odd = [one for score in scores(AIRLINE).values() for one in score.odd]

    assert {one.kind for one in odd} == {"undue_refusal"}
    assert len(odd) <= 8


def test_nobody_is_said_to_make_up_what_a_bare_message_list_says_of_themselves(tmp_path: Path) -> None:
    said = [{"role": "user", "content": "I can't sign in."}, {"role": "assistant", "content": "Your email, please?"}]
    said += [{"role": "user", "content": "ana.sokol@brightwell.example, staff number 48-1177."}]
    file = tmp_path / "talks.jsonl"
    file.write_text(json.dumps({"id": "locked", "messages": said}) + "\n", encoding="utf-8")

    (score,) = map(score_session, episodes(openai_messages.read(file)))

    assert score.user_faults == ()
