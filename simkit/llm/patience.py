"""How often and how long a model is asked: every limit of one call, and the only retries in simkit.

Transient failures (nobody there, 408, 409, 429, 5xx) are tried again after a pause that grows and is drawn at random,
or as long as the server asks for (Retry-After). An answer that does not come in time is not asked for again: it may
have been paid for.
"""

from __future__ import annotations

import math
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeVar

import anyio
from tenacity import AsyncRetrying, RetryCallState

from simkit.errors import ModelError, UsageError, one_line
from simkit.llm.failure import Failure, without_secrets

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long and how often a model is asked, and how much it may say. Times in seconds.

    Each number can be set by an environment variable: `SIMKIT_MODEL_` and its name, as in `SIMKIT_MODEL_TRIES=1`.
    """

    tries: int = 4
    """Tries of one call, the first included."""
    first: float = 1.0
    """The first pause lasts at most this, each further one up to twice as long; how long is drawn from `rng`."""
    longest: float = 30.0
    """No pause is longer, so that all of them fit into the time that an agent has for one reply; a server that asks
    for more (Retry-After) is not asked again."""
    connect: float = 10.0
    """Until there is a connection."""
    first_byte: float = 60.0
    """From the request to the first byte of the answer, and from one to the next."""
    total: float = 100.0
    """One try, from the request to the last byte of the answer."""
    at_once: int = 64
    """Calls under way to one provider, at most: fewer after it has answered 429, more again as it answers."""
    row: int = 20
    """Transient failures in a row, whoever asked, after which a provider is left alone for a while."""
    rests: int = 5
    """How often a provider is left alone and tried again with one call before everybody gives it up."""
    rest: float = 5.0
    """The first such pause; each further one is twice as long, up to a minute."""
    output_tokens: int = 8192
    """Tokens of one answer, at most: what the model is told, and what budgets reckon with."""
    message: int = 4 * 1024 * 1024
    """Characters of one message that are kept; the rest is cut, with a marker."""
    answer: int = 32 * 1024 * 1024
    """Bytes of one answer, unpacked; a longer one is an error."""
    rng: random.Random = field(default_factory=lambda: random.Random(0), repr=False)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    """How a pause is spent; tests hand in something that does not wait."""
    clock: Callable[[], float] = anyio.current_time

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Patience:
        """The limits as the environment sets them. Raises UsageError for a value that is no such number."""
        given = {}
        for name, default in cls.numbers().items():
            text = environment.get(variable(name), "")
            if text:
                given[name] = _number(variable(name), text, type(default))
        return cls(**given)

    @classmethod
    def numbers(cls) -> dict[str, int | float]:
        """Every limit that is a number, with its default."""
        return {one.name: one.default for one in fields(cls) if isinstance(one.default, int | float)}


def variable(name: str) -> str:
    """The environment variable that sets a limit."""
    return f"SIMKIT_MODEL_{name.upper()}"


def _number(name: str, text: str, kind: type) -> int | float:
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    least = 1 if kind is int else 0
    if not least <= value < math.inf:
        raise UsageError(f"{name}={one_line(text, 40)}: must be a number from {least} up")
    return value


async def in_time(ask: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """One try, cut off after `patience.total`."""
    try:
        with anyio.fail_after(patience.total):
            return await ask()
    except TimeoutError:
        raise Failure("timeout", f"no answer within {patience.total:g} s", lost=True) from None


async def persistently(once: Callable[[], Awaitable[T]], patience: Patience) -> T:
    """What `once` gives, tried again where that is worth it. Raises ModelError where there is nothing."""
    retrying = AsyncRetrying(
        sleep=patience.sleep,
        wait=lambda state: _pause(state, patience),
        retry=lambda state: _worth_it(state, patience),
        reraise=True,
    )
    try:
        return await retrying(once)
    except Failure as failure:
        tries = retrying.statistics.get("attempt_number", 1)
        asked = f"; it asks to wait {failure.after:g} s" if failure.after else ""
        times = f" (tried {tries} times)" if tries > 1 else ""
        # A fresh error: its traceback shows no frame of the libraries below, which would differ between machines.
        error = ModelError(failure.kind, without_secrets(failure.what) + asked + times)
    raise error


def _worth_it(state: RetryCallState, patience: Patience) -> bool:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, Failure) or (failure.after or 0.0) > patience.longest:
        return False
    return state.attempt_number < (patience.tries if failure.transient else min(failure.tries, patience.tries))


def _pause(state: RetryCallState, patience: Patience) -> float:
    failure = state.outcome.exception() if state.outcome else None
    if isinstance(failure, Failure) and failure.replayed:
        return 0.0
    jitter = patience.rng.random()
    if isinstance(failure, Failure) and failure.after is not None:
        return min(failure.after + jitter * patience.first, patience.longest)
    return float(jitter * min(patience.first * 2 ** (state.attempt_number - 1), patience.longest))
