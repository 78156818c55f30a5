"""Runs that are killed at any moment and gone on with: nothing lost, nothing doubled, nothing paid for twice."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from killing import Kills, killed_and_resumed, rig, uninterrupted_process

KILLS = int(os.environ.get("SIMKIT_KILLS", "200"))
SEED = int(os.environ.get("SIMKIT_KILL_SEED", "0"))
PARTS = 4
"""In how many tests the kills are made, so that several can run at once."""


def killing_spree(folder: Path, kills: int, seed: int) -> Kills:
    """Run after run, each killed one to three times, until there were so many kills."""
    rng, total = random.Random(seed), Kills()
    with rig(folder) as suite:
        sound = uninterrupted_process(suite)
        for number in range(10 * kills):
            if total.killed >= kills:
                return total
            one = killed_and_resumed(suite, sound, folder / f"run-{number}", rng.randint(1, 3), rng)
            total.killed += one.killed
            total.orphans += one.orphans
            total.paid_again += one.paid_again
    raise AssertionError("hardly any process lived long enough to be killed")


def test_a_run_that_is_killed_and_resumed_is_as_if_nothing_had_happened(tmp_path: Path) -> None:
    total = killing_spree(tmp_path, 4, seed=7)

    assert total.paid_again <= total.orphans


@pytest.mark.faults
@pytest.mark.timeout(3 * 3600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_kill_at_any_moment_loses_doubles_or_pays_twice(tmp_path: Path, part: int) -> None:
    kills = -(-KILLS // PARTS)
    total = killing_spree(tmp_path, kills, seed=SEED + part)
    print(f"\n{total.killed} kills: {total.paid_again} turns asked for again, {total.orphans} told as orphans")

    assert total.killed >= kills
    assert total.paid_again > 0, "no kill ever hit a call that was under way"
    # Orphans that the service never saw were killed between the note that they will be asked and the call itself.
    assert total.paid_again <= total.orphans
