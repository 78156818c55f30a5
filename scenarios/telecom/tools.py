"""Tools of Larkspur Mobile: first those of the support agent, then those of the customer's own phone.

`lines.415-555-0101` is what the network knows, `phones.415-555-0101` the customer's settings: service needs both.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from simkit import Field, Refused, World, reads, writes

PhoneNumber = Annotated[str, Field(description="The line, as in 415-555-0101", pattern=r"^\d{3}-555-\d{4}$")]
CustomerId = Annotated[str, Field(description="As verify_customer gives it, as in C1001", pattern=r"^C\d{4}$")]
BillId = Annotated[str, Field(description="As list_bills gives it, as in B7001", pattern=r"^B\d{4}$")]
ChargeId = Annotated[str, Field(description="As get_bill gives it, as in X50001", pattern=r"^X\d{5}$")]
PlanId = Annotated[str, Field(description="As list_plans gives it, as in PL03", pattern=r"^PL\d{2}$")]
SuspendFor = Literal["lost_or_stolen", "customer_request"]
DisputeFor = Literal["not_ordered", "wrong_amount", "service_failed"]
ReplaceFor = Literal["lost_or_stolen", "faulty"]
SimKind = Literal["physical", "esim"]
Problem = Literal["no_service", "no_data", "slow_data", "faulty_sim", "fraud_check"]


def _in_days(world: World, days: int) -> str:
    return (date.fromisoformat(world.now[:10]) + timedelta(days=days)).isoformat()


@reads
def verify_customer(world: World, phone_number: PhoneNumber, pin: Annotated[str, Field(pattern=r"^\d{4}$")]) -> dict:
    """Check that the account PIN belongs to the account of this line, and say whose account it is."""
    owner = world.get("lines", phone_number)["customer_id"] if world.has("lines", phone_number) else ""
    if not owner or world.get("customers", owner)["pin"] != pin:
        raise Refused("phone number and PIN do not belong together")
    customer = world.get("customers", owner)
    lines = [line["id"] for line in world.find("lines", customer_id=owner)]
    return {"customer_id": owner, "name": customer["name"], "address": customer["address"], "lines": lines}


@reads
def get_line(world: World, phone_number: PhoneNumber) -> dict:
    """Status, plan, data, roaming, minimum term and locks of one line, as the network sees it."""
    line = world.get("lines", phone_number)
    plan = world.get("plans", line["plan_id"])
    allowance = plan["data_gb"] + line["refueled_gb"]
    return line | {
        "plan": plan,
        "data_allowance_gb": allowance,
        "data_left_gb": round(max(0.0, allowance - line["data_used_gb"]), 1),
        "refuel_prices": {f"{n} GB": round(n * plan["refuel_per_gb"], 2) for n in range(1, 6)},
    }


@reads
def list_bills(world: World, customer_id: CustomerId) -> dict:
    """All bills of an account with month, amount, due date and status, the newest first."""
    world.get("customers", customer_id)
    bills = sorted(world.find("bills", customer_id=customer_id), key=lambda bill: bill["month"], reverse=True)
    return {"bills": bills, "overdue": round(sum(b["amount"] for b in bills if b["status"] == "overdue"), 2)}


@reads
def get_bill(world: World, bill_id: BillId) -> dict:
    """One bill with each of its charges: id, date, kind, description, amount."""
    return world.get("bills", bill_id) | {"charges": world.find("charges", bill_id=bill_id)}


@reads
def list_plans(world: World) -> dict:
    """Every plan, with its id, tier, data, monthly price, roaming day rate, and whether it is still on sale."""
    return {"plans": world.find("plans")}


@reads
def check_outages(world: World, zip_code: Annotated[str, Field(pattern=r"^\d{5}$")]) -> dict:
    """Known network faults and works in a zip code, with when they should be over."""
    return {"zip_code": zip_code, "outages": world.find("outages", lambda outage: zip_code in outage["zip_codes"])}


@writes
def switch_network_roaming(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Allow or stop a line's use of networks abroad. The phone's own data roaming switch must be on as well."""
    rate = world.get("plans", world.get("lines", phone_number)["plan_id"])["roaming_day_rate"]
    if rate is None:
        raise Refused("this line's plan has no roaming")
    world.patch("lines", phone_number, network_roaming=on)
    return {"phone_number": phone_number, "network_roaming": on, "roaming_day_rate": rate}


@writes
def refuel_data(world: World, phone_number: PhoneNumber, gigabytes: Annotated[int, Field(ge=1, le=50)]) -> dict:
    """Add gigabytes to a line for the rest of this billing period, priced by its plan, charged on the next bill."""
    line = world.get("lines", phone_number)
    if line["status"] != "active":
        raise Refused(f"line {phone_number} is {line['status']}")
    price = round(gigabytes * world.get("plans", line["plan_id"])["refuel_per_gb"], 2)
    charge = {"bill_id": None, "customer_id": line["customer_id"], "phone_number": phone_number}
    charge |= {"date": world.now[:10], "kind": "refuel", "description": f"Data refuel {gigabytes} GB", "amount": price}
    world.put("charges", charge_id := world.new_id("charges", "X"), charge | {"status": "billed"})
    world.patch("lines", phone_number, refueled_gb=line["refueled_gb"] + gigabytes)
    return {"charge_id": charge_id, "added_gb": gigabytes, "price": price, "until": line["renews"]}


