"""`simkit new`: what is begun holds together at once, and nothing is written over."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from simkit import api, cli
from simkit.spec.files import shipped


def typed(*words: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as left:
        cli.main(words)
    return int(left.value.code or 0)


def test_a_new_domain_holds_together_and_its_demo_agent_passes() -> None:
    assert typed("new", "domain", "pharmacy") == 0

    checked = api.check("scenarios/pharmacy")

    assert checked.problems == ()
    assert len(checked.pack.cases) == 5
    assert api.run(api.load("scenarios/pharmacy")).summary().total.pass_rate == 1.0


def test_a_new_persona_can_be_played() -> None:
    assert typed("new", "persona", "slow-reader") == 0

    assert api.check("personas/slow-reader.yaml").ok


@pytest.mark.parametrize("name", ["null", "true", "12", "1e3", "007"])
def test_a_name_that_yaml_would_read_as_no_text_is_a_name(name: str) -> None:
    assert [typed("new", what, name) for what in ("domain", "persona", "scenario")] == [0, 0, 0]

    assert api.check("scenarios", f"personas/{name}.yaml").problems == ()


@pytest.mark.parametrize("what", ["domain", "persona"])
def test_nothing_is_written_over(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    typed("new", what, "pharmacy")
    before = {file: file.read_bytes() for file in Path().rglob("*") if file.is_file()}

    assert typed("new", what, "pharmacy") == 2

    assert "is there already and is left as it is" in capsys.readouterr().err.splitlines()[-1]
    assert before == {file: file.read_bytes() for file in Path().rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ["../out", "Big", "", "a b", "-x", "x" * 61, "a/b"])
def test_a_name_that_is_no_folder_name_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("new", "domain", "--", name) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("simkit: error: ")
    assert not list(Path().iterdir())


@pytest.mark.parametrize("domain", ["airline", "insurance", "retail", "telecom"])
def test_a_new_scenario_for_a_shipped_domain_holds_at_once(domain: str) -> None:
    shutil.copytree(shipped("scenarios") / domain, Path("scenarios") / domain)

    assert typed("new", "scenario", "look-it-up", "--domain", domain) == 0

    checked = api.check(f"scenarios/{domain}/look-it-up.yaml")
    assert [str(one) for one in checked.problems] == []
    assert len(checked.pack.cases) == 1
    assert typed("new", "scenario", "look-it-up", "--domain", domain) == 2


def test_a_new_scenario_for_a_new_domain_passes_with_its_demo_agent() -> None:
    typed("new", "domain", "pharmacy")

    assert typed("new", "scenario", "look-it-up", "--domain", "pharmacy") == 0

    assert api.run("scenarios/pharmacy/look-it-up.yaml").summary().total.pass_rate == 1.0


def test_a_new_scenario_needs_a_domain(capsys: pytest.CaptureFixture[str]) -> None:
    typed("new", "domain", "pharmacy")
    assert typed("new", "scenario", "first") == 0  # the only one there is
    typed("new", "domain", "bakery")

    assert typed("new", "scenario", "second") == 2

    assert "--domain NAME; known: bakery, pharmacy" in capsys.readouterr().err.splitlines()[-1]
