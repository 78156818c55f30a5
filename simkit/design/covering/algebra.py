"""Arrays that algebra gives: orthogonal ones over a finite field, and those in which all symbols can be moved round.

Bush (1952): over the field of q elements, the values of all polynomials of degree below t at its q points, with their
leading coefficient as one more column, are an orthogonal array of q^t rows: every combination of any t columns occurs
exactly once. Of t + 1 columns over any number of symbols, so are all rows whose sum is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from random import Random

import numpy as np
from numpy.typing import NDArray

from simkit.design.covering.annealing import starter
from simkit.design.covering.greedy import completed
from simkit.design.covering.interactions import Interactions
from simkit.design.covering.tabu import fewer

_POLYNOMIALS = {4: (2, 0b111), 8: (2, 0b1011), 9: (3, (2, 0, 1)), 16: (2, 0b10011)}
"""Order of a field that is no prime -> its characteristic, and an irreducible polynomial (of 9: x^2 + 1 = 0)."""
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23)


def orthogonal(sizes: Sequence[int], strength: int, most: int) -> NDArray[np.int64] | None:
    """An array that covers everything, in at most `most` rows; None where algebra knows none. Symbols that a column
    does not have are replaced by others."""
    most_symbols, columns = max(sizes), len(sizes)
    if columns <= strength + 1 and most_symbols**strength <= most:
        order = np.argsort([-size for size in sizes], kind="stable")
        ranges = [range(sizes[at]) for at in order[:strength]]
        rows = [(*row, sum(row)) for row in product(*ranges)]
        made = np.array([row[:columns] for row in rows], dtype=np.int64)
        out = np.empty_like(made)
        out[:, order] = made
        return out % np.array(sizes)
    for q in sorted((*_PRIMES, *_POLYNOMIALS)):
        if q >= most_symbols and q >= strength and q + 1 >= columns and q**strength <= most:
            return _bush(q, strength)[:, :columns] % np.array(sizes)
    return None


def _bush(q: int, strength: int) -> NDArray[np.int64]:
    add, times = _field(q)
    rows = []
    for coefficients in product(range(q), repeat=strength):
        row = []
        for point in range(q):
            value = 0
            for one in coefficients:  # Horner's rule
                value = add(times(value, point), one)
            row.append(value)
        rows.append([*row, coefficients[0]])
    return np.array(rows, dtype=np.int64)


def _field(q: int) -> tuple[Callable[[int, int], int], Callable[[int, int], int]]:
    """Sum and product of the field of q elements, which are the numbers below q."""
    if q in _PRIMES:
        return (lambda a, b: (a + b) % q), (lambda a, b: a * b % q)
    if q == 9:  # a + bi over the field of three

        def nine(a: int, b: int) -> int:
            (x, y), (u, v) = divmod(a, 3)[::-1], divmod(b, 3)[::-1]
            return (x * u - y * v) % 3 + 3 * ((x * v + y * u) % 3)

        return (lambda a, b: (a % 3 + b % 3) % 3 + 3 * ((a // 3 + b // 3) % 3)), nine
    polynomial = _POLYNOMIALS[q][1]
    assert isinstance(polynomial, int)

    def carried(a: int, b: int) -> int:
        value = 0
        while b:
            value ^= a if b & 1 else 0
            a, b = a << 1, b >> 1
            a ^= polynomial if a & q else 0
        return value

    return (lambda a, b: a ^ b), carried


def developed(what: Interactions, most: int, random: Random, effort: int) -> NDArray[np.int64] | None:
    """An array of fewer than `most` rows of which every row comes with all that arise from it by moving its symbols
    together, for columns of one size; None where none was found.

    A search among such arrays has as many times fewer choices as there are moves (Chateauneuf, Colbourn and Kreher
    1999). `effort`: changes of a value that are tried for each group of moves.
    """
    symbols, columns = what.sizes[0], len(what.sizes)
    best: NDArray[np.int64] | None = None
    for moves, alone in _groups(symbols):
        names, count = _orbits(what, moves)
        under = what.under(names, count)
        fixed = np.repeat(np.array(alone, dtype=np.int64)[:, None], columns, axis=1)
        wanted = np.ones(count, dtype=bool)
        wanted[under.covered(fixed)] = False
        rows = completed(under, np.zeros((0, columns), dtype=np.int64), wanted, random)
        rows = fewer(under, rows, wanted, np.zeros(rows.shape, dtype=bool), random, effort=effort)
        whole = np.concatenate([fixed, *(move[rows] for move in moves)])
        if len(whole) < (most if best is None else len(best)):
            best = whole
    return best


def _groups(symbols: int) -> Iterator[tuple[NDArray[np.int64], tuple[int, ...]]]:
    """Groups of moves, each as an array of moves x symbols, and the symbols whose rows of nothing else come besides:
    all symbols in a circle; all but one, which stays; and x -> ax + b over a field."""
    for circle in (symbols, symbols - 1):
        turned = (np.arange(circle)[:, None] + np.arange(circle)) % circle
        rest = np.tile(np.arange(circle, symbols), (circle, 1))
        yield np.concatenate([turned, rest], axis=1), tuple(range(circle, symbols))
    if symbols in _PRIMES or symbols in _POLYNOMIALS:
        add, times = _field(symbols)
        every = range(symbols)
        lines = [[add(times(a, x), b) for x in every] for a in every if a for b in every]
        yield np.array(lines), tuple(every)


def annealed(
    columns: int, symbols: int, strength: int, most: int, random: Random, effort: int
) -> NDArray[np.int64] | None:
    """An array of fewer than `most` rows: starter rows moved by x -> ax + b over the field of `symbols` elements, and a
    row of each symbol alone. None where there is no such field, or `effort` changes for each number led to none.
    """
    if symbols not in _PRIMES and symbols not in _POLYNOMIALS:
        return None
    moves, alone = list(_groups(symbols))[-1]
    places = symbols ** np.arange(strength)[::-1]
    cells = np.array(list(product(range(symbols), repeat=strength)))
    least = np.min([(move[cells] * places).sum(axis=1) for move in moves], axis=0)
    _, orbits = np.unique(least, return_inverse=True)
    wanted = np.ones(int(orbits.max()) + 1, dtype=bool)
    wanted[orbits[[symbol * places.sum() for symbol in alone]]] = False
    best: NDArray[np.int64] | None = None
    for rows in range((most - 1 - symbols) // len(moves), 0, -1):
        shape = orbits.reshape((symbols,) * strength)
        found = starter(columns, strength, shape, wanted, rows, random, effort)
        if found is None:
            break
        best = found
    if best is None:
        return None
    fixed = np.repeat(np.array(alone, dtype=np.int64)[:, None], columns, axis=1)
    return np.concatenate([fixed, *(move[best] for move in moves)])


def circulant(columns: int, symbols: int, random: Random, effort: int) -> NDArray[np.int64] | None:
    """An array of strength 2 with columns * (symbols - 1) + 1 rows: all rotations of one row, with all symbols but one
    moved round, and the row of that one; None where `effort` changes of the row did not lead to one.

    A cover starter (Meagher and Stevens 2005): at each distance, all differences between the row's values are there.
    """
    circle = symbols - 1
    if circle < 2 or columns < symbols + 1:
        return None
    row = np.array([random.randrange(symbols) for _ in range(columns)])
    row[0] = circle
    missing = _missing(row, circle)
    for _ in range(effort):
        if not missing:
            turned = np.array([np.roll(row, at) for at in range(columns)])
            moved = [np.where(turned == circle, circle, (turned + step) % circle) for step in range(circle)]
            return np.concatenate([np.full((1, columns), circle), *moved])
        at, value = random.randrange(1, columns), random.randrange(circle)
        before, row[at] = int(row[at]), value
        now = _missing(row, circle)
        if now > missing and random.random() > 0.02:
            row[at] = before
        else:
            missing = now
    return None


def _missing(row: NDArray[np.int64], circle: int) -> int:
    """How many differences are not there, over all distances; those to and from the symbol that stays are two more."""
    found = 0
    stays = row == circle
    for distance in range(1, len(row) // 2 + 1):
        other = np.roll(row, -distance)
        other_stays = other == circle
        differences = (other - row) % circle
        finite = ~stays & ~other_stays
        found += circle - len(set(differences[finite].tolist()))
        found += not (stays & ~other_stays).any()
        found += not (~stays & other_stays).any()
    return found


def _orbits(what: Interactions, moves: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """Cell -> the number of its orbit, and how many orbits there are."""
    least = np.arange(what.cells)
    for at in range(len(what.lengths)):
        first, last = int(what.offsets[at]), int(what.offsets[at + 1])
        cells, strides = np.arange(last - first), what.strides[at][: what.lengths[at]]
        digits = [cells // stride % what.sizes[0] for stride in strides]
        for move in moves:
            moved = first + sum(move[digit] * stride for digit, stride in zip(digits, strides, strict=True))
            least[first:last] = np.minimum(least[first:last], moved)
    _, names = np.unique(least, return_inverse=True)
    return names, int(names.max()) + 1
