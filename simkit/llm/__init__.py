"""The one door to any language model: retries, time limits and classes of error live here and nowhere else.

    model = open_model("openai/gpt-5-mini")
    reply = await model([ChatMessage("user", "Hello")])

Two ways behind one face. A server that speaks OpenAI's chat completions (provider `openai`; any provider while
OPENAI_BASE_URL is set) is asked over plain HTTP with the key in OPENAI_API_KEY. Every other provider, and whatever is
written `langchain:PROVIDER/NAME`, goes through LangChain's `init_chat_model`. What a model fails at is a `ModelError`.
"""

from __future__ import annotations

from simkit.errors import ModelError
from simkit.llm.chat import ChatMessage, Model, Offered, Once, OpenModel, Reply, Shape, ToolCall, minded
from simkit.llm.door import Door, model_refs, open_model
from simkit.llm.patience import Patience

__all__ = [
    "ChatMessage",
    "Door",
    "Model",
    "ModelError",
    "Offered",
    "Once",
    "OpenModel",
    "Patience",
    "Reply",
    "Shape",
    "ToolCall",
    "minded",
    "model_refs",
    "open_model",
]
