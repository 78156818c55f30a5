"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tinyshop import write_shop

pytest_plugins = ["pytester"]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of a small domain with one scenario."""
    return write_shop(tmp_path)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test leaves behind lands in the checkout; nobody's keys are used."""
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
