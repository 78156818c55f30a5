"""The service desk's tools at Hearth & Hollow, an online shop for home goods.

They refuse what cannot be done (no such order, parcel already gone, nothing in stock). What may be done, for whom and
when, is the policy's business: most of it is not enforced here, so an agent has to know it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

OrderId = Annotated[str, Field(pattern=r"^W\d{4}$", description="order number, as in W1044")]
ItemId = Annotated[str, Field(pattern=r"^W\d{4}-\d+$", description="line of the order, as in W1044-2")]
CustomerId = Annotated[str, Field(pattern=r"^C\d{4}$", description="id of the identified customer")]
ShipmentId = Annotated[str, Field(pattern=r"^S\d{4,}$", description="id of the parcel, from get_order")]
Condition = Annotated[Literal["unopened", "opened"], Field(description="as the customer describes the item")]
Reason = Literal["no longer wanted", "damaged", "faulty", "wrong item"]
CouponCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{3,20}$", description="coupon code in capitals")]
Answer = dict[str, Any]

LABEL_FEE = 6.95
WRAP_FEE = 4.50


@reads
def find_customer(world: World, email: Annotated[str, Field(description="email address of the account")]) -> Answer:
    """Find a customer account by its email address, with its order numbers. No account: `matches` is empty."""
    rows = world.find("customers", lambda row: row["email"].casefold() == email.strip().casefold())
    for row in rows:
        row["customer_id"] = row.pop("id")
        row["order_numbers"] = list(row.pop("orders"))
        methods = world.find("payment_methods", customer_id=row["customer_id"])
        row["payment_methods"] = [{"method_id": one["id"], "label": one["label"]} for one in methods]
    return {"matches": rows}


@reads
def list_orders(world: World, customer_id: CustomerId) -> Answer:
    """List a customer's orders, newest first, with status, total and what was bought."""
    world.get("customers", customer_id)
    rows = sorted(world.find("orders", customer_id=customer_id), key=lambda row: row["placed"], reverse=True)
    kept = ("placed", "status", "total", "delivered")
    short = [{"order_id": row["id"], **{key: row[key] for key in kept}, "items": _names(row)} for row in rows]
    return {"orders": short}


@reads
def get_order(world: World, order_id: OrderId, customer_id: CustomerId) -> Answer:
    """Open one order: lines, payments, address, return deadlines. The access log notes for which customer."""
    world.get("customers", customer_id)
    order = world.get("orders", order_id)
    order["ship_to"] = world.get("addresses", order.pop("address_id"))
    order["payments"] = [
        {"method_id": method, "label": world.get("payment_methods", method)["label"], "amount": amount}
        for method, amount in order["payments"].items()
    ]
    return {"order_id": order_id, **order}


@reads
def track_shipment(world: World, shipment_id: ShipmentId) -> Answer:
    """Where a parcel is: carrier, tracking number, status, day of the last scan, and a running trace if any."""
    return {"shipment_id": shipment_id, "today": world.now[:10], **world.get("shipments", shipment_id)}


@reads
def find_products(world: World, query: Annotated[str, Field(description="product name or category")]) -> Answer:
    """Search products by name or category; lists every variant with its id, option, price and stock."""
    words = query.casefold().split()
    found = world.find("products", lambda row: all(w in f"{row['name']} {row['category']}".casefold() for w in words))
    for product in found:
        rows = world.find("variants", product_id=product["id"])
        product["variants"] = [
            {"variant_id": row["id"], **{key: row[key] for key in ("option", "price", "stock")}} for row in rows
        ]
    return {"products": found}


@reads
def check_coupon(world: World, code: CouponCode, customer_id: CustomerId) -> Answer:
    """Look up a coupon: percent off, last day, smallest order, and on which order this customer has used it."""
    coupon = world.get("coupons", code)
    used_by = coupon.pop("used_by")
    return coupon | {"used_on_order": used_by.get(customer_id)}


@reads
def quote_refund(world: World, order_id: OrderId, item_id: ItemId, reason: Reason) -> Answer:
    """What a customer gets back for one item: what they paid, less the return label unless the fault is ours."""
    item = _item(world, order_id, item_id)
    fee = LABEL_FEE if reason == "no longer wanted" else 0.0
    refund = max(round(item["paid"] - fee, 2), 0.0)
    return {"item": item["name"], "paid": item["paid"], "label_fee": fee, "refund": refund}


@writes
def cancel_order(
    world: World,
    order_id: OrderId,
    reason: Literal["ordered by mistake", "no longer needed", "takes too long", "found elsewhere"],
) -> Answer:
    """Cancel an order that has not left the warehouse, and refund it to the ways it was paid."""
    order = _order_in(world, order_id, "processing", "packed")
    world.patch("orders", order_id, status="cancelled", cancel_reason=reason)
    paid = [_refund(world, order_id, None, amount, method) for method, amount in order["payments"].items()]
    return {"order_id": order_id, "status": "cancelled", "refunds": paid}


