"""Many tests at once: p-values corrected so that one false alarm in all of them stays as rare as it should be."""

from __future__ import annotations

from collections.abc import Mapping


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values by Holm (1979): the chance of any false alarm among all the tests is at most the level, however
    they depend on each other. Times m for the smallest, m - 1 for the next, never falling, at most 1."""
    adjusted: dict[str, float] = {}
    so_far = 0.0
    for place, (name, value) in enumerate(sorted(p.items(), key=lambda item: (item[1], item[0]))):
        so_far = max(so_far, min(1.0, (len(p) - place) * value))
        adjusted[name] = so_far
    return {name: adjusted[name] for name in p}
