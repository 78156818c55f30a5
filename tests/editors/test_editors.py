"""Editors complete and underline: the published schemas in the real yaml-language-server, over LSP on stdio.

`.ci/run` installs it with npm into .venv/node; elsewhere it is looked for there and on the PATH, else skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from needed import needed_file

from simkit.design.scaffold.files import new_domain, new_persona

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(shutil.which("yaml-language-server") or ROOT / ".venv/node/node_modules/.bin/yaml-language-server")
needed_file(SERVER, "yaml-language-server is not installed")


class Editor:
    """An editor with one folder open: as little of the Language Server Protocol as the questions below need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = subprocess.Popen([SERVER, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.number = 0
        self.noted: list[dict[str, Any]] = []
        uri = folder.as_uri()
        capabilities = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
        self.ask("initialize", {"processId": None, "rootUri": uri, "capabilities": capabilities})
        self.tell("initialized", {})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """A request, and what is answered."""
        self.number += 1
        self._send({"id": self.number, "method": method, "params": params})
        while True:
            message = self._heard()
            if message.get("id") == self.number and "method" not in message:
                return message.get("result")
            self._take(message)

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """A notification."""
        self._send({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message and "method" in message:  # the server asks for settings, and gets none
            items = message.get("params", {}).get("items", ()) if message["method"] == "workspace/configuration" else ()
            self._send({"id": message["id"], "result": [None for _ in items]})
        else:
            self.noted.append(message)

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin is not None
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def _heard(self) -> dict[str, Any]:
        assert self.server.stdout is not None
        length = 0
        while (line := self.server.stdout.readline().strip()) or not length:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.server.stdout.read(length))  # type: ignore[no-any-return]

    def opened(self, file: Path, text: str) -> list[tuple[int, str]]:
        """(line, message) of everything that is underlined once a file is open."""
        uri = file.as_uri()
        self.tell(
            "textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}
        )
        while True:
            for message in self.noted:
                if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                    self.noted.remove(message)
                    found = message["params"]["diagnostics"]
                    return [(one["range"]["start"]["line"] + 1, one["message"]) for one in found]
            self._take(self._heard())

    def offered(self, file: Path, line: int, column: int) -> list[str]:
        """What is offered at a place, from 1."""
        where = {"line": line - 1, "character": column - 1}
        found = self.ask("textDocument/completion", {"textDocument": {"uri": file.as_uri()}, "position": where})
        return [item["label"] for item in found["items"]]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `simkit new` leaves it."""
    folder = tmp_path_factory.mktemp("pack")
    new_domain("pharmacy", folder / "scenarios")
    new_persona("slow-reader", folder / "personas", folder / "scenarios")
    return folder


@pytest.fixture(scope="module")
def editor(pack: Path) -> Iterator[Editor]:
    """One server for all questions: it takes a second to start."""
    editor = Editor(pack)
    yield editor
    editor.ask("shutdown", {})
    editor.tell("exit", {})
    editor.server.communicate(timeout=60)


@pytest.mark.parametrize(
    "file", ["scenarios/pharmacy/domain.yaml", "scenarios/pharmacy/pharmacy-order.yaml", "personas/slow-reader.yaml"]
)
def test_nothing_is_underlined_in_a_new_file(editor: Editor, pack: Path, file: str) -> None:
    assert editor.opened(pack / file, (pack / file).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "said"),
    [
        ("scenarios/pharmacy/domain.yaml", "rules:", "ruels:", "ruels"),
        ("scenarios/pharmacy/domain.yaml", "{label: item, also:", "{label: item, alos:", "alos"),
        (
            "scenarios/pharmacy/pharmacy-order.yaml",
            "personas: [plain, elderly]",
            "persona: [plain, elderly]",
            "persona",
        ),
        ("scenarios/pharmacy/pharmacy-order.yaml", "tags: [write]", "limits: {turns: many}", "integer"),
        ("personas/slow-reader.yaml", "verbosity: plain", "verbosity: chatty", "terse"),
    ],
)
def test_a_mistake_is_underlined_where_it_stands(
    editor: Editor, pack: Path, file: str, right: str, wrong: str, said: str
) -> None:
    text = (pack / file).read_text(encoding="utf-8")
    assert right in text
    broken = text.replace(right, wrong)
    line = broken[: broken.index(wrong)].count("\n") + 1

    found = editor.opened(pack / file.replace(".yaml", f"-{said}.yaml"), broken)

    assert any(at == line and said in message for at, message in found), found


@pytest.mark.parametrize(
    ("file", "schema", "wanted"),
    [
        ("scenarios/pharmacy/more.yaml", "../scenario.schema.json", {"wants", "goal", "reference", "does_not_know"}),
        ("personas/more.yaml", "../scenarios/persona.schema.json", {"manner", "patience", "discloses"}),
        ("scenarios/pharmacy/other.yaml", "../domain.schema.json", {"slots", "rules", "catalogue"}),
    ],
)
def test_keys_are_offered(editor: Editor, pack: Path, file: str, schema: str, wanted: set[str]) -> None:
    text = f"# yaml-language-server: $schema={schema}\ntags: [new]\n"
    editor.opened(pack / file, text + "\n")

    assert wanted <= set(editor.offered(pack / file, 3, 1))
