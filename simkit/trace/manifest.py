"""A run's folder and its manifest: run.json, which says what was played and how.

A folder is a run if and only if it has a run.json: it is written last when a run is made, and never in part.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from simkit.errors import StoreError, UsageError, did_you_mean, one_line

RUNS = Path("runs")
"""Where runs given by name stand."""

MANIFEST = "run.json"
DATABASE = "run.db"
LOCK = "run.lock"
FORMAT = 1
"""Of the manifest and the tables; goes up when an older simkit could not read them."""


def folder_of(run: str | Path) -> Path:
    """The folder that `--out RUN` names: a path if it has a separator, else a folder under `runs/`."""
    text = str(run)
    if isinstance(run, Path) or "/" in text or os.sep in text or text in (".", ".."):
        return Path(run)
    if not text.strip():
        raise UsageError("--out is empty; give the run a name")
    return RUNS / text


def claim(folder: Path) -> int:
    """Make a run's folder and its empty database, readable by its owner only, and hold it: the lock's number.

    What a run left behind that was killed before it began is cleared away. Raises StoreError if a run is there.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = hold(folder)
        if (folder / MANIFEST).exists():
            os.close(held)
            raise StoreError(
                f"{folder}: there is a run already; go on with it by --resume, choose another --out, "
                "or remove the folder"
            )
        for left in folder.glob(f".{MANIFEST}.*"):
            left.unlink(missing_ok=True)
        for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm"):
            (folder / name).unlink(missing_ok=True)
        os.close(os.open(folder / DATABASE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except (FileExistsError, NotADirectoryError):
        file = next((one for one in (folder, *folder.parents) if one.exists() and not one.is_dir()), folder)
        raise StoreError(f"{file}: is a file, and a run needs a folder; choose another --out") from None
    except OSError as error:
        raise cannot_write(folder, error) from None
    return held


def hold(folder: Path) -> int:
    """Lock a run against every other process, until the number returned is closed or this process ends.

    Raises StoreError, at once, where another process holds it, or the folder cannot be written.
    """
    try:
        held = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise cannot_write(folder / LOCK, error) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.read(held, 20).decode("ascii", "replace").strip() or "unknown"
        os.close(held)
        raise StoreError(
            f"{folder}: process {owner} is playing this run; wait for it, or choose another --out"
        ) from None
    with suppress(OSError):  # a full disk has no room for the number; the lock holds without it
        os.ftruncate(held, 0)
        os.write(held, f"{os.getpid()}\n".encode())
    return held


def release(folder: Path) -> None:
    """Remove a run's files, and its folder if nothing else is in it."""
    for name in (MANIFEST, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK):
        (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def find(run: str | Path) -> Path:
    """The folder of a run that exists. Raises UsageError, with the nearest name, for anything else."""
    folder = folder_of(run)
    for place in (folder, Path(run)):
        if (place / MANIFEST).is_file():
            return place
    near = sorted(str(path.parent) for path in folder.parent.glob(f"*/{MANIFEST}"))
    names = near if "/" in str(run) or os.sep in str(run) else [Path(path).name for path in near]
    cure = did_you_mean(run, names) or "; make one with simkit run --out NAME"
    raise UsageError(f"'{one_line(run)}' is no run: {folder} has no {MANIFEST}{cure}")


def read(folder: Path) -> dict[str, Any]:
    """The manifest in `folder`. Raises StoreError for one that is damaged or of a newer simkit."""
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise StoreError(f"{path}: cannot be read ({one_line(error)}); restore it from a copy") from None
    if not isinstance(manifest, dict):
        raise StoreError(f"{path}: is not a run's manifest; restore it from a copy")
    known = manifest.get("format")
    if not isinstance(known, int) or known > FORMAT:
        what = f"{path}: has format {one_line(known)}, this simkit reads up to {FORMAT}; update simkit"
        raise StoreError(what)
    return manifest


def write(folder: Path, manifest: dict[str, Any]) -> None:
    """Replace the manifest: whoever reads it, even after a power cut, finds the old one or the new one, whole."""
    text = json.dumps({"format": FORMAT, **manifest}, indent=2, sort_keys=True) + "\n"
    try:
        _replace(folder / MANIFEST, text)
    except OSError as error:
        raise cannot_write(folder / MANIFEST, error) from None


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows opens no folders, and keeps a rename without being asked
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cannot_write(path: Path | str, error: object) -> StoreError:
    """The error to raise when `path` cannot be written."""
    cure = "free space or choose another --out"
    if "://" in str(path):
        cure = "bring the server back, then go on by --resume"
    elif getattr(error, "errno", None) == errno.EMFILE:
        cure = "the agent leaves files open: close them, or give each session a process by --isolate; then --resume"
    return StoreError(f"{path}: cannot be written ({one_line(error)}); {cure}")


def no_new_run(place: str, error: object) -> StoreError:
    """The error to raise when no run can be made on a server."""
    return StoreError(f"{place}: no run can be made ({one_line(error)}); choose another ?run=NAME, or check the server")


class NoRun(StoreError):
    """A database that answers, and has no such run."""


def no_run(place: str, error: object) -> StoreError:
    """The error to raise when a run on a server cannot be found."""
    # A server that answers says by its code that there is no such schema or table; no code: nobody answers.
    if getattr(error, "sqlstate", "") is None:
        return StoreError(f"{place}: cannot be read ({one_line(error)}); check the URL, and that the server is running")
    return NoRun(f"{place}: has no run ({one_line(error)}); check the URL and its ?run=NAME")
