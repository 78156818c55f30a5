"""`simkit view` for real: a server in one process, a run that goes on in another, and a browser that looks on."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from chromium import Opened
from needed import needed

from simkit.cli import main

sync_api = needed("playwright.sync_api")

AGENT = """
import pathlib
import anyio

begun = 0


async def agent(turn):
    global begun
    if not turn.history[:-1]:
        begun += 1
    while begun > 2 and not pathlib.Path("go").exists():
        await anyio.sleep(0.02)
    return "<img src=x onerror=alert(1)> Goodbye."
"""
"""Plays two sessions, then waits for a sign."""


def start(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "simkit.cli", *arguments]
    environment = {**os.environ, "NO_COLOR": "1", "PYTHONUTF8": "1"}
    return subprocess.Popen(
        command, cwd=cwd, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture(scope="module")
def going_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with a run that goes on once a file `go` is there, and the address at which it is served."""
    folder = tmp_path_factory.mktemp("view")
    (folder / "agent.py").write_text(AGENT)
    cases = str(Path(__file__).parents[2] / "scenarios/airline/airline-flight-status.yaml")
    playing = start("run", cases, "--agent", "agent.py:agent", "--trials", "3", "--at-once", "1", "--out", "now",
                    "--fail-under", "0", cwd=folder)  # fmt: skip
    while not (folder / "runs/now/run.json").exists():
        assert playing.poll() is None, playing.communicate()
    serving = start("view", "now", "--port", "0", cwd=folder)
    assert serving.stdout is not None
    yield folder, serving.stdout.readline().strip()
    (folder / "go").touch()
    playing.communicate(timeout=60)
    serving.send_signal(signal.SIGINT)
    _, said = serving.communicate(timeout=30)
    assert (playing.returncode, serving.returncode) == (0, 0)
    assert "Ctrl-C ends it" in said and "Traceback" not in said


def asked(url: str, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """What the server answers."""
    host, port = url.removeprefix("http://").rstrip("/").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    found = answer.status, dict(answer.getheaders()), answer.read().decode()
    connection.close()
    return found


def test_only_this_machine_is_answered_by_its_own_name(going_on: tuple[Path, str]) -> None:
    """Neither a name that was made to lead here (DNS rebinding) nor a page of another site gets anything."""
    _, url = going_on
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", url)
    status, headers, page = asked(url, "/")
    assert status == 200 and "connect-src 'self'" in unescape(page)
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in headers
    for headers in ({"Host": "evil.example"}, {"Host": "evil.example:80"}, {"Host": ""}):
        status, _, told = asked(url, "/index.json", **headers)
        assert status == 421 and "only" in json.loads(told)["error"]
    assert asked(url, "/index.json", Sec_Fetch_Site="cross-site")[0] == 403
    assert asked(url, "/../../etc/passwd")[0] == 404
    assert asked(url, "/session.json?key=a/b/1")[0] == 404 and asked(url, "/session.json?key=%00")[0] == 404
    port = int(url.rstrip("/").rsplit(":", 1)[1])
    own = socket.gethostbyname(socket.gethostname())
    if not own.startswith("127."):
        with pytest.raises(OSError), socket.create_connection((own, port), timeout=2):
            pass


def test_who_asks_for_nonsense_or_leaves_before_the_answer_leaves_no_traceback(going_on: tuple[Path, str]) -> None:
    """What the server says at its end is held to that where it is started."""
    _, url = going_on
    port = int(url.rstrip("/").rsplit(":", 1)[1])
    for _ in range(3):
        left = socket.create_connection(("127.0.0.1", port))
        left.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        left.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # closed by a reset
        left.close()

    status, _, told = asked(url, f"/session.json?key=a/b/{10**30}")

    assert status in (404, 500) and "error" in json.loads(told)


@pytest.mark.browser
def test_figures_move_while_the_run_goes_on_in_another_process(going_on: tuple[Path, str], browser: Any) -> None:
    """New sessions appear without a reload; a list that is being chosen from waits; the end is told."""
    folder, url = going_on
    context = browser.new_context()
    opened = Opened(context.new_page(), url)
    page = opened.page
    sync_api.expect(page.locator("#pulse-text")).to_contain_text("Live · 2 of")
    assert opened.text(".card:nth-child(2) .value") == "2"
    opened.go("#view=sessions")
    rows = page.locator("table.sessions tbody tr")
    sync_api.expect(rows).to_have_count(2)
    page.click("#pause")
    page.evaluate("window.same = true")
    (folder / "go").touch()
    sync_api.expect(page.locator("#pause")).to_have_text("Show new figures", timeout=60_000)
    assert rows.count() == 2
    page.click("#pause")
    sync_api.expect(page.locator("#pulse-text")).to_contain_text("Finished · 9 of 9 sessions", timeout=60_000)
    sync_api.expect(rows).to_have_count(9)
    rows.first.locator("a").click()
    sync_api.expect(page.locator(".bubble.agent").first).to_contain_text("<img src=x onerror=alert(1)> Goodbye.")
    assert page.evaluate("window.same") is True
    assert opened.wrong == []
    assert {one.split("?")[0].removeprefix(url).split("#")[0] for one in opened.requests} - {"about:blank"} == {
        "", "index.json", "session.json",
    }  # fmt: skip
    context.close()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [(("nothing",), "'nothing' is no run"), (("now", "--port", "{port}"), "--port {port}: cannot be served on")],
)
def test_what_cannot_be_served_is_one_line(
    going_on: tuple[Path, str],
    arguments: tuple[str, ...],
    wanted: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """No run, or a port that is taken."""
    folder, url = going_on
    port = url.rstrip("/").rsplit(":", 1)[1]
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as left:
        main(["view", *(one.format(port=port) for one in arguments)])
    printed, said = capfd.readouterr()
    assert left.value.code == 2 and printed == ""
    assert said.startswith(f"simkit: error: {wanted.format(port=port)}") and said.count("\n") == 1
