"""Servers that speak OpenAI's chat completions, over plain HTTP: without any vendor's library between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import anyio.lowlevel

from simkit.llm.chat import ChatMessage, Offered, Reply, Shape
from simkit.llm.failure import Failure, refused
from simkit.llm.patience import Patience
from simkit.llm.wire import complaint, read_reply

_CLIENT: anyio.lowlevel.RunVar[Any] = anyio.lowlevel.RunVar("simkit_model_client")
"""One pool of connections for each event loop."""


async def _client() -> Any:
    kept = _CLIENT.get(None)
    if kept is None:
        import httpx2

        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
        client = httpx2.AsyncClient(limits=limits, follow_redirects=False)
        kept = (_until_the_loop_ends(client), client)
        _CLIENT.set(kept)
        await anext(kept[0])
    return kept[1]


async def _until_the_loop_ends(client: Any) -> AsyncIterator[None]:
    """Closes the client's connections: an event loop that ends closes the generators that were begun in it."""
    try:
        while True:
            yield
    finally:
        await client.aclose()


class OpenAICompatible:
    """One model of one server: `name` as the server knows it, `base` up to and including `/v1`."""

    def __init__(self, name: str, base: str, key: str, patience: Patience) -> None:
        self.name, self.url, self.patience = name, f"{base}/chat/completions", patience
        self.provider = base
        self._headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        # OpenAI's newer models refuse the old name; most other servers know no other.
        limit = "max_completion_tokens" if base == OPENAI else "max_tokens"
        self._limit = f'"{limit}":{patience.output_tokens},'.encode()

    async def attempt(
        self, request: bytes, messages: Sequence[ChatMessage], tools: Sequence[Offered], shape: Shape | None
    ) -> Reply:
        """One try. Raises Failure."""
        import httpx2

        try:
            status, headers, answer = await self._post(b"{" + self._limit + request[1:])
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Failure("unreachable", f"{type(error).__name__}: {error}", transient=True) from None
        except (httpx2.ReadTimeout, httpx2.WriteTimeout):
            raise Failure("timeout", f"no word within {self.patience.first_byte:g} s", lost=True) from None
        except httpx2.TransportError as error:
            raise Failure("unreachable", f"{type(error).__name__}: {error}", transient=True, lost=True) from None
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Failure("protocol", f"{type(error).__name__}: {error}", lost=True) from None
        if not 200 <= status < 300:
            raise refused(status, headers, complaint(answer))
        return read_reply(answer, self.name, (len(request), self.patience.output_tokens), self.patience.message)

    async def _post(self, content: bytes) -> tuple[int, Mapping[str, str], bytes]:
        import httpx2

        timeout = httpx2.Timeout(self.patience.first_byte, connect=self.patience.connect)
        sent = (await _client()).stream("POST", self.url, content=content, headers=self._headers, timeout=timeout)
        async with sent as response:
            read = bytearray()
            async for chunk in response.aiter_bytes():
                read += chunk
                if len(read) > self.patience.answer:
                    raise Failure("protocol", f"the answer is longer than {self.patience.answer} bytes", lost=True)
            return response.status_code, response.headers, bytes(read)


OPENAI = "https://api.openai.com/v1"
