"""The transition failure matrix: where sessions first went wrong, how sure that is, and how many got so far."""

from simkit.paths.failures.matrix import Failure, FailureMatrix, failure_matrix, failures_of

__all__ = ["Failure", "FailureMatrix", "failure_matrix", "failures_of"]
