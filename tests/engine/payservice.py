"""A paid service that a killed run's agent pays: run as `python payservice.py DELAY`, it prints its port.

Every request names a call by an id of its own (`session`, `turn`, `step`); the answer is the same for the same call.
`GET /N` waits a little for N requests, and tells what was asked for and what was answered, in order: the ground truth
of what was paid.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DELAY = float(sys.argv[1]) if len(sys.argv) > 1 else 0.02
LEDGER: dict[str, list[str]] = {"asked": [], "answered": []}
LOCK = threading.Condition()


class Service(BaseHTTPRequestHandler):
    """Takes money."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = f"{call['session']}#{call['turn']}#{call['step']}"
        with LOCK:
            LEDGER["asked"].append(name)
            LOCK.notify_all()
        time.sleep(DELAY)
        with LOCK:
            LEDGER["answered"].append(name)
        self._answer({"text": f"paid for {name}"})

    def do_GET(self) -> None:
        wanted = int(self.path.strip("/"))
        with LOCK:
            LOCK.wait_for(lambda: len(LEDGER["asked"]) >= wanted, timeout=0.2)
            told = {name: list(calls) for name, calls in LEDGER.items()}
        self._answer(told)

    def _answer(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


class Server(ThreadingHTTPServer):
    """One thread a connection; a client that is killed is no news."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Killed clients are what this is for."""


if __name__ == "__main__":
    with Server(("127.0.0.1", 0), Service) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
