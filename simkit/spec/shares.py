"""`KIND=RATE,…`, as command lines and references say what happens in which share of cases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from simkit.errors import UsageError


def pairs_of(wanted: str | Iterable[str] | Mapping[str, float]) -> list[tuple[str, str]]:
    """(kind, rate) of a mapping, or of texts of which each may have several; a rate that is left out is `""`."""
    if isinstance(wanted, Mapping):
        return [(str(kind), str(rate)) for kind, rate in wanted.items()]
    texts = [wanted] if isinstance(wanted, str) else wanted
    found = (part.partition("=") for text in texts for part in text.split(","))
    return [(kind.strip(), rate) for kind, _, rate in found]


def share(option: str, kind: str, text: str, of: str) -> float:
    """The share of `of` (sessions, turns) that `option` asks for. Raises UsageError for what is no share."""
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 <= rate <= 1:
        raise UsageError(f"{option} {kind}={text}: write a share of {of} from 0 to 1, as in {option} {kind}=0.5")
    return rate
