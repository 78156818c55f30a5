"""From `PROVIDER/NAME` to a model: one, or several of which the first that answers counts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

from simkit.errors import ModelError, UsageError, one_line
from simkit.llm.chat import ChatMessage, Offered, Once, Reply, Shape, unminded
from simkit.llm.lanes import lane
from simkit.llm.openai import OPENAI, OpenAICompatible
from simkit.llm.patience import Patience, in_time, persistently
from simkit.llm.wire import request_of


class Provider(Protocol):
    """One model of one provider, tried once at a time."""

    name: str
    provider: str

    async def attempt(
        self, request: bytes, messages: Sequence[ChatMessage], tools: Sequence[Offered], shape: Shape | None
    ) -> Reply:
        """One try. Raises Failure."""


class Door:
    """A model of ours, with all that stands between it and a provider: retries, rates, deadlines, other models."""

    minds = True

    def __init__(self, chain: Sequence[tuple[str, Provider]], patience: Patience) -> None:
        self.chain, self.patience = tuple(chain), patience

    @property
    def refs(self) -> tuple[str, ...]:
        """The models by name, in the order in which they are asked."""
        return tuple(ref for ref, _ in self.chain)

    async def __call__(
        self,
        messages: Sequence[ChatMessage],
        *,
        tools: Sequence[Offered] = (),
        shape: Shape | None = None,
        once: Once = unminded,
    ) -> Reply:
        """The first answer that one of the models gives. Raises ModelError where none does."""
        *others, last = self.chain
        for ref, provider in others:
            try:
                return await self._asked(ref, provider, messages, tools, shape, once)
            except ModelError as error:
                if error.kind in ("refused_request", "not_recorded"):  # another model would say the same
                    raise
        return await self._asked(*last, messages, tools, shape, once)

    async def _asked(
        self,
        ref: str,
        provider: Provider,
        messages: Sequence[ChatMessage],
        tools: Sequence[Offered],
        shape: Shape | None,
        once: Once,
    ) -> Reply:
        request = request_of(provider.name, messages, tools, shape)

        async def ask() -> dict[str, Any]:
            reply = await in_time(lambda: provider.attempt(request, messages, tools, shape), self.patience)
            return reply.as_json

        async def one_try() -> dict[str, Any]:
            most = (len(request), self.patience.output_tokens)
            slot = lane(provider.provider, self.patience).slot()
            return await once(request, ask, model=ref, most=most, slot=slot)

        return Reply.of_json(await persistently(one_try, self.patience))


def open_model(refs: str, patience: Patience | None = None, *, offline: bool = False) -> Door:
    """The model named `PROVIDER/NAME` or `langchain:PROVIDER/NAME`; several, divided by commas, are asked in that order
    until one answers. `offline`: nobody is ever to be asked, so neither key nor package is needed.

    Raises `UsageError` for a reference that is none, a missing key or a package that is not installed.
    """
    chosen = patience or Patience.of_environment()
    return Door([(ref, _provider(ref, chosen, offline)) for ref in model_refs(refs)], chosen)


def model_refs(refs: str) -> tuple[str, ...]:
    """The models that a reference names. Raises UsageError where one is none."""
    found = tuple(ref.strip() for ref in refs.split(","))
    for ref in found:
        provider, slash, name = ref.removeprefix("langchain:").partition("/")
        if not provider or not slash or not name:
            raise UsageError(f"model '{one_line(ref)}': is no model; write PROVIDER/NAME, as in openai/gpt-5-mini")
    return found


def _provider(ref: str, patience: Patience, offline: bool) -> Provider:
    provider, _, name = ref.removeprefix("langchain:").partition("/")
    if offline:
        return OpenAICompatible(name, "http://offline.invalid", "", patience)
    base = os.environ.get("OPENAI_BASE_URL", "")
    if ref.startswith("langchain:") or not (base or provider == "openai"):
        from simkit.llm.langchain import LangChainModel

        return LangChainModel(provider, name, patience)
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not base:
        raise UsageError(
            f"model '{one_line(ref)}': needs a key; set OPENAI_API_KEY, or OPENAI_BASE_URL for another server"
        )
    if base and not base.startswith(("http://", "https://")):
        raise UsageError("OPENAI_BASE_URL: must begin with http:// or https://, as in http://localhost:8000/v1")
    return OpenAICompatible(name, (base or OPENAI).rstrip("/"), key, patience)
