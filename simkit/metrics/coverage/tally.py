"""How often something was played, and how often the sessions passed in which it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simkit.metrics.reliability import wilson
from simkit.metrics.score import SessionScore


@dataclass
class Tally:
    """Sessions that had something in them."""

    sessions: int = 0
    passed: int = 0
    valid: int = 0
    """Sessions that are evidence about the agent: passed or failed."""

    def add(self, score: SessionScore) -> None:
        """One more session."""
        self.sessions += 1
        self.passed += score.passed
        self.valid += score.outcome != "invalid"

    @property
    def pass_rate(self) -> float | None:
        """None where no session is evidence."""
        return self.passed / self.valid if self.valid else None

    def to_json(self) -> dict[str, Any]:
        """With Wilson's 95 % interval of the pass rate."""
        low, high = wilson(self.passed, self.valid)
        known = {"pass_rate": self.pass_rate, "low": low, "high": high} if self.valid else {"pass_rate": None}
        return {"sessions": self.sessions, "passed": self.passed, **known}
