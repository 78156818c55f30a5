"""One agent across domains: rates by scenario, and no domain marked that chance alone would put last."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinyshop import SCENARIO, write_shop

from simkit import api, cli
from simkit.metrics.comparing.across import AcrossCount, _hypergeometric, _shuffled
from simkit.metrics.score import Finding, SessionScore


def counted(domains: dict[str, list[list[str]]], errors: dict[str, str] | None = None) -> AcrossCount:
    """Domain to the outcomes of each scenario's sessions; `errors`: the kind of error in each failed session there."""
    count = AcrossCount()
    for domain, scenarios in domains.items():
        for at, outcomes in enumerate(scenarios):
            for trial, outcome in enumerate(outcomes):
                kind = (errors or {}).get(domain) if outcome == "fail" else None
                findings = (Finding(kind=kind, sentence="so it was"),) if kind else ()  # type: ignore[arg-type]
                key = f"s{at}/plain/{trial}"
                score = SessionScore(
                    session=key, outcome=outcome, reason="", findings=findings, domain=domain, scenario=f"s{at}"
                )  # type: ignore[arg-type]
                count.add(score, "mine")
    return count


def test_the_domain_that_fails_more_than_the_rest_is_first_and_marked() -> None:
    good, bad = [["pass", "pass"]] * 10, [["fail", "pass"]] * 2 + [["fail", "fail"]] * 8

    found = counted({"gym": good, "shoes": bad, "hotel": good}, {"shoes": "loop"}).found()

    first = found.domains[0]
    assert [one.domain for one in found.domains] == ["shoes", "gym", "hotel"]
    assert [one.domain for one in found.lagging] == ["shoes"]
    assert first.failure.rate == pytest.approx(0.9)
    assert first.failure.rest == 0.0
    assert 0.5 < first.failure.low < 0.9 < first.failure.high <= 1.0
    assert (first.only_here, first.kinds, first.lags) == (("loop",), {"loop": 18}, ("failure", "tool_error"))


def test_trials_of_one_scenario_are_no_evidence_about_its_domain() -> None:
    found = counted({"gym": [["pass"] * 50], "shoes": [["fail"] * 50]}).found()

    assert found.domains[0].domain == "shoes"
    assert not found.lagging


def test_invalid_sessions_count_nowhere_and_a_domain_of_none_else_is_named() -> None:
    found = counted({"gym": [["pass", "invalid"]], "shoes": [["invalid"]]}).found()

    assert [(one.domain, one.sessions, one.invalid) for one in found.domains] == [("gym", 1, 1)]
    assert found.empty == ("shoes",)
    assert found.domains[0].failure.p is None


def test_of_domains_that_are_alike_hardly_ever_is_one_marked() -> None:
    luck = random.Random(5)
    marked = 0
    for _ in range(60):
        domains = {
            str(name): [["fail" if luck.random() < 0.3 else "pass"] for _ in range(8)] for name in range(5)
        }  # fmt: skip
        marked += bool(counted(domains).found().lagging)

    assert marked <= 8  # 3 are to be expected; more than 8 come once in 300 times at a chance of 5 %


@settings(max_examples=60)
@given(st.lists(st.booleans(), min_size=1, max_size=6), st.lists(st.booleans(), min_size=1, max_size=6))
def test_drawn_and_exact_chances_agree(own: list[bool], rest: list[bool]) -> None:
    exact = _hypergeometric(sum(own), len(own), sum(own) + sum(rest), len(own) + len(rest))

    assert _shuffled([float(one) for one in own], [float(one) for one in rest]) == pytest.approx(exact, abs=0.025)


def test_run_and_score_tell_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    shop, other = write_shop(tmp_path), write_shop(tmp_path / "more", SCENARIO.replace("cancel-lamp", "again"))
    (other / "domain.yaml").write_text(
        (other / "domain.yaml").read_text(encoding="utf-8").replace("domain: shop", "domain: stall"), encoding="utf-8"
    )
    told = []
    for words in (["run", str(shop), str(other), "--agent", "null", "--out", "both"], ["score", "both"]):
        with pytest.raises(SystemExit):
            cli.main([*words, "--across", "--fail-under", "0", "--json"])
        told.append(json.loads(capsys.readouterr().out)["across"])
    with pytest.raises(SystemExit):
        cli.main(["score", "both", "--across"])

    assert told[0] == told[1]
    assert [one["domain"] for one in told[0]["domains"]] == ["shop", "stall"]
    assert "no domain lags behind the rest" in " ".join(capsys.readouterr().err.split())
    assert "across" not in api.open_run("both").summary().to_json()
