"""Any provider that LangChain knows, through `init_chat_model`. Its own retries are off; ours are in `patience`."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from simkit.errors import UsageError, one_line
from simkit.llm.chat import ChatMessage, Offered, Reply, Shape, ToolCall
from simkit.llm.failure import Failure, refused, without_secrets
from simkit.llm.patience import Patience
from simkit.llm.wire import clipped, shown_arguments, tool_wire, usage

EXTRAS = {"openai": "openai", "anthropic": "anthropic", "google_genai": "google"}
"""LangChain's name of a provider -> the extra of simkit that installs it."""

ALSO = {"google": "google_genai"}


class LangChainModel:
    """One chat model of LangChain's."""

    def __init__(self, provider: str, name: str, patience: Patience) -> None:
        self.name, self.provider, self.patience = name, provider, patience
        self.chat = _opened(ALSO.get(provider, provider), name, patience)

    async def attempt(
        self, request: bytes, messages: Sequence[ChatMessage], tools: Sequence[Offered], shape: Shape | None
    ) -> Reply:
        """One try. Raises Failure."""
        chat = self.chat.bind_tools([tool_wire(tool) for tool in tools]) if tools else self.chat
        if shape:
            schema = {"title": shape.name, "description": shape.description, **shape.schema}
            chat = self.chat.with_structured_output(schema, include_raw=True)
        said = [_message(message) for message in messages]
        try:
            answer = await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(_ask(chat, said), _loop()))
        except TimeoutError:
            raise
        except Exception as error:
            raise _failure(error) from None
        return _reply(answer, self.name, (len(request), self.patience.output_tokens), self.patience.message)


async def _ask(chat: Any, messages: list[Any]) -> Any:
    from langsmith import tracing_context

    # LangChain would send every prompt to its makers' service as soon as the environment names one.
    with tracing_context(enabled=False):
        return await chat.ainvoke(messages)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """The event loop of all LangChain's models, in a thread that lasts as long as the process.

    Several of its providers keep their connections for the whole process, tied to the event loop that was first to
    call (langchain issue 35783): the second run of a process would find them dead.
    """
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="simkit-langchain", daemon=True).start()
    return loop


def _opened(provider: str, name: str, patience: Patience) -> Any:
    cure = f'pip install "simkit[{EXTRAS[provider]}]"' if provider in EXTRAS else f"pip install langchain-{provider}"
    shown = f"model '{one_line(provider)}/{one_line(name)}'"
    try:
        from langchain.chat_models import init_chat_model

        limits = {"timeout": patience.total, "max_tokens": patience.output_tokens}
        return init_chat_model(name, model_provider=provider, max_retries=0, **limits)
    except ImportError:
        raise UsageError(f"{shown}: the package for it is not installed; {cure}") from None
    except Exception as error:
        raise UsageError(f"{shown}: cannot be opened: {one_line(without_secrets(str(error)), 200)}") from None


def _message(message: ChatMessage) -> Any:
    from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

    if message.role == "assistant":
        calls = [{"id": call.id, "name": call.name, "args": shown_arguments(call)} for call in message.tool_calls]
        return AIMessage(message.text, tool_calls=calls)
    if message.role == "tool":
        return ToolMessage(message.text, tool_call_id=message.answers)
    return SystemMessage(message.text) if message.role == "system" else HumanMessage(message.text)


def _reply(answer: Any, asked: str, most: tuple[int, int], longest: int) -> Reply:
    raw, text = answer, None
    if isinstance(answer, Mapping):
        raw = answer["raw"]
        text = json.dumps(answer["parsed"]) if answer["parsed"] is not None else None
    said = clipped(str(raw.text) if text is None else text, longest)
    calls = () if isinstance(answer, Mapping) else tuple(_calls(raw))
    written = len(said) + sum(len(call.arguments) for call in calls)
    used = usage(getattr(raw, "usage_metadata", None), most, written)
    model = (getattr(raw, "response_metadata", None) or {}).get("model_name") or asked
    return Reply(said, calls, used, one_line(model, 200))


def _calls(raw: Any) -> list[ToolCall]:
    valid = [(call["id"], call["name"], json.dumps(call["args"])) for call in raw.tool_calls]
    malformed = [(call["id"], call["name"], str(call["args"] or "")) for call in raw.invalid_tool_calls]
    return [
        ToolCall(str(id or f"call_{at}"), str(name or ""), text)
        for at, (id, name, text) in enumerate(valid + malformed)
    ]


def _failure(error: Exception) -> Failure:
    from langchain_core import exceptions

    response = getattr(error, "response", None)
    status = getattr(error, "status_code", None) or getattr(response, "status_code", None)
    what = f"{type(error).__name__}: {error}"
    if isinstance(status, int):
        return refused(status, getattr(response, "headers", {}), what)
    if isinstance(error, exceptions.ModelTimeoutError):
        return Failure("timeout", what, lost=True)
    if isinstance(error, exceptions.ModelConnectionError | ConnectionError):
        return Failure("unreachable", what, transient=True, lost=True)
    return Failure("protocol", what, lost=True)
