"""Writes state.json: `python make_state.py`. The same bytes every time.

`CAST` pins what scenarios rely on; everybody else is filler around it, drawn with a fixed seed.
Pinned numbers have area code 415, pinned customers stand below C1100; filler keeps clear of both.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

SEED = 20260310
FILLERS = 90
RENEWS = "2026-04-01"
Record = dict[str, Any]

# id: name, tier, data, monthly price, price of a refueled gigabyte, roaming a day (None: no roaming), on sale
PLANS: dict[str, tuple[str, str, int, float, float, float | None, bool]] = {
    "PL01": ("Sprig", "light", 2, 11.90, 3.00, 5.90, True),
    "PL02": ("Clover", "light", 6, 16.90, 2.80, 5.90, True),
    "PL03": ("Meadow", "standard", 15, 24.90, 2.50, 4.90, True),
    "PL04": ("Orchard", "standard", 40, 32.90, 2.20, 3.90, True),
    "PL05": ("Horizon", "large", 200, 44.90, 1.50, 2.90, True),
    "PL06": ("Voyager", "large", 100, 52.90, 1.50, 0.00, True),
    "PL07": ("Little Wren", "light", 3, 8.90, 3.00, None, True),
    "PL08": ("Clover Classic", "light", 8, 13.50, 2.80, 5.90, False),
    "PL09": ("Meadow Duo", "standard", 20, 27.50, 2.50, 4.90, False),
    "PL10": ("Old Oak", "large", 150, 38.00, 1.50, 4.90, False),
}

# customer, name, pin, street, zip, city, plan, what differs on the line, what differs on the phone
CAST: list[tuple[str, str, str, str, str, str, str, Record, Record]] = [
    ("C1001", "Tomas Lindqvist", "4821", "12 Alder Way", "94110", "San Francisco", "PL03",
     {"data_used_gb": 3.4}, {"country": "Portugal"}),
    ("C1002", "Edith Marlowe", "1937", "7 Rosehip Lane", "94925", "Corte Madera", "PL02",
     {"data_used_gb": 0.6}, {"airplane_mode": True, "registered": False}),
    ("C1003", "Dariusz Kowal", "5560", "88 Foundry Street", "94607", "Oakland", "PL03",
     {"status": "suspended", "suspended_for": "unpaid_bill"}, {"registered": False}),
    ("C1004", "Gloria Penfield", "7719", "3 Harbor Crescent", "94501", "Alameda", "PL05",
     {"status": "suspended", "suspended_for": "unpaid_bill"}, {"registered": False}),
    ("C1005", "Yuki Tanabe", "2604", "41 Ginkgo Court", "95014", "Cupertino", "PL03",
     {"data_used_gb": 15.0}, {}),
    ("C1006", "Marcus Oyelaran", "8135", "209 Telegraph Avenue", "94609", "Oakland", "PL02",
     {"data_used_gb": 6.0}, {}),
    ("C1007", "Ines Castellano", "3348", "16 Almond Street", "95112", "San Jose", "PL02",
     {"data_used_gb": 9.0, "refueled_gb": 3}, {}),
    ("C1008", "Bram Hoekstra", "9072", "5 Tulip Terrace", "94301", "Palo Alto", "PL04",
     {"data_used_gb": 40.0}, {}),
    ("C1009", "Priscilla Vane", "6413", "1 Belvedere Drive", "94920", "Tiburon", "PL05",
     {"minimum_term_until": "2026-11-30", "in_minimum_term": True, "data_used_gb": 12.8}, {}),
    ("C1010", "Oskar Nyberg", "1286", "27 Quarry Road", "94019", "Half Moon Bay", "PL03",
     {"data_used_gb": 5.1}, {}),
    ("C1011", "Leila Haddad", "7450", "64 Jasmine Street", "94536", "Fremont", "PL03",
     {"data_used_gb": 14.2, "minimum_term_until": "2026-09-14", "in_minimum_term": True}, {}),
    ("C1012", "Samuel Adeyemi", "3097", "130 Palm Row", "94541", "Hayward", "PL03", {"data_used_gb": 7.7}, {}),
    ("C1013", "Brenda Kowalczyk", "5824", "19 Mill Street", "94558", "Napa", "PL02", {"data_used_gb": 2.3}, {}),
    ("C1014", "Viktor Sandoval", "9461", "402 Cypress Avenue", "94401", "San Mateo", "PL04",
     {"data_used_gb": 21.9}, {}),
    ("C1015", "Harold Whitcombe", "1944", "9 Orchard Close", "95401", "Santa Rosa", "PL01",
     {"data_used_gb": 0.2}, {}),
    ("C1016", "Celeste Armitage", "6678", "55 Marina Walk", "94123", "San Francisco", "PL06",
     {"data_used_gb": 30.4, "number_lock": True}, {}),
    ("C1017", "Noor Rahimi", "8820", "31 Sycamore Street", "94703", "Berkeley", "PL04", {"data_used_gb": 11.6}, {}),
    ("C1018", "Felix Baumann", "4159", "77 Cooper Lane", "94040", "Mountain View", "PL03", {"data_used_gb": 8.8}, {}),
    ("C1019", "Delia Strand", "2235", "14 Lighthouse Road", "95060", "Santa Cruz", "PL05", {"data_used_gb": 60.1}, {}),
    ("C1020", "Rosa Imbert", "7093", "6 Canyon View", "95959", "Nevada City", "PL02", {"data_used_gb": 1.9}, {}),
    ("C1021", "Kenji Morita", "5317", "18 Signal Street", "94107", "San Francisco", "PL05",
     {"data_used_gb": 48.0}, {"vpn": True, "data_saver": True}),
    ("C1022", "Amara Nwosu", "6082", "93 Laurel Street", "94704", "Berkeley", "PL03",
     {"data_used_gb": 0.4}, {"apn": "custom"}),
    ("C1023", "Piet van Aalst", "3571", "22 Windmill Court", "95032", "Los Gatos", "PL04",
     {"data_used_gb": 4.5}, {"sim": "faulty", "registered": False}),
    ("C1024", "Greta Solberg", "8446", "2 Basement Mews", "94114", "San Francisco", "PL02",
     {"data_used_gb": 0.9}, {"coverage": "none"}),
    ("C1025", "Luis Quintana", "1502", "310 Mission Street", "94105", "San Francisco", "PL03",
     {"status": "suspended", "suspended_for": "fraud_check"}, {"registered": False}),
    ("C1026", "Mei-Ling Osborne", "9938", "45 Peach Tree Lane", "94582", "San Ramon", "PL04",
     {"data_used_gb": 27.3}, {}),
    ("C1027", "Jonah Abelson", "4710", "8 Driftwood Place", "94965", "Sausalito", "PL04", {"data_used_gb": 9.2}, {}),
    ("C1028", "Svetlana Iversen", "2869", "71 Granite Street", "96161", "Truckee", "PL03",
     {"data_used_gb": 6.6}, {"network_mode": "3g_only"}),
    ("C1029", "Hugo Delacroix", "7364", "36 Vineyard Road", "94574", "St. Helena", "PL02",
     {"data_used_gb": 1.1}, {"sim": "loose", "registered": False, "airplane_mode": True}),
    ("C1030", "Wanda Eriksen", "5195", "11 Fern Hollow", "94941", "Mill Valley", "PL03",
     {"status": "suspended", "suspended_for": "customer_request"}, {"registered": False, "mobile_data": False}),
    ("C1031", "Agnes Thorburn", "6209", "50 Heather Lane", "94947", "Novato", "PL07", {"data_used_gb": 0.8}, {}),
]  # fmt: skip

# bill: customer, month, due, status, and its charges: id, date, kind, description, amount
BILLS: dict[str, tuple[str, str, str, str, list[tuple[str, str, str, str, float]]]] = {
    "B7003": ("C1003", "2026-02", "2026-02-20", "overdue", [
        ("X50001", "2026-02-01", "monthly_fee", "Meadow, monthly fee", 24.90),
        ("X50002", "2026-01-22", "international_call", "Call to Poland, 31 minutes", 16.45)]),
    "B7004": ("C1004", "2026-02", "2026-02-20", "overdue", [
        ("X50003", "2026-02-01", "monthly_fee", "Horizon, monthly fee", 44.90),
        ("X50004", "2026-01-17", "roaming_data", "Roaming in Mexico, 12 days", 34.80),
        ("X50005", "2026-02-01", "late_fee", "Late fee for January", 8.40)]),
    "B7012": ("C1012", "2026-03", "2026-03-20", "due", [
        ("X50006", "2026-03-01", "monthly_fee", "Meadow, monthly fee", 24.90),
        ("X50007", "2026-02-12", "premium_sms", "Premium messages to Starlit Horoscopes", 14.97),
        ("X50008", "2026-02-19", "refuel", "Data refuel 1 GB", 2.50)]),
    "B7013": ("C1013", "2026-03", "2026-03-20", "due", [
        ("X50009", "2026-03-01", "monthly_fee", "Clover, monthly fee", 16.90),
        ("X50010", "2026-03-01", "late_fee", "Late fee for February", 6.50)]),
    "B7014": ("C1014", "2026-01", "2026-01-20", "paid", [
        ("X50011", "2026-01-01", "monthly_fee", "Orchard, monthly fee", 32.90),
        ("X50012", "2025-12-18", "roaming_data", "Roaming in Chile, 5 days", 19.50)]),
    "B7015": ("C1014", "2026-03", "2026-03-20", "due", [
        ("X50013", "2026-03-01", "monthly_fee", "Orchard, monthly fee", 32.90)]),
    "B7018": ("C1018", "2026-03", "2026-03-20", "due", [
        ("X50014", "2026-03-01", "monthly_fee", "Meadow, monthly fee", 24.90),
        ("X50015", "2026-02-24", "refuel", "Data refuel 3 GB", 7.50)]),
    "B7026": ("C1026", "2026-03", "2026-03-20", "due", [
        ("X50016", "2026-03-01", "monthly_fee", "Orchard, monthly fee", 32.90),
        ("X50017", "2026-02-08", "international_call", "Call to Singapore, 14 minutes", 7.42)]),
}  # fmt: skip

OUTAGES: dict[str, Record] = {
    "O301": {"zip_codes": ["95959", "95945", "95946"], "kind": "mast damaged by storm", "stops_service": True,
             "since": "2026-03-09", "until": "2026-03-12"},
    "O302": {"zip_codes": ["60614", "60657"], "kind": "works on the network", "stops_service": False,
             "since": "2026-03-08", "until": "2026-03-11"},
    "O303": {"zip_codes": ["02139"], "kind": "power cut at a mast", "stops_service": True,
             "since": "2026-03-10", "until": "2026-03-10"},
    "O304": {"zip_codes": ["10025", "10026", "10027"], "kind": "slow data after an update", "stops_service": False,
             "since": "2026-03-07", "until": "2026-03-14"},
}  # fmt: skip

FIRST = """Abel Agnes Aldo Alma Amos Anouk Arlo Beatriz Boris Camila Cedric Clara Cosmo Dagmar Dana Desmond Dora Edgar
Elif Emil Esther Fabio Farah Fiona Gideon Gwen Hanna Hector Ida Idris Ilse Ivan Jada Jasper Joan Kamil Karin Lars Leon
Lidia Mabel Magnus Marta Milo Nadia Nils Nora Olive Orson Paula Petra Quentin Rafael Rhea Ruben Sabine Selma Silas Tara
Theo Ulla Umar Vera Viggo Wilma Xenia Yara Yusuf Zelda Zoran""".split()  # noqa: SIM905
LAST = """Abara Ackerman Bellweather Brandt Calder Castillo Dahl Drummond Eastwood Egede Fairbanks Fontaine Garrick
Grimaldi Halloran Horvath Inglewood Ivarsson Jellicoe Juarez Kimura Kovalenko Lockhart Lumsden Macready Mbeki Nakagawa
Northcott Okonkwo Ostrander Pellegrino Prescott Quillfeather Radcliffe Rosenthal Sandhu Stavros Thackeray Tremblay
Underhill Vasquez Vellacott Wainwright Westergaard Yardley Zielinski""".split()  # noqa: SIM905
STREETS = "Maple Birch Chestnut Hawthorn Juniper Linden Magnolia Poplar Redwood Spruce Walnut Willow".split()  # noqa: SIM905
PLACES = [("212", "10025", "New York"), ("312", "60614", "Chicago"), ("617", "02139", "Cambridge"),
          ("206", "98103", "Seattle"), ("303", "80203", "Denver"), ("512", "78704", "Austin")]  # fmt: skip
MODELS = ["Pico A4", "Pico A5 Max", "Tern One", "Tern Mini", "Halyard S", "Halyard XL", "Corvid Fold"]
EXTRAS = [
    ("international_call", "Call to Canada, {n} minutes", 0.29),
    ("roaming_data", "Roaming in Spain, {n} days", 4.90),
    ("premium_sms", "Premium messages to Quizmaster Nine, {n} messages", 0.99),
    ("refuel", "Data refuel {n} GB", 2.50),
]


def line(customer_id: str, plan_id: str, **differs: Any) -> Record:
    """A line in good order, but for what differs."""
    usual = {"customer_id": customer_id, "plan_id": plan_id, "next_plan_id": None, "status": "active"}
    usual |= {"suspended_for": None, "network_roaming": False, "data_used_gb": 1.5, "refueled_gb": 0, "renews": RENEWS}
    return usual | {"minimum_term_until": None, "in_minimum_term": False, "number_lock": False} | differs


def phone(model: str, zip_code: str, **differs: Any) -> Record:
    """A phone on which everything works, but for what differs."""
    usual = {"model": model, "zip_code": zip_code, "country": "United States", "coverage": "good", "registered": True}
    usual |= {"airplane_mode": False, "mobile_data": True, "data_roaming": False, "data_saver": False}
    return usual | {"wifi_calling": False, "vpn": False, "network_mode": "automatic", "apn": "standard",
                    "sim": "ready"} | differs  # fmt: skip


def customer(name: str, pin: str, street: str, zip_code: str, city: str) -> Record:
    """One account. The email follows from the name, which is unique."""
    email = name.lower().replace(" ", ".").replace("-", "") + "@example.com"
    return {"name": name, "pin": pin, "email": email, "address": f"{street}, {city} {zip_code}"}


class State:
    """The tables as they fill up."""

    def __init__(self) -> None:
        tables = ("customers", "plans", "lines", "phones", "bills", "charges", "outages")
        later = ("payment_requests", "disputes", "sim_orders", "tickets")
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in (*tables, *later)}
        self.random = random.Random(SEED)
        self.next_charge, self.next_bill = 51000, 8000

    def fill(self) -> dict[str, dict[str, Record]]:
        """Plans and outages, then the cast, then the fillers, then what happened to some of them before."""
        keys = ("name", "tier", "data_gb", "monthly", "refuel_per_gb", "roaming_day_rate", "on_sale")
        self.tables["plans"] = {plan_id: dict(zip(keys, plan, strict=True)) for plan_id, plan in PLANS.items()}
        self.tables["outages"] = OUTAGES
        for at, (owner, name, pin, street, zip_code, city, plan_id, on_line, on_phone) in enumerate(CAST, 101):
            number = f"415-555-0{at}"
            self.tables["customers"][owner] = customer(name, pin, street, zip_code, city)
            self.tables["lines"][number] = line(owner, plan_id, **on_line)
            self.tables["phones"][number] = phone(MODELS[at % len(MODELS)], zip_code, **on_phone)
        for bill_id, (owner, month, due, status, charges) in BILLS.items():
            self.bill(bill_id, owner, f"415-555-01{owner[-2:]}", month, due, status, charges)
        self.fillers()
        self.history()
        return self.tables

    def bill(self, bill_id: str, owner: str, number: str, month: str, due: str, status: str, charges: list) -> None:
        """A bill and its charges; the amount is their sum."""
        amount = round(sum(charge[-1] for charge in charges), 2)
        self.tables["bills"][bill_id] = {
            "customer_id": owner, "month": month, "issued": f"{month}-01", "due": due, "amount": amount,
            "status": status}  # fmt: skip
        for charge_id, date, kind, description, price in charges:
            self.tables["charges"][charge_id] = {
                "bill_id": bill_id, "customer_id": owner, "phone_number": number, "date": date, "kind": kind,
                "description": description, "amount": price, "status": "billed"}  # fmt: skip

    def fillers(self) -> None:
        names = [f"{first} {last}" for first in FIRST for last in LAST]
        for at, name in enumerate(self.random.sample(names, FILLERS)):
            owner = f"C{1100 + at}"
            area, zip_code, city = PLACES[at % len(PLACES)]
            street = f"{self.random.randint(1, 180)} {self.random.choice(STREETS)} Street"
            self.tables["customers"][owner] = customer(
                name, f"{self.random.randint(1000, 9999)}", street, zip_code, city
            )
            numbers = [f"{area}-555-{100 + at:04d}"] + ([f"{area}-555-{200 + at:04d}"] if at % 3 == 0 else [])
            for number in numbers:
                self.filler_line(owner, number, zip_code)
            self.filler_bills(owner, numbers)

    def filler_line(self, owner: str, number: str, zip_code: str) -> None:
        plan_id = self.random.choice(sorted(PLANS))
        used = round(self.random.uniform(0, PLANS[plan_id][2]), 1)
        term = self.random.choice([None, None, "2026-06-30", "2026-12-15", "2027-02-28"])
        differs = {"data_used_gb": used, "minimum_term_until": term, "in_minimum_term": term is not None}
        differs |= {"number_lock": self.random.random() < 0.1, "network_roaming": self.random.random() < 0.3}
        self.tables["lines"][number] = line(owner, plan_id, **differs)
        on_phone = {"data_saver": self.random.random() < 0.2, "wifi_calling": self.random.random() < 0.3}
        self.tables["phones"][number] = phone(self.random.choice(MODELS), zip_code, **on_phone)

    def filler_bills(self, owner: str, numbers: list[str]) -> None:
        for month, status in (("2026-02", "paid"), ("2026-03", self.random.choice(["due", "paid"]))):
            charges = []
            for number in numbers:
                plan = PLANS[self.tables["lines"][number]["plan_id"]]
                charges.append((self.charge_id(), f"{month}-01", "monthly_fee", f"{plan[0]}, monthly fee", plan[3]))
            if self.random.random() < 0.35:
                kind, text, each = self.random.choice(EXTRAS)
                n, day = self.random.randint(1, 5), self.random.randint(3, 27)
                before = "2026-01" if month == "2026-02" else "2026-02"
                charges.append((self.charge_id(), f"{before}-{day:02d}", kind, text.format(n=n), round(n * each, 2)))
            self.next_bill += 1
            self.bill(f"B{self.next_bill}", owner, numbers[0], month, f"{month}-20", status, charges)

    def charge_id(self) -> str:
        self.next_charge += 1
        return f"X{self.next_charge}"

    def history(self) -> None:
        """What support did before today, so that new records get the next number."""
        paid = [bill_id for bill_id, bill in self.tables["bills"].items() if bill["status"] == "paid"][3:40:4]
        for at, bill_id in enumerate(paid, 401):
            bill = self.tables["bills"][bill_id]
            self.tables["payment_requests"][f"R{at}"] = {
                "bill_id": bill_id, "customer_id": bill["customer_id"], "amount": bill["amount"], "status": "paid",
                "sent": bill["due"]}  # fmt: skip
        odd = [x for x, c in self.tables["charges"].items() if c["kind"] == "premium_sms" and x > "X51000"][:6]
        for at, charge_id in enumerate(odd, 601):
            self.tables["charges"][charge_id]["status"] = "disputed"
            self.tables["disputes"][f"D{at}"] = {
                "charge_id": charge_id, "amount": self.tables["charges"][charge_id]["amount"],
                "reason": "not_ordered", "status": "open", "opened": "2026-03-05",
                "decision_by": "2026-03-19"}  # fmt: skip
        for at, number in enumerate(sorted(self.tables["lines"])[:24:3], 801):
            self.tables["sim_orders"][f"S{at}"] = {
                "phone_number": number, "kind": "physical", "reason": "faulty", "fee": 9.50,
                "to": self.tables["customers"][self.tables["lines"][number]["customer_id"]]["address"],
                "ordered": "2026-02-26"}  # fmt: skip
        for at, number in enumerate(sorted(self.tables["lines"])[1:30:4], 901):
            self.tables["tickets"][f"T{at}"] = {
                "phone_number": number, "problem": "slow_data", "status": "closed", "opened": "2026-02-18"}  # fmt: skip


if __name__ == "__main__":
    text = json.dumps(State().fill(), indent=1, ensure_ascii=False) + "\n"
    Path(__file__).with_name("state.json").write_text(text, encoding="utf-8")
