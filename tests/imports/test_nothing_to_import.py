"""A file without a session is a failed dump, not a success."""

from __future__ import annotations

from pathlib import Path

import pytest

from simkit.api import import_run
from simkit.errors import FileError
from simkit.imports.formats import READERS


@pytest.mark.parametrize("format", sorted(READERS))
def test_an_empty_file_is_one_line_and_leaves_no_run(format: str, tmp_path: Path) -> None:
    path = tmp_path / "dump.jsonl"
    path.write_text("[]" if format == "tau-bench" else "\n")

    with pytest.raises(FileError, match=r"dump.jsonl:1:1: "):
        import_run(format, path, tmp_path / "run")

    assert not (tmp_path / "run").exists()
