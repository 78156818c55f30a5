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
        ("case.yaml", "goal:", "changes: [{when: 0, says: Wait.}]\ngoal:", "yaml:6:18: 0 is no turn of the user's"),
        ("case.yaml", "goal:", "goal:\n  any_of: [{}]", "yaml:7:12: an empty end always holds"),
        ("case.yaml", "To cancel my lamp", "''", "yaml:4:8: a want is empty"),
        ("case.yaml", "goal:", "then: ['']\ngoal:", "yaml:6:7: a want is empty"),
        ("domain.yaml", "catalogue:", "agent: demi.py:build\ncatalogue:", "there is no file demi.py in this folder"),
        ("case.yaml", "  - get_order: {order_id: W1}", "  - says: Hello.", "'says' is no step; did you mean 'say'?"),
        ("case.yaml", "To cancel my lamp", '"To cancel my lamp', "yaml:4:8: not YAML: the quotes that open here"),
    ],
)
def test_a_contradiction_is_one_line_with_its_cure(shop: Path, file: str, old: str, new: str, says: str) -> None:
    path = shop / file
    path.write_text(path.read_text().replace(old, new, 1))

    with pytest.raises(SimkitError) as raised:
        simkit.load(shop)

    assert len(raised.value.lines()) == 1
    assert says in str(raised.value)


def test_a_file_that_does_not_say_what_it_is_is_told_by_its_keys(tmp_path: Path) -> None:
    path = tmp_path / "ann.yaml"
    path.write_text("summary: Ann.\nmanner: Plain.\npatience: 3\n")

    with pytest.raises(SimkitError) as raised:
        simkit.load(path)

    assert [line.partition(": ")[2] for line in raised.value.lines()] == ["'persona' is missing; add 'persona: …'"]


def test_a_domain_without_its_card_is_one_line_however_many_cases_it_has(shop: Path) -> None:
    (shop / "domain.yaml").unlink()
    for number in range(3):
        (shop / f"case{number}.yaml").write_text((shop / "case.yaml").read_text().replace("lamp", f"lamp-{number}", 1))

    with pytest.raises(SimkitError) as raised:
        simkit.load(shop)

    assert len(raised.value.lines()) == 1
    assert "domain.yaml:1:1: is missing; a domain says there what it is" in str(raised.value)


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
