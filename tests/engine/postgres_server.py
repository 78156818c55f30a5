"""A real PostgreSQL server for the time of some tests: on a socket of its own, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


def binaries() -> Path:
    """Where initdb and postgres are. Skips the test where there are none; in CI there must be."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or [Path(shutil.which("initdb") or "nowhere")]
    if not found[-1].is_file():
        assert not os.environ.get("SIMKIT_CI"), "CI must have PostgreSQL: .ci/run installs it"
        pytest.skip("there is no PostgreSQL on this machine (no initdb)")
    return found[-1].parent


@dataclass
class Postgres:
    """A server that can be pulled the plug on."""

    folder: Path
    url: str
    """Of its database; `run=NAME` can be added."""
    start: Callable[[], None]
    crash: Callable[[], None]
    """Stops it at once, as a crash would: connections break, nothing is written down."""


@contextmanager
def server() -> Iterator[Postgres]:
    """A server, until the end of this."""
    where = binaries()
    folder = Path(tempfile.mkdtemp(prefix="simkit-pg-"))
    # PostgreSQL refuses to run as root; its package brings a user for it.
    owner: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if owner:
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    make = [where / "initdb", "--pgdata", data, "--username", "simkit", "--auth", "trust", "--no-sync", "-E", "UTF8"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder, **owner)
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    control = [where / "pg_ctl", "--pgdata", data, "--log", folder / "log", "--wait"]

    def start() -> None:
        subprocess.run(
            [*control, "--options", options, "start"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **owner
        )

    def crash() -> None:
        subprocess.run([*control, "--mode", "immediate", "stop"], capture_output=True, cwd=folder, **owner)

    try:
        start()
        yield Postgres(folder, f"postgresql+psycopg://simkit@/postgres?host={folder}", start, crash)
    finally:
        crash()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving() -> Iterator[str]:
    """A server's URL, to which `run=NAME` can be added."""
    with server() as running:
        yield running.url
