"""A server for one page, on this machine only: the page, new figures of its run, and transcripts as they are opened.

Only 127.0.0.1 is bound. A page elsewhere can still make its reader's browser ask, by a name of its own that leads here
(DNS rebinding): so a request is answered only if its Host is this address, and a browser that says that another site
asks (`Sec-Fetch-Site`) is refused. There is nothing to write to, and no path leads to a file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from simkit.errors import SimkitError, UsageError, one_line
from simkit.report.html import whole_page
from simkit.viewing.following import Following

HOST = "127.0.0.1"
USUAL = 8765
"""The port, if none is asked for and it is free."""

_SAFE = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Answer(NamedTuple):
    """What is sent back."""

    status: HTTPStatus
    body: str = ""
    kind: str = "application/json"


def answer(following: Following, path: str) -> Answer:
    """What stands at a path of this server. A store that fails is told as JSON with an `error`, and asked again when
    the page asks again."""
    asked = urlsplit(path)
    said = {name: values[-1] for name, values in parse_qs(asked.query).items()}
    try:
        if asked.path == "/":
            following.refresh()
            page = whole_page(following.name, {"index": following.index()}, live=True)
            return Answer(HTTPStatus.OK, page, "text/html; charset=utf-8")
        if asked.path == "/index.json":
            if str(following.refresh()) == said.get("since"):
                return Answer(HTTPStatus.NO_CONTENT)
            return Answer(HTTPStatus.OK, following.index())
        if asked.path == "/session.json":
            return Answer(HTTPStatus.OK, following.transcript(said.get("key", "")))
    except UsageError as error:
        return _wrong(HTTPStatus.NOT_FOUND, one_line(error))
    except SimkitError as error:
        return _wrong(HTTPStatus.SERVICE_UNAVAILABLE, one_line(error))
    except Exception as error:  # a question that nobody thought of gets an answer too
        return _wrong(HTTPStatus.INTERNAL_SERVER_ERROR, one_line(f"{type(error).__name__}: {error}"))
    return _wrong(HTTPStatus.NOT_FOUND, "nothing stands here; the page is at /")


def _wrong(status: HTTPStatus, what: str) -> Answer:
    return Answer(status, json.dumps({"error": what}))


class Server(ThreadingHTTPServer):
    """Serves a run until it is shut down. Raises UsageError for a port that is taken or not allowed."""

    daemon_threads = True
    # Another process must not be able to take the port over, or to have it already.
    allow_reuse_port = False

    def __init__(self, following: Following, port: int | None = None) -> None:
        self.following = following
        try:
            super().__init__((HOST, USUAL if port is None else port), _Handler)
        except OSError as error:
            if port is not None:
                what = f"--port {port}: cannot be served on ({error.strerror}); choose another, or leave it out"
                raise UsageError(what) from None
            super().__init__((HOST, 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away before it has its answer, as at every reload, is no error."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Where to open it."""
        return f"http://{HOST}:{self.server_port}/"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which a request may call it."""
        return (f"{HOST}:{self.server_port}", f"localhost:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "simkit", ""
    timeout = 30

    def do_GET(self) -> None:
        self._answer(lambda: answer(self.server.following, self.path))

    do_HEAD = do_GET

    def _answer(self, find: Callable[[], Answer]) -> None:
        if self.headers.get("Host", "") not in self.server.hosts:
            found = _wrong(HTTPStatus.MISDIRECTED_REQUEST, f"this server is {self.server.url} only")
        elif self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and self.path != "/":
            found = _wrong(HTTPStatus.FORBIDDEN, "another site may not ask")
        else:
            found = find()
        body = found.body.encode()
        self.send_response(found.status)
        self.send_header("Content-Type", found.kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in _SAFE.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: who looks at a page knows that they do."""
