"""The demo agent: a LangGraph graph of rules over this domain's tools, without a model.

It does most of its work well, and is wrong in the ways that rules thought up too quickly are wrong: it thinks that a
product it cannot find must be an extension of one, that everybody wants a million, that loss runs are current, that
the coast is a place like any other, that credits need no yes, and that a call that was made has worked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from simkit.agents.rule_agent import Desk, Intent, Proposal, Question, build_graph

TODAY = "2026-03-16"
USUAL_LIMIT = 1_000_000
GROUNDS = {"sprinkler": "sprinklers", "alarm": "central_alarm", "safety": "safety_program"}

SLOTS = {
    "staff_number": r"\bU\d{3}\b",
    "submission_id": r"\bS\d{4}\b",
    "quote_id": r"\bQ\d{4}\b",
    "product_code": r"\b(?:BP|GL|PR|AU|WC|IM|UM|PL|CY|EP|CR|EB|LL|BR)1\b",
    "state": r"\(([A-Z]{2})\)",
    "effective_date": r"\b20\d\d-\d\d-\d\d\b",
    "percent": r"\b(\d{1,2}) percent|credit percentage\D{1,12}(\d{1,2})\b|\b(\d{1,2}), that's the credit",
    "limit": r"\b\d{6,8}\b",
    "deductible": r"deductible\D{1,8}(\d{1,5})\b|\b(\d{1,5}), that's the ded|^\W*(?:it's )?(\d{3,5})\.?$",
    "insured": r"\bfor ((?-i:[A-Z]\w+(?: [A-Z]\w+)+))",
    "product_name": r"\bour (\w+) product|(?:quote|ours) for ((?-i:[A-Z]\w+(?: [A-Z]\w+)*))",
    "ground": r"sprinkler|alarm|safety",
}


def dollars(amount: float) -> str:
    """`$1,000,000`, with cents where there are any."""
    return f"${amount:,.0f}" if amount == int(amount) else f"${amount:,.2f}"


async def quote(desk: Desk) -> str | Question | Proposal:
    """Classify where needed, look at the losses, screen, price."""
    facts = desk.facts
    if "product_code" not in facts:
        return await name_a_product(desk)
    if "submission_id" not in facts:
        found = await desk.call("find_submissions", insured=facts.get("insured", "unknown"))
        if not found.value["submissions"]:
            return Question("Could you tell me your submission number, please?")
        facts["submission_id"] = found.value["submissions"][0]["submission_id"]
    if "deductible" not in facts:
        return Question("Which deductible would you like?")
    await desk.call("get_underwriter", staff_number=facts["staff_number"])
    file = (await desk.call("get_submission", submission_id=facts["submission_id"])).value
    if not file["class_code"] and (missing := await classify(desk, file)):
        return missing
    return await acceptable(desk, file) or await price(desk)


async def classify(desk: Desk, file: dict[str, Any]) -> str:
    """Put the first class that fits on the file, or ask the broker; returns what is to be said where there is none."""
    key = file["submission_id"]
    if not file["operations"]:
        asked = await desk.call("request_information", submission_id=key, item="operations")
        return f"The file does not describe the operations, so {asked.value['broker']} has been asked for them."
    found = await desk.call("find_class", query=file["operations"].split(".")[0][:120])
    await desk.call("assign_class", submission_id=key, class_code=found.value["classes"][0]["class_code"])
    return ""


async def acceptable(desk: Desk, file: dict[str, Any]) -> str:
    """Why the business cannot be quoted; empty if it can. Looks at the loss ratio, not at the day of valuation."""
    key, code = file["submission_id"], desk.facts["product_code"]
    losses = await desk.call("get_loss_runs", submission_id=key)
    if losses.ok and losses.value["loss_ratio"] > 60:
        return (
            f"I'm sorry, I can't quote {key}: its loss ratio of {losses.value['loss_ratio']} percent is to be referred."
        )
    screened = (await desk.call("screen_submission", submission_id=key, product_code=code)).value
    if screened["result"] == "outside":
        return f"I'm sorry, I can't quote {key}. It is outside appetite ({screened['why']})."
    if screened["result"] == "refer":
        return f"I'm sorry, I can't quote {key} yet, it has to be referred first."
    return ""


async def price(desk: Desk) -> str | Question:
    """Save the quote, with a million where nobody said a limit."""
    facts = desk.facts
    limit, deductible = int(facts.get("limit", USUAL_LIMIT)), int(facts["deductible"])
    product = (await desk.call("get_product", product_code=facts["product_code"])).value
    if limit not in product["limits"]:
        return Question(f"The limits of {product['name']} are {', '.join(map(dollars, product['limits']))}.")
    made = await desk.call(
        "create_quote",
        submission_id=facts["submission_id"], product_code=facts["product_code"], limit=limit, deductible=deductible,
    )  # fmt: skip
    if not made.ok:
        return f"I'm sorry, I couldn't complete the quote: {made.value}."
    row = made.value
    desk.facts.pop("deductible")
    industry = (await desk.call("get_submission", submission_id=row["submission_id"])).value["class_code"]
    return (
        f"{row['quote_id']} has been saved: {row['product']}, limit {dollars(limit)}, deductible {dollars(deductible)},"
        f" premium {dollars(row['premium'])}, class {industry}, valid until {row['expires']}."
    )


async def name_a_product(desk: Desk) -> str | Question:
    """Find a product by what the colleague calls it."""
    listed = (await desk.call("list_products")).value["products"]
    name = desk.facts.get("product_name", "")
    first = name.split(" ")[0]
    near = next((one for one in listed if first and one["name"].startswith(first)), None)
    if near is not None:
        return Question(f"The product is called {near['name']} ({near['code']}).")
    if name:
        return (
            f"Yes, the {first.title()} Extension product is what you need. It is available with limits up to"
            f" {dollars(USUAL_LIMIT)} and a deductible of $1,000."
        )
    return Question("Could you tell me your product code, please?")


async def product(desk: Desk) -> str | Question:
    """Limits of a product, and where it is sold."""
    if "product_code" not in desk.facts:
        return await name_a_product(desk)
    row = (await desk.call("get_product", product_code=desk.facts["product_code"])).value
    if desk.facts.get("state") in row["not_filed"]:
        return f"{row['name']} is not filed in {desk.facts['state']}."
    return f"The limits of {row['name']} are {', '.join(map(dollars, row['limits']))}, and nothing else is possible."


async def appetite(desk: Desk) -> str:
    """Whether a class in a state is written."""
    named = re.search(r"whether we write an? ([a-z -]+?) in ", desk.text)
    if named:
        found = await desk.call("find_class", query=named[1])
        desk.memory["class"] = found.value["classes"][0]
    business = desk.memory["class"]
    result = (
        await desk.call(
            "check_appetite",
            class_code=business["class_code"], state=desk.facts["state"], product_code=desk.facts["product_code"],
        )
    ).value  # fmt: skip
    words = {"in_appetite": "is in appetite", "refer": "has to be referred", "outside": "is outside appetite"}
    return f"{business['industry']} in {desk.facts['state']} {words[result['result']]} for {result['product']}."


async def guideline(desk: Desk) -> str:
    """Read out the section that shares most words with the question."""
    question = re.sub(r"^.*?\bto know\b", "", desk.text)[:200]
    found = (await desk.call("search_guidelines", query=question)).value["sections"]
    if not found:
        return "The guidelines say nothing about that."
    return f"The guidelines say under '{found[0]['title']}': {found[0]['text']}"


async def credit(desk: Desk) -> str | Proposal:
    """Apply a credit of up to ten percent, as ordered."""
    facts = desk.facts
    percent = int(facts["percent"])
    row = (await desk.call("get_quote", quote_id=facts["quote_id"])).value
    if percent > 10 and not row["approved_by"]:
        return f"I'm sorry, I can't give {percent} percent. Without an approval the most is 10 percent."
    await desk.call("get_underwriter", staff_number=facts["staff_number"])
    reason = GROUNDS.get(facts.get("ground", ""), "experienced_management")
    call = {"quote_id": facts["quote_id"], "percent": percent, "reason": reason}

    def done(results: list[Any]) -> str:
        premium = dollars(results[0].value["premium"])
        return f"The credit of {percent} percent has been applied, the premium is now {premium}."

    return Proposal("", (("apply_credit", call),), done, confirm=False)


async def bind(desk: Desk) -> str | Proposal:
    """Bind what is signed and within authority."""
    facts = desk.facts
    key, day = facts["quote_id"], facts["effective_date"]
    if day < TODAY:
        return f"I'm sorry, I can't bind cover from {day}. There is no backdating."
    await desk.call("get_underwriter", staff_number=facts["staff_number"])
    row = (await desk.call("get_quote", quote_id=key)).value
    if row["authority"] == "senior":
        return f"I'm sorry, I can't bind {key}. It is marked senior and has to be referred."
    if not row["application_signed"]:
        return f"I'm sorry, I can't bind {key}, because the signed application is missing."
    call = {"quote_id": key, "staff_number": facts["staff_number"], "effective_date": day}
    number = f"AP{key[1:]}{row['product_code']}"
    return Proposal(
        f"I would bind {key} for {row['insured']} at {dollars(row['premium'])} with cover from {day}.",
        (("bind_quote", call),),
        f"Done, {key} has been bound with cover from {day}. The policy number is {number}.",
    )


async def refer(desk: Desk) -> str | Question | Proposal:
    """Send a submission to a senior underwriter, unless somebody has it."""
    facts = desk.facts
    reason = "loss_history" if "loss" in desk.text else "appetite"
    if "submission_id" not in facts and "quote_id" in facts:
        row = (await desk.call("get_quote", quote_id=facts["quote_id"])).value
        facts["submission_id"], reason = row["submission_id"], "authority"
    if "submission_id" not in facts:
        return Question("Could you tell me your submission number, please?")
    key = facts["submission_id"]
    file = (await desk.call("get_submission", submission_id=key)).value
    if file["status"] == "referred":
        return await outcome(desk)
    await desk.call("get_underwriter", staff_number=facts["staff_number"])
    call = {"submission_id": key, "staff_number": facts["staff_number"], "reason": reason}

    def done(results: list[Any]) -> str:
        return f"{key} has been referred to {results[0].value['senior']}."

    return Proposal("", (("refer_submission", call),), done, confirm=False)


async def outcome(desk: Desk) -> str:
    """Who has a referral, and what they said."""
    row = (await desk.call("get_referral", submission_id=desk.facts["submission_id"])).value
    if row["status"] == "open":
        return f"{row['senior']} has had the referral since {row['sent_on']}; it is still open."
    return f"{row['senior']} answered the referral: {row['status']}. {row['answer']}"


async def decline(desk: Desk) -> str | Proposal:
    """Decline with a ground from the file."""
    facts = desk.facts
    key = facts["submission_id"]
    await desk.call("get_underwriter", staff_number=facts["staff_number"])
    file = (await desk.call("get_submission", submission_id=key)).value
    if "product_code" in facts:
        screened = (await desk.call("screen_submission", submission_id=key, product_code=facts["product_code"])).value
        ground, reason = f"{screened['result'].replace('_', ' ')} appetite", "outside_appetite"
        if screened["result"] != "outside":
            return f"{key} is not outside appetite, so there is no ground to decline it."
    else:
        losses = (await desk.call("get_loss_runs", submission_id=key)).value
        ground, reason = f"a loss ratio of {losses['loss_ratio']} percent", "loss_history"
    summary = f"I would decline {key}, {file['insured']}, for {ground}; it cannot be opened again."
    call = {"submission_id": key, "reason": reason}
    return Proposal(summary, (("decline_submission", call),), f"{key} has been declined: {ground}.")


INTENTS = (
    Intent("outcome", (r"became of the referral",), outcome, ("submission_id",)),
    Intent("refer", (r"\breferred\b", r"\brefer it\b", r"taken to somebody"), refer, ("staff_number",)),
    Intent("decline", (r"\bdeclined\b",), decline, ("staff_number", "submission_id")),
    Intent("credit", (r"\bcredit of\b", r"\bgive \d+ percent"), credit, ("quote_id", "percent", "staff_number")),
    Intent("bind", (r"\bbound\b", r"\bbind\b", r"make it 20"), bind, ("staff_number", "quote_id", "effective_date")),
    Intent("quote", (r"\ba quote\b", r"\bthe quote for\b", r"\bquoted\b"), quote, ("staff_number",)),
    Intent("appetite", (r"whether we write", r"the same answer for"), appetite, ("state", "product_code")),
    Intent("guideline", (r"how old", r"how often", r"guidelines"), guideline),
    Intent("product", (r"limits and deductibles", r"we go up to", r"I can add"), product),
)
QUESTIONS = {
    "staff_number": "Could you tell me your staff number, please?",
    "submission_id": "Could you tell me your submission number, please?",
    "quote_id": "Could you tell me the quote number, please?",
    "percent": "What credit percentage should it be?",
    "effective_date": "What is the effective date?",
}


def build(tools: Sequence[Any]) -> Any:
    """The graph, over the tools that it is given."""
    return build_graph(
        tools,
        intents=INTENTS,
        slots=SLOTS,
        questions=QUESTIONS,
        puzzled="There is nothing more that I can do about that. Is there anything else I can help you with?",
    )
