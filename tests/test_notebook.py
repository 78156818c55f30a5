"""The example notebook is the one that its script writes, and everything in it runs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "paths.ipynb"


def written() -> Any:
    """What docs/make_notebook.py would write."""
    spec = importlib.util.spec_from_file_location("make_notebook", ROOT / "docs" / "make_notebook.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.notebook()


def test_the_notebook_is_the_one_its_script_writes() -> None:
    if os.environ.get("REFRESH_GOLDEN"):
        nbformat.write(written(), NOTEBOOK)

    assert nbformat.read(NOTEBOOK, 4) == written(), "run docs/make_notebook.py"


def test_every_cell_runs_and_shows_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One kernel, beside an event loop of its own: a run is played all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the notebook's own machinery thinks of itself
        from nbclient import NotebookClient

        shutil.copytree(ROOT / "scenarios" / "retail", tmp_path / "scenarios" / "retail")
        shutil.copytree(ROOT / "personas", tmp_path / "personas")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
        told = nbformat.read(NOTEBOOK, 4)
        NotebookClient(told, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()

    pages = [out["data"]["text/html"] for cell in told.cells for out in cell.get("outputs", []) if "data" in out]
    assert len(pages) == 4
    assert "<caption>8 sessions" in pages[0]
    assert "behaves differently from" in pages[1]
    assert "Ways: " in pages[2] and "&gt;" in pages[2]
    assert "find_customer:ok" in pages[3]