@writes
def suspend_line(world: World, phone_number: PhoneNumber, reason: SuspendFor) -> dict:
    """Block a line for calls, messages and data. The monthly fee goes on."""
    if world.get("lines", phone_number)["status"] != "active":
        raise Refused(f"line {phone_number} is suspended already")
    world.patch("lines", phone_number, status="suspended", suspended_for=reason)
    return {"phone_number": phone_number, "status": "suspended", "suspended_for": reason, "since": world.now[:10]}


@writes
def resume_line(world: World, phone_number: PhoneNumber) -> dict:
    """Open a suspended line again. The phone finds the network after a restart."""
    if world.get("lines", phone_number)["status"] != "suspended":
        raise Refused(f"line {phone_number} is not suspended")
    world.patch("lines", phone_number, status="active", suspended_for=None)
    return {"phone_number": phone_number, "status": "active"}


@writes
def send_payment_request(world: World, bill_id: BillId) -> dict:
    """Send a payment request for an unpaid bill to the customer, who pays it in the Larkspur app."""
    bill = world.get("bills", bill_id)
    if bill["status"] == "paid" or world.find("payment_requests", bill_id=bill_id, status="open"):
        raise Refused(f"bill {bill_id} is paid, or has an open payment request already")
    request = {name: bill[name] for name in ("customer_id", "amount")} | {"bill_id": bill_id, "status": "open"}
    request_id = world.new_id("payment_requests", "R")
    world.put("payment_requests", request_id, request | {"sent": world.now[:10]})
    return {"request_id": request_id, "bill_id": bill_id, "amount": bill["amount"]}


@writes
def dispute_charge(world: World, charge_id: ChargeId, reason: DisputeFor) -> dict:
    """Open a dispute about one charge. Billing decides within 14 days; the amount is not due until then."""
    charge = world.get("charges", charge_id)
    if charge["status"] != "billed":
        raise Refused(f"charge {charge_id} is {charge['status']}")
    world.patch("charges", charge_id, status="disputed")
    dispute = {"charge_id": charge_id, "amount": charge["amount"], "reason": reason, "status": "open"}
    dispute |= {"opened": world.now[:10], "decision_by": _in_days(world, 14)}
    world.put("disputes", dispute_id := world.new_id("disputes", "D"), dispute)
    return dispute | {"dispute_id": dispute_id}


@writes
def change_plan(world: World, phone_number: PhoneNumber, plan_id: PlanId) -> dict:
    """Move a line to another plan from the day on which its data renews."""
    line, plan = world.get("lines", phone_number), world.get("plans", plan_id)
    if plan_id in (line["plan_id"], line["next_plan_id"]):
        raise Refused(f"line {phone_number} has or awaits plan {plan['name']} already")
    world.patch("lines", phone_number, next_plan_id=plan_id)
    return {"phone_number": phone_number, "plan": plan["name"], "monthly": plan["monthly"], "from": line["renews"]}


@writes
def send_replacement_sim(world: World, phone_number: PhoneNumber, kind: SimKind, reason: ReplaceFor) -> dict:
    """Send a new SIM for a line to the address on file (physical) or to the account's email (esim)."""
    customer = world.get("customers", world.get("lines", phone_number)["customer_id"])
    to, days, fee = (customer["address"], 3, 9.50) if kind == "physical" else (customer["email"], 0, 0.00)
    order = {"phone_number": phone_number, "kind": kind, "reason": reason, "fee": fee, "to": to}
    world.put("sim_orders", order_id := world.new_id("sim_orders", "S"), order | {"ordered": world.now[:10]})
    return order | {"order_id": order_id, "arrives": _in_days(world, days)}


@writes
def transfer_to_technician(world: World, phone_number: PhoneNumber, problem: Problem) -> dict:
    """Hand the case to a technician, who calls back by the next day. This ends what the chat can do for it."""
    ticket = {"phone_number": phone_number, "problem": problem, "status": "open", "opened": world.now[:10]}
    world.put("tickets", ticket_id := world.new_id("tickets", "T"), ticket)
    return ticket | {"ticket_id": ticket_id, "callback_by": _in_days(world, 1)}


def _obstacle(world: World, phone_number: str) -> str:
    """What keeps a phone from the network, as its status bar says it; empty if nothing does."""
    line, phone = world.get("lines", phone_number), world.get("phones", phone_number)
    out = world.find("outages", lambda outage: phone["zip_code"] in outage["zip_codes"] and outage["stops_service"])
    lost = phone["country"] != "United States" and not line["network_roaming"]
    obstacles = {
        "an airplane and no bars": phone["airplane_mode"],
        "the words No SIM": phone["sim"] != "ready",
        "the words No service": line["status"] != "active" or out or lost,
        "the word Searching": not phone["registered"],
        "an empty signal triangle": phone["coverage"] == "none" and not phone["wifi_calling"],
    }
    return next((sign for sign, there in obstacles.items() if there), "")


