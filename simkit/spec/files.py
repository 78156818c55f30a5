"""Scenario packs on disk: what lies where, read into frozen values, every mistake with its position.

scenarios/<domain>/   domain.yaml · tools.py · policy.md · state.json · one or more cases a *.yaml file
personas/             one persona a *.yaml file; looked for beside the pack and above it, then among those shipped
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from simkit.errors import FileError, FileErrors, UsageError, did_you_mean
from simkit.spec import circumstances, crosscheck, relevance
from simkit.spec.code import code_digests
from simkit.spec.domain import Card, Domain, DomainFile
from simkit.spec.mistakes import validate
from simkit.spec.persona import Persona
from simkit.spec.scenario import Scenario
from simkit.spec.state import names_at, read_state, tables_hash
from simkit.spec.strict_yaml import Document, read_documents, read_text
from simkit.spec.tools import read_tools
from simkit.spec.upheld import invariant_mistakes

PARTS = {"tools.py": "its tools", "state.json": "the tables of its world", "policy.md": "its policy"}
"""The files that a domain has beside domain.yaml, and what each holds."""


@dataclass(frozen=True)
class Case:
    """One scenario with all it needs to be played, and where it was written."""

    scenario: Scenario
    domain: Domain
    personas: tuple[Persona, ...]
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True)
class Pack:
    """What some paths hold: cases to play, and the domains and personas that were read."""

    cases: tuple[Case, ...]
    domains: tuple[Domain, ...] = ()
    personas: tuple[Persona, ...] = ()


def shipped(name: str) -> Path:
    """The folder `scenarios` or `personas` that comes with simkit."""
    package = Path(__file__).parent.parent
    inside = package / "shipped" / name
    return inside if inside.is_dir() else package.parent / name


def load_pack(paths: Iterable[Path | str], documents: Iterable[Document] = ()) -> Pack:
    """Everything under `paths`: scenario files, domain folders, persona files, or folders of those; and the scenarios
    in `documents` that were made otherwise.

    Raises `FileErrors` with every mistake found, or `UsageError` for a path that does not exist or holds nothing.
    """
    loader = _Loader()
    for path in paths:
        loader.add(Path(path))
    for document in documents:
        loader.add_document(document)
    return loader.pack()


def together(packs: Iterable[Pack]) -> Pack:
    """One pack of several. Raises UsageError for a scenario that two of them have."""
    every = tuple(packs)
    cases = [case for pack in every for case in pack.cases]
    names = [case.scenario.scenario for case in cases]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise UsageError(f"scenario '{name}' stands in {cases[at].document.path} and elsewhere; play them apart")
    domains = tuple(domain for pack in every for domain in pack.domains)
    return Pack(tuple(cases), domains, tuple(one for pack in every for one in pack.personas))


def _instead(path: Path) -> str:
    """What to write instead of a path that is not there: the nearest name, else what could be played."""
    place = path.parent
    if not place.is_dir():
        return f"; nor is there {place}"
    near = did_you_mean(path.name, [p.name for p in place.iterdir() if not p.name.startswith(".")])
    if not near.startswith("; known"):
        return near
    kept = [p.name for p in place.iterdir() if p.is_dir() and any(p.glob("*/domain.yaml"))]
    held = [p.name for p in place.iterdir() if (p / "domain.yaml").is_file()]
    there = did_you_mean("", held or kept or [p.name for p in place.glob("*.yaml")])
    return f"{there}; name a scenario file, a domain's folder, or a folder of those, as in scenarios"


class _Loader:
    """Collects what is found and what is wrong, so that one pass shows every mistake."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.domains: dict[Path, Domain | None] = {}
        self.personas: dict[Path, Persona | None] = {}
        self.errors: list[FileError] = []
        self.seen: dict[str, Document] = {}

    def add(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder{_instead(path)}")
        files = [path] if path.is_file() else sorted(_yaml_files(path))
        if not files:
            raise UsageError(f"{path}: holds no scenario, domain or persona (*.yaml); check the path")
        for file in files:
            with self._collecting():
                self._file(file)

    @contextmanager
    def _collecting(self) -> Iterator[None]:
        try:
            yield
        except FileErrors as error:
            self.errors += error.errors
        except FileError as error:
            self.errors.append(error)

    def pack(self) -> Pack:
        if self.errors:
            unique = {str(error): error for error in self.errors}
            raise FileErrors(list(unique.values()))
        domains = tuple(domain for domain in self.domains.values() if domain)
        return Pack(tuple(self.cases), domains, tuple(p for p in self.personas.values() if p))

    def _file(self, file: Path) -> None:
        if file.name == "domain.yaml":
            self._domain(file.parent)
            return
        documents = read_documents(file)
        if not documents:
            what = "persona" if file.resolve().parent.name == "personas" else "scenario"
            raise FileError(file, f"is empty; a {what} starts with '{what}: NAME'")
        if _kind(documents[0]) == "persona":
            self._persona(file)
            return
        for document in documents:
            self.add_document(document)

    def add_document(self, document: Document) -> None:
        with self._collecting():
            self._scenario(document)

    def _domain(self, folder: Path) -> Domain | None:
        if folder not in self.domains:
            self.domains[folder] = None
            self.domains[folder] = read_domain(folder)
        return self.domains[folder]

    def _persona(self, file: Path) -> Persona | None:
        if file not in self.personas:
            self.personas[file] = None
            self.personas[file] = read_persona(file)
        return self.personas[file]

    def _scenario(self, document: Document) -> None:
        scenario = validate(Scenario, document)
        name = scenario.scenario
        if name in self.seen:
            first = self.seen[name].path
            raise document.error(f"scenario '{name}' stands in {first} too; give it another name", ("scenario",))
        self.seen[name] = document
        domain = self._domain(_domain_folder(scenario, document))
        if domain is None:
            return
        scenario = scenario.model_copy(update={"domain": domain.name})
        folders = persona_folders(document.path)
        personas: list[Persona | None] = []
        for at, one in enumerate(scenario.personas):
            with self._collecting():
                personas.append(self._named_persona(one, document, folders, at))
        errors = list(scenario_mistakes(scenario, domain, document))
        self.errors += errors
        found = tuple(persona for persona in personas if persona)
        if not errors and len(found) == len(scenario.personas):
            self.cases.append(Case(scenario, domain, found, document))

    def _named_persona(self, name: str, document: Document, folders: list[Path], at: int) -> Persona | None:
        known = {file.stem: file for folder in reversed(folders) for file in sorted(folder.glob("*.yaml"))}
        if name in known:
            return self._persona(known[name])
        raise document.error(f"there is no persona '{name}'{did_you_mean(name, known)}", ("personas", at))


def scenario_mistakes(scenario: Scenario, domain: Domain, document: Document) -> Iterator[FileError]:
    """Whatever a scenario says that its domain does not have."""
    yield from crosscheck.scenario_mistakes(scenario, domain, document)
    yield from relevance.relevant_mistakes(scenario, domain, document)
    put_in, until = scenario.agent_fault, scenario.limits.until
    yield from circumstances.circumstance_mistakes(scenario.world, scenario.faults, domain, document, until, put_in)
    yield from circumstances.agent_fault_mistakes(put_in, scenario.steps, domain, document)


def read_persona(file: Path) -> Persona:
    """The persona in a file. Raises `FileError`."""
    documents = read_documents(file)
    if not documents:
        raise FileError(file, "is empty; a persona starts with 'persona: NAME'")
    persona = validate(Persona, documents[0])
    if len(documents) > 1:
        raise documents[1].error("a second document; one persona a file")
    if persona.persona != file.stem:
        what = f"persona '{persona.persona}' stands in a file named {file.name}; name both the same"
        raise documents[0].error(what, ("persona",))
    if errors := list(crosscheck.persona_mistakes(persona, documents[0])):
        raise FileErrors(errors)
    return persona


def read_domain(folder: Path) -> Domain:
    """The domain in a folder: domain.yaml, tools.py, policy.md, state.json. Raises `FileError`."""
    file = folder / "domain.yaml"
    stamp = tuple((p.name, p.stat().st_mtime_ns) for p in sorted(folder.glob("*")) if p.is_file())
    return _read_domain(file, stamp)


@lru_cache(maxsize=64)
def _read_domain(file: Path, _stamp: object) -> Domain:
    folder = file.parent
    documents = read_documents(file)
    if not documents:
        raise FileError(file, "is empty; a domain starts with 'domain: NAME'")
    said = validate(DomainFile, documents[0])
    for name, what in PARTS.items():
        if not (folder / name).is_file():
            raise FileError(folder / name, f"is missing; a domain keeps {what} there")
    tools, functions = read_tools(folder / "tools.py")
    tables = read_state(folder / "state.json")
    policy = read_text(folder / "policy.md")
    errors = [*crosscheck.domain_mistakes(said, tools, tables, policy, documents[0])]
    errors += invariant_mistakes(said, tools, tables, policy, documents[0])
    errors += relevance.knowledge_mistakes(said, tools, tables, documents[0])
    if "agent" in documents[0].value and not (folder / said.agent.partition(":")[0]).is_file():
        what = f"there is no file {said.agent.partition(':')[0]} in this folder; write file.py:name, or remove agent"
        errors.append(documents[0].error(what, ("agent",)))
    if errors:
        raise FileErrors(errors)
    card = Card(
        domain=said.domain,
        summary=said.summary,
        now=said.now,
        policy=policy,
        tools=tools,
        slots=said.slots,
        rules=said.rules,
        invariants=said.invariants,
        user_acts=said.user_acts,
        catalogue={kind: tuple(sorted(set(names_at(tables, path)))) for kind, path in said.catalogue.items()},
        knowledge=said.knowledge,
        world=f"{tables_hash(tables):032x}",
    )
    agent = said.agent if ":" in said.agent else f"{said.agent}:build"
    code = code_digests(folder / "tools.py")
    return Domain(card=card, folder=folder, functions=functions, tables=tables, agent=agent, code=code, lint=said.lint)


def persona_folders(path: Path) -> list[Path]:
    """Where personas of a pack are looked for: `personas/` beside the file and above it, then those shipped."""
    above = [parent / "personas" for parent in list(path.resolve().parents)[:4]]
    return [folder for folder in [path.resolve().parent, *above] if folder.name == "personas" and folder.is_dir()] + [
        shipped("personas")
    ]


def _kind(document: Document) -> str:
    """Whether a document is a persona or a scenario: by its first key, else by where it stands."""
    in_personas = document.path.resolve().parent.name == "personas"
    if not isinstance(document.value, dict):
        return "persona" if in_personas else "scenario"
    if "scenario" not in document.value and ("persona" in document.value or in_personas):
        return "persona"
    # Without a name it is what most of its keys belong to.
    keys = document.value.keys()
    persona, scenario = (len(keys & model.model_fields.keys()) for model in (Persona, Scenario))
    return "persona" if "scenario" not in keys and persona > scenario else "scenario"


def _domain_folder(scenario: Scenario, document: Document) -> Path:
    here = document.path.parent
    if not scenario.domain:
        if not (here / "domain.yaml").is_file():
            if any((here / part).is_file() for part in PARTS):
                raise FileError(here / "domain.yaml", "is missing; a domain says there what it is, see simkit schema")
            raise document.error("names no domain and stands in no domain's folder; add 'domain: NAME'")
        return here
    places = [here, here / scenario.domain, here.parent / scenario.domain, shipped("scenarios") / scenario.domain]
    for place in places:
        if (place / "domain.yaml").is_file() and (place != here or _names(place) == scenario.domain):
            return place
    known = {file.parent.name for root in (here.parent, shipped("scenarios")) for file in root.glob("*/domain.yaml")}
    known |= {_names(here)} if (here / "domain.yaml").is_file() else set()
    what = f"there is no domain '{scenario.domain}'{did_you_mean(scenario.domain, known)}"
    raise document.error(what, ("domain",))


def _names(folder: Path) -> str:
    file = folder / "domain.yaml"
    return _named(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _named(file: Path, _stamp: int) -> str:
    documents = read_documents(file)
    value = documents[0].value if documents else None
    return str(value.get("domain", "")) if isinstance(value, dict) else ""


def _yaml_files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*.y*ml"):
        hidden = any(part.startswith((".", "__")) for part in file.relative_to(folder).parts)
        made = file.stem.endswith(".dimensions")  # plays only what is asked for of it by name
        if file.suffix in (".yaml", ".yml") and not hidden and not made and "knowledge" not in file.parts:
            yield file
