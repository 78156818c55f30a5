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


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing a test leaves behind lands in the checkout; nobody's keys are used."""
    monkeypatch.chdir(tmp_path_factory.mktemp("cwd"))
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
