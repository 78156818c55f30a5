"""What is wrong with an invariant is a line with its place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema_rs import validator_for
from tinyshop import write_shop

import simkit
from simkit.errors import FileErrors
from simkit.spec.files import load_pack, read_domain
from simkit.spec.schema import schemas
from simkit.spec.strict_yaml import read_documents


def shop(folder: Path, invariant: str) -> Path:
    """The tiny shop with one invariant more; it stands in line 31."""
    made = write_shop(folder)
    text = (made / "domain.yaml").read_text(encoding="utf-8")
    (made / "domain.yaml").write_text(f"{text}invariants:\n  - {{{invariant}}}\n", encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("invariant", "what"),
    [
        ("id: a, each: {orders.*.totl: {at_least: 0}}", "no record of orders has 'totl'; did you mean 'total'?"),
        ("id: a, each: {order.*.total: {at_least: 0}}", "the world has no table 'order'; did you mean 'orders'?"),
        ("id: a, each: {orders.total: {at_least: 0}}", "'orders.total' is no path; write TABLE.*.FIELD"),
        ("id: a, each: {orders.*.total: {at_lest: 0}}", "'at_lest' is not a condition; did you mean 'at_least'?"),
        ("id: a, each: {orders.*.total: {at_most: {field: mx}}}", "no record has a field 'mx'"),
        ("id: a, each: {orders.*.total: {at_most: {fld: x}}}", "write a number, a date, or {field: NAME}"),
        (
            "id: a, each: {orders.*.total: {at_most: 100}}",
            "does not hold at the start: orders.W1.total is 129.0, wanted",
        ),
        ("id: a, constant: orders.*.status", "orders.W1.status is 'paid', and only numbers have a sum"),
        ("id: a, constant: []", "constant is a list; write at least one entry"),
        ("id: a, equal: [orders.*.total, lamps.*.lamp]", "lamps.Ana.lamp is 'off', and only numbers have a sum"),
        (
            "id: a, unique: [orders.*.owner, lamps.*.lamp]",
            "unique speaks of one table, and lamps and orders stand here",
        ),
        ("id: a, refers: {orders.*.owner: lamps}", "orders.W2.owner is 'Ben', and lamps has no such record"),
        ("id: a, refers: {orders.*.owner: lamp}", "the world has no table 'lamp'; did you mean 'lamps'?"),
        ("id: a, reads_of_one: ownr", "neither a record nor a tool has 'ownr'; did you mean 'owner'?"),
        (
            "id: a, unique: orders.*.owner, where: {stats: paid}",
            "no record has a field 'stats'; did you mean 'status'?",
        ),
        ("id: a", "invariant 'a' has nothing to check; give exactly one of each, constant, equal, unique"),
        ("id: a, uniqe: orders.*.owner", "did you mean 'unique'?"),
        ("id: a, clause: '9.9', unique: orders.*.owner", "policy.md has no clause '9.9'"),
        ("id: ask-first, unique: orders.*.owner", "'ask-first' is the id of a rule or invariant already; rename one"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_cure(tmp_path: Path, invariant: str, what: str) -> None:
    folder = shop(tmp_path, invariant)

    with pytest.raises(FileErrors) as caught:
        read_domain(folder)

    (line,) = str(caught.value).splitlines()
    assert f"{folder / 'domain.yaml'}:{len((folder / 'domain.yaml').read_text().splitlines())}:" in line
    assert what in line


@pytest.mark.parametrize(
    "invariant",
    [
        "id: a, each: {orders.*.total: {at_least: 80.5}}",
        "id: a, clause: '1.1', constant: orders.*.total, where: {status: paid}",
        "id: a, equal: [orders.*.total, [orders.*.total]]",
        "id: a, unique: orders.*.owner",
        "id: a, refers: {orders.*.owner: lamps}, where: {owner: Ana}",
        "id: a, reads_of_one: owner",
    ],
)
def test_what_loads_is_what_the_schema_lets_an_editor_write(tmp_path: Path, invariant: str) -> None:
    folder = shop(tmp_path, invariant)

    ((document),) = read_documents(folder / "domain.yaml")
    (case,) = load_pack([folder]).cases

    assert [one.id for one in case.domain.card.invariants] == ["a"]
    assert validator_for(schemas()["domain.schema.json"]).is_valid(document.value)


def test_a_goal_compares_with_what_it_says_and_not_with_a_field(tmp_path: Path) -> None:
    case = "scenario: s\nwants: w\ngoal: {world: {orders.W1.total: {at_most: {field: total}}}}\n"

    with pytest.raises(FileErrors, match=r"'at_most' has .* write a number or a date"):
        load_pack([write_shop(tmp_path, case)])


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ("order_id: {above: {argument: order}}", "'order' is no argument of cancel_order; did you mean 'order_id'?"),
        (
            "order_id: {above: {world: 'order.{order_id}.total'}}",
            "the world has no table 'order'; did you mean 'orders'?",
        ),
        ("order_id: {above: {world: 'orders.{id}.total'}}", "'id' is no argument of cancel_order"),
        ("order_id: {above: {field: total}}", "write a number, a date, or {argument: NAME} or {world: PATH}"),
    ],
)
def test_what_a_rule_compares_with_has_to_be_there(tmp_path: Path, where: str, what: str) -> None:
    folder = write_shop(tmp_path)
    text = (folder / "domain.yaml").read_text(encoding="utf-8")
    rule = f"  - {{id: r, clause: '1.1', never: {{call: cancel_order, where: {{{where}}}}}}}\nuser_acts:"
    (folder / "domain.yaml").write_text(text.replace("user_acts:", rule), encoding="utf-8")

    with pytest.raises(FileErrors) as caught:
        read_domain(folder)

    assert f"{folder / 'domain.yaml'}:19:" in str(caught.value)
    assert what in str(caught.value)


def test_a_comparison_with_the_world_is_seen_in_a_session_that_is_played(tmp_path: Path) -> None:
    folder = write_shop(tmp_path)
    text = (folder / "domain.yaml").read_text(encoding="utf-8")
    never = "never: {call: cancel_order, when: {'orders.{order_id}.total': {above: {world: orders.W2.total}}}}"
    (folder / "domain.yaml").write_text(
        text.replace("user_acts:", f"  - {{id: dear, clause: '1.1', {never}}}\nuser_acts:"), encoding="utf-8"
    )

    ((_, score),) = simkit.run(folder, "reference").scored

    assert ("forbidden_call", "dear (1.1)") in {(one.kind, one.where) for one in score.findings}
    assert validator_for(schemas()["domain.schema.json"]).is_valid(read_documents(folder / "domain.yaml")[0].value)
