"""Documents that are not there are mistakes, with their place and a cure."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import simkit
from simkit.errors import SimkitError
from simkit.spec.scenario import Scenario

KNOWLEDGE = "knowledge:\n  documents: orders\n  found_by: {get_order: orders.*}\n"


def write(shop: Path, *, domain: str = KNOWLEDGE, case: str = "") -> None:
    """The small shop, with documents."""
    for name, text in (("domain.yaml", domain), ("case.yaml", case)):
        with (shop / name).open("a") as file:
            file.write(text)


def test_a_list_of_documents_grades_each_with_one() -> None:
    plain = {"scenario": "s", "wants": "a lamp", "goal": {}}

    assert Scenario.model_validate(plain | {"relevant": ["d1", "d2"]}).relevant == {"d1": 1, "d2": 1}
    assert Scenario.model_validate(plain | {"relevant": {"d1": 3}}).relevant == {"d1": 3}


@pytest.mark.parametrize(
    ("domain", "case", "said"),
    [
        ("", "relevant: [I1]\n", "case.yaml:{last}:1: domain 'shop' has no documents; add 'knowledge:'"),
        (KNOWLEDGE, "relevant: [nonsense]\n", "case.yaml:{last}:12: there is no document 'nonsense'; known: W1, W2"),
        (KNOWLEDGE, "relevant: {nonsense: 2}\n", "case.yaml:{last}:12: there is no document 'nonsense'"),
        (KNOWLEDGE, "relevant: [a, a]\n", "case.yaml:{last}:11: document 'a' stands here twice; keep one"),
        (KNOWLEDGE, "relevant: {a: 0}\n", "relevant.a"),
        (KNOWLEDGE.replace("orders\n", "thngs\n", 1), "", "the world has no table 'thngs'"),
        (KNOWLEDGE.replace("get_order", "get_ordr"), "", "there is no tool 'get_ordr'; did you mean 'get_order'"),
    ],
)
def test_a_mistake_in_knowledge_is_one_line_with_a_cure(shop: Path, domain: str, case: str, said: str) -> None:
    write(shop, domain=domain, case=case)
    last = len((shop / "case.yaml").read_text().splitlines())

    with pytest.raises(SimkitError) as raised:
        simkit.load(shop)

    assert re.search(said.replace("{last}", str(last)), str(raised.value)), str(raised.value)