@writes
def add_address(
    world: World,
    customer_id: CustomerId,
    street: Annotated[str, Field(min_length=3)],
    city: str,
    state: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="two letters, as in OR")],
    zip_code: Annotated[str, Field(pattern=r"^\d{5}$")],
) -> Answer:
    """Save an address in a customer's address book. Changes no order."""
    world.get("customers", customer_id)
    address_id = world.new_id("addresses", "A")
    record = {"customer_id": customer_id, "street": street, "city": city, "state": state, "zip": zip_code}
    world.put("addresses", address_id, record)
    return {"address_id": address_id, **record}


@writes
def change_delivery_address(
    world: World,
    order_id: OrderId,
    address_id: Annotated[str, Field(pattern=r"^A\d{4,}$", description="id of a saved address of the same customer")],
) -> Answer:
    """Send an order that is still being processed to another address of the customer's address book."""
    order = _order_in(world, order_id, "processing")
    address = world.get("addresses", address_id)
    if address["customer_id"] != order["customer_id"]:
        raise Refused(f"address {address_id} is not in the address book of this order's customer")
    world.patch("orders", order_id, address_id=address_id)
    return {"order_id": order_id, "ship_to": address}


@writes
def add_gift_wrap(
    world: World, order_id: OrderId, message: Annotated[str, Field(max_length=120, description="printed on the card")]
) -> Answer:
    """Wrap an order that is still being processed as a gift, with a card. Adds 4.50 to the order's total."""
    order = _order_in(world, order_id, "processing")
    if order["gift_wrap"] is not None:
        raise Refused(f"order {order_id} is gift-wrapped already")
    total = _charge(world, order_id, WRAP_FEE)
    world.patch("orders", order_id, gift_wrap=message)
    return {"order_id": order_id, "message": message, "fee": WRAP_FEE, "total": total}


@writes
def apply_coupon(world: World, order_id: OrderId, code: CouponCode, customer_id: CustomerId) -> Answer:
    """Take a coupon off an order that is still being processed. Overrides the limits of the checkout."""
    order, coupon = _order_in(world, order_id, "processing"), world.get("coupons", code)
    if coupon["expires"] < world.now[:10]:
        raise Refused(f"coupon {coupon['code']} expired on {coupon['expires']}")
    share = (100 - coupon["percent"]) / 100
    items = {line: item | {"paid": round(item["paid"] * share, 2)} for line, item in order["items"].items()}
    off = round(sum(order["items"][line]["paid"] - items[line]["paid"] for line in items), 2)
    total = _charge(world, order_id, -off)
    world.patch("orders", order_id, items=items, coupon=coupon["code"])
    world.patch("coupons", coupon["code"], used_by={**coupon["used_by"], customer_id: order_id})
    return {"order_id": order_id, "coupon": coupon["code"], "saved": off, "total": total}


@writes
def return_item(
    world: World,
    order_id: OrderId,
    item_id: ItemId,
    condition: Condition,
    reason: Reason,
    refund_to: Annotated[str, Field(description='method_id of a payment method, or "store credit"')],
) -> Answer:
    """Book the return of one delivered item: sends a return label and refunds what quote_refund says."""
    _order_in(world, order_id, "delivered")
    quote = quote_refund(world, order_id, item_id, reason)
    refund = _refund(world, order_id, item_id, quote["refund"], refund_to)
    _mark(world, order_id, item_id, status="returned", condition=condition, reason=reason)
    return {"order_id": order_id, "item": quote["item"], **refund}


@writes
def exchange_item(
    world: World,
    order_id: OrderId,
    item_id: ItemId,
    condition: Condition,
    new_variant_id: Annotated[str, Field(description="variant_id of another variant of the same product")],
) -> Answer:
    """Swap one delivered item for another variant of the same product at no more than its price."""
    _order_in(world, order_id, "delivered")
    item, variant = _item(world, order_id, item_id), world.get("variants", new_variant_id)
    if variant["name"] != item["name"] or variant["price"] > item["price"]:
        raise Refused("an exchange is for another variant of the same product at no more than its price")
    if variant["stock"] < 1:
        raise Refused(f"{variant['name']} in {variant['option']} is out of stock")
    _mark(world, order_id, item_id, status="exchanged", condition=condition, exchanged_for=new_variant_id)
    return {"order_id": order_id, "item": item["name"], "from": item["option"], "to": variant["option"]}


