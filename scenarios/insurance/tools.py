"""What the underwriting assistant can do. Appetite, authority and losses are the policy's business, not the tools'."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

StaffNumber = Annotated[str, Field(pattern=r"^U\d{3}$", description="The colleague's staff number, like U118")]
SubmissionId = Annotated[str, Field(pattern=r"^S\d{4}$", description="Submission number, like S2017")]
QuoteId = Annotated[str, Field(pattern=r"^Q\d{4}$", description="Quote number, like Q4009")]
ProductCode = Annotated[str, Field(pattern=r"^[A-Z]{2}\d$", description="Product code from the catalogue, like GL1")]
ClassCode = Annotated[str, Field(pattern=r"^C\d{4}$", description="Class code from the class table, like C3101")]
State = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="Two-letter postal code of the state, like OH")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day as YYYY-MM-DD")]
Dollars = Annotated[int, Field(ge=0, description="Whole US dollars")]
Words = Annotated[str, Field(min_length=2, max_length=200, description="A few words")]
ReferralReason = Literal["appetite", "loss_history", "pricing", "authority", "operations"]
DeclineReason = Literal["outside_appetite", "loss_history"]
CreditReason = Literal["safety_program", "sprinklers", "central_alarm", "experienced_management"]
Item = Literal["loss_runs", "operations", "signed_application", "property_schedule"]

SEVERITY = ("in_appetite", "refer", "outside")
JUNIOR_PREMIUM = 25_000
JUNIOR_HAZARD = 5


@reads
def get_underwriter(world: World, staff_number: StaffNumber) -> dict:
    """Look up a colleague by staff number: name, grade (trainee, junior, senior) and region."""
    return {"staff_number": staff_number, **world.get("underwriters", staff_number)}


@reads
def get_submission(world: World, submission_id: SubmissionId) -> dict:
    """Read a submission: insured, operations, class, state, exposures, status, screenings so far, broker's note."""
    file = world.get("submissions", submission_id)
    return {"submission_id": submission_id, **file, "broker": world.get("brokers", file["broker_id"])["name"]}


@reads
def find_submissions(world: World, insured: Words) -> dict:
    """Find submissions by (part of) the name of the insured. At most eight are listed."""
    found = world.find("submissions", lambda row: insured.casefold() in row["insured"].casefold())
    keys = ("insured", "city", "state", "status", "received")
    return {"found": len(found), "submissions": [{"submission_id": r["id"], **_pick(r, keys)} for r in found[:8]]}


@reads
def list_products(world: World) -> dict:
    """List the whole product catalogue: code, name and what each product covers. There are no other products."""
    return {"products": [{"code": row["id"], **_pick(row, ("name", "covers"))} for row in world.find("products")]}


@reads
def get_product(world: World, product_code: ProductCode) -> dict:
    """Read a product: its limits, deductibles, minimum premium, junior limit, and where it is not filed."""
    return {"product_code": product_code, **world.get("products", product_code)}


@reads
def find_class(world: World, query: Words) -> dict:
    """Find class codes by words that describe a business, best match first. At most five are listed."""
    rows = _ranked(world.find("classes"), query, ("industry", "keywords", "description"))
    keys = ("industry", "description", "hazard")
    return {"classes": [{"class_code": row["id"], **_pick(row, keys)} for row in rows[:5]]}


@reads
def check_appetite(world: World, class_code: ClassCode, state: State, product_code: ProductCode) -> dict:
    """Tell whether a class in a state is in appetite for a product (in_appetite, refer, outside), and why."""
    return {"class_code": class_code, "state": state, **_appetite(world, class_code, state, product_code)}


@reads
def get_loss_runs(world: World, submission_id: SubmissionId) -> dict:
    """Read a submission's loss runs: day of valuation, five-year loss ratio in percent, and the claims."""
    return {"submission_id": submission_id, **world.get("loss_runs", submission_id)}


@reads
def search_guidelines(world: World, query: Words) -> dict:
    """Search the underwriting guidelines. Gives at most three sections, best match first; none if nothing fits."""
    rows = _ranked(world.find("guidelines"), query, ("title", "text"))
    return {"sections": [{"section": row["id"], **_pick(row, ("title", "text"))} for row in rows[:3]]}


@reads
def get_quote(world: World, quote_id: QuoteId) -> dict:
    """Read a quote: product, limit, deductible, premium, credit, authority mark, application, status, expiry."""
    return {"quote_id": quote_id, **world.get("quotes", quote_id)}


