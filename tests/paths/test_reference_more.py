"""The reference test takes any file of its form: here cases that the shared file lacks, made from fractions."""

from __future__ import annotations

import json
import math
import os
import random
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exact_reference import META, case, table

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]


def walked(rng: random.Random, sessions: int, inner: str, ends: Sequence[str], most: int) -> list[list[str]]:
    """Sessions through letters, each letter with its own few successors, until an end or `most` states."""
    follow = {state: rng.sample(inner, 3) + ([rng.choice(ends)] if ends else []) for state in inner}
    found = []
    for _ in range(sessions):
        one = [rng.choice(inner)]
        while one[-1] in follow and len(one) < most:
            one.append(rng.choice(follow[one[-1]]))
        found.append(one)
    return found


def cases() -> list[dict[str, Any]]:
    rng = random.Random(11)
    ends = {"absorbing": ["OK", "BAD"], "success": "OK", "failure": "BAD"}
    funnel = walked(rng, 40, "abcdefgh", ["OK", "BAD"], 60)
    few = [list("AAB"), list("ABAB"), list("AABA"), [], list("BBA"), list("BAB"), list("BBBC"), list("CB")]
    flips = []
    for _ in range(15):
        one = list("AB")
        for _ in range(30):
            one.append("A" if (one[-2] == "A") != (rng.random() < 0.15) else "B")
        flips.append(one)
    stuck = [["w", *["loop"] * 5_000, "BAD"], ["w", "OK"], ["w", "OK"], ["w", "loop", "OK"]]
    pair = [["w", *["x", "y"] * 2_000, "BAD"], ["w", "OK"], ["w", "y", "x", "OK"], ["w", "x", "BAD"]]
    closed = [list("abcdecde"), list("abfgfgfg"), list("aab"), list("bacdecd"), list("abfgf")]
    labels = [0, 0, 0, 0, 1, 1, 1, 1]
    three = [rng.randrange(3) for _ in funnel]
    return [
        case("nothing", "AB", [[], []]),
        case("one event", "A", [["A"]]),
        case("one state", "A", [list("AAA")]),
        case("two closed classes, one periodic", "abcdefg", closed, start="a"),
        case("period three", "xyz", [list("xyzxyzxyz")]),
        case("apart", "abc", [list("aa"), list("bbb"), ["c"]]),
        case("no way back", "abcde", [list("abd"), list("ace"), list("ade"), list("abe")], start="a"),
        case("two hold equally long", "abcd", [list("aab"), list("aabb"), list("bbd"), list("ccd")], start="a"),
        case("stuck in one state", ["w", "loop", "OK", "BAD"], stuck, start="w", **ends),
        case("stuck in two states", ["w", "x", "y", "OK", "BAD"], pair, start="w", **ends),
        case("called like ours", ["START", "END:pass", "c"], [["START", "c", "END:pass"], ["c", "START"]], start="c"),
        case("funnel of eight", [*"abcdefgh", "OK", "BAD"], funnel, start="a", turn_split=4, groups=three, **ends),
        case("few sessions", "ABC", few, groups=labels, turn_split=2, max_order=1),
        case("second order", "AB", flips, max_order=3),
        case("numbered", [0, 5, 17], [[0, 5, 17], [5, 0, 0, 17], [17]], start=0),
        case("only ends", ["OK", "BAD"], [["OK"], ["BAD"], ["OK"]]),
        case("two periods", "abcdefghij", [list("abcdabcd"), list("efghijefghij")]),
        case("groups of any name", "AB", [list("ABA"), list("AAB"), list("BAB"), list("B")], groups=[3, 7, 3, 7]),
        case("split behind all", "AB", [list("ABA"), list("AAB")], turn_split=50),
        case("no choice", "A", [list("AAAA"), list("AAA")], max_order=2),
        case("many never seen", [f"s{n}" for n in range(30)], [["s3", "s7", "s3"], ["s9"]]),
        table(
            "hardly ever out",
            ["w", "x", "y", "loop", "OK", "BAD"],
            [
                [0, 2, 0, 1, 1, 0],
                [0, 0, 10**12, 0, 0, 1],
                [0, 10**12, 0, 0, 2, 0],
                [0, 0, 0, 10**12, 1, 3],
                [0] * 6,
                [0] * 6,
            ],
            start="w",
            success="OK",
        ),
    ]


def by_hand() -> list[dict[str, Any]]:
    """What follows from a pencil: rational numbers, states in no order, few fields."""
    stuck = [[1 - 1e-12, 0, 0.75e-12, 0.25e-12], [0.5, 0, 0.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    two, turning, sticky = (
        {"states": ["on", "off"], "sequences": [["on", "off", "on", "on", "off", "on", "on"]]},
        {"states": ["a", "b"], "sequences": [list("ababa")]},
        {"states": ["w", "x", "OK", "BAD"], "probabilities": stuck, "start": "w", "success": "OK"},
    )
    halves = {"stationary_exact": [["2/3", "1/3"]], "entropy_rate_nats": 2 / 3 * math.log(2), "periods": [1]}
    ends = {"absorption_into_closed_class": [[0.875, 0.125], [0.75, 0.25]], "transient": ["x", "w"]}
    return [
        {"id": "two", "input": two, "expected": {"policy_absorb": {"classes": [["off", "on"]], **halves}}},
        {"id": "turning", "input": turning, "expected": {"policy_absorb": {"periods": [2], "entropy_rate_nats": 0.0}}},
        {"id": "sticky", "input": sticky, "expected": {"policy_absorb": {"closed_classes": [["OK"], ["BAD"]], **ends}}},
    ]


def spoilt() -> list[dict[str, Any]]:
    """Three cases with a field that nobody knows, and one with a wrong answer."""
    odd = [case(f"odd {number}", "AB", [list("ABB")]) for number in range(4)]
    odd[0]["expected"]["colour"] = odd[1]["expected"]["policy_absorb"]["colour"] = odd[2]["input"]["colour"] = "blue"
    odd[3]["expected"]["policy_absorb"]["stationary_per_closed_class"][0][1] += 1e-6
    return odd


def test_other_cases_hold_however_odd_and_what_is_unknown_or_wrong_fails(tmp_path: Path) -> None:
    file = tmp_path / "cases.json"
    file.write_text(json.dumps({"meta": META, "cases": [*cases(), *by_hand(), *spoilt()]}), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/paths/test_reference.py"]
    environment = {**os.environ, "SIMKIT_MARKOV_REFERENCE": str(file)}

    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    failed = set(re.findall(r"^FAILED \S+?::(\w+\[.+?\])", ended.stdout, re.MULTILINE))
    assert failed == {
        "test_a_field_holds[odd 0-colour]",
        "test_a_field_holds[odd 1-policy_absorb.colour]",
        "test_nothing_in_a_case_goes_unread[odd 2]",
        "test_a_field_holds[odd 3-policy_absorb.stationary_per_closed_class]",
    }, ended.stdout[-4000:]
