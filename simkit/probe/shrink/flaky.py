"""Whether a smaller scenario still fails as often as it must: one session where that is enough, else a sequential test.

An agent that does the same again decides with one session. Of any other the original is played `BASELINE` times, and a
smaller scenario is kept when Wald's sequential probability ratio test (1945) takes "it fails as often as the original"
over "it fails half as often", both errors at most `ERROR`; the test stops after `MOST` sessions at the latest, and then
the likelier of the two holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

BASELINE = 10
"""Sessions of the original from which its failure rate is estimated."""
MOST = 30
ERROR = 0.1
SURE = 0.95
"""No rate is believed to be above this after so few sessions."""


def as_often(fails: Callable[[int], bool], rate: float) -> bool:
    """Whether something fails about as often as `rate` (0 to 1): `fails(i)` tells of its i-th session, from 0."""
    high = min(rate, SURE)
    low = high / 2
    for_one, for_none = math.log(high / low), math.log((1 - high) / (1 - low))
    accept = math.log((1 - ERROR) / ERROR)
    ratio = 0.0
    for number in range(MOST):
        ratio += for_one if fails(number) else for_none
        if abs(ratio) >= accept:
            break
    return ratio > 0
