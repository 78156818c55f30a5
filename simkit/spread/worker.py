"""`python -m simkit.spread.worker`: a worker process. It dies with whoever started it."""

from __future__ import annotations

import os
import threading
from typing import BinaryIO

import anyio

from simkit.play.printed import printed_there
from simkit.play.recording import waker
from simkit.spread.bench import Bench
from simkit.spread.plan import Plan


def main() -> None:
    """Take the standard streams for messages, so that what agents print goes to stderr, and play."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    plan = Plan.from_json(inbox.readline().decode())
    with printed_there(plan.printed):
        anyio.run(_work, plan, inbox, outbox)


async def _work(plan: Plan, inbox: BinaryIO, outbox: int) -> None:
    bench, wake = Bench(plan), waker()

    def read() -> None:
        for line in inbox:
            wake(lambda line=line: bench.tell(line))  # type: ignore[misc]
        os._exit(0)  # nobody is there any more to play for

    threading.Thread(target=read, daemon=True).start()
    async with anyio.create_task_group() as group:
        group.start_soon(bench.run)
        while True:
            said = await bench.hear()
            await anyio.to_thread.run_sync(_write, outbox, said)


def _write(outbox: int, data: bytes) -> None:
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(outbox, view) :]
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main()
