"""Whoever breaks a pack is told in one line what stands where, and what would be right."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from goldenfile import FOLDER, golden
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinyshop import DOMAIN as SHOP
from tinyshop import SCENARIO, write_shop

from simkit import cli
from simkit.errors import SimkitError
from simkit.spec.files import load_pack

ROOT = Path(__file__).resolve().parents[1]
KEPT = ("airline-book-with-two-vouchers.yaml", "airline-claim-no-certificate.yaml")
"""The scenarios that are copied: enough to notice that a mistake is told once and not once a scenario."""

CASE = "scenarios/airline/airline-book-with-two-vouchers.yaml"
DOMAIN = "scenarios/airline/domain.yaml"
TOOLS = "scenarios/airline/tools.py"
STATE = "scenarios/airline/state.json"
OTHER = "scenarios/airline/airline-claim-no-certificate.yaml"
POLICY = "scenarios/airline/policy.md"
PERSONA = "personas/people-pleaser.yaml"
MARK = "⟦"
"""Stands in a break's new text where the mistake is; taken out before the text is written."""


class Break(NamedTuple):
    """One thing broken in one file: `old` is replaced by `new`, or all of it where `old` is None; no `new`: no file."""

    name: str
    file: str
    old: str | None
    new: str | None


def _broken() -> Iterator[Break]:
    yield from (Break(name, CASE, old, new) for name, old, new in SCENARIO_BREAKS)
    yield from (Break(name, DOMAIN, old, new) for name, old, new in DOMAIN_BREAKS)
    yield from (Break(name, TOOLS, old, new) for name, old, new in TOOLS_BREAKS)
    yield from (Break(name, STATE, old, new) for name, old, new in STATE_BREAKS)
    yield from (Break(name, PERSONA, old, new) for name, old, new in PERSONA_BREAKS)
    yield from (Break(f"no {Path(file).name}", file, None, None) for file in (TOOLS, STATE, POLICY))


