"""What a domain's tools.py does is known by digests: how it is written is not in them, what it does is."""

from __future__ import annotations

from pathlib import Path

import pytest
from tinyshop import TOOLS

import simkit
from simkit.errors import UsageError
from simkit.spec.code import ELSE, code_digests


def digests(tmp_path: Path, text: str) -> dict[str, str]:
    """Of a module with that text."""
    file = tmp_path / "tools.py"
    file.write_text(text, encoding="utf-8")
    return code_digests(file)


@pytest.mark.parametrize(
    "text",
    [
        "# A comment.\n\n\n" + TOOLS,
        '"""What it is for."""\n' + TOOLS,
        TOOLS.replace('    """Look up an order."""\n', '    """Look\n    it\n    up."""  # a comment\n'),
        TOOLS.replace('world.get("orders", order_id)["status"]', "world.get('orders',\n        order_id)['status']"),
    ],
)
def test_comments_layout_and_docstrings_change_nothing(tmp_path: Path, text: str) -> None:
    assert text != TOOLS
    assert digests(tmp_path, text) == digests(tmp_path, TOOLS)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ('== "cancelled"', '!= "cancelled"', "cancel_order"),
        ("raise RuntimeError", "raise ValueError", "break_things"),
        ("@writes\ndef break_things", "@reads\ndef break_things", "break_things"),
        ('r"^W\\d+$"', 'r"^X\\d+$"', "OrderId"),
        ("import Field, Refused", "import Field, Annotated, Refused", ELSE),
        ('lamp="on"', "lamp=1", "press_button"),
    ],
)
def test_a_change_is_known_by_the_definition_that_it_is_in(tmp_path: Path, old: str, new: str, changed: str) -> None:
    before, after = digests(tmp_path, TOOLS), digests(tmp_path, TOOLS.replace(old, new))

    assert {name for name in before if before[name] != after[name]} == {changed}


def test_digests_depend_on_neither_place_nor_python(tmp_path: Path) -> None:
    """Pinned: a run that was begun elsewhere must be found the same here."""
    assert digests(tmp_path, TOOLS)["cancel_order"] == "9a0025409acc"


def test_a_run_whose_tools_have_changed_is_not_gone_on_with(shop: Path, tmp_path: Path) -> None:
    first = simkit.run(shop, "reference", out=tmp_path / "run")
    tools = shop / "tools.py"
    tools.write_text("# Mended.\n" + tools.read_text())
    simkit.run(shop, "reference", out=tmp_path / "run", resume=True)
    tools.write_text(tools.read_text().replace('status="cancelled"', 'status="gone"') + "\nTAX = 3\n")

    with pytest.raises(UsageError, match=r"has changed \(tools\.py of shop: TAX new, cancel_order changed\); undo"):
        simkit.run(shop, "reference", out=tmp_path / "run", resume=True)
    accepted = simkit.run(shop, "reference", out=tmp_path / "run", resume=True, accept_changes=True)

    assert accepted.store.manifest["accepted_changes"] == [["tools.py of shop: TAX new, cancel_order changed"]]
    assert accepted.summary().digest == first.summary().digest
