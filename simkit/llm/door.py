"""From `PROVIDER/NAME` to a model."""

from __future__ import annotations

import os

from simkit.errors import UsageError, one_line
from simkit.llm.chat import Model
from simkit.llm.openai import OpenAICompatible
from simkit.llm.patience import Patience


def open_model(ref: str, patience: Patience | None = None) -> Model:
    """The model named `PROVIDER/NAME` or `langchain:PROVIDER/NAME`.

    Raises `UsageError` for a reference that is none, a missing key or a package that is not installed.
    """
    patience = patience or Patience()
    forced = ref.startswith("langchain:")
    provider, slash, name = ref.removeprefix("langchain:").partition("/")
    if not provider or not slash or not name:
        raise UsageError(f"model '{one_line(ref)}': is no model; write PROVIDER/NAME, as in openai/gpt-5-mini")
    base = os.environ.get("OPENAI_BASE_URL", "")
    if forced or not (base or provider == "openai"):
        from simkit.llm.langchain import LangChainModel

        return LangChainModel(provider, name, patience)
    key = os.environ.get("OPENAI_API_KEY", "")
    if not key and not base:
        raise UsageError(
            f"model '{one_line(ref)}': needs a key; set OPENAI_API_KEY, or OPENAI_BASE_URL for another server"
        )
    if base and not base.startswith(("http://", "https://")):
        raise UsageError("OPENAI_BASE_URL: must begin with http:// or https://, as in http://localhost:8000/v1")
    return OpenAICompatible(name, (base or "https://api.openai.com/v1").rstrip("/"), key, patience)
