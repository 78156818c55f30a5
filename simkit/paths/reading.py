"""What `simkit matrix` tells of a run: the counts and whatever else was asked for, as text, CSV or JSON.

The JSON is always that of the matrix; each further reading adds a key of its own: `fit` is always there, `intervals`,
`pooled` and `chain` where they were asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import wrap
from typing import Any

from simkit.errors import UsageError, did_you_mean, one_line
from simkit.paths.chain.loops import SameCall
from simkit.paths.chain.repair import WhatIf, what_if
from simkit.paths.chain.report import ChainReport, chain_report
from simkit.paths.chain.told import chain_csv, chain_text
from simkit.paths.fit.cells import SUPPORT, Cells, cells_of
from simkit.paths.fit.certificate import Certificate, certificate
from simkit.paths.fit.estimate import PRIORS
from simkit.paths.fit.pooled import Pooled, pooled_by_persona
from simkit.paths.fit.resample import Over
from simkit.paths.matrix import TransitionMatrix
from simkit.paths.walks import Walks

POOLED = "pooled"
_WIDTH = 100


@dataclass(frozen=True)
class Asked:
    """What is wanted of a matrix beyond its counts."""

    chain: bool = False
    intervals: bool = False
    prior: str = "ml"
    """One of `PRIORS`, or `pooled`: each persona leans on all of them."""
    support: int = SUPPORT
    resamples: int = 1000
    over: Over = "sessions"

    def __post_init__(self) -> None:
        known = [*PRIORS, POOLED]
        if self.prior not in known:
            raise UsageError(f"no prior '{one_line(self.prior)}'{did_you_mean(self.prior, known)}")
        if self.resamples < 2:
            raise UsageError(f"--resamples {self.resamples}: must be 2 or more")

    @property
    def cells(self) -> bool:
        """Whether each cell is wanted with its intervals: by itself, or since probabilities are not just as seen."""
        return self.intervals or self.prior not in ("ml", POOLED)


@dataclass(frozen=True, eq=False)
class MatrixReading:
    """Walks, read as asked."""

    walks: Walks
    asked: Asked = Asked()
    same_calls: tuple[SameCall, ...] = ()

    @cached_property
    def matrix(self) -> TransitionMatrix:
        """The counts."""
        return self.walks.matrix()

    @cached_property
    def fit(self) -> Certificate:
        """How far a first-order chain fits."""
        return certificate(self.walks)

    @cached_property
    def cells(self) -> Cells:
        """Probabilities with intervals."""
        asked = self.asked
        prior = "ml" if asked.prior == POOLED else asked.prior
        return cells_of(self.walks, prior, resamples=asked.resamples, support=asked.support, over=asked.over)

    @cached_property
    def pooled(self) -> Pooled:
        """Probabilities by persona, each leaning on all."""
        return pooled_by_persona(self.walks)

    @cached_property
    def chain(self) -> ChainReport | None:
        """The chain; None of no sessions."""
        if not len(self.walks):
            return None
        return chain_report(self.walks, self.same_calls, resamples=self.asked.resamples, over=self.asked.over)

    def what_if(self, repairs: Sequence[str]) -> WhatIf:
        """P(pass) with edges mended, each as `FROM->TO=0`, `FROM->TO=0.1` or `FROM->TO=>OTHER`. Raises UsageError for
        what is no edge of these walks."""
        return what_if(self.walks, repairs, resamples=self.asked.resamples, over=self.asked.over)

    def to_json(self) -> dict[str, Any]:
        """The matrix, its fit, and what was asked for."""
        told = {**self.matrix.to_json(), "fit": self.fit.to_json()}
        if self.asked.cells:
            told["intervals"] = self.cells.to_json()
        if self.asked.prior == POOLED:
            told["pooled"] = self.pooled.to_json()
        if self.asked.chain:
            told["chain"] = self.chain.to_json() if self.chain else None
        return told

    def table(self) -> str:
        """The chain, the cells with their intervals, or else the counts; the certificate beneath."""
        parts = []
        if self.asked.chain and self.chain:
            parts.append(chain_text(self.chain))
        if self.asked.cells:
            parts.append(self.cells.table())
        if self.asked.prior == POOLED:
            parts.append(self.pooled.table())
        text = "\n".join(parts) if parts and len(self.walks) else self.matrix.table()
        return "\n".join([text.rstrip("\n"), "", *self.fit_lines()])

    def fit_lines(self) -> list[str]:
        """The certificate in lines of a hundred columns at most."""
        said = self.fit.sentences()
        return [line for one in said for line in wrap(f"fit: {one}", _WIDTH, subsequent_indent="     ")]

    def csv(self) -> str:
        """One table: the chain's states, or the personas' cells, or the cells, or the counts."""
        if self.asked.chain and self.chain:
            return chain_csv(self.chain)
        if self.asked.prior == POOLED:
            return self.pooled.csv()
        return self.cells.csv() if self.asked.cells else self.matrix.csv()
