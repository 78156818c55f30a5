"""Retrieval as metrics: `simkit.score(run, [Retrieval("ndcg", 5)])`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from simkit.metrics.retrieval.figures import MISSING, available, figures
from simkit.metrics.retrieval.searches import ranking, searches
from simkit.metrics.score import Score
from simkit.paths.episode import Episode

Measure = Literal["hit_rate", "precision", "recall", "mrr", "ndcg"]


@dataclass(frozen=True)
class Retrieval:
    """One measure at a depth of k, of what the agent found (`searches`) against the scenario's `relevant` documents."""

    measure: Measure = "ndcg"
    k: int = 5

    @property
    def __name__(self) -> str:
        return f"{self.measure}@{self.k}"

    def __call__(self, episode: Episode) -> Score:
        """From 0 to 1, with the searches as evidence; None where the scenario names no relevant document. An agent that
        never searched found nothing: 0."""
        relevant, found = episode.scenario.relevant, searches(episode)
        if not relevant or episode.card.knowledge is None:
            return Score(name=self.__name__, value=None, reason="the scenario names no relevant document")
        if not available():
            return Score(name=self.__name__, value=None, reason=MISSING)
        ranked = ranking(found)
        shown = f"found {', '.join(ranked[: self.k]) or 'nothing'}; relevant {', '.join(relevant)}"
        value = figures(ranked, relevant, self.k)[self.measure]
        return Score(name=self.__name__, value=value, reason=shown, evidence=tuple(one.seq for one in found))
