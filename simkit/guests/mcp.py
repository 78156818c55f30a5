"""A live MCP server as the world of a domain: its tools, called for real while sessions are played.

A command gets a process of its own for each session, so that sessions do not see each other; an address is one server
for all. What a server keeps is its own business: no snapshot, no diff, and runs repeat only as far as it does.
"""

from __future__ import annotations

import atexit
import json
import shlex
import weakref
from collections import deque
from contextlib import ExitStack
from typing import Any

from simkit.errors import Refused, UsageError, one_line

SECONDS = 30.0
"""How long one call may take."""


_CURE = "write the command that starts one, in quotes, or its URL, as in http://localhost:8000/mcp"


class Server:
    """Where the tools are: a command (`python server.py`) that speaks MCP on stdio, or the URL of a streamable HTTP
    endpoint (`http://localhost:8000/mcp`)."""

    def __init__(self, where: str) -> None:
        self.where = where
        self._portal: Any = None
        self._stack = ExitStack()
        self._clients: dict[int, tuple[Any, Any]] = {}
        self._gone: deque[int] = deque()
        atexit.register(self.close)

    def tools(self) -> list[Any]:
        """The server's tools. Raises `UsageError` where it cannot be reached."""
        try:
            client = self._client(0)
            found, cursor = [], None
            while True:
                page = self._portal.call(lambda cursor=cursor: client.list_tools(cursor=cursor))
                found += page.tools
                cursor = page.next_cursor
                if not cursor:
                    return found
        except UsageError:
            raise
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt | SystemExit):
                raise
            what = f"no MCP server answers there ({_why(error)})"
            raise UsageError(f"{one_line(self.where, 80)}: {what}; {_CURE}") from None

    def call(self, world: Any, tool: str, given: dict[str, Any]) -> Any:
        """What a tool of the server answers in a session. Raises `Refused` with the server's words where it says that
        the call failed."""
        number = 0
        if not self._is_address():
            number = id(world)
            if number not in self._clients:
                weakref.finalize(world, self._gone.append, number)
        while self._gone:
            self._leave(self._gone.popleft())
        client = self._client(number)
        arguments = {name: value for name, value in given.items() if value is not None}
        result = self._portal.call(lambda: client.call_tool(tool, arguments, read_timeout_seconds=SECONDS))
        answer = answered(result)
        if result.is_error:
            raise Refused(one_line(answer, 500))
        return answer

    def close(self) -> None:
        """End every process and connection."""
        for number in list(self._clients):
            self._leave(number)
        self._stack.close()
        self._portal = None

    def _is_address(self) -> bool:
        return self.where.startswith(("http://", "https://"))

    def _client(self, number: int) -> Any:
        """The connection of a session (0: of whoever has none)."""
        if number not in self._clients:
            try:
                from mcp import Client, StdioServerParameters
            except ModuleNotFoundError:
                raise UsageError("a live MCP server needs the mcp package; pip install 'simkit[mcp]'") from None
            if self._portal is None:
                from anyio.from_thread import start_blocking_portal

                self._portal = self._stack.enter_context(start_blocking_portal())
            where: Any = self.where
            if not self._is_address():
                command, *arguments = shlex.split(self.where) or [""]
                where = StdioServerParameters(command=command, args=arguments)
            connection = self._portal.wrap_async_context_manager(Client(where, read_timeout_seconds=SECONDS))
            self._clients[number] = (connection, connection.__enter__())
        return self._clients[number][1]

    def _leave(self, number: int) -> None:
        connection, _ = self._clients.pop(number, (None, None))
        if connection is not None:
            try:
                connection.__exit__(None, None, None)
            except Exception:  # a server that ends badly has ended all the same
                return


def answered(result: Any) -> Any:
    """What a result holds: its structured content, else its text, as JSON where it is JSON."""
    held = result.structured_content
    if isinstance(held, dict) and held:
        return held["result"] if set(held) == {"result"} else held
    text = "\n".join(part.text for part in result.content if getattr(part, "type", "") == "text")
    if text.strip()[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _why(error: BaseException) -> str:
    """The innermost reason, in a few words."""
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return one_line(error, 120) or type(error).__name__
