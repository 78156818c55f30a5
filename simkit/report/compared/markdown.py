"""A comparison as Markdown, for a pull request. Whatever agents and packs wrote is shown as text, and no link, mention
or HTML comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from simkit.errors import one_line
from simkit.metrics.comparing.values import Change, Comparison, Effect
from simkit.report.compared.words import amount, chance, counts, otherwise, span, subject, title, told, warnings


def markdown(comparison: Comparison, most: int = 20) -> str:
    """Verdict, figures, changed scenarios with reasons, flaky ones; ends with a line break."""
    return "\n".join(_lines(comparison, most)) + "\n"


def _lines(comparison: Comparison, most: int) -> Iterator[str]:
    passes = comparison.passes
    yield f"### simkit: **{comparison.verdict}**: {plain(comparison.because, 300)}"
    yield ""
    agents = [f" ({plain(name, 60)})" if name else "" for name in (comparison.agent_a, comparison.agent_b)]
    yield f"A: {plain(comparison.run_a, 100)}{agents[0]}, B: {plain(comparison.run_b, 100)}{agents[1]}"
    yield ""
    if passes.scenarios:
        yield from _table(
            ("", "A", "B", "effect", "95 % interval", "MDE", "p", "verdict"),
            [_row(one) for one in (passes, *told(comparison.errors), *told(comparison.effort))],
        )
        yield (
            f"{passes.scenarios} shared scenarios, {passes.sessions_a} sessions in A and {passes.sessions_b} in B; "
            f"about {subject(comparison)}. p-values of tool-use errors and effort are corrected by Holm."
        )
        if said := otherwise(comparison):
            yield f"The pass rate {said}."
        yield ""
    yield from (f"> {plain(warning)}\n" for warning in warnings(comparison))
    fell = [one for one in comparison.scenarios if one.effect < 0]
    rose = [one for one in reversed(comparison.scenarios) if one.effect > 0]
    for what, chosen in (("Passed less often", fell), ("Passed more often", rose)):
        if chosen:
            yield f"**{what}** ({len(chosen)})"
            yield ""
            yield from _table(
                ("scenario", "A", "B", "p (Holm)", "verdict", "why it fails in B"), map(_change, chosen[:most])
            )
    if comparison.flaky:
        names = ", ".join(f"{plain(one.name, 80)} ({' → '.join(counts(one))})" for one in comparison.flaky[:most])
        more = f" and {len(comparison.flaky) - most} more" if len(comparison.flaky) > most else ""
        yield f"**Flaky** (passed and failed with the same persona): {names}{more}"


def _row(one: Effect) -> Sequence[str]:
    values = (amount(one.a, one.name), amount(one.b, one.name), amount(one.effect, one.name, signed=True))
    return (plain(title(one)), *values, span(one), amount(one.mde, one.name), chance(one.p_adjusted), one.verdict)


def _change(one: Change) -> Sequence[str]:
    why = f"{plain(one.reason, 200)} ({plain(one.session, 100)})" if one.reason else ""
    return (plain(one.name, 100), *counts(one), chance(one.p_adjusted), one.verdict, why)


def _table(head: Sequence[str], rows: object) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:  # type: ignore[attr-defined]
        yield f"| {' | '.join(row)} |"
    yield ""


def plain(text: object, limit: int = 300) -> str:
    """Text that Markdown shows as it is: what means something is escaped, and nobody is mentioned or linked."""
    escaped = re.sub(r"([\\`*_{}\[\]()<>#+|~!^$&])", r"\\\1", one_line(text, limit))
    apart = re.sub(r"(?<=@)|(?<=://)|(?<=www\.)", "\u200b", escaped, flags=re.IGNORECASE)
    return apart.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")
