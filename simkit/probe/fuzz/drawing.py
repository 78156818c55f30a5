"""Sessions from Hypothesis: so many of them, always the same by seed.

Nothing is left in the working directory. Hypothesis keeps no examples of what has a seed: the scenario files are them.
"""

from __future__ import annotations

import random
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from simkit.design.sessions.session import Session

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


TRIES = 5
"""How many sessions are drawn for one that is new: a small domain does not have many."""


class Drawing:
    """A strategy, a seed, and how many different sessions to draw."""

    def __init__(self, strategy: SearchStrategy[Session], seed: int, most: int) -> None:
        self.strategy, self.seed, self.most = strategy, seed, most

    def all(self) -> list[Session]:
        """The sessions, each once, in the order in which they are drawn."""
        found: dict[str, Session] = {}

        def keep(session: Session) -> bool:
            found.setdefault(session.scenario.digest + session.user, session)
            return len(found) >= self.most

        self._each(keep)
        return list(found.values())

    def _each(self, enough: Callable[[Session], bool]) -> None:
        from hypothesis import HealthCheck, Phase, find, settings
        from hypothesis.errors import HypothesisWarning, NoSuchExample

        terms = settings(
            max_examples=TRIES * self.most,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        with warnings.catch_warnings(), _heeding_interrupts() as heed:

            def heeding(session: Session) -> bool:
                heed()
                return enough(session)

            warnings.simplefilter("ignore", HypothesisWarning)
            with suppress(NoSuchExample):
                find(self.strategy, heeding, settings=terms, random=random.Random(self.seed))


@contextmanager
def _heeding_interrupts() -> Iterator[Callable[[], None]]:
    """While this lasts, an interrupt is raised by the function that is given; the second one at once.

    Hypothesis counts the time of garbage collections in a callback, in which Python drops whatever is raised: an
    interrupt that came there would be lost.
    """
    came: list[int] = []

    def heard(number: int, frame: Any) -> None:
        came.append(number)
        if len(came) > 1:
            raise KeyboardInterrupt

    def heed() -> None:
        if came:
            raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    ours = threading.current_thread() is threading.main_thread() and before is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, heard)
    try:
        yield heed
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)
    heed()


@contextmanager
def nothing_left() -> Iterator[None]:
    """While this lasts, Hypothesis keeps what it keeps in a folder that is gone afterwards."""
    from hypothesis import configuration

    before: Any = getattr(configuration, "__hypothesis_home_directory", None)
    with TemporaryDirectory(prefix="simkit-hypothesis-") as home:
        configuration.set_hypothesis_home_dir(home)
        try:
            yield
        finally:
            configuration.set_hypothesis_home_dir(before)
