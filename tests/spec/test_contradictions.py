"""What no single file shows as wrong, and a reviewer found all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

import simkit
from simkit.errors import SimkitError


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("case.yaml", "personas: [plain]", "personas: [plain, plain]", "persona 'plain' stands here twice; keep one"),
        ("case.yaml", "orders.W1.status", "orders.W1.statuss", "has a field 'statuss'; did you mean 'status'?"),
        ("case.yaml", "goal:", "does_not_know: [name]\ngoal:", "'name' stands in knows and in does_not_know"),
        ("domain.yaml", "orders.*.product", "orders.*.produkt", "orders.*.produkt leads to nothing"),
    ],
)
def test_a_contradiction_is_one_line_with_its_cure(shop: Path, file: str, old: str, new: str, says: str) -> None:
    path = shop / file
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(SimkitError) as raised:
        simkit.load(shop)

    assert len(raised.value.lines()) == 1
    assert says in str(raised.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('phrases: {tell: [""]}', "a wording for 'tell' is empty"),
        ('phrases: {tell: ["Here."]}', "must hold {value}"),
        ("irritation: {question: -3}", "question"),
    ],
)
def test_a_persona_that_could_not_speak_is_refused(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "ann.yaml"
    path.write_text(f"persona: ann\nsummary: Ann.\nmanner: Plain.\n{line}\n")

    with pytest.raises(SimkitError, match=says):
        simkit.load(path)
