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
from postgres_server import serving

import simkit
from simkit.errors import UsageError
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
