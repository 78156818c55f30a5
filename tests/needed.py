"""What a test needs beside simkit: absent on somebody's machine the test is skipped, in CI it fails."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any

import pytest


def needed(name: str, reason: str = "") -> Any:
    """The module of that name. Skips where it is not installed; in CI it must be."""
    if os.environ.get("SIMKIT_CI"):
        return importlib.import_module(name)
    return pytest.importorskip(name, reason=reason or f"{name} is not installed")


def needed_file(path: Path, reason: str) -> Path:
    """A file of the system. Skips the whole module where it is not there; in CI it must be."""
    if not path.exists():
        assert not os.environ.get("SIMKIT_CI"), f"{reason}: .ci/run installs it"
        pytest.skip(reason, allow_module_level=True)
    return path