@reads
def get_referral(world: World, submission_id: SubmissionId) -> dict:
    """Read the latest referral of a submission: who has it, since when, its status and the answer."""
    found = world.find("referrals", submission_id=submission_id)
    if not found:
        raise Refused(f"there is no referral for {submission_id}")
    last = found[-1]
    return {"referral_id": last.pop("id"), **last}


@writes
def assign_class(world: World, submission_id: SubmissionId, class_code: ClassCode) -> dict:
    """Put a class code on a submission. Earlier screenings fall away, since they were made for another class."""
    _open_file(world, submission_id)
    row = world.get("classes", class_code)
    world.patch("submissions", submission_id, class_code=class_code, screening={})
    return {"submission_id": submission_id, "class_code": class_code, "industry": row["industry"]}


@writes
def screen_submission(world: World, submission_id: SubmissionId, product_code: ProductCode) -> dict:
    """Screen a submission against appetite for one product, and record the result on the file."""
    file = _classified(world, submission_id)
    found = _appetite(world, file["class_code"], file["state"], product_code)
    earlier = file["screening"].get(product_code)
    result = "approved" if earlier == "approved" and found["result"] == "refer" else found["result"]
    world.patch("submissions", submission_id, screening=file["screening"] | {product_code: result})
    return {"submission_id": submission_id, **found, "result": result}


@writes
def request_information(world: World, submission_id: SubmissionId, item: Item) -> dict:
    """Ask the broker for something that the file lacks. The broker gets an e-mail."""
    file = _open_file(world, submission_id)
    broker = world.get("brokers", file["broker_id"])
    request_id = world.new_id("requests", "I")
    world.put("requests", request_id, {"submission_id": submission_id, "item": item, "asked_on": world.now[:10]})
    return {"request_id": request_id, "item": item, "broker": broker["name"], "email": broker["email"]}


@writes
def create_quote(
    world: World, submission_id: SubmissionId, product_code: ProductCode, limit: Dollars, deductible: Dollars
) -> dict:
    """Price a product for a submission and save the quote. It is valid for 30 days and covers nothing yet."""
    file = _classified(world, submission_id)
    product = _offered(world, product_code, file["state"], limit, deductible)
    hazard = world.get("classes", file["class_code"])["hazard"]
    premium = _premium(world, product, file, hazard, limit, deductible)
    within = limit <= product["junior_limit"] and premium <= JUNIOR_PREMIUM and hazard <= JUNIOR_HAZARD
    quote_id = world.new_id("quotes", "Q")
    world.put("quotes", quote_id, {
        "submission_id": submission_id, "insured": file["insured"], "product_code": product_code,
        "product": product["name"], "limit": limit, "deductible": deductible, "filed_premium": premium,
        "premium": premium, "credit_percent": 0, "authority": "junior" if within else "senior",
        "application_signed": file["application_signed"], "credit_grounds": {}, "approved_by": "",
        "status": "open", "expires": _in_days(world, 30),
    })  # fmt: skip
    return {"quote_id": quote_id, **world.get("quotes", quote_id)}


@writes
def apply_credit(
    world: World, quote_id: QuoteId, percent: Annotated[int, Field(ge=1, le=25)], reason: CreditReason
) -> dict:
    """Apply a schedule credit in percent to an open quote. The product's minimum premium stays the floor."""
    quote = _open_quote(world, quote_id)
    floor = world.get("products", quote["product_code"])["minimum_premium"]
    premium = max(floor, round(quote["filed_premium"] * (100 - percent) / 100, 2))
    world.patch("quotes", quote_id, credit_percent=percent, credit_reason=reason, premium=premium)
    return {"quote_id": quote_id, "credit_percent": percent, "before": quote["premium"], "premium": premium}


@writes
def bind_quote(world: World, quote_id: QuoteId, staff_number: StaffNumber, effective_date: Day) -> dict:
    """Bind an open quote under a colleague's authority: cover starts on that day and a policy number is issued."""
    quote = _open_quote(world, quote_id)
    if quote["expires"] < world.now[:10]:
        raise Refused(f"{quote_id} expired on {quote['expires']}; price it anew")
    number = "AP" + quote_id[1:] + quote["product_code"]
    bound = {"status": "bound", "bound_by": staff_number, "effective_date": effective_date, "policy_number": number}
    world.patch("quotes", quote_id, **bound)
    world.patch("submissions", quote["submission_id"], status="bound")
    return {"quote_id": quote_id, **bound, "premium": quote["premium"]}