SCENARIO_BREAKS = [
    ("misspelt key", "wants: to", "⟦wnats: to"),
    ("unknown key", "wants: to", "⟦priority: high\nwants: to"),
    ("misspelt key in goal", "  any_of:      ", "  ⟦anyof:      "),
    (
        "misspelt key in an end state",
        "    - world:\n        vouchers.V3002.balance: 0",
        "    - ⟦wrold:\n        vouchers.V3002.balance: 0",
    ),
    ("misspelt key in limits", "tags: [", "limits: {turns: 9, ⟦second: 10}\ntags: ["),
    ("duplicate key", "fare_type: flex", "fare_type: flex\n  ⟦email: t.wrona@post.example"),
    ("alias", "  fare_type: flex", "  fare_type: ⟦*fare"),
    ("anchor", "  fare_type: flex", "  fare_type: ⟦&fare flex"),
    ("tag", "  fare_type: flex", "  fare_type: ⟦!!python/name:os.system flex"),
    ("merge key", "  fare_type: flex", "  ⟦<<: {fare_type: flex}"),
    ("tab indentation", "  fare_type: flex", "⟦\tfare_type: flex"),
    ("bracket left open", "personas: [people-pleaser, pressure-seller]", "personas: ⟦[people-pleaser, pressure-seller"),
    ("colon in a value", "wants: to book", "wants: to book⟦: a flight and to book"),
    ("control character", "fare_type: flex", "fare_type: fl⟦\x07ex"),
    ("list for a text", "wants: to", "wants: ⟦[a seat]\nopening: to"),
    ("word for a number", "tags: [", "limits: {turns: ⟦plenty}\ntags: ["),
    ("quoted number", "tags: [", 'limits: {turns: ⟦"9"}\ntags: ['),
    ("number out of range", "tags: [", "limits: {turns: ⟦0}\ntags: ["),
    ("infinite number", "tags: [", "limits: {seconds: ⟦.inf}\ntags: ["),
    ("fact without a value", "fare_type: flex", "⟦fare_type:"),
    ("text for a mapping", "goal:\n", "limits: ⟦twenty turns\ngoal:\n"),
    ("missing name", None, "⟦wants: a flight\ngoal: {calls: [find_customer]}\n"),
    ("missing goal", None, "⟦scenario: no-goal\nwants: a flight\n"),
    ("no mapping at all", None, "⟦- a\n- b\n"),
    ("empty file", None, "⟦"),
    ("only comments", None, "⟦# to be written\n"),
    ("unknown persona", "[people-pleaser, pressure", "[⟦people-plaeser, pressure"),
    ("unknown domain", "wants: to", "domain: ⟦airlines\nwants: to"),
    ("name with a space", "scenario: airline-book-with-two-vouchers", "scenario: ⟦book a flight"),
    ("name taken twice", "scenario: airline-book-with-two-vouchers", "scenario: ⟦airline-claim-no-certificate"),
    ("unknown slot in knows", "  fare_type: flex", "  ⟦fair_type: flex"),
    (
        "unknown slot in a change",
        "tags: [",
        "changes: [{when: asked, says: Wait., knows: {⟦email_adress: x}}]\ntags: [",
    ),
    ("unknown moment of a change", "tags: [", "changes: [{when: ⟦confirmed, says: Wait.}]\ntags: ["),
    ("discloses what nobody knows", "goal:\n", "discloses: {⟦new_date: when_asked}\ngoal:\n"),
    ("unknown disclosure", "goal:\n", "discloses: {email: ⟦when_aksed}\ngoal:\n"),
    ("hole in the opening", "goal:\n", 'opening: ⟦"Book {flight} for me."\ngoal:\n'),
    ("unknown tool in the reference", "  - find_customer: {", "  - ⟦find_costumer: {"),
    ("unknown argument in the reference", "find_customer: {email:", "find_customer: {⟦e_mail:"),
    ("value outside of an enum", "      fare: flex", "      fare: ⟦flexible"),
    ("value against a pattern", "      payment_id: card_2093", "      payment_id: ⟦card-2093"),
    ("value of the wrong type", "      passengers: [Tomasz Wrona]", "      passengers: ⟦Tomasz Wrona"),
    ("argument left out", "  - ⟦book_flight:\n      customer_id: C1002\n", "  - ⟦book_flight:\n"),
    ("two calls in one step", "  - find_customer: {", "  - ⟦get_reservation: {}\n    find_customer: {"),
    ("user tool without user", "  - find_customer: {", "  - ⟦user.find_customer: {"),
    ("unknown tool in goal.calls", "  says: [{id", "  calls: [⟦book_flights]\n  says: [{id"),
    ("unknown argument in goal.calls", "  says: [{id", "  calls: [{book_flight: {⟦fares: flex}}]\n  says: [{id"),
    ("unknown tool in goal.never", "  says: [{id", "  never: [⟦cancel_booking]\n  says: [{id"),
    ("unknown slot that must be asked", "{id: QN7001}", "⟦{asks: voucher}"),
    ("unknown kind of words", "{id: QN7001}", "{⟦ident: QN7001}"),
    ("text for money", "{id: QN7001}", "⟦{money: $122.60}"),
    ("unknown table in goal.world", "    reservations.QN7001.fare: flex", "    ⟦reservation.QN7001.fare: flex"),
    ("unknown condition", "{approx: 202.60}", "{⟦aprox: 202.60}"),
    ("two conditions in one", "{approx: 202.60}", "⟦{above: 200, below: 210}"),
    ("bad in", "fare: flex\n    reservations.QN7001.pass", "fare: ⟦{in: flex}\n    reservations.QN7001.pass"),
    ("bad exists", "fare: flex\n    reservations.QN7001.pass", "fare: ⟦{exists: maybe}\n    reservations.QN7001.pass"),
    ("unknown table in may_change", "  says: [{id", "  may_change: [⟦voucher]\n  says: [{id"),
]

