"""Which of a space's tuples are made: a covering array, all, some at random, or more of what failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from random import Random

from simkit.design.covering.rows import Row
from simkit.design.dimensions.focus import Focus
from simkit.design.dimensions.space import Space
from simkit.errors import UsageError, did_you_mean

MOST = 20_000
"""Tuples that are made at most."""


@dataclass(frozen=True)
class Choice:
    """What is asked for, as `--strength`, `--full`, `--sample` and `--focus` say it."""

    strength: int | None = None
    """None: what the file says."""
    full: bool = False
    sample: int | None = None
    focus: str = ""
    """A run: dimensions in which its sessions failed are covered more closely."""
    seed: int = 0

    def __post_init__(self) -> None:
        if self.strength is not None and not 1 <= self.strength <= 4:
            raise UsageError(f"--strength {self.strength}: write a number from 1 to 4")
        if self.sample is not None and self.sample < 1:
            raise UsageError(f"--sample {self.sample}: must be 1 or more")
        if self.full and (self.sample is not None or self.strength is not None or self.focus):
            raise UsageError("--full plays every tuple; leave --strength, --sample and --focus out")
        if self.sample is not None and self.strength is not None:
            raise UsageError("--sample plays tuples at random, --strength a covering array; keep one of them")

    def __str__(self) -> str:
        said = [f"strength={self.strength}"] if self.strength is not None else []
        said += ["full"] * self.full + ([f"sample={self.sample}"] if self.sample is not None else [])
        said += [f"seed={self.seed}"] if self.seed else []
        said += [f"focus={self.focus}"] if self.focus else []
        return ",".join(said)

    @classmethod
    def read(cls, text: str) -> Choice:
        """What `str()` wrote: `strength=3`, `full`, `sample=20,seed=4`, `focus=nightly`. Raises UsageError."""
        text, _, run = (text, "", "") if "focus=" not in text else text.partition("focus=")
        found = cls(focus=run)
        for part in filter(None, (one.strip() for one in text.split(","))):
            name, _, value = part.partition("=")
            if name == "full" and not value:
                found = replace(found, full=True)
            elif name in ("strength", "sample", "seed") and value.isdecimal():
                found = replace(found, **{name: int(value)})
            else:
                known = ("strength=N", "full", "sample=N", "seed=N", "focus=RUN")
                raise UsageError(f"'{part}' says nothing of which tuples to make{did_you_mean(part, known)}")
        return found


def chosen(space: Space, choice: Choice, strength: int, focus: Focus = Focus()) -> list[Row]:
    """The rows that a choice makes, in order. Raises UsageError for more than `MOST`.

    `strength`: the file's own. `focus`: columns that are covered more closely, and values that are drawn more often.
    """
    from simkit.design.covering.array import covering_array

    if choice.full:
        if space.rules.most > MOST:
            what = f"--full: {space.rules.most:,} tuples are too many; at most {MOST:,} are played"
            raise UsageError(f"{what}; write --sample N, or --strength N")
        rows = product(*map(range, space.sizes))
        return [row for row in rows if space.rules.allows(row)]
    if choice.sample is not None:
        return sampled(space, min(choice.sample, MOST), choice.seed, focus)
    wanted = choice.strength or strength
    return covering_array(space.rules, wanted, must=space.must, raised=focus.columns, seed=choice.seed)


def sampled(space: Space, count: int, seed: int, focus: Focus = Focus()) -> list[Row]:
    """`count` different rows at random, those that must be played first; all, if there are no more."""
    random = Random(f"{seed} sample of tuples")
    weights = focus.weights or [[1.0] * size for size in space.sizes]
    found: dict[Row, None] = {}
    for clause in space.must:
        row = space.rules.meeting(clause)
        if row is not None:
            found[row] = None
    tries = 0
    while len(found) < count and tries < 200 * count + 1000:
        tries += 1
        row = tuple(random.choices(range(size), some)[0] for size, some in zip(space.sizes, weights, strict=True))
        if space.rules.allows(row):
            found[row] = None
    return sorted(list(found)[:count])
