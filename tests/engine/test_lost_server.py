"""A database server that dies in the midst of a run: as a full disk, it ends the paying, and nothing kept is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing import Rig, export, finish, finished_turns, rig, uninterrupted
from needed import needed
from postgres_server import Postgres, server

from simkit.trace.store import Store

needed("psycopg", "psycopg is not installed: pip install 'simkit[postgres]'")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A server for these tests alone: they crash it, and start it again."""
    with server() as running:
        yield running


def crashed(suite: Rig, postgres: Postgres, url: str, calls: int, *more: str) -> tuple[Counter[str], str]:
    """Play until so many calls were asked for and the server has crashed; what was paid, and what was said."""
    before = suite.service.asked()
    process = suite.start(url, "--json", *more)
    assert suite.wait(process, before.total() + calls)
    postgres.crash()
    code, said, told = finish(process)

    assert (code, said) == (2, ""), told
    return suite.service.asked() - before, told


@pytest.mark.parametrize("more", [(), ("--workers", "2")], ids=["one process", "workers"])
def test_a_server_that_dies_stops_the_paying_and_a_resume_loses_nothing(
    tmp_path: Path, postgres: Postgres, more: tuple[str, ...]
) -> None:
    url = f"{postgres.url}&run=lost{len(more)}"
    with rig(tmp_path, trials=3, delay=0.02) as suite:
        sound = uninterrupted(suite)
        paid, told = crashed(suite, postgres, url, 20, "--resume", *more)
        last = told.splitlines()[-1]
        refused = suite.play(url, "--resume", *more)
        unpaid = suite.service.asked()

        postgres.start()
        kept = finished_turns(list(Store.open(url).logs()))
        code, _, error = suite.play(url, "--resume", "--json", *more)
        again = suite.service.asked() - unpaid

    assert last.startswith("simkit: error: postgresql+psycopg://simkit@/postgres?"), told
    assert f"run=lost{len(more)}: cannot be written (" in last
    assert last.endswith("; bring the server back, then go on by --resume"), told
    assert "Traceback" not in told
    assert len({call.rpartition("#")[0] for call in paid} - kept) <= suite.at_once + 2
    assert refused[0] == 2 and len(refused[2].splitlines()) == 1, refused[2]
    assert code == 0, error
    assert export(url) == sound.lines
    assert kept
    assert not {call for call in again if call.rpartition("#")[0] in kept}
