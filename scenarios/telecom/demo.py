"""Larkspur's demo agent: a LangGraph graph that reads what customers say with rules, without a model.

It knows most of the policy and makes the mistakes that such agents make: a clause it has never heard of, a yes that it
does not wait for, a bill that it takes for the right one, a refusal of a tool that it does not look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from langchain_core.tools import BaseTool

from simkit.agents.rule_agent import Desk, Intent, Plan, Proposal, Question, build_graph
from simkit.spec.acts import user_act

Answer = str | Question | Proposal

SLOTS = {
    "phone_number": r"\b\d{3}-555-\d{4}\b",
    "account_pin": r"(?<![\w-])(\d{4})(?![\w-])",
    "zip_code": r"(?<![\w-])(\d{5})(?![\w-])",
    "gigabytes": r"\b(\d+) ?(?:GB|gigabytes?)\b|(?:\b(?:gigabytes|data) (?:is|it is) )(\d+)",
    "sim_kind": r"\b(esim|physical)\b",
    "wanted_plan": r"\b(Clover Classic|Sprig|Clover|Meadow|Orchard|Horizon|Voyager)\b",
    "disputed_charge": r"\b(horoscope|roaming in|late fee|(?<=international )call)",
}
WHICH_SIM = "Which kind of SIM would you like, physical or eSIM?"
KINDS = {"horoscope": "premium_sms", "roaming in": "roaming_data", "late fee": "late_fee", "call": "international_call"}
NEW_PIN = "A new PIN can be set in any Larkspur shop with a photo ID."

REMEDIES = {  # what the status bar shows, and what helps
    "airplane": "turn airplane mode off",
    "No SIM": "take the SIM card out and put it back in",
    "Searching": "restart your phone",
    "empty signal triangle": "turn Wi-Fi calling on",
    "mobile data is off": "turn mobile data on",
    "3G": "set the network mode to automatic",
    "data saver is on": "turn data saver off",
    "VPN": "disconnect the VPN",
}


async def _account(desk: Desk) -> str | Question | None:
    """Verify once in a conversation: None when that is done, else what the customer is asked or told."""
    if "account_pin" not in desk.facts:
        desk.memory["pin_asked"] = desk.memory.get("pin_asked", 0) + 1
        if desk.memory["pin_asked"] < 3:
            return Question("And could you tell me your account PIN, please?")
        return f"I'm sorry, I can't open the account without its PIN. {NEW_PIN}"
    who = (desk.facts["phone_number"], desk.facts["account_pin"])
    if desk.memory.get("verified") == who:
        return None
    found = await desk.call("verify_customer", phone_number=who[0], pin=who[1])
    if not found.ok:
        return f"I'm sorry, I can't open that account: PIN and phone number do not belong together. {NEW_PIN}"
    desk.memory["verified"], desk.memory["customer"] = who, found.value
    return None


def verified(plan: Plan) -> Plan:
    """A plan that comes after verification."""

    async def guarded(desk: Desk) -> Answer:
        return await _account(desk) or await plan(desk)

    return guarded


async def say(text: str, _: Desk) -> Answer:
    """The same to everybody."""
    return text


async def _line(desk: Desk) -> dict[str, Any]:
    if "line" not in desk.memory:
        desk.memory["line"] = (await desk.call("get_line", phone_number=desk.facts["phone_number"])).value
    return dict(desk.memory["line"])


async def outage(desk: Desk) -> str:
    """Known faults in a place."""
    found = await desk.call("check_outages", zip_code=desk.facts["zip_code"])
    faults = [f"{fault['kind']}, which should be over on {fault['until']}" for fault in found.value["outages"]]
    return f"There is a known fault there: {' and '.join(faults)}." if faults else "I see no fault in that place."


@verified
async def lost_phone(desk: Desk) -> Answer:
    """Suspend and replace. Does not know that the line is to be suspended before the SIM is sent."""
    number, kind = desk.facts["phone_number"], desk.facts["sim_kind"].lower()
    stop = {"phone_number": number, "reason": "lost_or_stolen"}
    return Proposal(
        f"I would send a new {kind} SIM for {number} to your address on file and suspend the line. "
        "A physical SIM costs $9.50, an eSIM is free.",
        (("send_replacement_sim", stop | {"kind": kind}), ("suspend_line", stop)),
        lambda results: f"Done. Your SIM should be there on {results[0].value['arrives']}.",
    )


@verified
async def dead_sim(desk: Desk) -> Answer:
    """A SIM that the phone does not see any more."""
    if not desk.memory.get("reseated"):
        desk.memory["reseated"] = True
        return Question("Please take the SIM card out and put it back in and tell me what you see.")
    return await new_sim(desk)


@verified
async def new_sim(desk: Desk) -> Answer:
    """Another SIM. Has never heard of number locks."""
    await _line(desk)
    if "sim_kind" not in desk.facts:
        return Question(WHICH_SIM)
    number, kind = desk.facts["phone_number"], desk.facts["sim_kind"].lower()
    call = {"phone_number": number, "kind": kind, "reason": "faulty"}
    told = "The SIM has been sent to {to}, it should arrive on {arrives}."
    return Proposal(
        f"I would send a new {kind} SIM for {number} to what we have on file.",
        (("send_replacement_sim", call),),
        lambda results: told.format_map(results[0].value),
    )


@verified
async def roaming(desk: Desk) -> Answer:
    """Roaming on both sides. Looks neither at the line's status nor at what came of its call; no day rate is free."""
    plan = (await _line(desk))["plan"]
    return Proposal(
        f"Roaming on {plan['name']} costs ${plan['roaming_day_rate'] or 0:.2f} for each day on which you use it. "
        f"I would switch it on for {desk.facts['phone_number']}.",
        (("switch_network_roaming", {"phone_number": desk.facts["phone_number"], "on": True}),),
        "Roaming has been switched on for your line. When you are abroad, please turn data roaming on.",
    )