def _register(world: World, phone_number: str) -> dict:
    ready = world.get("phones", phone_number)["sim"] == "ready"
    world.patch("phones", phone_number, registered=ready and world.get("lines", phone_number)["status"] == "active")
    return {"shows": _obstacle(world, phone_number) or "four bars"}


def _set(world: World, phone_number: str, switch: str, on: bool) -> dict:
    world.patch("phones", phone_number, **{switch: on})
    return {switch: on, "state": "on" if on else "off"}


@reads(by="user")
def check_status_bar(world: World, phone_number: PhoneNumber) -> dict:
    """Look at the top of the screen: signal, network, and the signs beside them."""
    phone, sign = world.get("phones", phone_number), _obstacle(world, phone_number)
    marks = {"mobile data is off": not phone["mobile_data"], "data saver is on": phone["data_saver"]}
    marks |= {"VPN": phone["vpn"], "Wi-Fi calling": phone["wifi_calling"]}
    sign = sign or ("four bars and LTE" if phone["network_mode"] == "automatic" else "four bars and 3G")
    return {"shows": ", ".join([sign, *(mark for mark, there in marks.items() if there)])}


@reads(by="user")
def run_speed_test(world: World, phone_number: PhoneNumber) -> dict:
    """Measure the speed of mobile data, in megabits a second (0 if there is no connection)."""
    line, phone = world.get("lines", phone_number), world.get("phones", phone_number)
    abroad = phone["country"] != "United States"
    off = not phone["mobile_data"] or phone["apn"] != "standard" or (abroad and not phone["data_roaming"])
    if _obstacle(world, phone_number) or off or phone["coverage"] == "none":
        return {"mbps": 0, "verdict": "no connection"}
    used_up = line["data_used_gb"] >= world.get("plans", line["plan_id"])["data_gb"] + line["refueled_gb"]
    mbps = 84.0 * (0.25 if phone["data_saver"] else 1) * (0.1 if phone["vpn"] else 1)
    mbps *= (1 if phone["network_mode"] == "automatic" else 0.05) * (0.002 if used_up else 1)
    return {"mbps": round(mbps, 1), "verdict": "good" if mbps > 40 else "fair" if mbps > 15 else "poor"}


@writes(by="user")
def set_airplane_mode(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Switch airplane mode. Switching it off makes the phone look for its network anew."""
    switched = _set(world, phone_number, "airplane_mode", on)
    return switched if on else switched | _register(world, phone_number)


@writes(by="user")
def set_mobile_data(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Switch mobile data."""
    return _set(world, phone_number, "mobile_data", on)


@writes(by="user")
def set_data_roaming(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Switch the phone's own data roaming."""
    return _set(world, phone_number, "data_roaming", on)


@writes(by="user")
def set_data_saver(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Switch data saver, which slows apps down."""
    return _set(world, phone_number, "data_saver", on)


@writes(by="user")
def set_wifi_calling(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Switch calls over Wi-Fi."""
    return _set(world, phone_number, "wifi_calling", on)


@writes(by="user")
def set_vpn(world: World, phone_number: PhoneNumber, on: bool) -> dict:
    """Connect or disconnect the VPN."""
    return _set(world, phone_number, "vpn", on)


@writes(by="user")
def set_network_mode(world: World, phone_number: PhoneNumber, mode: Literal["automatic", "3g_only"]) -> dict:
    """Choose which generations of network the phone may use."""
    return {"mode": world.patch("phones", phone_number, network_mode=mode)["network_mode"]}


@writes(by="user")
def reset_apn(world: World, phone_number: PhoneNumber) -> dict:
    """Set the access point back to Larkspur's own. It takes effect with the next restart."""
    world.patch("phones", phone_number, apn="standard", registered=False)
    return {"apn": "standard"}


@writes(by="user")
def reseat_sim(world: World, phone_number: PhoneNumber) -> dict:
    """Take the SIM card out and put it back in."""
    if world.get("phones", phone_number)["sim"] == "loose":
        world.patch("phones", phone_number, sim="ready")
    return _register(world, phone_number)


@writes(by="user")
def restart_phone(world: World, phone_number: PhoneNumber) -> dict:
    """Switch the phone off and on: it looks for its network anew."""
    return _register(world, phone_number)


@writes(by="user")
def pay_request(world: World, phone_number: PhoneNumber) -> dict:
    """Pay the open payment request in the Larkspur app, with the card stored there."""
    customer_id = world.get("lines", phone_number)["customer_id"]
    request = next(iter(world.find("payment_requests", customer_id=customer_id, status="open")), None)
    if request is None:
        raise Refused("the app shows no payment request")
    world.patch("payment_requests", request["id"], status="paid")
    world.patch("bills", request["bill_id"], status="paid")
    for line in world.find("lines", customer_id=customer_id, suspended_for="unpaid_bill"):
        world.patch("lines", line["id"], suspended_for="bill_paid")
    return {"bill_id": request["bill_id"], "paid": f"${request['amount']:.2f}"}
