"""What is written reads back as the same value."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import simkit
from simkit.design.yamltext import block
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import parse_documents
from simkit.spec.written import written, written_persona

HERE = Path("written.yaml")


def test_every_shipped_scenario_and_persona_comes_back() -> None:
    pack = simkit.load()
    for case in pack.cases:
        read = parse_documents(block(written(case.scenario)), HERE)[0].value
        assert Scenario.model_validate(read).digest == case.scenario.digest
    for persona in {one.persona: one for case in pack.cases for one in case.personas}.values():
        read = parse_documents(block(written_persona(persona)), HERE)[0].value
        assert Persona.model_validate(read) == persona


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), VALUES, min_size=1, max_size=4))
def test_whatever_is_plain_comes_back(value: dict[str, object]) -> None:
    (document,) = parse_documents(block(value), HERE)

    assert document.value == value


@pytest.mark.parametrize("text", ["1e3", "0x1F", "null", "~", "2026-03-02", "NO", "a: b", "- x", "é", "\x85"])
def test_texts_stay_texts(text: str) -> None:
    assert parse_documents(block({"key": text}), HERE)[0].value == {"key": text}