@writes
def open_trace(world: World, shipment_id: ShipmentId) -> Answer:
    """Ask the carrier to search for a parcel. They answer within five working days."""
    parcel = world.get("shipments", shipment_id)
    if parcel["trace"] or parcel["status"] == "delivered":
        raise Refused("this parcel was delivered" if not parcel["trace"] else f"a trace runs since {parcel['trace']}")
    world.patch("shipments", shipment_id, trace=world.now[:10])
    return {"shipment_id": shipment_id, "carrier": parcel["carrier"], "trace": world.now[:10], "working_days": 5}


@writes
def resolve_lost_parcel(
    world: World, order_id: OrderId, shipment_id: ShipmentId, remedy: Literal["new parcel", "refund"]
) -> Answer:
    """Make up for a parcel that does not arrive: send everything again, or refund the order as it was paid."""
    order = _order_in(world, order_id, "shipped")
    if order["shipment_id"] != shipment_id:
        raise Refused(f"parcel {shipment_id} does not belong to order {order_id}")
    if remedy == "refund":
        world.patch("orders", order_id, status="refunded")
        paid = [_refund(world, order_id, None, amount, method) for method, amount in order["payments"].items()]
        return {"order_id": order_id, "status": "refunded", "refunds": paid}
    world.patch("orders", order_id, status="processing", shipment_id=None, resent=world.now[:10])
    return {"order_id": order_id, "status": "processing", "items": _names(order)}


@writes
def issue_store_credit(
    world: World,
    customer_id: CustomerId,
    amount: Annotated[float, Field(gt=0, le=100, description="US dollars")],
    reason: Literal["late delivery", "damaged item", "price difference"],
) -> Answer:
    """Add goodwill to a customer's store credit."""
    balance = round(world.get("customers", customer_id)["store_credit"] + amount, 2)
    world.patch("customers", customer_id, store_credit=balance)
    return {"customer_id": customer_id, "added": amount, "reason": reason, "store_credit": balance}


@writes
def escalate(world: World, customer_id: CustomerId, topic: Literal["safety", "legal", "fraud", "complaint"]) -> Answer:
    """Hand a matter over to the specialists, who call back on the next working day."""
    world.get("customers", customer_id)
    ticket_id = world.new_id("tickets", "T")
    world.put("tickets", ticket_id, {"customer_id": customer_id, "topic": topic, "opened": world.now[:10]})
    return {"ticket_id": ticket_id, "topic": topic, "callback": "next working day"}


def _names(order: dict[str, Any]) -> list[str]:
    return [f"{item['name']} ({item['option']})" for item in order["items"].values()]


def _order_in(world: World, order_id: str, *statuses: str) -> dict[str, Any]:
    order = world.get("orders", order_id)
    if order["status"] not in statuses:
        raise Refused(f"order {order_id} is {order['status']}; this needs {' or '.join(statuses)}")
    return order


def _item(world: World, order_id: str, item_id: str) -> dict[str, Any]:
    item: dict[str, Any] | None = world.get("orders", order_id)["items"].get(item_id)
    if item is None:
        raise Refused(f"order {order_id} has no item {item_id}")
    if item["status"] == "returned":
        raise Refused(f"item {item_id} is returned already")
    return item


def _mark(world: World, order_id: str, item_id: str, **fields: str) -> None:
    items = world.get("orders", order_id)["items"]
    world.patch("orders", order_id, items=items | {item_id: items[item_id] | fields})


def _charge(world: World, order_id: str, amount: float) -> float:
    """Cards are charged at dispatch, so a change before that lands on the last way of paying; gives the new total."""
    order = world.get("orders", order_id)
    last = list(order["payments"])[-1]
    payments = order["payments"] | {last: round(order["payments"][last] + amount, 2)}
    return float(world.patch("orders", order_id, payments=payments, total=round(order["total"] + amount, 2))["total"])


def _refund(world: World, order_id: str, item_id: str | None, amount: float, to: str) -> dict[str, Any]:
    order = world.get("orders", order_id)
    if to == "store credit":
        credit = world.get("customers", order["customer_id"])["store_credit"]
        world.patch("customers", order["customer_id"], store_credit=round(credit + amount, 2))
        label = to
    else:
        label = _pay_back(world, order["customer_id"], amount, to)
    refund_id = world.new_id("refunds", "F")
    record = {"order_id": order_id, "item_id": item_id, "amount": amount, "to": to, "issued": world.now[:10]}
    world.put("refunds", refund_id, record)
    return {"refund_id": refund_id, "amount": amount, "to": label}


def _pay_back(world: World, customer_id: str, amount: float, method_id: str) -> str:
    method = world.get("payment_methods", method_id)
    if method["customer_id"] != customer_id:
        raise Refused(f"payment method {method_id} is not this customer's")
    if method["kind"] == "gift card":
        world.patch("payment_methods", method_id, balance=round(method["balance"] + amount, 2))
    return str(method["label"])
