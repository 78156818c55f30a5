"""How often and how long a model is asked, and what each failure is called: the only retries in simkit.

Transient failures (nobody there, 408, 409, 429, 5xx) are tried again after a pause that grows and is drawn at random,
or as long as the server asks for (Retry-After). An answer that does not come in time is not asked for again: it may
have been paid for.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

import anyio
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt

from simkit.errors import ModelError, ModelErrorKind
from simkit.llm.chat import Reply


@dataclass(frozen=True)
class Patience:
    """How long and how often a model is asked. Times in seconds."""

    tries: int = 4
    first: float = 1.0
    """The first pause lasts at most this, each further one up to twice as long; how long is drawn from `rng`."""
    longest: float = 30.0
    """No pause is longer, so that all of them fit into the time that an agent has for one reply; a server that asks
    for more (Retry-After) is not asked again."""
    connect: float = 10.0
    total: float = 100.0
    """One try, from the request to the last byte of the answer."""
    rng: random.Random = field(default_factory=lambda: random.Random(0), repr=False)
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep
    """How a pause is spent; tests hand in something that does not wait."""


class Failure(Exception):
    """One try that failed."""

    def __init__(self, kind: ModelErrorKind, what: str, *, transient: bool = False, after: float | None = None) -> None:
        self.kind, self.what, self.transient, self.after = kind, what, transient, after


async def persistently(once: Callable[[], Awaitable[Reply]], patience: Patience) -> Reply:
    async def in_time() -> Reply:
        try:
            with anyio.fail_after(patience.total):
                return await once()
        except TimeoutError:
            raise Failure("timeout", f"no answer within {patience.total:g} s") from None

    def worth_it(error: BaseException) -> bool:
        return isinstance(error, Failure) and error.transient and (error.after or 0.0) <= patience.longest

    retrying = AsyncRetrying(
        sleep=patience.sleep,
        stop=stop_after_attempt(patience.tries),
        wait=lambda state: _pause(state, patience),
        retry=retry_if_exception(worth_it),
        reraise=True,
    )
    try:
        return await retrying(in_time)
    except Failure as failure:
        tries = retrying.statistics.get("attempt_number", 1)
        asked = f"; it asks to wait {failure.after:g} s" if failure.after else ""
        times = f" (tried {tries} times)" if tries > 1 else ""
        # A fresh error: its traceback shows no frame of the libraries below, which would differ between machines.
        error = ModelError(failure.kind, without_secrets(failure.what) + asked + times)
    raise error


def _pause(state: RetryCallState, patience: Patience) -> float:
    failure = state.outcome.exception() if state.outcome else None
    jitter = patience.rng.random()
    if isinstance(failure, Failure) and failure.after is not None:
        return min(failure.after + jitter * patience.first, patience.longest)
    return float(jitter * min(patience.first * 2 ** (state.attempt_number - 1), patience.longest))


def refused(status: int, headers: Mapping[str, str], what: str) -> Failure:
    """The failure that an HTTP status stands for."""
    kinds: dict[int, ModelErrorKind] = {401: "auth", 403: "auth", 408: "timeout", 429: "rate_limited"}
    kind: ModelErrorKind = "refused_request" if 400 <= status < 500 else "unreachable" if status >= 500 else "protocol"
    transient = status in (408, 409, 429) or status >= 500
    return Failure(kinds.get(status, kind), f"HTTP {status}: {what}", transient=transient, after=_retry_after(headers))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, TypeError):
            return None
    return max(seconds, 0.0) if seconds == seconds else None  # NaN is unequal to itself


def without_secrets(text: str) -> str:
    """`text` without any key of the environment: servers and libraries like to quote the one they were given."""
    for name, value in os.environ.items():
        if name.endswith(("_KEY", "_TOKEN", "_SECRET")) and len(value) >= 6:
            text = text.replace(value, "…")
    return text
