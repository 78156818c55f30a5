"""Who plays a run when it is not this process alone: worker processes, or actors of a cluster."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from simkit.errors import UsageError
from simkit.llm.traffic import Traffic
from simkit.play.recording import Recorder
from simkit.play.sitting import Sitting
from simkit.play.suite import Stop
from simkit.play.tape import Tape
from simkit.spec.files import Pack
from simkit.spread.plan import Plan, plan_of
from simkit.trace.log import Log, SessionKey


@dataclass(frozen=True)
class Crew:
    """Plays a run as `play_suite` does, by others."""

    plan: Plan
    workers: int
    cluster: bool | str = False
    """The address of a Ray cluster, or True for one on this machine."""

    @property
    def writes(self) -> bool:
        """Whether the workers write to the store themselves."""
        return self.plan.shared is not None

    async def play(
        self,
        todo: Iterable[Sitting],
        *,
        at_once: int,
        recorder: Callable[[SessionKey], Recorder],
        done: Callable[[Log], None],
        tape: Callable[[SessionKey], Tape | None],
        stop: Stop | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        """Have every sitting played, `at_once` of them at a time over all workers (one each, at least)."""
        from simkit.spread.desk import Desk
        from simkit.spread.ledger import Relayed, Shared
        from simkit.spread.processes import processes
        from simkit.spread.till import Till
        from simkit.trace.shared import SharedRun

        ledger = Shared(SharedRun(self.plan.shared)) if self.plan.shared else Relayed(recorder, tape)
        till = Till(traffic or Traffic())
        if not self.cluster:
            each = math.ceil(at_once / self.workers)
            hire = processes(self.plan)
            await Desk(ledger, done, hire, workers=self.workers, each=each, stop=stop, till=till).play(todo)
            return
        from simkit.spread.cluster import actors, connected

        with connected(self.cluster if isinstance(self.cluster, str) else None, self.workers) as cpus:
            workers = self.workers if self.workers > 1 else cpus
            each = math.ceil(at_once / workers)
            hire = actors(self.plan)
            await Desk(ledger, done, hire, workers=workers, each=each, stop=stop, till=till).play(todo)


def crew_of(
    pack: Pack,
    agent: Any,
    user: str,
    seed: int,
    versions: dict[str, str],
    *,
    workers: int,
    cluster: bool | str,
    out: str | Path | None,
    traffic: Traffic,
) -> Crew | None:
    """Who plays; None where this process does it alone. Raises UsageError for what cannot be spread."""
    if workers < 1:
        raise UsageError(f"--workers {workers}: must be 1 or more")
    if workers == 1 and not cluster:
        return None
    option = "--cluster" if cluster else f"--workers {workers}"
    plan = plan_of(pack, agent, user, seed, versions, option, traffic)
    if cluster and out is not None and "://" in str(out) and not str(out).startswith("sqlite"):
        plan = replace(plan, shared=str(out))
    return Crew(plan, workers, cluster)
