"""`simkit check` tells what holds, what is doubtful and what is silenced, and ends as its gates say."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from hire import CASES, write_hire

from simkit import api, cli
from simkit.lint.codes import CODES
from simkit.spec.lint import Silenced

DOUBT = "  - get_hire: {hire_id: H101}\n  - extend_hire"
"""Read once more, for nothing: one warning."""


RETURNS = Path(__file__).resolve().parents[2] / "scenarios/retail/returns.dimensions.yaml"


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def simkit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """The command line."""

    def call(*arguments: object) -> Ended:
        with pytest.raises(SystemExit) as left:
            cli.main([str(one) for one in arguments])
        return Ended(int(left.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def doubtful(tmp_path: Path) -> Path:
    """A pack with one warning."""
    hire = write_hire(tmp_path)
    (hire / "cases.yaml").write_text(CASES.replace("  - extend_hire", DOUBT), encoding="utf-8")
    return hire


def test_a_warning_is_told_and_ends_with_0_and_with_1_if_strict(doubtful: Path, simkit: Callable[..., Ended]) -> None:
    told = simkit("check", doubtful)
    strict = simkit("check", doubtful, "--strict")

    assert told.code == 0
    assert "cases.yaml:10: warning: longer: the reference reaches the goal without get_hire" in told.err
    assert told.err.endswith("3 scenarios, 1 domain, 2 personas: all hold, 1 warning\n")
    assert strict.code == 1
    assert "cases.yaml:10: longer: the reference reaches the goal without get_hire" in strict.err
    assert strict.err.endswith("3 scenarios, 1 domain, 2 personas: 1 problem\n")


def test_json_has_each_finding_with_its_code_place_and_cure(doubtful: Path, simkit: Callable[..., Ended]) -> None:
    found = json.loads(simkit("check", doubtful, "--json").out)

    assert found["ok"] is True
    assert found["problems"] == []
    (only,) = found["findings"]
    assert only == {
        "path": str(doubtful / "cases.yaml"),
        "file": str(doubtful / "cases.yaml"),
        "line": 10,
        "scenario": "longer",
        "code": "superfluous-step",
        "severity": "warning",
        "what": "the reference reaches the goal without get_hire(hire_id='H101')",
        "cure": CODES["superfluous-step"].cure,
        "about": "get_hire",
    }
    assert [one["scenario"] for one in found["difficulty"]] == ["longer", "out-already", "give-back"]


@pytest.mark.parametrize("why", ["It looks twice on purpose.", "{get_hire: It looks twice on purpose.}"])
def test_a_scenario_silences_a_warning_with_a_reason(why: str, doubtful: Path) -> None:
    file = doubtful / "cases.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("---", f"lint: {{ignore: {{superfluous-step: {why}}}}}\n---", 1), encoding="utf-8")

    assert api.check(doubtful).findings == ()


def test_a_silence_about_something_else_silences_nothing(doubtful: Path) -> None:
    file = doubtful / "cases.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("---", "lint: {ignore: {superfluous-step: {find_outlets: Not this.}}}\n---", 1), encoding="utf-8"
    )

    assert {one.code for one in api.check(doubtful).findings} == {"superfluous-step", "stale-ignore"}


def test_a_domain_silences_what_is_said_of_it(tmp_path: Path) -> None:
    hire = write_hire(tmp_path)
    file = hire / "domain.yaml"
    text = file.read_text(encoding="utf-8").replace("slots:\n", "slots:\n  helmet: {label: size of the helmet}\n")
    file.write_text(text, encoding="utf-8")
    assert [one.code for one in api.check(hire).findings] == ["unused-slot"]

    file.write_text(f"{text}lint: {{ignore: {{unused-slot: {{helmet: Asked in summer.}}}}}}\n", encoding="utf-8")
    assert api.check(hire).findings == ()


def test_where_a_domain_forbids_it_nothing_is_called_but_what_the_references_call(tmp_path: Path) -> None:
    hire = write_hire(tmp_path)
    tools, domain = hire / "tools.py", hire / "domain.yaml"
    calls = tmp_path / "calls.txt"
    outside = f"    with open({str(calls)!r}, 'a') as file:\n        file.write(hire_id + '\\n')\n"
    begin = '    """Cancel a hire."""\n'
    tools.write_text(tools.read_text(encoding="utf-8").replace(begin, begin + outside), encoding="utf-8")

    api.check(hire)
    assert calls.exists()
    calls.unlink()

    domain.write_text(
        domain.read_text(encoding="utf-8")
        + "lint: {ignore: {everything-passes: Its tools are real., superfluous-step: Its tools are real.}}\n",
        encoding="utf-8",
    )
    assert api.check(hire).findings == ()
    assert not calls.exists()


@pytest.mark.parametrize(
    ("lint", "said"),
    [
        ("{ignore: {reference-fails: Never mind.}}", "'reference-fails'"),
        ("{ignore: {unused-toll: Never mind.}}", "'unused-tool'"),
        ("{ignore: {unused-tool: ''}}", "a finding is silenced with a reason; write why it does not matter"),
        ("{ignore: {unused-tool: {}}}", "a finding is silenced with a reason"),
    ],
)
def test_no_error_is_silenced_and_nothing_without_a_reason(
    lint: str, said: str, tmp_path: Path, simkit: Callable[..., Ended]
) -> None:
    hire = write_hire(tmp_path)
    file = hire / "domain.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}lint: {lint}\n", encoding="utf-8")

    ended = simkit("check", hire)

    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_what_can_be_silenced_is_what_is_no_error() -> None:
    assert set(get_args(Silenced)) == {
        code for code, about in CODES.items() if about.severity != "error" and code != "stale-ignore"
    }


def test_one_scenario_alone_says_nothing_of_its_domain(tmp_path: Path) -> None:
    hire = write_hire(tmp_path)
    first, _, rest = CASES.partition("---\n")
    (hire / "cases.yaml").write_text(first, encoding="utf-8")
    (hire / "more.yaml").write_text(rest, encoding="utf-8")

    assert api.check(hire / "cases.yaml").findings == ()
    assert api.check(hire).findings == ()


def test_personas_that_were_read_and_play_nothing_are_noted(tmp_path: Path) -> None:
    hire = write_hire(tmp_path)
    (hire / "cases.yaml").write_text(CASES.replace("[plain, withholder]", "[plain]"), encoding="utf-8")
    (tmp_path / "personas").mkdir()
    text = "persona: shy\nsummary: Says little.\nmanner: Shy.\n"
    (tmp_path / "personas/shy.yaml").write_text(text, encoding="utf-8")

    (note,) = api.check(hire, tmp_path / "personas").findings

    assert (note.code, note.severity, note.about) == ("unused-persona", "note", "shy")
    assert note.path == str(tmp_path / "personas/shy.yaml")


def test_quick_reads_and_plays_nothing(doubtful: Path) -> None:
    played: list[object] = []
    text = CASES.replace("  - extend_hire", DOUBT).replace("says: [Quay Road]", "says: [Quay Road, bicycle]")
    (doubtful / "cases.yaml").write_text(text, encoding="utf-8")

    quick = api.check(doubtful, quick=True, progress=played.append)

    assert [one.code for one in quick.findings] == ["trivial-words"]
    assert played == []


def test_many_findings_of_one_kind_are_summed(tmp_path: Path, simkit: Callable[..., Ended]) -> None:
    hire = write_hire(tmp_path)
    slots = "".join(f"  extra{n}: {{label: extra {n}}}\n" for n in range(6))
    file = hire / "domain.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("slots:\n", f"slots:\n{slots}"), encoding="utf-8")

    lines = simkit("check", hire).err.splitlines()

    assert len(lines) == 3
    assert lines[1].endswith("warning: and 5 more like it: extra1, extra2, extra3, extra4, extra5 [unused-slot]")
    assert len(simkit("check", hire, "--notes").err.splitlines()) == 7


def test_difficulty_grows_with_what_a_scenario_asks(tmp_path: Path, simkit: Callable[..., Ended]) -> None:
    hire = write_hire(tmp_path)
    before = {one.scenario: one for one in api.check(hire).difficulty}
    harder = CASES.replace("wants: to keep", "then: [to know what it costs]\nwants: to keep")
    (hire / "cases.yaml").write_text(harder.replace("never: [cancel_hire]", "never: [cancel_hire, extend_hire]"))
    after = {one.scenario: one for one in api.check(hire).difficulty}

    assert before["longer"].features["writes"] == 1
    assert before["longer"].features["facts"] == 2
    assert before["out-already"].features["traps"] == 1
    assert after["longer"].points > before["longer"].points
    assert after["out-already"].features["dead_ends"] == 2
    assert after["give-back"].points == before["give-back"].points
    assert simkit("check", hire, "--difficulty").out.splitlines()[1].startswith("longer")


def test_difficulty_is_held_against_a_run_or_refused(tmp_path: Path, simkit: Callable[..., Ended]) -> None:
    hire, run = write_hire(tmp_path), str(tmp_path / "run")
    api.run(hire, "null", out=run)

    ended = simkit("check", hire, "--against", run)

    assert ended.code == 2
    assert "name a run of at least 4 of them in which some fail and some do not" in ended.err


def test_the_tuples_of_a_dimensions_file_are_chosen_as_for_a_run(simkit: Callable[..., Ended]) -> None:
    counts = [
        simkit("check", RETURNS, "--quick", *more).err.split()[0] for more in ((), ("--full",), ("--sample", "5"))
    ]

    assert counts == ["12", "36", "5"]
    assert simkit("check", RETURNS.parent, "--full").code == 2
