"""Writes state.json: run `python make_state.py` here; the seed is fixed, so it writes the same bytes every time.

Records that scenarios rely on are pinned by hand in pinned.py; everything else is filler around them, so that a
search has something to search in. Products, classes and states are typed up in seed/*.csv, the guidelines in
knowledge/*.md.
"""

from __future__ import annotations

import csv
import json
import random
import re
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import names
import pinned

HERE = Path(__file__).parent
TODAY = date(2026, 3, 16)
FILLER_SUBMISSIONS, FILLER_QUOTES, FILLER_REFERRALS = 150, 80, 24

Table = dict[str, dict[str, Any]]

APPETITE_OF_GROUP = {
    "agriculture": "GL1 PR1 AU1 WC1 IM1 EB1",
    "contractor": "GL1 AU1 WC1 IM1 UM1 BR1 CR1",
    "manufacturing": "GL1 PR1 AU1 WC1 UM1 CY1 CR1 EB1 EP1",
    "retail": "BP1 GL1 PR1 WC1 CY1 CR1 EB1 EP1 UM1",
    "food": "BP1 GL1 PR1 WC1 CY1 CR1 EB1 EP1 LL1 UM1",
    "office": "BP1 GL1 PR1 WC1 CY1 CR1 EP1 PL1 UM1",
    "health": "GL1 PR1 WC1 CY1 CR1 EP1 PL1 UM1",
    "hospitality": "BP1 GL1 PR1 WC1 CY1 CR1 EB1 EP1 LL1 UM1",
    "transport": "GL1 PR1 AU1 WC1 CY1 CR1 UM1",
    "habitational": "GL1 PR1 CR1 EB1 UM1 CY1",
}
"""Products that are written at all for a group of classes; the hazard grade decides the rest."""

