"""Domains drafted from OpenAPI: they behave as the API would, and what is drafted holds."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from simkit import Refused, api
from simkit.design.draft.drafting import write_domain
from simkit.design.draft.openapi.plan import plan_of_openapi
from simkit.play.world import Start, World
from simkit.spec.crosscheck import argument_mistakes
from simkit.spec.domain import Domain
from simkit.spec.files import read_domain

SPECS = Path(__file__).parent / "specs"


def drafted(name: str, scenarios: int = 20) -> Path:
    """A domain's folder, drafted from one of the specs."""
    shutil.copytree(SPECS, "specs", dirs_exist_ok=True)
    file = next(SPECS.glob(f"{name}.*"))
    return write_domain(plan_of_openapi(name, file), Path("scenarios") / name, scenarios).folder


class Api:
    """A drafted domain's tools on one world, as a client of the API would call them."""

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        self.world = World(Start(domain.tables, domain.card.now))

    def __getattr__(self, tool: str) -> Any:
        return lambda **arguments: self.domain.functions["agent", tool](self.world, **arguments)


@pytest.mark.parametrize("name", sorted(file.stem for file in SPECS.iterdir()))
def test_a_drafted_domain_holds_with_twenty_scenarios(name: str) -> None:
    checked = api.check(drafted(name))

    assert checked.problems == ()
    assert len(checked.pack.cases) == 20


def test_what_is_made_can_be_read_listed_changed_and_removed() -> None:
    bakery = Api(read_domain(drafted("bakery", 0)))

    made = bakery.placeOrder(customerId="cus_1002", item="sourdough", quantity=2)

    assert made == {
        "id": "ord_5009",
        "customerId": "cus_1002",
        "status": "pending",
        "createdAt": bakery.world.now,
        "item": "sourdough",
        "quantity": 2,
    }
    assert bakery.getOrder(orderId="ord_5009") == made
    assert made in bakery.listOrdersOfCustomer(customerId="cus_1002")["orders"]
    assert bakery.updateOrder(orderId="ord_5009", note="sliced")["note"] == "sliced"
    assert bakery.cancelOrder(orderId="ord_5009")["status"] == "cancelled"
    with pytest.raises(Refused, match="order ord_5009 is cancelled already"):
        bakery.cancelOrder(orderId="ord_5009")
    bakery.deleteOrder(orderId="ord_5009")
    with pytest.raises(Refused, match="no record 'ord_5009' in orders"):
        bakery.getOrder(orderId="ord_5009")
    with pytest.raises(Refused, match="no record 'cus_9' in customers"):
        bakery.placeOrder(customerId="cus_9", item="sourdough", quantity=2)


def test_nested_records_pages_single_records_and_actions_behave_as_the_api_would() -> None:
    clinic = Api(read_domain(drafted("clinic", 0)))
    first, second = clinic.list_patients(page=1, pageSize=1), clinic.list_patients(page=2, pageSize=1)
    ana, ben = first["items"][0]["id"], second["items"][0]["id"]

    assert (first["totalCount"], first["hasMore"], ana != ben) == (8, True, True)
    visit = clinic.create_appointment(patientId=ana, startsAt="2026-04-01T09:00:00Z", kind="check-up")
    assert (visit["status"], visit["patientId"]) == ("booked", ana)
    assert visit in clinic.list_appointments(patientId=ana, startsAfter="2026-03-31")
    assert visit not in clinic.list_appointments(patientId=ana, startsAfter="2026-04-02")
    with pytest.raises(Refused, match="does not belong to"):
        clinic.get_appointment(patientId=ben, appointmentId=visit["id"])
    assert clinic.check_in_appointment(patientId=ana, appointmentId=visit["id"])["status"] == "checked_in"
    with pytest.raises(Refused, match="is checked in already"):
        clinic.check_in_appointment(patientId=ana, appointmentId=visit["id"])
    assert clinic.update_consent(patientId=ana, dataSharing=True)["dataSharing"] is True
    assert clinic.get_consent(patientId=ana)["dataSharing"] is True
    taken = first["items"][0]["email"]
    with pytest.raises(Refused, match="already"):
        clinic.create_patient(firstName="A", lastName="B", email=taken)
    clinic.delete_patient(patientId=ana)
    with pytest.raises(Refused):
        clinic.list_appointments(patientId=ana)
    assert not [one for one in clinic.world.find("appointments") if one["patientId"] == ana]


def test_the_same_description_gives_the_same_bytes_in_every_process() -> None:
    code = "import sys; from simkit import cli; cli.main(sys.argv[1:])"
    made = []
    for seed in ("1", "2"):
        asked = [
            "draft",
            "domain",
            "clinic",
            "--openapi",
            str(SPECS / "clinic.json"),
            "--into",
            seed,
            "--scenarios",
            "8",
        ]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, *asked], check=True, capture_output=True, env=environment)
        made.append({file.name: file.read_bytes() for file in Path(seed, "clinic").iterdir() if file.is_file()})

    assert made[0] == made[1]


