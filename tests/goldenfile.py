"""Golden files: what people read, kept whole in tests/golden and compared to the letter.

`REFRESH_GOLDEN=1 pytest …` writes them anew; the diff is the review.
"""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def golden(name: str, text: str) -> str:
    """The golden text of that name, for `assert text == golden(name, text)`; written first when refreshing."""
    path = FOLDER / name
    if os.environ.get("REFRESH_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return path.read_bytes().decode()
