"""What agents leave behind when their run is over: tasks, threads and child processes that still go on, open files."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

AGENT = "simkit-agent"
"""Name of a thread of ours in which an agent's function runs."""

_POOLS = ("AnyIO worker", "asyncio_", "Trio thread", "ThreadPoolExecutor", "simkit-")
"""Names of threads that wait for work and end with the event loop or the process."""


@contextmanager
def counted(tasks: Iterable[Any]) -> Iterator[None]:
    """Warn, in the log `simkit`, of what was begun meanwhile and still runs at the end of this, `tasks` among it."""
    threads, children, files = set(_threads()), set(_children()), set(_files())
    yield
    left = {
        "tasks": sum(not task.ended for task in tasks),
        "threads": len(set(_threads()) - threads),
        "child processes": len(set(_children()) - children),
    }
    opened = len(set(_files()) - files)
    if any(left.values()):
        what = ", ".join(f"{number} {name}" for name, number in left.items() if number)
        logging.getLogger("simkit").warning("agents left behind: %s that still run", what)
    if opened:
        logging.getLogger("simkit").warning("agents left behind: %s open files", opened)


def _threads() -> Iterator[threading.Thread]:
    return (thread for thread in threading.enumerate() if _is_theirs(thread.name))


def _is_theirs(name: str) -> bool:
    return name == AGENT or not name.startswith(_POOLS)


def _files() -> Iterator[tuple[str, str]]:
    """Files and pipes that are open, as Linux tells, but for those of the run itself. Sockets are left out: clients
    keep theirs open on purpose."""
    for one in _listed("/proc/self/fd", "*"):
        with suppress(OSError):
            target = str(one.readlink())
            ours = Path(target).name.startswith(("run.", ".run.", "printed.txt"))
            if target.startswith(("/", "pipe:")) and not ours and not target.startswith(("/proc/", "/dev/")):
                yield one.name, target


def _children() -> Iterator[int]:
    """Child processes that have not ended, as Linux tells; nothing is known elsewhere."""
    for task in _listed("/proc/self/task", "*/children"):
        with suppress(OSError):
            for pid in map(int, task.read_text().split()):
                with suppress(OSError):
                    if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                        yield pid


def _listed(folder: str, pattern: str) -> list[Path]:
    """What is there; nothing where the system is another, or so many files are open that it cannot be listed."""
    with suppress(OSError):
        return list(Path(folder).glob(pattern)) if os.name == "posix" else []
    return []
