"""A small server on this machine that speaks OpenAI's chat completions, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Request = dict[str, Any]
Policy = Callable[[Request], dict[str, Any]]
"""From the body of a request to the assistant's message."""


class ChatServer:
    """`faults` are served first, one a request; then `policy` answers. `requests` and `keys` are what came in."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.faults: list[Callable[[BaseHTTPRequestHandler], None]] = []
        self.faulty: Callable[[Request], Callable[[BaseHTTPRequestHandler], None] | None] = lambda request: None
        """Chosen by the request: how it fails, if it does."""
        self.requests: list[Request] = []
        self.keys: list[str] = []
        self.paths: list[str] = []
        self.connections = 0
        self.released = threading.Event()
        self.url = ""

    def broken(self, *faults: Callable[[BaseHTTPRequestHandler], None]) -> ChatServer:
        """The next requests fail in these ways."""
        self.faults += faults
        return self


def says(text: str) -> dict[str, Any]:
    """An assistant's message."""
    return {"role": "assistant", "content": text}


def calls(*wanted: tuple[str, str]) -> dict[str, Any]:
    """An assistant's message that asks for tools: (name, arguments as raw text)."""
    listed = [
        {"id": f"c{at}", "type": "function", "function": {"name": name, "arguments": text}}
        for at, (name, text) in enumerate(wanted)
    ]
    return {"role": "assistant", "content": None, "tool_calls": listed}


def sends(
    status: int, body: str = "{}", headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    """A fault: this status with this body, as it stands."""

    def fault(handler: BaseHTTPRequestHandler) -> None:
        data = body.encode()
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **(headers or {})}.items():
            handler.send_header(name, value)
        with suppress(ConnectionError):  # whoever asked may be gone
            handler.end_headers()
            handler.wfile.write(data)

    return fault


def hangs_up(handler: BaseHTTPRequestHandler) -> None:
    """A fault: the connection breaks before a word is said."""
    handler.close_connection = True


@contextmanager
def serving(policy: Policy) -> Iterator[ChatServer]:
    """A running server; afterwards it is gone, threads and sockets included."""
    chat = ChatServer(policy)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def setup(self) -> None:
            chat.connections += 1
            super().setup()

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            chat.requests.append(request)
            chat.keys.append(self.headers.get("Authorization", ""))
            chat.paths.append(self.path)
            fault = chat.faults.pop(0) if chat.faults else chat.faulty(request)
            if fault is not None:
                return fault(self)
            usage = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
            choice = {"index": 0, "message": chat.policy(request), "finish_reason": "stop"}
            reply = {"id": "r", "object": "chat.completion", "created": 0, "model": "tiny-2026", "usage": usage}
            return sends(200, json.dumps({**reply, "choices": [choice]}), {"Content-Type": "application/json"})(self)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    chat.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield chat
    finally:
        chat.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
