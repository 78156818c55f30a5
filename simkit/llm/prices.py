"""What model calls cost: the user's own prices first, else the table of `genai-prices`, which needs no network."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any

from simkit.errors import FileError, UsageError, one_line

MILLION = Decimal(1_000_000)
PROVIDERS = {"google_genai": "google", "azure_openai": "azure"}
"""LangChain's name of a provider -> the table's."""

Price = tuple[Decimal, Decimal]
"""USD for a million tokens in, and out."""


class Prices:
    """Prices by model: `openai/gpt-5-mini`, as it is asked for."""

    def __init__(self, own: Mapping[str, Price] | None = None) -> None:
        self.own = dict(own or {})

    @classmethod
    def of(cls, options: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> Prices:
        """The user's prices: a file that SIMKIT_PRICES names, and `MODEL=IN,OUT` on the command line, which wins.

        Raises `SimkitError` for what is no price.
        """
        file = environment.get("SIMKIT_PRICES", "")
        return cls({**(dict(_of_file(Path(file))) if file else {}), **dict(map(_of_option, options))})

    def cost(self, model: str, usage: Mapping[str, int]) -> Decimal | None:
        """USD for one call with this usage; None where nobody knows the price."""
        ref = model.removeprefix("langchain:")
        tokens_in, tokens_out = usage.get("input_tokens", 0), usage.get("output_tokens", 0)
        if (own := self.own.get(ref)) is not None:
            return (tokens_in * own[0] + tokens_out * own[1]) / MILLION
        return _of_table(ref, tokens_in, tokens_out, usage.get("cached_detail", 0))

    def require(self, models: Iterable[str], budget: str) -> None:
        """Raises UsageError, naming the cure, for the first model whose price nobody knows."""
        for model in models:
            if not self._known(model):
                ref = one_line(model.removeprefix("langchain:"), 80)
                raise UsageError(
                    f"{budget}: nobody knows what {ref} costs; give USD per million tokens in and out by "
                    f"--price {ref}=IN,OUT"
                )

    def _known(self, model: str) -> bool:
        # A price of 0 in a table means that it is not known or not asked for yet; the user's own 0 is meant.
        million = {"input_tokens": 1_000_000, "output_tokens": 1_000_000}
        return model.removeprefix("langchain:") in self.own or bool(self.cost(model, million))


@lru_cache(maxsize=4096)
def _of_table(ref: str, tokens_in: int, tokens_out: int, cached: int) -> Decimal | None:
    from genai_prices import Usage, calc_price

    provider, _, name = ref.partition("/")
    usage = Usage(input_tokens=tokens_in, output_tokens=tokens_out, cache_read_tokens=cached or None)
    try:
        return calc_price(usage, name, provider_id=PROVIDERS.get(provider, provider)).total_price
    except (LookupError, ValueError):
        return None


def _of_option(option: str) -> tuple[str, Price]:
    model, _, price = option.rpartition("=")
    found = _price(price.split(","))
    if not model or found is None:
        raise UsageError(
            f"--price {one_line(option, 80)}: is no price; write MODEL=IN,OUT in USD per million tokens, "
            "as in openai/gpt-5-mini=0.25,2"
        )
    return model, found


def _price(given: Any) -> Price | None:
    try:
        tokens_in, tokens_out = (Decimal(str(one).strip()) for one in given)
    except (InvalidOperation, ValueError, TypeError):
        return None
    valid = tokens_in.is_finite() and tokens_out.is_finite() and tokens_in >= 0 and tokens_out >= 0
    return (tokens_in, tokens_out) if valid else None


def _of_file(path: Path) -> Iterator[tuple[str, Price]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    cure = "write MODEL: [IN, OUT] in USD per million tokens, as in openai/gpt-5-mini: [0.25, 2]"
    try:
        listed = YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    except (OSError, ValueError, YAMLError) as error:
        raise FileError(path, f"SIMKIT_PRICES cannot be read ({one_line(error, 120)}); {cure}") from None
    if not isinstance(listed, dict):
        raise FileError(path, f"is no list of prices; {cure}")
    for model, price in listed.items():
        found = _price(price) if isinstance(price, list) else None
        if found is None:
            raise FileError(path, f"{one_line(model, 80)}: is no price; {cure}")
        yield str(model), found
