"""Which perturbations are wanted, and how often: `typos=0.5,formats=1` read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import get_args

from simkit.errors import UsageError, did_you_mean
from simkit.spec.scenario import Perturbation
from simkit.spec.shares import pairs_of, share
from simkit.users.perturbed.formats import formats
from simkit.users.perturbed.typing import noise, typos
from simkit.users.perturbed.wording import code_switch, detail, paraphrase, reorder

Change = Callable[[str, tuple[str, ...], Random], str]
"""(words, facts that have to stay, random numbers) -> the same in other words."""

KINDS: dict[str, Change] = {
    "reorder": reorder,
    "paraphrase": paraphrase,
    "formats": formats,
    "detail": detail,
    "code_switch": code_switch,
    "noise": noise,
    "typos": typos,
}
"""Every kind, in the order in which several of them are done."""
assert tuple(KINDS) == get_args(Perturbation)
ALL = "all"
PREFIX = "perturbed:"
"""`perturbed:KIND=RATE,…:USER` is the user USER, perturbed."""

Rates = dict[str, float]
"""Kind -> the share of the user's turns that it changes."""


def rates_of(wanted: str | Iterable[str] | Mapping[str, float]) -> Rates:
    """What `KIND=RATE` texts (or a mapping) ask for; `all` stands for every kind. A kind alone has the rate 1.

    Raises UsageError for a kind that there is not, and for a rate that is no share.
    """
    found: Rates = {}
    for kind, rate in pairs_of(wanted):
        if kind not in (*KINDS, ALL):
            what = f"--perturb {kind}: is no kind of perturbation{did_you_mean(kind, (ALL, *KINDS))}"
            raise UsageError(what)
        found |= dict.fromkeys(KINDS if kind == ALL else (kind,), share("--perturb", kind, rate or "1", "turns"))
    return {kind: found[kind] for kind in KINDS if kind in found}


def written(rates: Mapping[str, float]) -> str:
    """Rates as `rates_of` reads them."""
    return ",".join(f"{kind}={rate:g}" for kind, rate in rates.items())


def with_perturbations(user: str, perturb: Iterable[str]) -> str:
    """The kind of user `user`, with what `--perturb` asks for in place of what it had."""
    texts = list(perturb)
    return f"{PREFIX}{written(rates_of(texts))}:{plain_user(user)}" if texts else user


def split_user(user: str) -> tuple[Rates, str]:
    """What `with_perturbations` put together: the rates, and the user itself."""
    if not user.startswith(PREFIX):
        return {}, user
    wanted, _, inner = user.removeprefix(PREFIX).partition(":")
    return rates_of(wanted), inner or "agenda"


def plain_user(user: str) -> str:
    """The kind of user without its perturbations."""
    return split_user(user)[1]
