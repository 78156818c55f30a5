"""From a kind of user to what makes it: `agenda`, `scripted`, `llm:PROVIDER/NAME`, `replay:RUN`, `faulty:KIND`, and
`perturbed:KIND=RATE:USER`."""

from __future__ import annotations

from collections.abc import Callable

from simkit.errors import UsageError, did_you_mean
from simkit.llm.chat import Model
from simkit.play.user import UserMaker
from simkit.users.perturbed.rates import PREFIX, split_user, written
from simkit.users.perturbed.user import perturbed_user

KINDS = ("agenda", "scripted", "llm:PROVIDER/NAME", "replay:RUN", "faulty:KIND")


def resolve_user(kind: str, opener: Callable[[str], Model] | None = None) -> tuple[str, UserMaker]:
    """The user's name and what makes it; `opener` opens models, if not `open_model`.

    Raises `UsageError` for a kind that does not exist.
    """
    name, _, rest = kind.partition(":")
    if kind == "agenda":
        from simkit.users.agenda import Agenda

        return kind, Agenda
    if kind == "scripted":
        from simkit.users.scripted import Scripted

        return kind, Scripted
    if name == "llm" and rest:
        from simkit.users.llm import llm_user

        return kind, llm_user(opener(rest) if opener else rest)
    if name == "replay" and rest:
        from simkit.trace.store import Store
        from simkit.users.replay import replayed

        with Store.open(rest) as store:
            return kind, replayed({log.session: log for log in store.logs()}, rest)
    if kind.startswith(PREFIX):
        rates, inner = split_user(kind)
        called, maker = resolve_user(inner, opener)
        return f"{called} with {written(rates)}", perturbed_user(maker, rates)
    if name == "faulty" and rest:
        from simkit.users.faulty import faulty_user

        return kind, faulty_user(rest)
    raise UsageError(f"--user {kind}: is no kind of user{did_you_mean(kind, KINDS)}")
