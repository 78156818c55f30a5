"""The confusion between kinds reads well at any usual width."""

from __future__ import annotations

import io

import pytest
from goldenfile import golden
from rich.console import Console

from simkit.metrics.injected.kinds import AGENT_FAULTS, FOUND_AS
from simkit.metrics.injected.tally import Injection
from simkit.report.injection import injection_blocks

SOME = Injection(
    kinds={
        "wrong_tool": {"injected": 12, "found": 10, "as_other_kind": 1, "missed": 1},
        "missing_call": {"injected": 9, "found": 9, "as_other_kind": 0, "missed": 0},
        "loop": {"injected": 0, "found": 0, "as_other_kind": 0, "missed": 0},
        "never": {"injected": 4, "found": 4, "as_other_kind": 0, "missed": 0},
    },
    seen={
        "wrong_tool": {"": 1, "redundant_call": 1, "wrong_tool": 10},
        "missing_call": {"missing_call": 9},
        "never": {"forbidden_call": 4},
    },
    false_findings=1,
    consequences=3,
    harmless=2,
    recovery={"tool_error": {"injected": 5, "noticed": 4, "retried": 3, "told": 1, "recovered": 3}},
)


def shown(injection: Injection, width: int = 80) -> str:
    """The tables as they reach a pipe."""
    console = Console(file=io.StringIO(), width=width, highlight=False)
    for block in injection_blocks(injection):
        console.print(block)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def test_the_matrix_and_recovery_read_well() -> None:
    assert shown(SOME) == golden("report_injection.txt", shown(SOME))


@pytest.mark.parametrize("width", [80, 120])
def test_all_kinds_fit_on_a_line(width: int) -> None:
    row = {"injected": 1234, "found": 1234, "as_other_kind": 0, "missed": 0}
    every = Injection(
        kinds=dict.fromkeys(AGENT_FAULTS, row), seen={kind: {FOUND_AS[kind]: 1234} for kind in AGENT_FAULTS}
    )

    assert max(map(len, shown(every, width).splitlines())) <= width
    for kind in AGENT_FAULTS:
        assert kind in shown(every, 120)


def test_a_run_without_faults_has_no_such_table() -> None:
    assert shown(Injection()) == "\n"
