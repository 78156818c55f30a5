"""Truths about coverage: what was played is counted from the logs, and what fills the holes fills them."""

from __future__ import annotations

import io
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from goldenfile import golden
from rich.console import Console

import simkit
from simkit import api
from simkit.cli import app
from simkit.design.coverage.branches import branches_of, is_branch
from simkit.design.coverage.reading import Coverage
from simkit.design.coverage.told import print_coverage
from simkit.errors import UsageError

ROOT = Path(__file__).resolve().parents[3]
RETURNS = f"{ROOT}/scenarios/retail/returns.dimensions.yaml"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Four tuples, one of each article, played with the demo agent; what was named is in the run."""
    out = str(tmp_path_factory.mktemp("runs") / "few")
    simkit.run(f"{RETURNS}:strength=1", out=out, paths=[f"{RETURNS}:strength=1"])
    return out


@pytest.fixture(scope="module")
def found(run: str) -> Coverage:
    """Its coverage."""
    return api.coverage(run)


def test_pairs_are_counted_as_the_scenarios_say(run: str, found: Coverage) -> None:
    played: Counter[object] = Counter()
    passed: Counter[object] = Counter()
    for episode, score in api.open_run(run).scored:
        for pair in combinations(episode.scenario.dimensions.items(), 2):
            played[pair] += 1
            passed[pair] += score.passed

    told = found.pairs("returns")

    assert {pair: tally.sessions for pair, tally in told.items() if tally.sessions} == played
    assert all(tally.passed == passed[pair] for pair, tally in told.items())
    assert (("condition", "unopened"), ("reason", "faulty")) not in told  # the file rules it out


def test_what_fills_the_holes_leaves_no_pair_out(run: str, found: Coverage, tmp_path: Path) -> None:
    filling = [hole for hole in found.holes if hole.kind == "pairs"]
    assert filling == sorted(filling, key=lambda hole: -hole.size)

    argv = ["draft", "fill", run, "--most", str(len(filling)), "--out", str(tmp_path / "more")]
    assert app(argv, result_action="return_value") == 0
    more = simkit.run(tmp_path / "more", "null", out=tmp_path / "played")

    after = api.coverage(run, more)
    assert not [hole for hole in after.holes if hole.kind == "pairs"]
    assert after.played.sessions == found.played.sessions + len(filling)


def test_rules_and_tools_name_a_scenario_that_is_about_them(found: Coverage) -> None:
    by_what = {hole.what: hole.fill for hole in found.holes}

    assert by_what["rule packed-is-gone was never at stake"] == "cancel-packed-order"
    assert by_what["cancel_order was never called"] == "cancel-before-dispatch"
    assert found.played.domains["retail"].rules["hygiene"].broken == 1  # the demo agent takes opened bedding back


def test_every_hole_but_an_unnamed_thing_names_a_scenario_that_plays_it_or_comes_near(tmp_path: Path) -> None:
    played = api.run(f"{ROOT}/scenarios/gym/classes.yaml", out=tmp_path / "classes")

    found = [hole for hole in api.coverage(played.name).holes if hole.kind != "thing"]

    by_what = {hole.what: (hole.fill, hole.like) for hole in found}
    assert all(fill or like for fill, like in by_what.values())
    assert by_what["cancel_membership never refused with: membership … ends on … already"][1] == "gym-ends-tomorrow"
    assert by_what["cancel_membership was never called"] == ("gym-flex-ends-in-thirty-days", "")


def test_coverage_on_a_terminal(found: Coverage) -> None:
    text = io.StringIO()
    print_coverage(found, console=Console(file=text, width=100, highlight=False), most=3)

    told = "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"
    assert told == golden("coverage.txt", told)


def test_without_a_run_or_a_session_it_is_said() -> None:
    with pytest.raises(UsageError, match="at least one run"):
        api.coverage()


def test_the_refusals_of_a_tool_are_read_off_its_code(tmp_path: Path) -> None:
    code = """
def f(world, x):
    if x:
        raise Refused(f"{x} is (not) here" if x > 1 else "no x")
    return g(world)

def g(world):
    raise Refused("g says no")

def h(world):
    raise ValueError("no refusal")
"""
    (tmp_path / "tools.py").write_text(code, encoding="utf-8")

    found = branches_of(tmp_path / "tools.py", {"f", "h"})

    assert found == {"f": ("… is (not) here", "no x", "g says no"), "h": ()}
    assert is_branch("… is (not) here", "W1 is (not) here") and not is_branch("… is (not) here", "W1 is not here")


def test_a_focus_covers_what_failed_more_closely(run: str) -> None:
    closer = simkit.load(f"{RETURNS}:focus={run}")

    assert len(closer.cases) > len(simkit.load(RETURNS).cases)


def test_runs_without_dimensions_have_a_coverage_but_give_no_focus(tmp_path: Path) -> None:
    alone = simkit.run(ROOT / "scenarios/retail/late-refund.yaml", "reference", out=tmp_path / "alone")
    told = api.coverage(alone).to_json()

    assert told["dimensions"] == {}
    assert told["domains"]["retail"]["tools"]["return_item"]["outcomes"] == {"ok": 2}
    with pytest.raises(UsageError, match="no session of that run was made from the dimensions 'returns'"):
        simkit.load(f"{RETURNS}:focus={alone.name}")