DOMAIN_BREAKS = [
    ("misspelt key in a slot", "    label: reservation code", "    ⟦lable: reservation code"),
    (
        "misspelt key in a rule",
        "    gates: true\n    requires:\n      call: file",
        "    ⟦gate: true\n    requires:\n      call: file",
    ),
    ("unknown kind of rule", "    before: {call: [get_res", "    ⟦befor: {call: [get_res"),
    ("two kinds of rule", "  - ⟦id: one-voucher", "  - ⟦id: one-voucher\n    confirm_before: issue_voucher"),
    (
        "rule of no kind",
        "    before: {call: [get_reservation, book_flight], first: [find_customer]}\n  - id: open-before-writing",
        "  - id: open-before-writing",
    ),
    ("duplicate rule id", "  - id: one-voucher", "  - id: ⟦late-enough"),
    ("clause that the policy lacks", 'clause: "9.3"', 'clause: ⟦"9.9"'),
    ("unquoted clause", 'clause: "9.3"', "clause: ⟦9.3"),
    ("unknown tool in a rule", "first: [find_customer]", "first: [⟦find_customers]"),
    ("unknown argument in at_most", "times: 1, per: flight_number", "times: 1, per: ⟦flight"),
    ("unknown argument in where", "where: {cause: other}", "where: {⟦reason: other}"),
    ("hole that is no argument", '"reservations.{reservation_code}.insured"', '⟦"reservations.{code}.insured"'),
    ("unknown table in a rule", '"reservations.{reservation_code}.insured"', '⟦"bookings.{reservation_code}.insured"'),
    ("unknown table in the catalogue", "tier: tiers.*.name", "tier: ⟦tires.*.name"),
    ("no such moment", "now: 2026-03-02T09:00:00", "now: ⟦2026-02-30T09:00:00"),
    ("domain's name in capitals", "domain: airline", "domain: ⟦Airline"),
    (
        "user act without a user tool",
        "rules:\n",
        "user_acts:\n  - {when: restart your phone, call: ⟦restart}\nrules:\n",
    ),
    ("empty domain", None, "⟦"),
]

TOOLS_BREAKS = [
    (
        "syntax error",
        "@reads\ndef find_customer(world: World, email: Email) -> Answer:",
        "@reads\ndef find_customer(world: World, email: Email) -> Answer⟦",
    ),
    ("error on import", "STANDARD_CANCEL_FEE = 60.0", '⟦STANDARD_CANCEL_FEE = float("sixty")'),
    ("exit on import", "STANDARD_CANCEL_FEE = 60.0", "⟦raise SystemExit(3)"),
    ("unknown import", "from simkit import Field,", "⟦from simkit import Feild,"),
    (
        "tool without docstring",
        '    """Show one flight: planned times, status, minutes of delay and their cause."""\n',
        "",
    ),
    (
        "parameter without a type",
        "def get_flight(world: World, flight_number: Flight, date: Day)",
        "def get_flight(world: World, flight_number, date: Day)",
    ),
    (
        "type without a schema",
        "def get_flight(world: World, flight_number: Flight, date: Day)",
        "def get_flight(world: World, flight_number: World, date: Day)",
    ),
    (
        "type that does not exist",
        "def get_flight(world: World, flight_number: Flight, date: Day)",
        "def get_flight(world: World, flight_number: Flihgt, date: Day)",
    ),
    (
        "any number of arguments",
        "def get_flight(world: World, flight_number: Flight, date: Day)",
        "def get_flight(world: World, **flight: str)",
    ),
    ("no world", "def get_flight(world: World, flight_number: Flight, date: Day)", "def get_flight()"),
    ("no tools", None, '⟦"""Nothing yet."""\n'),
]

STATE_BREAKS = [
    (
        "trailing comma",
        '   "city": "Port Alder",\n   "name": "Port Alder International"\n',
        '   "city": "Port Alder",\n   "name": "Port Alder International"⟦,\n',
    ),
    ("table that is a list", None, '{\n "airports": ⟦[]\n}\n'),
    ("record that is a text", None, '{\n "airports": {\n  "PAL": {},\n  "EKF": ⟦"Eskfjord"\n }\n}\n'),
    ("no object", None, "⟦[]"),
    ("duplicate key in a record", '   "city": "Eskfjord",', '   "city": "Eskfjord",\n   ⟦"code": "EKV",'),
    ("not a number", '   "city": "Eskfjord",', '   "city": ⟦NaN,'),
    ("endless number", '   "city": "Eskfjord",', '   "city": ⟦1e999,'),
    ("empty state", None, "⟦"),
]

