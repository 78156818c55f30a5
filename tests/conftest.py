"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tinyshop import write_shop

pytest_plugins = ["pytester"]

# No test looks at the clock, and no law fails because the machine does other work.
settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two for each core: half of the time tests wait, for servers, limits, and what they killed."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder of a small domain with one scenario."""
    return write_shop(tmp_path)


_EMPTY: list[Path] = []
"""The folder that the next test may have for its own: the last one's, if that left nothing there."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test leaves behind lands in the checkout or before another test; nobody's keys are used."""
    if not _EMPTY or not _EMPTY[0].is_dir() or any(_EMPTY[0].iterdir()):
        _EMPTY[:] = [tmp_path_factory.mktemp("cwd")]
    monkeypatch.chdir(_EMPTY[0])
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