@verified
async def suspend(desk: Desk) -> Answer:
    """A pause at the customer's wish."""
    fee = (await _line(desk))["plan"]["monthly"]
    return Proposal(
        f"I would suspend line {desk.facts['phone_number']} from today; the monthly fee of ${fee:.2f} goes on.",
        (("suspend_line", {"phone_number": desk.facts["phone_number"], "reason": "customer_request"}),),
        "Your line has been suspended.",
    )


@verified
async def refuel(desk: Desk) -> Answer:
    """More data. Knows the five gigabytes, but not that one refuel in a billing period is all."""
    line, wanted = await _line(desk), int(desk.facts["gigabytes"])
    if wanted > 5:
        return "I'm sorry, I can't add that much at once, five gigabytes is the most that one refuel may be."
    price = line["refuel_prices"][f"{wanted} GB"]
    return Proposal(
        f"I would add {wanted} GB to {desk.facts['phone_number']} for ${price:.2f}, until {line['renews']}.",
        (("refuel_data", {"phone_number": desk.facts["phone_number"], "gigabytes": wanted}),),
        f"{wanted} GB have been added for ${price:.2f}, they last until {line['renews']}.",
    )


@verified
async def change_plan(desk: Desk) -> Answer:
    """Another plan. Knows which are on sale, forgets minimum terms, and likes to sell a plan that is none."""
    line, plans = await _line(desk), (await desk.call("list_plans")).value["plans"]
    if "wanted_plan" not in desk.facts:
        return _offer(desk, line, plans)
    plan = next(one for one in plans if one["name"].lower() == desk.facts["wanted_plan"].lower())
    if not plan["on_sale"]:
        return f"I'm sorry, I can't offer {plan['name']}, it is no longer on sale."
    return Proposal(
        f"I would move your line to {plan['name']} for ${plan['monthly']:.2f} a month from {line['renews']}.",
        (("change_plan", {"phone_number": desk.facts["phone_number"], "plan_id": plan["id"]}),),
        f"Your line has been moved to {plan['name']}.",
    )


def _offer(desk: Desk, line: dict[str, Any], plans: list[dict[str, Any]]) -> str | Question:
    if desk.memory.get("offered"):
        return "Most customers then take our Meadow Light plan, which you find in the app."
    desk.memory["offered"] = True
    cheaper = [one for one in plans if one["on_sale"] and one["monthly"] < line["plan"]["monthly"]]
    listed = ", ".join(f"{one['name']} with {one['data_gb']} GB for ${one['monthly']:.2f}" for one in cheaper)
    return Question(f"Cheaper than yours are {listed}. Which plan would you like?")


@verified
async def dispute(desk: Desk) -> Answer:
    """A charge that somebody does not want to pay. Takes the newest bill for the right one, and counts no days."""
    if "bill" not in desk.memory:
        bills = (await desk.call("list_bills", customer_id=desk.memory["customer"]["customer_id"])).value["bills"]
        desk.memory["bill"] = (await desk.call("get_bill", bill_id=bills[0]["id"])).value
    bill = desk.memory["bill"]
    kind = KINDS.get(desk.facts.get("disputed_charge", "").lower())
    charge = next((one for one in bill["charges"] if one["kind"] == kind), None)
    if charge is None:
        return _which(desk, bill)
    found = f"{charge['description']} of {charge['date']} for ${charge['amount']:.2f}"
    if kind == "late_fee":
        return f"I'm sorry, {found} can't be disputed. Late fees stand."
    if "international call" in desk.text:
        return f"That was: {found}."
    return Proposal(
        f"I found {found} and would dispute it.",
        (("dispute_charge", {"charge_id": charge["id"], "reason": "not_ordered"}),),
        "Done, the dispute has been opened. Billing decides within 14 days.",
    )


