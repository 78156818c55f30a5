"""Scripted and replayed users, and how a kind of user is named."""

from __future__ import annotations

from pathlib import Path

import pytest

import simkit
from simkit.errors import UsageError
from simkit.play.agent import Turn


async def clerk(turn: Turn) -> str:
    """Says something else than the reference would."""
    return f"You said {len(turn.text)} letters. What else?"


def test_a_scripted_user_says_its_lines_and_goes(shop: Path) -> None:
    with (shop / "case.yaml").open("a") as file:
        file.write("script: [Hello., 'My lamp!', Bye.]\n")
    episode, _ = simkit.play_case(simkit.load(shop).cases[0], clerk, user="scripted")

    assert [said.text for said in episode.user_texts] == ["Hello.", "My lamp!", "Bye."]
    assert [said.closing for said in episode.user_texts] == [False, False, True]


def test_without_a_script_the_cure_is_named(shop: Path) -> None:
    with pytest.raises(UsageError, match="scenario 'cancel-lamp' has no script; add 'script:'"):
        simkit.run(shop, clerk, user="scripted")


def test_a_replayed_user_says_what_was_said_whatever_the_agent_does_now(shop: Path, tmp_path: Path) -> None:
    first = simkit.run(shop, "reference", out=tmp_path / "first")
    again = simkit.run(shop, clerk, user=f"replay:{tmp_path / 'first'}")

    said = [[event.text for event in run.scored[0][0].user_texts] for run in (first, again)]
    assert said[0] == said[1]


def test_a_kind_that_does_not_exist_is_named_with_the_nearest(shop: Path) -> None:
    with pytest.raises(UsageError, match="--user agend: is no kind of user; did you mean 'agenda'"):
        simkit.run(shop, clerk, user="agend")
