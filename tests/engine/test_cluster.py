"""A run on a Ray cluster is the run that one process plays, also when a machine goes away in the midst."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from crews import alone, asked, exported, write_crowd
from needed import needed
from postgres_server import server, serving

import simkit
from simkit.errors import SimkitError, UsageError
from simkit.spending import ModelTerms
from simkit.trace.events import AgentSaid, UserSaid
from simkit.trace.store import Store

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ.setdefault("RAY_raylet_start_wait_time_s", "120")

cluster_utils = needed("ray.cluster_utils", "Ray is not installed: pip install 'simkit[ray]'")


@pytest.fixture
def agents(shop: Path) -> Path:
    """The file of agents, beside a shop of six sessions a trial."""
    return write_crowd(shop)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of one node; tests add and remove others."""
    head = {"num_cpus": 1, "include_dashboard": False}
    made = cluster_utils.Cluster(initialize_head=True, head_node_args=head)
    yield made
    made.shutdown()


@pytest.mark.parametrize("kept", ["in a folder", "on a server"])
def test_a_node_that_goes_away_takes_nothing_with_it(
    kept: str, cluster: Any, shop: Path, agents: Path, tmp_path: Path
) -> None:
    one = alone(shop, agents, "slow", trials=4)
    node = cluster.add_node(num_cpus=1)
    cluster.wait_for_nodes()

    def remove() -> None:
        end = time.monotonic() + 60
        while len({row.split()[2] for row in _rows(agents)}) < 2 or len(_rows(agents)) < 20:
            assert time.monotonic() < end, "no two nodes played"
            time.sleep(0.02)
        cluster.remove_node(node, allow_graceful=False)

    with ExitStack() as stack:
        out = tmp_path / "run" if kept == "in a folder" else f"{stack.enter_context(serving())}&run=spread"
        remover = threading.Thread(target=remove)
        remover.start()
        run = simkit.run(shop, f"{agents}:slow", trials=4, seed=5, cluster=cluster.address, at_once=8, out=out)
        remover.join()

        assert exported(run) == exported(one)
        assert run.summary().digest == one.summary().digest
        assert Store.open(out).digests() == {str(log.session): log.digest for log in one.logs()}
    again = {turn for turn, count in asked(agents).items() if count > 1}
    assert len(again) <= 4, "only turns that were under way on the node that went away"


def test_a_server_that_dies_while_a_cluster_writes_to_it_stops_the_run_and_a_resume_loses_nothing(
    cluster: Any, shop: Path, agents: Path
) -> None:
    one = alone(shop, agents, "slow")
    how = {"trials": 2, "seed": 5, "cluster": cluster.address, "at_once": 4}
    with server() as postgres:
        url = f"{postgres.url}&run=lost"

        def crash() -> None:
            end = time.monotonic() + 60
            while len(_rows(agents)) < 12 and time.monotonic() < end:
                time.sleep(0.02)
            postgres.crash()

        crasher = threading.Thread(target=crash)
        crasher.start()
        with pytest.raises(
            SimkitError, match=r"run=lost: cannot be written \(.*; bring the server back, then go on by"
        ):
            simkit.run(shop, f"{agents}:slow", out=url, **how)
        crasher.join()
        postgres.start()
        kept = _finished_turns(Store.open(url))
        before = asked(agents)
        run = simkit.run(shop, f"{agents}:slow", out=url, resume=True, **how)

        assert exported(run) == exported(one)
        assert run.summary().digest == one.summary().digest
    assert kept
    assert not kept & set(asked(agents) - before), "what was kept is not asked for again"


def _finished_turns(store: Store) -> set[tuple[str, ...]]:
    """As `asked` names them: the session, and the number of messages that its agent had before it."""
    return {
        (str(log.session), str(at))
        for log in store.logs()
        for at, event in enumerate(one for one in log if isinstance(one, UserSaid | AgentSaid))
        if isinstance(event, AgentSaid)
    }


def test_a_budget_holds_over_all_actors_of_a_cluster_and_raised_it_goes_on(
    cluster: Any, shop: Path, agents: Path, tmp_path: Path
) -> None:
    one = alone(shop, agents, "paying", trials=1)

    def play(calls: str, resume: bool) -> Any:
        how = {"seed": 5, "cluster": cluster.address, "at_once": 4, "out": tmp_path / "run", "resume": resume}
        return simkit.run(shop, f"{agents}:paying", models=ModelTerms(max_model_calls=(calls,)), **how)

    stopped = play("5", resume=False)
    paid = len(_rows(agents))
    run = play("1000", resume=True)

    assert paid == 5
    assert any("--max-model-calls 5" in score.reason for _, score in stopped.scored)
    assert exported(run) == exported(one)
    assert set(asked(agents).values()) == {1}, "nothing is paid for twice"


def _rows(agents: Path) -> list[str]:
    file = agents.parent / "asked.txt"
    return file.read_text().splitlines() if file.exists() else []


def test_a_cluster_that_is_not_there_is_one_line(shop: Path) -> None:
    with pytest.raises(UsageError, match=r"--cluster: no Ray cluster at 127\.0\.0\.1:1"):
        simkit.run(shop, "null", cluster="127.0.0.1:1")


def test_without_ray_one_line_says_what_to_install(shop: Path) -> None:
    code = "import sys; sys.modules['ray'] = None; import simkit.cli; simkit.cli.main()"
    command = [sys.executable, "-c", code, "run", str(shop), "--agent", "null", "--cluster"]

    ended = subprocess.run(command, capture_output=True, text=True)

    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1] == (
        "simkit: error: --cluster: Ray is not installed; pip install 'simkit[ray]'"
    )