def test_what_is_drafted_keeps_to_the_schemas_that_agents_see() -> None:
    domain = read_domain(drafted("clinic", 0))
    schema = domain.card.tool("create_patient")
    assert schema is not None

    assert schema.parameters["required"] == ["firstName", "lastName", "email"]
    assert schema.parameters["additionalProperties"] is False
    insurance = {"scheme": "private", "company": "Aurora", "rate": 1.2}
    good = {"firstName": "Ana", "lastName": "Ruiz", "email": "ana@example.com", "insurance": insurance}
    assert list(argument_mistakes(schema, good)) == []
    assert list(argument_mistakes(schema, good | {"insurance": {"scheme": "none"}})) != []
    assert list(argument_mistakes(schema, good | {"createdAt": "2026-01-01"})) != []


def test_tables_of_like_names_and_paths_with_endings_are_told_apart() -> None:
    seat = {"type": "object", "properties": {"sid": {"type": "string"}, "status": {"enum": ["open", "closed"]}}}
    changed = {"type": "object", "properties": {"status": {"type": "string"}}}
    paths: dict[str, Any] = {}
    for above in ("rooms", "halls"):
        content = {"application/json": {"schema": {"$ref": f"#/x/{above}"}}}
        answers = {"200": {"description": "ok", "content": content}}
        change = {"requestBody": {"content": {"application/json": {"schema": changed}}}, "responses": answers}
        paths[f"/v1/{above}/{{sid}}.json"] = {"get": {"responses": answers}}
        paths[f"/v1/{above}/{{sid}}/seats/{{seat}}.json"] = {"get": {"responses": answers}, "post": change}
    spec = {"openapi": "3.0.0", "info": {"title": "Seats"}, "paths": paths, "x": {"rooms": seat, "halls": dict(seat)}}
    Path("seats.json").write_text(json.dumps(spec), encoding="utf-8")

    folder = write_domain(plan_of_openapi("seats", Path("seats.json")), Path("scenarios/seats"), 10).folder

    checked = api.check(folder)
    assert checked.problems == ()
    assert {"rooms", "halls", "seats", "hall_seats"} <= checked.pack.domains[0].tables.keys()


def test_a_record_acted_on_by_a_short_path_has_the_fields_that_its_nested_path_tells() -> None:
    fields = {"id": {"type": "string"}, "shelf_id": {"type": "string"}, "state": {"enum": ["kept", "quarantined"]}}
    answers = {
        "200": {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/x/Packet"}}}},
    }
    paths = {
        "/packets/{packetId}/quarantine": {"post": {"operationId": "quarantine", "responses": answers}},
        "/shelves/{shelfId}/packets/{packetId}": {"get": {"operationId": "getPacket", "responses": answers}},
    }
    packet = {"type": "object", "required": list(fields), "properties": fields}
    spec = {"openapi": "3.0.0", "info": {"title": "Seeds"}, "paths": paths, "x": {"Packet": packet}}
    Path("seeds.json").write_text(json.dumps(spec), encoding="utf-8")

    folder = write_domain(plan_of_openapi("seeds", Path("seeds.json")), Path("scenarios/seeds"), 10).folder

    checked = api.check(folder)
    assert checked.problems == ()
    tables = checked.pack.domains[0].tables
    assert all(row.keys() == fields.keys() for row in tables["packets"].values())
    assert "quarantines" not in tables
    assert "seeds-quarantine" in {case.scenario.scenario for case in checked.pack.cases}, "it may be looked up first"


def test_what_an_api_calls_by_its_own_number_is_looked_up_and_what_is_cancelled_stays() -> None:
    library = Api(read_domain(drafted("library", 0)))

    with pytest.raises(Refused, match="no record '111' in books"):
        library.placeHold(isbn="111", card_no="LC-40017", pickup_branch="north")
    held = library.placeHold(isbn="9780261102355", card_no="LC-40017", pickup_branch="north")
    assert library.cancelHold(hold_id=held["hold_id"])["state"] == "cancelled"
    found = library.lookupMember(email="ben.okafor@example.com")
    assert found["card_no"] == "LC-40018"
    assert library.domain.card.tool("lookupMember").effect == "read"


def test_the_drafted_agent_understands_every_persona_where_it_only_has_to_listen() -> None:
    folder = drafted("library")

    played = api.run(folder, out="library")

    wrong = {episode.scenario.scenario for episode, outcome in played.scored.outcomes() if outcome != "pass"}
    assert wrong <= {"library-get-book-without-its-isbn"}  # it never looks for what it is not told


def test_policy_and_slots_are_worded_though_the_api_says_nothing() -> None:
    folder = drafted("library")

    assert "`getBook`.** Look at a book." in (folder / "policy.md").read_text(encoding="utf-8")
    slots = read_domain(folder).card.slots
    assert slots["member_card_no"].label == "member card number"
    assert {"loan_period_from", "loan_period_to"} <= slots.keys() and "loan_period" not in slots
