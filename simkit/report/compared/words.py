"""The words and numbers that every telling of a comparison uses."""

from __future__ import annotations

from collections.abc import Iterator

from simkit.metrics.comparing.cells import SHARES
from simkit.metrics.comparing.values import Change, Comparison, Effect

TITLES = {"pass": "pass rate", "any_tool_error": "any tool-use error"}


def title(effect: Effect) -> str:
    """What a figure is called."""
    return TITLES.get(effect.name, effect.name)


def amount(value: float | None, name: str, *, signed: bool = False) -> str:
    """A figure: shares in percent, other amounts as they are; `n/a` where there is none."""
    if value is None:
        return "n/a"
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.1f}%" if name in SHARES else f"{value:{sign}.2f}"


def span(effect: Effect) -> str:
    """The interval of an effect."""
    if effect.low is None or effect.high is None:
        return "n/a"
    if effect.name in SHARES:
        return f"{100 * effect.low:+.1f} to {100 * effect.high:+.1f}"
    return f"{effect.low:+.2f} to {effect.high:+.2f}"


def chance(p: float | None) -> str:
    """A p-value."""
    if p is None:
        return "n/a"
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def counts(change: Change) -> tuple[str, str]:
    """Passes of trials in A and B."""
    return f"{change.passed_a}/{change.n_a}", f"{change.passed_b}/{change.n_b}"


def told(effects: tuple[Effect, ...]) -> list[Effect]:
    """Those worth a line: that differ, or were decided."""
    return [one for one in effects if one.effect or one.verdict != "inconclusive"]


def subject(comparison: Comparison) -> str:
    """Of what the verdict speaks."""
    count = comparison.passes.scenarios
    if comparison.over == "trials":
        return f"exactly {'this 1 scenario' if count == 1 else f'these {count} scenarios'}"
    return f"scenarios like these {count}"


def otherwise(comparison: Comparison) -> str:
    """What the other reading says of the pass rate, where it says something else; empty where not."""
    other = comparison.passes_otherwise
    if other.verdict == comparison.passes.verdict or not other.scenarios:
        return ""
    of, option = ("exactly these scenarios", "trials") if comparison.over == "scenarios" else (
        "scenarios like these", "scenarios")  # fmt: skip
    return f"of {of}: {other.verdict}, {span(other)}, p {chance(other.p)} (--over {option} decides by that)"


def warnings(comparison: Comparison) -> Iterator[str]:
    """What a reader must know before believing the rest."""
    if not comparison.passes.scenarios:
        yield "no scenario has a valid session in both runs: nothing can be compared"
    if comparison.edited:
        yield f"{_names(comparison.edited)} not the same file in both runs: they are compared by name"
    for run, names in (("A", comparison.only_a), ("B", comparison.only_b)):
        if names:
            yield f"only in {run}, left out: {_list(names)}"
    if comparison.invalid_a or comparison.invalid_b:
        yield f"invalid sessions, not counted: {comparison.invalid_a} in A, {comparison.invalid_b} in B"
    if max((max(one.n_a, one.n_b) for one in comparison.scenarios), default=0) == 1:
        yield "one trial a scenario: flaky scenarios cannot be told from changed ones; play more with --trials"


def _names(names: tuple[str, ...]) -> str:
    return f"{_list(names)} {'is' if len(names) == 1 else 'are'}"


def _list(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:4])
    return shown if len(names) <= 4 else f"{shown} and {len(names) - 4} more"
