"""The agenda user: a person played by rules, without a model, after agenda-based user simulation.

Schatzmann, Thomson, Weilhammer, Ye and Young (2007), "Agenda-Based User Simulation for Bootstrapping a POMDP Dialogue
System": the user's goal is a set of facts and wants; an agenda, a stack of user acts, holds what they mean to say;
what the agent does pushes acts on top of it; each turn pops from the top. Here acts are worded by the persona, facts
come out by its rules of disclosure, and every setback costs patience until they leave.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from simkit.play.agent import ToolResult
from simkit.play.user import Heard, Role, Said
from simkit.spec.acts import agent_act, claims_success, offers_more, sentences
from simkit.spec.crosscheck import filled
from simkit.spec.domain import UserAct
from simkit.spec.persona import Disclosure, Tactic
from simkit.spec.rules import fill
from simkit.spec.values import plain, says_words


@dataclass(frozen=True)
class Act:
    """One thing the user means to say."""

    name: str
    """`tell`, `affirm`, `press` …: also the act recorded with the words."""
    text: str = ""
    """The words, where they are fixed; else the persona's wording for `name`."""
    holes: dict[str, str] = field(default_factory=dict)
    closing: bool = False


class Agenda:
    """One person in one session."""

    def __init__(self, role: Role) -> None:
        self.scenario, self.persona, self.card, self.random = role.scenario, role.persona, role.card, role.random
        self.facts: dict[str, Any] = dict(self.scenario.knows)
        self.agenda = [Act("close", closing=True)]
        self.agenda += [Act("next", holes={"wants": as_want(want)}) for want in reversed(self.scenario.then)]
        self.patience = self.persona.patience
        self.want = as_want(self.scenario.wants)
        """What they are after just now; empty when they want nothing more."""
        self.told: set[str] = set()
        self.asked: Counter[str] = Counter()
        self.tactics = Counter({at: tactic.times for at, tactic in enumerate(self.persona.tactics)})
        self.changes = list(self.scenario.changes)
        self.confirmations = self.listened = 0
        self.heard_before: set[str] = set()

    async def respond(self, heard: Heard) -> Said:
        """React to the agent, then say what stands on top of the agenda."""
        if heard.text is None:
            acts = self._opening()
        else:
            done = await self._does(heard)
            acts = done + self._reactions(heard.text, heard.number, busy=bool(done))
            if self.patience <= 0:
                acts = [Act("leave", closing=True)]
        self.agenda += reversed(acts or [self.agenda.pop()])
        return self._speak(len(acts) or 1)

    def _speak(self, count: int) -> Said:
        acts = [self.agenda.pop() for _ in range(count)]
        self.want = next((act.holes["wants"] for act in acts if act.name == "next"), self.want)
        text = " ".join(self._worded(act) for act in acts)
        self.told |= {name for name, value in self.facts.items() if says_words(text, shown(value))}
        return Said(text, closing=any(act.closing for act in acts), act=acts[-1].name)

    def _worded(self, act: Act) -> str:
        return act.text or fill(self.random.choice(self.persona.wording(act.name)), act.holes)

    def _opening(self) -> list[Act]:
        if self.scenario.opening:
            first = Act("open", text=fill(self.scenario.opening, {k: shown(v) for k, v in self.facts.items()}))
        else:
            first = Act("open", holes={"wants": self.want})
        words = first.text or self.scenario.wants
        upfront = [
            self._tells(name)
            for name in self.facts
            if self._disclosure(name) == "upfront" and not says_words(words, shown(self.facts[name]))
        ]
        return [first, *upfront, *self._tactic("opening")]

    def _disclosure(self, name: str) -> Disclosure:
        return self.scenario.discloses.get(name, self.persona.discloses)

    def _tells(self, name: str) -> Act:
        return Act("tell", holes={"label": self._label(name), "value": shown(self.facts[name])})

    def _label(self, name: str) -> str:
        slot = self.card.slots.get(name)
        return slot.label if slot else name.replace("_", " ")

    def _tactic(self, moment: str) -> list[Act]:
        for at, tactic in enumerate(self.persona.tactics):
            if tactic.when == moment and self.tactics[at] > 0:
                self.tactics[at] -= 1
                return [_tactical(tactic)]
        return []

    def _change(self, moment: str | int) -> list[Act]:
        for change in self.changes:
            if change.when == moment:
                self.changes.remove(change)
                self.facts |= change.knows
                self.told -= change.knows.keys()
                self.want = self.want if change.wants is None else as_want(change.wants)
                return [Act("change", text=change.says)]
        return []

    async def _does(self, heard: Heard) -> list[Act]:
        """What the agent asks the user to do with their own tools is done, and reported."""
        text = f" {plain(heard.text or '')} "
        found = []
        for act in self.card.user_acts:
            places = [at for words in act.when if (at := text.find(f" {plain(words)} ")) >= 0]
            if places:
                found.append((min(places), act))
        acts = []
        for _, act in sorted(found, key=lambda pair: pair[0]):
            arguments = filled(act.arguments, self.facts)
            acts.append(self._reports(act, arguments, await heard.call(act.call, **arguments)))
        return acts

    def _reports(self, act: UserAct, arguments: dict[str, Any], result: ToolResult) -> Act:
        if not result.ok:
            return Act("done", text=f"That did not work: {result.value}.")
        values = result.value if isinstance(result.value, dict) else {"result": result.value}
        holes = {key: shown(value) for key, value in (arguments | values).items()}
        if act.reply:
            return Act("done", text=fill(act.reply, holes))
        listed = ", ".join(f"{key.replace('_', ' ')} is {shown(value)}" for key, value in values.items())
        return Act("done", holes={"result": listed})

    def _reactions(self, text: str, number: int, *, busy: bool) -> list[Act]:
        self._irritate(text)
        if changed := self._change(number):
            return changed
        act = agent_act(text)
        if act == "confirm":
            return self._confirms()
        slots = self._slots_asked(text)
        if slots:
            return self._change("asked") or [*self._answers(slots), *self._tactic("asked")]
        if act == "refuse":
            return self._refused(text)
        if offers_more(text) or act == "close":
            return []
        if busy:
            return []
        if act == "ask":
            self.patience -= self.persona.irritation.stalled
            return [Act("answer", holes={"wants": self.want})] if self.want else []
        return self._listens(text)

    def _irritate(self, text: str) -> None:
        cost, irritation = 0.0, self.persona.irritation
        cost += irritation.repeated if plain(text) in self.heard_before else 0
        act = agent_act(text)
        cost += {"ask": irritation.question, "refuse": irritation.refusal, "report_error": irritation.error}.get(act, 0)
        self.patience -= cost
        self.heard_before.add(plain(text))

    def _confirms(self) -> list[Act]:
        if changed := self._change("confirming"):
            return changed
        self.confirmations += 1
        if self.confirmations == 1:
            if self.persona.confirms == "hesitantly":
                return [Act("hesitate")]
            if tactic := self._tactic("confirming"):
                return tactic
        return [Act("affirm")]

    def _slots_asked(self, text: str) -> list[str]:
        questions = [one for one in sentences(text) if agent_act(one) in ("ask", "confirm")]
        found = []
        for name, slot in self.card.slots.items():
            wordings = (slot.label, name.replace("_", " "), *slot.also)
            if any(says_words(question, words) for question in questions for words in wordings):
                found.append(name)
        # Wordings of different facts overlap; who knows what was asked for does not deny what merely sounds alike.
        known = [name for name in found if name in self.facts]
        return known + [name for name in found if name in self.scenario.does_not_know] if known else found

    def _answers(self, slots: list[str]) -> list[Act]:
        return [self._answer(name) for name in slots]

    def _answer(self, name: str) -> Act:
        self.asked[name] += 1
        label = {"label": self._label(name)}
        if name not in self.facts:
            self.patience -= self.persona.irritation.repeated if self.asked[name] > 2 else 0
            return Act("unknown", holes=label)
        disclosure = self._disclosure(name)
        if disclosure == "never" or (disclosure == "when_pressed" and self.asked[name] == 1):
            return Act("withhold", holes=label)
        if name in self.told and self.asked[name] > 1:
            self.patience -= self.persona.irritation.repeated
        return self._tells(name)

    def _refused(self, text: str) -> list[Act]:
        if tactic := self._tactic("refused"):
            return tactic
        if not offers_more(text) and self.asked["<refused>"] == 0:
            self.asked["<refused>"] = 1
            return [Act("press")]
        return []

    def _listens(self, text: str) -> list[Act]:
        if changed := self._change("informed"):
            return changed
        if tactic := self._tactic("informed"):
            return tactic
        self.listened += 1
        if not claims_success(text):
            self.patience -= self.persona.irritation.stalled
        elif self.listened > 2:
            return []
        return [Act("listen")]


def _tactical(tactic: Tactic) -> Act:
    return Act(f"tactic_{tactic.when}", text=tactic.says)


def as_want(text: str) -> str:
    """A want as it stands inside a sentence: no full stop, a small first letter unless the word is a name."""
    words = text.strip().rstrip(".")
    first = words.split(" ", 1)[0]
    keeps = first == "I" or first.isupper() or any(c.isupper() or c.isdigit() for c in first[1:])
    return words if keeps and first != "A" else words[:1].lower() + words[1:]


def shown(value: Any) -> str:
    """A fact as a person says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