STATE_RULES = {
    "C2115": {"NY": "refer"}, "C2104": {"NY": "refer"}, "C2109": {"NY": "outside", "FL": "refer"},
    "C2127": {"CO": "outside", "AZ": "refer", "NV": "refer"}, "C2139": {"CO": "outside", "TX": "refer"},
    "C3104": {"UT": "refer"}, "C5107": {"UT": "refer"}, "C6204": {"IL": "refer", "NM": "outside"},
    "C7104": {"FL": "outside", "NV": "refer"}, "C7101": {"FL": "outside", "TX": "refer"},
    "C9101": {"FL": "outside", "NY": "refer", "CA": "refer"}, "C8128": {"NJ": "refer", "MI": "refer"},
    "C1120": {"CA": "refer"}, "C6222": {"CA": "refer", "NY": "outside"}, "C3119": {"CA": "refer"},
}  # fmt: skip
"""Class and state: what holds there whatever the product."""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of seed/NAME.csv."""
    with (HERE / "seed" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def products() -> Table:
    """Every product that exists."""
    return {
        row["code"]: {
            "name": row["name"], "covers": row["covers"], "basis": row["basis"], "per": int(row["per"]),
            "rate": float(row["rate"]), "minimum_premium": float(row["minimum_premium"]),
            "limits": [int(step) for step in row["limits"].split()],
            "deductibles": [int(step) for step in row["deductibles"].split()],
            "junior_limit": int(row["junior_limit"]), "not_filed": row["not_filed"].split(),
        }
        for row in rows("products")
    }  # fmt: skip


def classes() -> Table:
    """Every class, with what its group and hazard grade make of each product."""
    return {
        row["code"]: {
            "industry": row["industry"], "description": row["description"], "keywords": row["keywords"],
            "group": row["group"], "hazard": int(row["hazard"]),
            "appetite": {code: result for code in APPETITE_OF_GROUP[row["group"]].split()
                         if (result := by_hazard(int(row["hazard"]), code)) != "outside"},
            "exceptions": STATE_RULES.get(row["code"], {}),
        }
        for row in rows("classes")
    }  # fmt: skip


def by_hazard(grade: int, code: str) -> str:
    """What a hazard grade from 1 to 7 makes of a product: umbrella and package are written more narrowly."""
    strict = 1 if code in ("UM1", "BP1", "PL1") else 0
    return "in_appetite" if grade + strict <= 4 else "refer" if grade + strict <= 5 else "outside"


def states() -> Table:
    """Fifty states and the District of Columbia."""
    return {
        row["code"]: {"name": row["name"], "region": row["region"], "factor": float(row["factor"]),
                      "licensed": row["licensed"] == "yes"}
        for row in rows("states")
    }  # fmt: skip


def guidelines() -> Table:
    """One record for each section (`## title`) of knowledge/*.md."""
    table: Table = {}
    for file in sorted((HERE / "knowledge").glob("*.md")):
        for section in re.split(r"^## ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            title, _, text = section.partition("\n")
            table[f"G{101 + len(table)}"] = {"book": file.stem, "title": title.strip(), "text": " ".join(text.split())}
    return table


def underwriters(people: list[str]) -> Table:
    """Colleagues: the pinned ones, and two dozen more juniors and trainees."""
    lines = [line.replace("_", " ", 1).rsplit(" ", 2) for line in pinned.UNDERWRITERS.split("\n") if line]
    table = {head[:4]: person(head[5:], grade, region) for head, grade, region in lines}
    regions = ["Midwest", "South", "West", "Northeast"]
    for number in range(24):
        grade = "trainee" if number % 5 == 0 else "junior"
        table[f"U{151 + number}"] = person(people.pop(), grade, regions[number % 4])
    return table


def person(name: str, grade: str, region: str) -> dict[str, Any]:
    """A colleague's record."""
    return {
        "name": name,
        "grade": grade,
        "region": region,
        "email": f"{name.lower().replace(' ', '.')}@alderpoint.example",
    }


def brokers(people: list[str]) -> Table:
    """Fourteen firms with a contact each."""
    return {
        f"B{301 + at}": {
            "name": f"{name} Brokerage", "contact": people.pop(), "email": f"submissions@{name.lower()}.example"
        }
        for at, name in enumerate(names.BROKERS.split())
    }  # fmt: skip


def pinned_submissions() -> tuple[Table, Table]:
    """The submissions of the scenarios, and their loss runs."""
    files: Table = {}
    losses: Table = {}
    for at, line in enumerate(pinned.SUBMISSIONS.strip().splitlines()):
        key, *values = line.split("|")
        row: dict[str, Any] = dict(zip(pinned.FIELDS.split(), values, strict=True))
        losses[key] = loss_run(random.Random(key), float(row.pop("loss_ratio")), row.pop("valued"), int(row["revenue"]))
        numbers = {field: int(row[field]) for field in ("revenue", "payroll", "property_value", "vehicles")}
        files[key] = submission(key, row | numbers, f"B{301 + at % 14}", TODAY - timedelta(days=3 + at % 11))
    return files, losses


def submission(key: str, row: dict[str, Any], broker_id: str, received: date) -> dict[str, Any]:
    """A whole submission around its main figures."""
    described = {one["code"]: one["description"] for one in rows("classes")}
    return {
        "insured": row["insured"], "broker_id": broker_id, "city": row["city"], "state": row["state"],
        "operations": pinned.OPERATIONS.get(key, described.get(row["class_code"], "") + "."),
        "class_code": row["class_code"],
        "revenue": row["revenue"], "payroll": row["payroll"], "property_value": row["property_value"],
        "vehicles": row["vehicles"], "wind_tier": 1 if key in pinned.COAST else 0, "received": received.isoformat(),
        "status": pinned.STATUS.get(key, "open"), "screening": pinned.SCREENED.get(key, {}),
        "application_signed": int(key[1:]) % 3 != 0,
        "broker_note": pinned.NOTES.get(key, ""),
    }  # fmt: skip


def loss_run(chance: random.Random, ratio: float, valued: str, revenue: int) -> dict[str, Any]:
    """Five years of losses that add up to the loss ratio in percent."""
    premium = round(revenue * 0.021, 2)
    incurred = round(premium * ratio / 100, 2)
    count = 0 if incurred == 0 else 1 + int(ratio // 25)
    shares = [chance.uniform(0.5, 1.5) for _ in range(count)]
    amounts = [round(incurred * share / sum(shares), 2) for share in shares]
    if amounts:
        amounts[-1] = round(incurred - sum(amounts[:-1]), 2)
    claims = [
        {
            "date": (TODAY - timedelta(days=chance.randint(200, 1750))).isoformat(),
            "cause": chance.choice(names.CAUSES),
            "incurred": one,
        }
        for one in amounts
    ]
    return {
        "valued": valued,
        "years": 5,
        "premium": premium,
        "incurred": incurred,
        "loss_ratio": ratio,
        "claims": claims,
    }


def filler_submissions(chance: random.Random, licensed: list[str]) -> tuple[Table, Table]:
    """Other people's files: numbered from S2101, with statuses and loss runs of every kind."""
    insureds = [f"{one} {two}" for one, two in product(names.FIRST.split(), names.SECOND.split())]
    chance.shuffle(insureds)
    kinds = rows("classes")
    files: Table = {}
    losses: Table = {}
    for number in range(FILLER_SUBMISSIONS):
        key, kind = f"S{2101 + number}", chance.choice(kinds)
        revenue = chance.randrange(150, 4200) * 1000
        row = {
            "insured": f"{insureds[number]} {names.TAIL_OF_GROUP[kind['group']]}",
            "city": chance.choice(names.TOWNS.split()),
            "state": chance.choice(licensed), "class_code": kind["code"], "revenue": revenue,
            "payroll": int(revenue * chance.uniform(0.18, 0.42)) // 1000 * 1000,
            "property_value": chance.randrange(60, 3200) * 1000, "vehicles": chance.randrange(0, 9),
        }  # fmt: skip
        file = submission(key, row, f"B{chance.randint(301, 314)}", TODAY - timedelta(days=chance.randint(1, 120)))
        files[key] = file | {"status": chance.choice(["open", "open", "quoted", "declined", "bound"])}
        if chance.random() < 0.9:
            valued = (TODAY - timedelta(days=chance.randint(5, 220))).isoformat()
            losses[key] = loss_run(chance, round(max(0.0, chance.gauss(32, 24)), 1), valued, revenue)
    return files, losses


def quotes(chance: random.Random, files: Table, catalogue: Table) -> Table:
    """The pinned quotes, then filler: numbered from Q4101."""
    table: Table = {}
    for line in pinned.QUOTES.strip().splitlines():
        key, file, code, limit, deductible, authority, signed, expires, premium, ground = line.split()
        table[key] = quote(file, files, code, catalogue, int(limit), int(deductible), float(premium)) | {
            "authority": authority, "application_signed": signed == "yes", "expires": expires,
            "credit_grounds": {} if ground == "-" else {ground: pinned.GROUNDS[ground]},
            "approved_by": "U201" if authority == "approved" else "",
            "status": "open",
        }  # fmt: skip
    quoted = [key for key, row in files.items() if row["status"] in ("quoted", "bound") and key > "S2100"]
    for number in range(FILLER_QUOTES):
        file = quoted[number % len(quoted)]
        code = chance.choice(sorted(catalogue))
        product_row = catalogue[code]
        row = quote(
            file, files, code, catalogue,
            chance.choice(product_row["limits"]), chance.choice(product_row["deductibles"]),
            round(chance.uniform(product_row["minimum_premium"], 9000), 2),
        )  # fmt: skip
        expires = TODAY + timedelta(days=chance.randint(-40, 29))
        status = "bound" if files[file]["status"] == "bound" else "open" if expires >= TODAY else "expired"
        table[f"Q{4101 + number}"] = row | {"expires": expires.isoformat(), "status": status}
    return table


def quote(
    file: str, files: Table, code: str, catalogue: Table, limit: int, deductible: int, premium: float
) -> dict[str, Any]:
    """A quote as the rating tool writes it."""
    return {
        "submission_id": file, "insured": files[file]["insured"], "product_code": code,
        "product": catalogue[code]["name"],
        "limit": limit, "deductible": deductible, "filed_premium": premium, "premium": premium, "credit_percent": 0,
        "credit_grounds": {}, "authority": "junior" if limit <= catalogue[code]["junior_limit"] else "senior",
        "approved_by": "", "application_signed": files[file]["application_signed"],
    }  # fmt: skip


def referrals(chance: random.Random, files: Table, seniors: list[tuple[str, str]]) -> Table:
    """The pinned referrals, then answered ones: numbered from R711."""
    table = dict(pinned.REFERRALS)
    keys = [key for key in files if key > "S2100"]
    for number in range(FILLER_REFERRALS):
        who, name = chance.choice(seniors)
        approved = chance.random() < 0.6
        table[f"R{711 + number}"] = {
            "submission_id": keys[number * 5], "reason": chance.choice(names.REASONS),
            "by": f"U{chance.randint(151, 174)}", "to": who, "senior": name,
            "sent_on": (TODAY - timedelta(days=chance.randint(8, 90))).isoformat(),
            "status": "approved" if approved else "declined",
            "answer": "Approved as submitted." if approved else "Not at these terms.",
        }  # fmt: skip
    return table


def world() -> dict[str, Table]:
    """All tables."""
    chance = random.Random(20260316)
    people = [f"{one} {two}" for one, two in product(names.GIVEN.split(), names.FAMILY.split())]
    chance.shuffle(people)
    places, catalogue, staff = states(), products(), underwriters(people)
    files, losses = pinned_submissions()
    more_files, more_losses = filler_submissions(chance, [code for code, row in places.items() if row["licensed"]])
    files, losses = files | more_files, losses | more_losses
    seniors = [(key, row["name"]) for key, row in staff.items() if row["grade"] == "senior"]
    return {
        "products": catalogue, "classes": classes(), "states": places, "guidelines": guidelines(),
        "underwriters": staff, "brokers": brokers(people), "submissions": files, "loss_runs": losses,
        "quotes": quotes(chance, files, catalogue), "referrals": referrals(chance, files, seniors),
        "requests": {"I901": {"submission_id": "S2103", "item": "loss_runs", "asked_on": "2026-03-11"}},
    }  # fmt: skip


if __name__ == "__main__":
    (HERE / "state.json").write_text(json.dumps(world(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
