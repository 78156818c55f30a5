"""Exit codes: no run that failed says success, and what could be read of a damaged run is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tinyshop import SCENARIO, write_shop

from simkit.cli import app
from simkit.console import guarded
from simkit.trace.store import Store

AGENTS = '''
from simkit.errors import ModelError

async def clerk(turn):
    """Does the work, but for one user with whom the model cannot be reached."""
    if "mistrustful" in turn.session:
        raise ModelError("unreachable", "nobody there")
    if "W1" not in turn.text and len(turn.history) < 2:
        return "Could you tell me your order number?"
    order = await turn.call("get_order", order_id="W1")
    if len(turn.history) < 4:
        return f"It costs ${order.value['total']:.0f}. Shall I cancel it?"
    await turn.call("cancel_order", order_id="W1")
    return "It is cancelled. Anything else?"

async def outage(turn):
    """No model can be reached at all."""
    raise ModelError("unreachable", "nobody there")
'''


def code(*tokens: object) -> int:
    """The exit code of a command."""
    words = [str(token) for token in tokens]
    return guarded(lambda: app(words, exit_on_error=False, print_error=False, result_action="return_value"))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Two personas, agents beside them."""
    (tmp_path / "agents.py").write_text(AGENTS)
    return write_shop(tmp_path, SCENARIO.replace("personas: [plain]", "personas: [plain, mistrustful]"))


@pytest.mark.parametrize(
    ("gates", "run", "score"),
    [
        ((), 1, 0),
        (("--fail-under", "0"), 1, 0),
        (("--fail-under", "1"), 1, 1),
        (("--max-errored", "0"), 1, 1),
        (("--max-errored", "1"), 0, 0),
        (("--max-errored", "1", "--fail-under", "0"), 0, 0),
        (("--max-errored", "1", "--fail-under", "1"), 0, 0),
        (("--max-errored", "0", "--fail-under", "0"), 1, 1),
    ],
)
def test_more_invalid_sessions_than_allowed_fail_a_run_whatever_the_pass_rate(
    shop: Path, tmp_path: Path, gates: tuple[str, ...], run: int, score: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kept"
    assert code("run", shop, "--agent", f"{tmp_path}/agents.py:clerk", "--out", out, "--json", *gates) == run
    told = json.loads(capsys.readouterr().out)
    assert (told["passed"], told["errored"]) == (1, 1), told["by_scenario"]
    assert code("score", out, *gates) == score


def test_a_run_that_says_nothing_about_the_agent_passes_no_gate_on_the_pass_rate(shop: Path, tmp_path: Path) -> None:
    outage = ("run", shop, "--agent", f"{tmp_path}/agents.py:outage", "--max-errored", "2")
    assert code(*outage) == 1
    assert code(*outage, "--fail-under", "0") == 0


@pytest.mark.parametrize("gate", ["-1", "0.5", "many"])
def test_a_number_of_invalid_sessions_that_is_none_is_a_wrong_input(shop: Path, gate: str) -> None:
    assert code("run", shop, "--max-errored", gate) == 2


def test_a_damaged_run_is_told_with_what_could_be_read(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kept"
    assert code("run", shop, "--agent", "reference", "--trials", "20", "--out", out, "--json") == 0
    Store.open(out).close()
    path = out / "run.db"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    capsys.readouterr()

    for command in ("score", "matrix", "graph", "report"):
        assert code(command, out) == 2
        said, told = capsys.readouterr()
        assert said == ""
        assert told.startswith(f"simkit: error: {out}: is damaged (") and told.count("\n") == 1, told
        assert " sessions could be read, " in told and told.endswith("; restore it from a copy, or run it again\n")


def test_output_that_cannot_be_written_is_no_success(shop: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full here")
    command = [sys.executable, "-m", "simkit.cli", "run", str(shop), "--agent", "reference", "--json"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)

    assert ended.returncode == 2
    assert ended.stderr == "simkit: error: stdout: No space left on device; check the path and its permissions\n"
