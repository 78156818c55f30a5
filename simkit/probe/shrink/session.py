"""`simkit shrink`: from a session of a run to the smallest scenario that still fails the same way, as files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simkit.agents.faulty.rates import sound
from simkit.agents.resolve import NAMED
from simkit.probe.playing import Player
from simkit.probe.shrink.kept import Kept, keep
from simkit.probe.shrink.origin import Origin, origin_of
from simkit.probe.shrink.search import Search, Shrunk
from simkit.runs import Run, open_run
from simkit.spec.files import Case, Pack
from simkit.spec.frozen import canonical
from simkit.spec.strict_yaml import Document
from simkit.spending import ModelTerms, models_of, traffic_of

SESSIONS = 2000
"""Sessions that a search may play, if nothing else is said."""


@dataclass(frozen=True)
class ShrunkSession:
    """A session made smaller, and where it is kept."""

    origin: Origin
    shrunk: Shrunk
    kept: Kept

    @property
    def removed(self) -> tuple[str, ...]:
        """What is not there any more, in words: `persona impatient`, `3 of 4 knows`, `records 655 → 2`."""
        return tuple(_removed(self.shrunk))

    def to_json(self) -> dict[str, Any]:
        """All of it, for a program."""
        return {
            "session": self.origin.session,
            "outcome": self.shrunk.way.outcome,
            "fails_by": sorted(map(str, self.shrunk.way.target)),
            "reason": reason(self.shrunk),
            "before": self.shrunk.size_before._asdict(),
            "after": self.shrunk.size_after._asdict(),
            "removed": list(self.removed),
            "failure_rate": self.shrunk.rate,
            "sessions": self.shrunk.sessions,
            "stopped_early": self.shrunk.spent,
            "scenario": str(self.kept.scenario),
            "test": str(self.kept.test),
            "command": self.kept.command,
        }


def shrink(
    run: Run | str | Path,
    session: str,
    agent: Any = None,
    *,
    out: str | Path | None = None,
    max_sessions: int = SESSIONS,
    models: ModelTerms = ModelTerms(),
    progress: Callable[[str], None] = lambda outcome: None,
) -> ShrunkSession:
    """The smallest scenario that fails as a session of a run does, written to `out` (beside the run, if None).

    Raises `SimkitError` where there is no such session, it shows no error, or it does not fail again.
    """
    opened = run if isinstance(run, Run) else open_run(run)
    origin = origin_of(opened, session, agent)
    case = Case(origin.episode.scenario, origin.domain, (origin.episode.persona,), Document(origin.domain.folder))
    traffic = traffic_of(models, models_of(sound(origin.agent), origin.candidate.user), Pack((case,)), resumed=False)
    player = Player(origin.domain, origin.agent, most=max_sessions, traffic=traffic)
    free = sound(origin.agent) in (None, *NAMED) and origin.candidate.user in ("agenda", "scripted")
    search = Search(player, origin.way, free=free, progress=progress)
    found = search.run(origin.candidate)
    folder = Path(out) if out is not None else (opened.store.folder or Path()) / "shrunk"
    title = f"{origin.session} made smaller: {reason(found)}"
    return ShrunkSession(origin, found, keep(found.after, origin.domain, origin.agent, found.way, folder, title))


def reason(shrunk: Shrunk) -> str:
    """Why the smallest fails, in a sentence."""
    score = shrunk.played.score
    return score.findings[0].sentence if score.findings else score.reason


def _removed(shrunk: Shrunk) -> list[str]:
    before, after = shrunk.before, shrunk.after
    found = []
    if before.persona != after.persona:
        name = before.persona["persona"]
        found.append(f"persona {name}" if after.persona["persona"] != name else f"traits of persona {name}")
    for key, value in before.scenario.items():
        left = after.scenario.get(key)
        if key in ("personas", "limits") or canonical(left) == canonical(value):
            continue
        size, rest = _count(value), _count(left)
        if rest < size:
            found.append(f"{size - rest} of {size} {key}" if size > 1 else key)
    return found


def _count(value: Any) -> int:
    if isinstance(value, Mapping):
        return sum(_count(item) if isinstance(item, list | Mapping) else 1 for item in value.values())
    return len(value) if isinstance(value, list) else int(value is not None)
