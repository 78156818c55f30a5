"""Workers as actors of a Ray cluster. Ray places, starts and buries them; what is retried is decided at the desk."""

from __future__ import annotations

import os
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio

from simkit.errors import UsageError, one_line
from simkit.spread.bench import Bench
from simkit.spread.desk import Gone, Hire, Link
from simkit.spread.plan import Plan


@contextmanager
def connected(address: str | None, workers: int) -> Iterator[int]:
    """A connection to the Ray cluster at `address`, or an own instance on this machine; how many CPUs it has.

    What was connected already is used, and left as it is. Raises UsageError where there is no Ray, or no such cluster.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
    except ImportError:
        raise UsageError("--cluster: Ray is not installed; pip install 'simkit[ray]'") from None
    if ray.is_initialized():
        yield _cpus(ray)
        return
    if address is not None:
        _answers(address)
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False}
    try:
        if address is None:
            cpus = max(workers, os.cpu_count() or 1)
            ray.init("local", num_cpus=cpus, include_dashboard=False, _node_ip_address="127.0.0.1", **quiet)
        else:
            ray.init(address, **quiet)
    except (ConnectionError, ValueError, RuntimeError) as error:
        raise UsageError(
            f"--cluster: no Ray cluster at {address or 'this machine'} ({one_line(error, 120)}); check it"
        ) from None
    try:
        yield _cpus(ray)
    finally:
        ray.shutdown()


def _answers(address: str) -> None:
    """Raises UsageError where nobody listens at host:port; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if port.isdecimal():
            socket.create_connection((host, int(port)), 10).close()
    except OSError as error:
        raise UsageError(
            f"--cluster: no Ray cluster at {address} ({one_line(error, 120)}); check the address"
        ) from None


def _cpus(ray: Any) -> int:
    return max(int(ray.cluster_resources().get("CPU", 1)), 1)


def actors(plan: Plan) -> Hire:
    """What starts an actor on some node that has a free CPU; Ray itself retries nothing."""
    import ray

    options = {"num_cpus": 1, "max_restarts": 0, "max_task_retries": 0, "max_concurrency": 1000}
    seat = ray.remote(**options)(Seat).options(scheduling_strategy="SPREAD")

    @asynccontextmanager
    async def hire() -> AsyncIterator[Link]:
        actor = seat.remote(plan.to_json())
        running = actor.run.remote()
        try:
            yield _Line(actor)
        finally:
            ray.kill(actor)
            del running

    return hire


class _Line:
    def __init__(self, actor: Any) -> None:
        self._actor = actor

    def tell(self, data: bytes) -> None:
        self._actor.tell.remote(data)

    async def hear(self) -> bytes:
        from ray.exceptions import RayError

        try:
            return await self._actor.hear.remote()
        except RayError as error:
            raise Gone(f"a Ray actor was lost ({type(error).__name__})") from None


class Seat:
    """A worker as Ray runs it."""

    def __init__(self, plan: str) -> None:
        self._plan = Plan.from_json(plan)
        self._bench: Bench | None = None
        self._begun = anyio.Event()

    async def run(self) -> None:
        """Play what is told, until the actor is killed."""
        try:
            self._bench = Bench(self._plan)
            self._begun.set()
            await self._bench.run()
        except BaseException:
            traceback.print_exc()
            os._exit(70)  # nobody may wait for a worker that does not play any more

    async def tell(self, data: bytes) -> None:
        """Take in what was sent."""
        assert self._bench is not None
        self._bench.tell(data)

    async def hear(self) -> bytes:
        """What there is to say."""
        await self._begun.wait()
        assert self._bench is not None
        return await self._bench.hear()