PERSONA_BREAKS = [
    ("not UTF-8", "manner: A", "manner: ⟦\udcff A"),
    ("misspelt key in a persona", "manner:", "⟦maner:"),
    ("named unlike its file", "persona: people-pleaser", "persona: ⟦pleaser"),
    ("unknown wording", "phrases:\n", "phrases:\n  ⟦opening: [Hi.]\n"),
    ("hole in a wording", "phrases:\n", 'phrases:\n  next: [⟦"Really no {want}?"]\n'),
    ("unknown moment", "phrases:\n", "tactics: [{when: ⟦ask, says: Why?}]\nphrases:\n"),
    ("unknown habit", "verbosity: talkative", "verbosity: ⟦chatty"),
    ("patience that is no number", "patience: 12", "patience: ⟦endless"),
]

BREAKS = list(_broken())
SUBPROCESS = ("misspelt key", "tab indentation", "unknown tool in a rule", "error on import", "not a number")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the airline and the personas, as somebody would make it to start their own."""
    folder = tmp_path_factory.mktemp("whole")
    other = [file.name for file in (ROOT / "scenarios/airline").glob("airline-*.yaml") if file.name not in KEPT]
    shutil.copytree(ROOT / "scenarios/airline", folder / "scenarios/airline", ignore=lambda *_: other)
    for schema in (ROOT / "scenarios").glob("*.schema.json"):
        shutil.copy(schema, folder / "scenarios")
    shutil.copytree(ROOT / "personas", folder / "personas")
    return folder


def break_one(folder: Path, one: Break) -> tuple[int, int] | None:
    """Break that one thing in the copy in `folder`. Returns where the mistake then stands, if the break marks it."""
    file = folder / one.file
    if one.new is None:
        file.unlink()
        return None
    text = one.new
    if one.old is not None:
        whole, old = file.read_text(encoding="utf-8"), one.old.replace(MARK, "")
        assert whole.count(old) == 1, f"{one.name}: {old!r} stands {whole.count(old)} times in {one.file}"
        text = whole.replace(old, one.new)
    before, mark, after = text.partition(MARK)
    file.write_text(before + after, encoding="utf-8", newline="", errors="surrogateescape")
    return (before.count("\n") + 1, len(before) - before.rfind("\n")) if mark else None


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines that `simkit check` says of a pack which must be wrong input: exit code 2, nothing on stdout."""
    with pytest.raises(SystemExit) as left:
        cli.main(["check", str(folder / "scenarios"), str(folder / "personas")])
    out, err = capsys.readouterr()
    assert (left.value.code, out) == (2, ""), err
    return err.replace(f"{folder}/", "").splitlines()


def test_every_broken_copy_is_told_in_one_line_with_its_place_and_a_cure(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = []
    for number, one in enumerate(BREAKS):
        copy = shutil.copytree(whole, tmp_path / str(number))
        place = break_one(copy, one)

        said = told(copy, capsys)

        assert len(said) == 1, (one.name, said)
        start = f"simkit: error: {one.file if one.name != 'name taken twice' else OTHER}:"
        at = re.match(re.escape(start) + r"(\d+):(\d+): (.+)", said[0])
        assert at, (one.name, said[0])
        assert place in (None, (int(at[1]), int(at[2]))), (one.name, said[0])
        assert re.search(r"; \S|, as in ", at[3]), f"{one.name}: no cure in {said[0]}"
        lines.append(f"{one.name}\n    {said[0].removeprefix('simkit: error: ')}\n")
        shutil.rmtree(copy)

    assert len(BREAKS) >= 32
    assert "".join(lines) == golden("broken_copies.txt", "".join(lines))


@pytest.mark.parametrize("name", SUBPROCESS)
def test_the_command_itself_says_the_same_without_a_traceback(name: str, whole: Path, tmp_path: Path) -> None:
    one = next(one for one in BREAKS if one.name == name)
    copy = shutil.copytree(whole, tmp_path / "copy")
    break_one(copy, one)

    command = [sys.executable, "-m", "simkit.cli", "check", "scenarios/airline", "personas"]
    ended = subprocess.run(command, cwd=copy, capture_output=True, text=True)

    wanted = (FOLDER / "broken_copies.txt").read_text(encoding="utf-8").partition(f"{name}\n    ")[2].splitlines()[0]
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"simkit: error: {wanted}\n")


