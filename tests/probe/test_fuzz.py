"""Sessions that nobody wrote: each can be played, equal seeds draw the same, and what breaks becomes a small case."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from tinyshop import write_shop

import simkit
from simkit.cli import app
from simkit.design.sessions.session import Session
from simkit.design.yamltext import block
from simkit.metrics.properties import broken
from simkit.paths.episode import Episode
from simkit.probe.fuzz.drawing import Drawing
from simkit.probe.fuzz.session import Terms, fuzz
from simkit.spec.files import load_pack
from simkit.testing import conserved, faulty, reads_of_one, sessions

RETAIL = simkit.load("scenarios/retail")

AGENT = """\
import re


async def hasty(turn):
    order = re.search(r"W\\d", " ".join(message.text for message in turn.history))
    if not order:
        return "Could you tell me your order number?"
    found = await turn.call("get_order", order_id=order[0])
    if not found.ok:
        raise RuntimeError("nobody thought of this")
    await turn.call("cancel_order", order_id=order[0])
    return f"It cost {found.value['total']} and is cancelled. Is there anything else?"


def never_shelves(episode):
    for call in episode.agent_calls:
        shelf = call.tool == "cancel_order" and call.arguments["order_id"] == "W2"
        assert not shelf, f"event {call.seq} cancels the shelf"
"""


@settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(session=sessions(RETAIL))
def test_every_session_reads_back_from_its_file_and_plays_to_its_end(
    tmp_path_factory: pytest.TempPathFactory, session: Session
) -> None:
    file = tmp_path_factory.mktemp("drawn") / "session.yaml"
    file.write_text(block(dict(session.said)), encoding="utf-8")

    (case,) = load_pack([file]).cases
    episode, _ = simkit.play_case(session.case, "reference", user=session.user)

    assert case.scenario == session.scenario
    assert episode.ended is not None
    assert episode.ended.reason not in ("user_failed", "interrupted")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A shop with one case, and an agent that cancels without asking and dislikes failing tools."""
    folder = write_shop(tmp_path)
    (tmp_path / "agent.py").write_text(AGENT, encoding="utf-8")
    return folder


def test_what_breaks_is_found_made_small_and_fails_again(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ref = f"{shop.parent / 'agent.py'}:hasty"
    asked = [str(shop), "--agent", ref, "--property", f"{shop.parent / 'agent.py'}:never_shelves"]
    asked += ["--max-sessions", "90", "--shrink-sessions", "40", "--out", str(shop.parent / "odd"), "--json"]

    code = app(["fuzz", *asked], result_action="return_value")

    told = json.loads(capsys.readouterr().out)
    found = {f"{one['property']} {one['about']}".strip(): one for one in told["findings"]}
    assert code == 1
    assert {"unconfirmed_write ask-first", "crash: agent RuntimeError", "property never_shelves"} <= set(found)
    for name in ("unconfirmed_write ask-first", "crash: agent RuntimeError"):
        one = found[name]
        user = "scripted" if "--user scripted" in one["command"] else "agenda"
        ((_, score),) = simkit.run(one["scenario"], ref, user=user).scored
        assert score.findings[0].where == "ask-first (1.2)" if "write" in name else "RuntimeError" in score.reason
        assert one["after"]["turns"] <= 2


def test_a_breach_that_was_put_in_is_found_and_its_file_fails_without_injection(tmp_path: Path) -> None:
    shop = write_shop(tmp_path)
    terms = Terms(faulty("reference", "never=1"), max_sessions=10, shrink_sessions=100)

    (found,) = [one for one in fuzz(shop, tmp_path / "odd", terms).found if one.broken.mark.about == "not-shipped"]

    assert found.shrunk is not None
    assert (found.shrunk.size_after.turns, found.shrunk.size_after.events) < (3, found.events)
    assert "--inject" not in found.kept.command
    ((_, score),) = simkit.run(found.kept.scenario, "reference", user=found.shrunk.after.user).scored
    assert [one.where for one in score.findings] == ["not-shipped (1.3)"]


def test_equal_seeds_find_the_same(shop: Path) -> None:
    terms = Terms(f"{shop.parent / 'agent.py'}:hasty", max_sessions=20, shrink_sessions=0, seed=3)
    first, again = (fuzz(shop, shop.parent / name, terms) for name in "ab")

    assert first.found
    assert [(one.broken, one.session, one.sessions) for one in first.found] == [
        (one.broken, one.session, one.sessions) for one in again.found
    ]
    files = [sorted(file.name for file in (shop.parent / name).glob("*.yaml")) for name in "ab"]
    assert files[0] == files[1]


def test_an_agent_that_does_nothing_breaks_no_rule(shop: Path) -> None:
    unknown = [one for one in fuzz(shop, shop.parent / "a", Terms("null", max_sessions=20, shrink_sessions=0)).found]

    assert {one.session.known for one in unknown} == {True}


def episode_of(*calls: tuple[str, dict[str, object]]) -> Episode:
    """A session of the retail demo with calls of our own."""
    from simkit.testing import scripted_agent

    agent = scripted_agent(*calls, "Done.")
    return simkit.play_case(RETAIL.cases[0], lambda turn: agent(turn))[0]


def test_whose_records_were_read_and_what_a_sum_came_to_are_properties() -> None:
    customers = [("find_customer", {"email": mail}) for mail in ("ana.ruiz@example.com", "marcus.bell@example.com")]

    assert broken(reads_of_one("customer_id"), episode_of(customers[0])) is None
    told = broken(reads_of_one("customer_id"), episode_of(*customers))
    assert told is not None and told.startswith("the agent read records of several customer_id: C2001 in event")
    assert broken(conserved(orders__total=1), episode_of(*customers)) is None


def test_what_was_found_is_kept_when_somebody_interrupts(shop: Path) -> None:
    seen: list[str] = []

    def impatient(outcome: str) -> None:
        seen.append(outcome)
        if len(seen) == 19:
            raise KeyboardInterrupt

    terms = Terms(f"{shop.parent / 'agent.py'}:hasty", max_sessions=20, shrink_sessions=20, at_once=4, seed=3)
    found = fuzz(shop, shop.parent / "kept", terms, impatient)

    assert found.interrupted
    assert found.found
    assert all(one.shrunk is None and one.kept.scenario.exists() for one in found.found)


def test_an_interrupt_while_sessions_are_drawn_is_not_lost() -> None:
    def interrupting(session: Session) -> Session:
        signal.raise_signal(signal.SIGINT)
        return session

    with pytest.raises(KeyboardInterrupt):
        Drawing(sessions(RETAIL).map(interrupting), 0, 5).all()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_two_things_told_in_the_same_words_have_files_of_their_own(shop: Path) -> None:
    def never_ends(episode: Episode) -> None:
        raise AssertionError("it does")

    def never__ends(episode: Episode) -> None:
        raise AssertionError("it does too")

    terms = Terms("null", (never_ends, never__ends), max_sessions=2, shrink_sessions=30)
    kept = {one.broken.mark.about: one.kept.scenario for one in fuzz(shop, shop.parent / "kept", terms).found}

    assert kept["never_ends"] != kept["never__ends"]
    assert all(file.is_file() for file in kept.values())
