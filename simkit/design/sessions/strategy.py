"""The Hypothesis strategy of whole sessions of a domain: its scenarios as seeds, varied so that they stay sensible.

What is drawn, each thing mostly left as the seed has it, so that what shrinks becomes the seed again:

    seed          a shipped scenario, those with the shortest reference first
    persona       any that there is
    records       other records of the same class: another customer, one of that customer's orders
    facts         given at once, when pressed or never; not known at all
    wants         a further want, of another seed, about the same records
    mind          a change, of another seed, or another value for a fact
    words         a sentence that has nothing to do with it; the seed's script
    tools         one or two calls that fail, or answer with old or half the data

The goal stays known while nothing but persona, words and tools is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simkit.design.sessions.records import Swap, about, others, replaced, rewritten, swaps
from simkit.design.sessions.session import Session
from simkit.errors import UsageError
from simkit.spec.circumstances import FaultOfTool
from simkit.spec.domain import Domain
from simkit.spec.files import Case, Pack, load_pack, persona_folders, read_persona, scenario_mistakes
from simkit.spec.frozen import digest
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.strict_yaml import Document
from simkit.spec.written import written

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

T = TypeVar("T")

DISTRACTORS = (
    "By the way, it is raining here.",
    "I have been a customer for eleven years.",
    "My neighbour had the same trouble with number 4711.",
    "I am calling from the train, so I may be cut off.",
    "Last year it cost $12.50, I think.",
    "My sister says that I should ask for your supervisor.",
)
"""Sentences that change nothing."""

FAULTS: tuple[FaultOfTool, ...] = ("tool_error", "tool_timeout", "partial_data", "stale_data")
"""Faults of tools that are drawn; a mere delay shows nothing and takes time."""

FEW = 8
"""Other records that are drawn from for each one."""


def sessions(domain: str | Path | Pack) -> SearchStrategy[Session]:
    """Whole sessions of a domain (its folder, some of its scenario files, or what `load` gave): each can be played.

    Raises SimkitError for files that are wrong, and UsageError where there is no scenario to begin with.
    """
    from hypothesis import strategies as st

    pack = domain if isinstance(domain, Pack) else load_pack([domain])
    if not pack.cases:
        raise UsageError(f"{domain}: holds no scenario; sessions are made from a domain's scenarios")
    if len({case.domain.name for case in pack.cases}) > 1:
        raise UsageError("sessions are of one domain; name its folder")
    maker = _Maker(pack.cases)

    def session(draw: DrawFn) -> Session:
        return maker.draw(draw)

    return st.composite(session)()


class _Maker:
    """Makes sessions from the cases of one domain."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = sorted(cases, key=lambda case: (len(case.scenario.steps), case.scenario.scenario))
        self.domain: Domain = cases[0].domain
        self.personas = _personas(self.cases)
        self.tools = sorted(tool.name for tool in self.domain.card.tools if tool.by == "agent")

    def draw(self, draw: DrawFn) -> Session:
        """One session."""
        from hypothesis import strategies as st

        seed = _one_of(draw, self.cases)
        said = written(seed.scenario)
        said = {key: value for key, value in said.items() if key not in ("tags", "lint", "references", "made_from")}
        known = True
        persona = _one_of(draw, self.personas if draw(_seldom(st)) else seed.personas)
        for vary in (self._records, self._wants, self._mind, self._facts):
            if draw(_seldom(st)):
                varied = vary(draw, seed, said)
                if varied is not None and self._reads(varied):
                    said, known = varied, False
        for vary in (self._words, self._faults):
            if draw(_seldom(st)):
                said = vary(draw, seed, said)
        user = "scripted" if said.get("script") and draw(_seldom(st)) else "agenda"
        return self._session(said, persona, seed, user, known)

    def _session(self, said: dict[str, Any], persona: Persona, seed: Case, user: str, known: bool) -> Session:
        known = known and persona in seed.personas
        if not known:
            said = said | {"goal": {"may_change": sorted(self.domain.tables)}}
        said = said | {"domain": self.domain.name, "personas": [persona.persona]}
        said["scenario"] = f"{self.domain.name}-{digest([said, user])[:10]}"
        scenario = Scenario.model_validate(said)
        return Session(said, scenario, persona, self.domain, user, seed.scenario.scenario, known)

    def _reads(self, said: dict[str, Any]) -> bool:
        """Whether the file would be read."""
        try:
            scenario = Scenario.model_validate(said)
        except ValueError:
            return False
        document = Document(Path("session.yaml"), said)
        return next(iter(scenario_mistakes(scenario, self.domain, document)), None) is None

    def _records(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any] | None:
        from hypothesis import strategies as st

        texts: dict[str, str] = {}
        root: Swap | None = None
        for one in swaps(about(seed.scenario, self.domain), self.domain):
            alike = others(one, self.domain, root)[:FEW]
            if alike and draw(st.booleans()):
                swap = Swap(one.table, one.record, draw(st.sampled_from(alike)))
                texts = replaced(swap, self.domain) | texts
                root = root or swap
        kept = ("scenario", "domain", "personas", "limits", "goal")
        return {key: value if key in kept else rewritten(value, texts) for key, value in said.items()}

    def _wants(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any]:
        other = _one_of(draw, self.cases).scenario
        knows = dict(other.knows) | said.get("knows", {})
        then = [*said.get("then", []), other.wants, *other.then]
        unknown = [one for one in said.get("does_not_know", []) if one not in knows]
        return said | {"then": then, "knows": knows, "does_not_know": unknown}

    def _mind(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any]:
        from hypothesis import strategies as st

        other = _one_of(draw, self.cases).scenario
        when = draw(st.sampled_from(["confirming", "asked", "informed", 2, 3]))
        if other.changes and draw(st.booleans()):
            return said | {"changes": written(other)["changes"]}
        shared = sorted(slot for slot in other.knows if other.knows[slot] != said.get("knows", {}).get(slot))
        if shared and draw(st.booleans()):
            slot = draw(st.sampled_from(shared))
            label = self.domain.card.slots[slot].label if slot in self.domain.card.slots else slot
            told = {
                "when": when,
                "says": f"Wait, the {label} is {other.knows[slot]}.",
                "knows": {slot: other.knows[slot]},
            }
            return said | {"changes": [told]}
        says = f"Actually, forget that. I'd like {other.wants}."
        return said | {"changes": [{"when": when, "says": says, "knows": dict(other.knows), "wants": other.wants}]}

    def _facts(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any]:
        from hypothesis import strategies as st

        knows, discloses = dict(said.get("knows", {})), dict(said.get("discloses", {}))
        unknown = list(said.get("does_not_know", []))
        for slot in list(knows):
            how = draw(st.sampled_from(["as it is", "upfront", "when_pressed", "never", "unknown"]))
            if how == "unknown" and f"{{{slot}}}" not in said.get("opening", ""):
                del knows[slot]
                discloses.pop(slot, None)
                unknown.append(slot)
            elif how in ("upfront", "when_pressed", "never"):
                discloses[slot] = how
        return said | {"knows": knows, "discloses": discloses, "does_not_know": unknown}

    def _words(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any]:
        from hypothesis import strategies as st

        aside = draw(st.sampled_from(DISTRACTORS))
        opening = said.get("opening") or f"Hello, I'd like {said['wants'].rstrip('.')}."
        varied = said | {"opening": f"{aside} {opening}" if draw(st.booleans()) else f"{opening} {aside}"}
        return varied if self._reads(varied) else said

    def _faults(self, draw: DrawFn, seed: Case, said: dict[str, Any]) -> dict[str, Any]:
        from hypothesis import strategies as st

        used = [step.tool for step in seed.scenario.steps if step.tool in self.tools] or self.tools
        fault = st.fixed_dictionaries(
            {"tool": st.sampled_from(list(dict.fromkeys(used))), "fault": st.sampled_from(FAULTS)},
            optional={"call": st.integers(1, 2)},
        )
        return said | {"faults": draw(st.lists(fault, min_size=1, max_size=2))}


def _one_of(draw: DrawFn, items: Sequence[T]) -> T:
    """One of some; shrinks to the first. (`sampled_from` would tell of all of them whenever it tells of itself.)"""
    from hypothesis import strategies as st

    return items[draw(st.integers(0, len(items) - 1))]


def _seldom(st: Any) -> Any:
    """True once in four times; shrinks to False."""
    return st.integers(0, 3).map(lambda number: number == 3)


def _personas(cases: Sequence[Case]) -> list[Persona]:
    """Every persona that is played with these cases, and the others that stand beside them; the plain one first."""
    found = {persona.persona: persona for case in cases for persona in case.personas}
    for folder in persona_folders(cases[0].document.path):
        for file in sorted(folder.glob("*.yaml")):
            if file.stem not in found:
                found[file.stem] = read_persona(file)
    return sorted(found.values(), key=lambda one: (one.persona != "plain", one.persona))