@writes
def refer_submission(
    world: World, submission_id: SubmissionId, staff_number: StaffNumber, reason: ReferralReason
) -> dict:
    """Refer a submission to the senior underwriter of its region. Says who that is."""
    file = _open_file(world, submission_id)
    region = world.get("states", file["state"])["region"]
    senior = world.find("underwriters", region=region, grade="senior")[0]
    referral_id = world.new_id("referrals", "R")
    row = {"submission_id": submission_id, "reason": reason, "by": staff_number, "to": senior["id"],
           "senior": senior["name"], "sent_on": world.now[:10], "status": "open", "answer": ""}  # fmt: skip
    world.put("referrals", referral_id, row)
    world.patch("submissions", submission_id, status="referred")
    return {"referral_id": referral_id, **row}


@writes
def decline_submission(world: World, submission_id: SubmissionId, reason: DeclineReason) -> dict:
    """Decline a submission for good. The broker is told, and the file cannot be opened again."""
    file = _open_file(world, submission_id)
    world.patch("submissions", submission_id, status="declined", decline_reason=reason)
    return {"submission_id": submission_id, "insured": file["insured"], "status": "declined", "reason": reason}


def _appetite(world: World, class_code: str, state: str, product_code: str) -> dict[str, Any]:
    business, product = world.get("classes", class_code), world.get("products", product_code)
    place = world.get("states", state)
    found = [
        (business["appetite"].get(product_code, "outside"), f"{business['industry']}: class rule for this product")
    ]
    if special := business["exceptions"].get(state):
        found.append((special, f"{business['industry']} in {place['name']}: state rule"))
    if not place["licensed"]:
        found.append(("outside", f"we are not licensed in {place['name']}"))
    elif state in product["not_filed"]:
        found.append(("outside", f"{product['name']} is not filed in {place['name']}"))
    result, why = max(found, key=lambda one: SEVERITY.index(one[0]))
    return {"product_code": product_code, "product": product["name"], "result": result, "why": why}


def _premium(
    world: World, product: dict[str, Any], file: dict[str, Any], hazard: int, limit: int, deductible: int
) -> float:
    exposure = file[product["basis"]] / product["per"]
    factor = (0.7 + 0.1 * hazard) * world.get("states", file["state"])["factor"]
    limits, deductibles = product["limits"], product["deductibles"]
    steps = 1 + 0.18 * limits.index(limit) - 0.05 * deductibles.index(deductible)
    return max(product["minimum_premium"], round(exposure * product["rate"] * factor * steps, 2))


def _in_days(world: World, days: int) -> str:
    return (date.fromisoformat(world.now[:10]) + timedelta(days=days)).isoformat()


def _offered(world: World, product_code: str, state: str, limit: int, deductible: int) -> dict[str, Any]:
    product = world.get("products", product_code)
    if state in product["not_filed"]:
        raise Refused(f"{product['name']} is not filed in {state}")
    for what, value in (("limits", limit), ("deductibles", deductible)):
        if value not in product[what]:
            raise Refused(f"{value} is not among the {what} of {product['name']}: {product[what]}")
    return product


def _open_file(world: World, submission_id: str) -> dict[str, Any]:
    file = world.get("submissions", submission_id)
    if file["status"] in ("declined", "bound"):
        raise Refused(f"{submission_id} is {file['status']}; nothing can be written to it")
    return file


def _classified(world: World, submission_id: str) -> dict[str, Any]:
    file = _open_file(world, submission_id)
    if not file["class_code"]:
        raise Refused(f"{submission_id} has no class code yet")
    return file


def _open_quote(world: World, quote_id: str) -> dict[str, Any]:
    quote = world.get("quotes", quote_id)
    if quote["status"] != "open":
        raise Refused(f"{quote_id} is {quote['status']}, not open")
    return quote


def _ranked(rows: list[dict[str, Any]], words: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows that share words with `words`, most first; a word in an earlier field weighs more."""
    wanted = _stems(words)
    weights = {field: len(fields) - place for place, field in enumerate(fields)}
    scored = [(sum(len(wanted & _stems(row[f])) * w for f, w in weights.items()), row) for row in rows]
    return [row for score, row in sorted(scored, key=lambda one: (-one[0], one[1]["id"])) if score > 0]


def _stems(text: str) -> set[str]:
    """Words of four letters or more without a plural's ending: `breweries` and `brewery` meet."""
    words = (word.strip(".,:;?!()'\"").casefold() for word in text.replace("-", " ").split())
    return {word.removesuffix("ies").removesuffix("y").removesuffix("s")[:12] for word in words if len(word) > 3}


def _pick(row: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: row[key] for key in keys}
