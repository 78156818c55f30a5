"""Scores of 200 recorded sessions of an airline agent: the published figures, and findings that are rare and true."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from simkit.imports import tau_bench
from simkit.metrics.reliability import pass_hat_k
from simkit.metrics.score import SessionScore
from simkit.metrics.session import score_session
from simkit.paths.episode import episodes

RECORDED = Path(__file__).resolve().parents[2].parent / "shared/data/tau-bench-airline-gpt-4o.json"
pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded sessions are not beside this checkout")


@pytest.fixture(scope="module")
def scores() -> list[SessionScore]:
    """All 200."""
    return [score_session(episode) for episode in episodes(tau_bench.read(RECORDED))]


def test_pass_hat_k_is_as_published(scores: list[SessionScore]) -> None:
    assert {k: round(value, 3) for k, value in pass_hat_k(scores).items()} == {1: 0.42, 2: 0.273, 3: 0.22, 4: 0.2}


def test_a_session_that_earned_its_reward_has_no_errors_against_the_gold_actions(scores: list[SessionScore]) -> None:
    kinds = {finding.kind for score in scores if score.passed for finding in score.findings}
    assert kinds.isdisjoint({"wrong_tool", "wrong_arguments", "missing_call", "out_of_order", "redundant_call"})


def test_most_failed_sessions_are_explained_by_a_finding(scores: list[SessionScore]) -> None:
    failed = [score for score in scores if not score.passed]
    assert sum(bool(score.findings) for score in failed) > 0.85 * len(failed)
    assert all(score.reason for score in failed)


def test_invented_values_are_found_and_hardly_anything_else_is_taken_for_one(scores: list[SessionScore]) -> None:
    found = [f for score in scores for f in score.findings if f.kind in ("ungrounded_argument", "ungrounded_claim")]
    assert Counter(f.sentence.split("'")[1] for f in found)["credit_card_5634230"] == 2
    assert len(found) <= 10
