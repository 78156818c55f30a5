"""With a model, policy, personas and wordings are written too: by the same loader and the same checks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chatserver import says, serving

from simkit import api, cli
from simkit.spec.files import read_domain

SPEC = Path(__file__).with_name("specs") / "bakery.yaml"
POLICY = "# The bakery\n\n**1.1 Look first.** Open it.\n\n**1.2 Ask first.** Wait for a yes.\n\n" + "Be kind. " * 30
PERSON = {"summary": "A baker.", "manner": "Floury.", "expertise": "expert", "verbosity": "terse"}
PERSON |= {"discloses": "when_asked", "confirms": "readily"}


def writer(policy: str) -> Any:
    """A model that writes this policy, one persona, and wants."""

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        asked = request["messages"][1]["content"]
        if "people who" in asked:
            return says(json.dumps({"personas": [{"persona": "early-baker", **PERSON}]}))
        if "For each scenario" not in asked:
            return says(json.dumps({"policy": policy}))
        listed = json.loads(request["messages"][0]["content"].rpartition("Scenarios: ")[2])
        wants = [
            {"scenario": name, "wants": f"to, you know, {want.removeprefix('to ')}"} for name, want in listed.items()
        ]
        return says(json.dumps({"wants": [{**one, "wants": one["wants"].replace("to,", "to just,")} for one in wants]}))

    return answer


def drafted(url: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of drafting with the model at that address."""
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    monkeypatch.setenv("OPENAI_API_KEY", "no-key")
    with pytest.raises(SystemExit) as left:
        cli.main(["draft", "domain", "bakery", "--openapi", str(SPEC), "--model", "openai/some", "--scenarios", "6"])
    return int(left.value.code or 0)


def test_a_model_writes_policy_personas_and_wordings(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(writer(POLICY)) as server:
        assert drafted(server.url, monkeypatch) == 0

    checked = api.check("scenarios/bakery")
    assert checked.problems == ()
    assert checked.pack.domains[0].card.policy.startswith("# The bakery")
    assert any("early-baker" in case.scenario.personas for case in checked.pack.cases)
    assert all(case.scenario.wants.startswith("to just, you know,") for case in checked.pack.cases)


def test_a_policy_that_loses_a_clause_is_asked_for_again_and_then_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(writer(POLICY.replace("1.2", "9.9"))) as server:
        assert drafted(server.url, monkeypatch) == 0
        asked = [one["messages"] for one in server.requests if "agents are told" in one["messages"][1]["content"]]

    assert [len(messages) for messages in asked] == [2, 4, 6]
    assert "policy.md has no clause '1.2'" in asked[1][-1]["content"]
    assert "policy as drafted, the model gave none that holds" in capsys.readouterr().err
    assert "**1.2 Ask before you write.**" in read_domain(Path("scenarios/bakery")).card.policy


def test_without_an_answer_the_draft_stands(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda request: says("I would rather not.")) as server:
        assert drafted(server.url, monkeypatch) == 0

    assert api.check("scenarios/bakery").problems == ()
    assert capsys.readouterr().err.count("as drafted, the model gave none that holds") == 3
