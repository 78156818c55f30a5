"""Retrieval over a whole run: the mean of each measure over the sessions whose scenario names relevant documents."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import Any

from simkit.metrics.retrieval.figures import MEASURES, MISSING, available, figures
from simkit.metrics.retrieval.searches import ranking, searches
from simkit.paths.episode import Episode

DEPTHS = (1, 3, 5)


class Pool:
    """Counts while sessions come by; memory grows with the number of different rankings of a scenario."""

    def __init__(self) -> None:
        self._sessions: Counter[tuple[tuple[tuple[str, int], ...], tuple[str, ...]]] = Counter()
        self._searches = 0

    def add(self, episode: Episode) -> None:
        """Count one session."""
        if episode.scenario.relevant and episode.card.knowledge is not None:
            found = searches(episode)
            self._searches += len(found)
            self._sessions[tuple(sorted(episode.scenario.relevant.items())), ranking(found)] += 1

    def to_json(self) -> dict[str, Any]:
        """`{"sessions", "searches", "at": {k: {measure: mean}}}`; with `missing` in place of `at` where the library is
        not installed; empty where no session has relevant documents."""
        if not self._sessions:
            return {}
        counted = {"sessions": self._sessions.total(), "searches": self._searches}
        if not available():
            return {**counted, "missing": MISSING}
        return {**counted, "at": {str(k): self._means(k) for k in DEPTHS}}

    def _means(self, k: int) -> dict[str, float]:
        each = [(figures(ranked, dict(relevant), k), count) for (relevant, ranked), count in self._sessions.items()]
        total = self._sessions.total()
        return {name: fsum(one[name] * count for one, count in each) / total for name in MEASURES}
