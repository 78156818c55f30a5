"""One try of a model call that failed: what kind, whether to try again, and whether it may have been paid for."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from simkit.errors import ModelErrorKind


class Failure(Exception):
    """One try that failed. `transient`: worth trying again, after `after` seconds if the server says so; other ones at
    most `tries` times. `lost`: what came of it is unknown, so it may have been paid for."""

    def __init__(
        self,
        kind: ModelErrorKind,
        what: str,
        *,
        transient: bool = False,
        after: float | None = None,
        tries: int = 1,
        lost: bool = False,
    ) -> None:
        super().__init__(f"{kind}: {without_secrets(what)}")
        self.kind, self.what, self.transient, self.after = kind, what, transient, after
        self.tries, self.lost = tries, lost
        self.replayed = False
        """From a cassette: nobody need wait."""

    @property
    def as_json(self) -> dict[str, Any]:
        """As a cassette keeps it."""
        kept = {"kind": self.kind, "what": without_secrets(self.what), "transient": self.transient}
        return kept | {"after": self.after, "tries": self.tries, "lost": self.lost}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Failure:
        """The failure that a cassette kept."""
        failure = cls(**kept)
        failure.replayed = True
        return failure


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
