"""Domains drafted from a real MCP server: over stdio and streamable HTTP, called live, and recorded."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from needed import needed

from simkit import Refused, api, cli
from simkit.play.world import Start, World
from simkit.spec.files import Pack

needed("mcp")

DESK = Path(__file__).with_name("mcp_desk.py")
STDIO = f"{sys.executable} {DESK}"


def drafted(*words: str) -> int:
    """The exit code of `simkit draft domain desk …`."""
    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "desk", *words])
    return int(left.value.code or 0)


@contextmanager
def served() -> Iterator[str]:
    """The desk over streamable HTTP: its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, DESK, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(1200):
            assert server.poll() is None
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        server.terminate()
        server.wait()


def test_a_live_server_is_called_and_sessions_of_a_command_do_not_see_each_other() -> None:
    assert drafted("--mcp", STDIO, "--scenarios", "2") == 0
    pack = api.load("scenarios/desk")
    domain = pack.domains[0]
    tools = {name: function for (_, name), function in domain.functions.items()}
    one, other = World(Start(domain.tables)), World(Start(domain.tables))

    tools["close_ticket"](one, ticket_id="T-71", reason="solved")

    assert tools["get_ticket"](one, ticket_id="T-71")["status"] == "closed"
    assert tools["get_ticket"](other, ticket_id="T-71")["status"] == "open"
    assert one.value("calls.C1") == {"tool": "close_ticket", "ticket_id": "T-71", "reason": "solved"}
    with pytest.raises(Refused, match="no ticket T-99"):
        tools["get_ticket"](one, ticket_id="T-99")
    assert {tool.name: tool.effect for tool in domain.card.tools}["close_ticket"] == "write"
    (_, score), *_ = api.run(Pack(pack.cases[-1:]), "reference").scored
    assert score.passed, score.reason


def test_answers_over_http_are_recorded_and_the_server_is_needed_no_more() -> None:
    with served() as url:
        assert drafted("--mcp", url, "--record", "3") == 0

    checked = api.check("scenarios/desk")

    assert checked.problems == ()
    assert checked.pack.domains[0].tables["tickets"].keys() == {"T-71", "T-72", "T-73"}
    assert "simkit.guests.mcp" not in Path("scenarios/desk/tools.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("where", ["nowhere-at-all --x", "http://127.0.0.1:9/mcp", "'", f"{sys.executable} -c pass"])
def test_a_server_that_is_not_there_is_one_line(where: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert drafted("--mcp", where) == 2

    told = [line for line in capfd.readouterr().err.splitlines() if line.startswith("simkit: error: ")]
    assert len(told) == 1 and "MCP server" in told[0]
    assert not Path("scenarios").exists()