def _which(desk: Desk, bill: dict[str, Any]) -> str | Question:
    if desk.memory.get("asked_charge"):
        return "Then I can't dispute anything, and your bill stays as it is."
    desk.memory["asked_charge"] = True
    listed = ", ".join(f"{one['description']} for ${one['amount']:.2f}" for one in bill["charges"])
    return Question(f"Your bill of {bill['month']} has {listed}. Which charge do you mean?")


@verified
async def usage(desk: Desk) -> Answer:
    """How much data is left, or what roaming costs."""
    line = await _line(desk)
    if "roaming" in desk.text:
        return f"A day of roaming costs ${line['plan']['roaming_day_rate']:.2f} on {line['plan']['name']}."
    return f"You have {line['data_left_gb']} GB left until {line['renews']}."


@verified
async def trouble(desk: Desk) -> Answer:
    """A phone that does not work: the line first, then sign after sign of the status bar."""
    line = await _line(desk)
    if line["status"] == "suspended":
        return await reopen(desk, line)
    if not desk.memory.get("checking"):
        desk.memory["checking"], desk.memory["done"] = True, []
        return Question("Please check your status bar and tell me what you see.")
    sign = next((sign for sign in REMEDIES if sign in desk.text and sign not in desk.memory["done"]), None)
    if sign is not None:
        desk.memory["done"] = [*desk.memory["done"], sign]
        return Question(f"Please {REMEDIES[sign]}. Then check your status bar and tell me what you see.")
    if not desk.memory["done"]:
        return "Then your access point is to blame. Please reset the access point settings, and the internet works."
    return "Then everything is as it should be."


async def reopen(desk: Desk, line: dict[str, Any]) -> Answer:
    """A suspended line: paid for, opened, found again. Takes the wish to have it back for a yes."""
    number, reason = desk.facts["phone_number"], line["suspended_for"]
    if reason == "fraud_check":
        if "callback" not in desk.memory:
            ticket = await desk.call("transfer_to_technician", phone_number=number, problem=reason)
            desk.memory["callback"] = ticket.value["callback_by"]
        return f"I'm sorry, I can't open this line myself. A technician calls you back by {desk.memory['callback']}."
    if reason == "unpaid_bill" and not desk.memory.get("requested"):
        if "overdue" not in desk.memory:
            return await _overdue(desk)
        if user_act(desk.text) != "affirm":
            return "I'm sorry, I can't open the line before the bill is paid."
        desk.memory["requested"] = (await desk.call("send_payment_request", bill_id=desk.memory["overdue"])).ok
        return Question("The payment request has been sent. Please pay the payment request and tell me what you see.")
    await desk.call("resume_line", phone_number=number)
    desk.memory.pop("line")
    return "Your line is active again. Please restart your phone."


async def _overdue(desk: Desk) -> Question:
    bills = (await desk.call("list_bills", customer_id=desk.memory["customer"]["customer_id"])).value["bills"]
    bill = next(one for one in bills if one["status"] == "overdue")
    desk.memory["overdue"] = bill["id"]
    return Question(
        f"The line is suspended because a bill of ${bill['amount']:.2f} has been due since {bill['due']}. "
        "I can send you a payment request for it. Shall I go ahead? (yes/no)"
    )


PHONE = ("phone_number",)
INTENTS = [
    Intent("outage", ["in our street", "outage"], outage, ("zip_code",)),
    Intent("credit", ["a credit"], partial(say, "I'm sorry, I can't give credits for outages in the chat.")),
    Intent(
        "reported", ["has restarted", "roaming switch is", "I reset it"], partial(say, "Very good, then that is done.")
    ),
    Intent("lost", [r"\blost\b", "stolen", "left my telephone"], lost_phone, (*PHONE, "sim_kind")),
    Intent("dead_sim", ["does not see its SIM"], dead_sim, PHONE),
    Intent("new_sim", [r"new e?sim\b"], new_sim, PHONE),
    Intent("usage", ["how much data", "day of roaming"], usage, PHONE),
    Intent("reopen", ["switched on again", "opened again", "line switched on", "suspended for it"], trouble, PHONE),
    Intent("dispute", [r"\bdispute\b", r"\bcharge\b", "late fee", r"\bbill\b"], dispute, PHONE),
    Intent("suspend", [r"\bsuspend my line"], suspend, PHONE),
    Intent("refuel", ["gigabytes", r"\d GB more"], refuel, (*PHONE, "gigabytes")),
    Intent("roaming", ["roaming on", "Portugal"], roaming, PHONE),
    Intent("plan", [r"\bplan\b", "move me to", "line moved to", "cheaper", "rather have"], change_plan, PHONE),
    Intent("trouble", [r"\bno\b.* service", "slow", "crawls", "internet", "cannot call", "calls"], trouble, PHONE),
]


def build(tools: Sequence[BaseTool]) -> Any:
    """The compiled graph, with the tools of one session bound to it."""
    return build_graph(tools, intents=INTENTS, slots=SLOTS, questions={"sim_kind": WHICH_SIM})
