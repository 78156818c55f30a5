"""The helpdesk: what a QA engineer who copies its folder relies on."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simkit.play.toolbox import perform
from simkit.play.world import Start, World
from simkit.spec.files import load_pack, read_domain

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "helpdesk"
DOMAIN = read_domain(FOLDER)
ARTICLES = DOMAIN.tables["articles"]


def call(here: World, tool: str, **arguments: Any) -> Any:
    return perform(DOMAIN, here, "agent", tool, arguments)


def start() -> World:
    return World(Start(DOMAIN.tables, DOMAIN.card.now))


def test_the_script_rewrites_the_state_byte_for_byte(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "make_state.py", tmp_path)
    shutil.copytree(FOLDER / "knowledge", tmp_path / "knowledge")

    subprocess.run([sys.executable, "make_state.py"], cwd=tmp_path, check=True, timeout=60)

    assert (tmp_path / "state.json").read_bytes() == (FOLDER / "state.json").read_bytes()


def test_the_knowledge_base_has_articles_that_mislead() -> None:
    kinds = {(row["status"], row["audience"]) for row in ARTICLES.values()}

    assert {("current", "everybody"), ("retired", "everybody"), ("current", "internal")} <= kinds


@pytest.mark.parametrize(
    "case",
    [case for case in load_pack([FOLDER]).cases if case.scenario.relevant],
    ids=lambda case: case.scenario.scenario,
)
def test_the_search_finds_what_a_case_needs(case: Any) -> None:
    search = next(step for step in case.scenario.steps if step.tool == "search_articles")

    found = [one["article_id"] for one in call(start(), "search_articles", **search.arguments).result["articles"]]

    best = max(case.scenario.relevant, key=lambda article: case.scenario.relevant[article])
    assert best in found
    assert ARTICLES[best]["status"] == "current"


def test_a_laptop_is_lent_once_and_one_to_each() -> None:
    here, until = start(), "2026-06-12"

    outcomes = [
        call(here, "assign_loaner", employee_id=who, device_id=device, until=until).outcome
        for who, device in [("E204", "L-9003"), ("E341", "L-9003"), ("E204", "L-9004"), ("E341", "L-9004")]
    ]

    assert outcomes == ["ok", "refused", "refused", "ok"]


def test_an_account_that_is_not_locked_is_not_unlocked() -> None:
    assert call(start(), "unlock_account", employee_id="E127").outcome == "refused"