def test_several_mistakes_are_told_in_one_go_each_in_its_line(
    whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["misspelt key", "unknown kind of words", "misspelt key in a slot", "two kinds of rule", "unknown habit"]
    copy = shutil.copytree(whole, tmp_path / "copy")
    broken = [one for one in BREAKS if one.name in names]
    for one in broken:
        break_one(copy, one)

    said = told(copy, capsys)

    assert len(said) == len(names)
    for one in broken:
        assert sum(one.file in line for line in said) == sum(other.file == one.file for other in broken)


def test_the_pack_that_nobody_broke_holds(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["check", str(whole / "scenarios"), str(whole / "personas"), "--json"])
    out, err = capsys.readouterr()

    assert left.value.code == 0, err
    found = json.loads(out)
    assert {key: found[key] for key in ("scenarios", "domains", "personas", "ok", "problems")} == {
        "scenarios": 2,
        "domains": 1,
        "personas": 14,
        "ok": True,
        "problems": [],
    }


ODD = [
    *("", "~", "[]", "{}", "[[]]", "{a: b}", "-1", "1e9", ".nan", "true", "'", '"', "*x", "&x y", "!t", "\t", "\x00"),
    *("{x}", "null", "2026-13-45", "NO", "W1", "get_order", "user.press_button", "- -", "? a", "|", ">-", "\ud7ff"),
    *("🙂", "a: b: c", "0x" + "f" * 5000, "9" * 5000, "{in: 3}", "{check: in, value: 3}", "{tool: 1}", "{any_of: 3}"),
    *("x" * 500, "\N{ZERO WIDTH SPACE}", "\N{RIGHT-TO-LEFT OVERRIDE}x", "\x1b[31m", "\x85", "{within: 1}", "{by: x}"),
]
ODD_PERSONA = """\
persona: odd
summary: Says odd things.
manner: Oddly.
patience: 3
irritation: {question: 1, error: 2}
tactics:
  - {when: refused, says: Odd!, times: 2}
phrases:
  tell: ["My {label} is {value}."]
"""
MUTABLE = {"shop/case.yaml": SCENARIO, "shop/domain.yaml": SHOP, "personas/odd.yaml": ODD_PERSONA}


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """`text` after one to four of the slips that people and merge tools make."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 4))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        slip = draw(st.sampled_from(["drop", "twice", "swap", "value", "indent", "cut", "insert"]))
        odd = draw(st.sampled_from(ODD))
        key, colon, _ = lines[at].partition(":")
        if slip == "drop" and len(lines) > 1:
            del lines[at]
        elif slip == "twice":
            lines.insert(at, lines[at])
        elif slip == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif slip == "value" and colon:
            lines[at] = f"{key}: {odd}"
        elif slip == "indent":
            lines[at] = draw(st.sampled_from([" ", "  ", "\t", "- "])) + lines[at]
        elif slip == "cut":
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        else:
            lines[at] = lines[at].replace(draw(st.sampled_from(["W1", "lamp", "name", "[", "}", "plain", "1"])), odd)
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop and a persona, to be broken again and again."""
    folder = tmp_path_factory.mktemp("pack")
    write_shop(folder)
    (folder / "personas").mkdir()
    return folder


@pytest.mark.parametrize("name", MUTABLE)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_a_file_says_it_is_read_or_refused_in_one_line_a_mistake(
    name: str, pack: Path, data: st.DataObject
) -> None:
    for file, text in MUTABLE.items():
        (pack / file).write_text(text, encoding="utf-8")
    (pack / name).write_text(data.draw(mutated(MUTABLE[name])), encoding="utf-8", newline="")
    try:
        load_pack([pack / "shop", pack / "personas"])
    except SimkitError as error:
        for line in error.lines():
            assert "\n" not in line
            assert line.isprintable()
            assert re.search(r":\d+:\d+: \S", line)
