"""A user with a fault on purpose is caught, and the same user without it raises no alarm."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import anyio
import pytest

import simkit
from simkit.errors import UsageError
from simkit.metrics.score import USER_FAULT_KINDS, SessionScore
from simkit.play.recording import Unrecorded
from simkit.play.suite import play_suite, sittings
from simkit.scored import Table
from simkit.spec.files import Pack
from simkit.spread.casting import cast_of
from simkit.testing import faulty_user
from simkit.trace.log import Log
from simkit.users.agenda import Agenda

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SAMPLE = 6
"""Every sixth scenario of the shipped suite; benchmarks/user_faults.py puts each fault into all of them."""


@cache
def suite() -> Pack:
    """Everything that ships."""
    return simkit.load(SCENARIOS)


def played(kind: str | None, agent: str, every: int = SAMPLE) -> tuple[list[SessionScore], set[str]]:
    """A sample of the suite with a faulty user, scored, and the sessions in which the fault was put."""
    pack = suite()
    noted: set[str] = set()
    cast = cast_of(pack, agent, "agenda")
    if kind is not None:
        maker = faulty_user(kind, Agenda, lambda key, turn: noted.add(str(key)))
        cast = replace(cast, user=("faulty", maker))
    table = Table()

    async def play() -> None:
        def done(log: Log) -> None:
            table.add(log, log.digest)

        todo = sittings(pack.cases[::every], cast, trials=[0], seed=0, versions={})
        await play_suite(todo, cast=cast, at_once=64, recorder=lambda key: Unrecorded(), done=done)

    anyio.run(play)
    return [score for _, score in table.kept() or ()], noted


@pytest.mark.parametrize(("agent", "every"), [("reference", SAMPLE), ("demo", 2), ("null", SAMPLE)])
def test_the_shipped_user_has_no_fault_whatever_the_agent_does(agent: str, every: int) -> None:
    scores, _ = played(None, agent, every)

    assert [fault for score in scores for fault in score.user_faults] == []


@pytest.mark.parametrize("kind", USER_FAULT_KINDS)
def test_a_seeded_fault_is_found_wherever_it_was_put_and_nowhere_else(kind: str) -> None:
    scores, noted = played(kind, "reference")

    found = {score.session for score in scores if any(one.kind == kind for one in score.user_faults)}
    faulty = {score.session for score in scores if score.user_faults}
    matters = {score.session for score in scores if kind != "ended_early" or not score.passed}
    assert len(noted) > 5
    assert found == noted & matters
    assert faulty == found


def test_a_fault_that_does_not_exist_is_named_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="--user faulty:leeked: is no fault of users; did you mean 'leaked'"):
        faulty_user("leeked")
