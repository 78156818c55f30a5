"""The service desk of Stride & Sole, a shoe shop: catalogue, stock by size, orders, pick-ups.

Drafted from source/openapi.json, whose names it keeps, and finished by hand. The tools refuse what cannot be done (a
pair that is not there, an order that has left). Terms, tiers and sizes are the policy's business, so an agent has to
know them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from simkit import Field, Refused, World, reads, writes

Answer = dict[str, Any]
ProductId = Annotated[str, Field(pattern=r"^P-\d{3}$", description="from searchProducts, P-114")]
OrderId = Annotated[str, Field(pattern=r"^SO\d{5}$", description="order number, as in SO20417")]
CustomerId = Annotated[str, Field(pattern=r"^C-\d{3}$", description="from lookupCustomer, C-301")]
LineId = Annotated[str, Field(pattern=r"^L\d$", description="line of the order, L1")]
StockItemId = Annotated[str, Field(description="from listStock, P-114-420-MOSS")]
PickupId = Annotated[str, Field(pattern=r"^PU-\d{4}$", description="as in PU-9001")]
Activity = Literal["road_running", "trail_running", "hiking", "office", "casual", "kids"]
Store = Literal["downtown", "harbour", "airport"]

LABEL_FEE = 5.0
"""Dollars that the return label costs those who have no tier."""


@reads
def lookupCustomer(world: World, email: Annotated[str, Field(description="email address of the account")]) -> Answer:
    """Find the customer account of an email address, with tier, size system and what is put aside for it."""
    rows = world.find("customers", lambda row: row["email"].casefold() == email.strip().casefold())
    if not rows:
        raise Refused(f"no account with the address {email.strip()}")
    key = rows[0].pop("id")
    return {"customerId": key, **rows[0], "pickups": [row["id"] for row in world.find("pickups", customerId=key)]}


@reads
def searchProducts(
    world: World,
    query: Annotated[str, Field(description="words of the name")] = "",
    brand: str | None = None,
    activity: Activity | None = None,
    maxPrice: Annotated[float, Field(gt=0)] | None = None,
) -> list[Answer]:
    """Search shoes by name, brand, activity and price. Without any of them: all shoes."""
    words = query.casefold().split()
    rows = world.find("products", lambda row: all(word in f"{row['name']} {row['brand']}".casefold() for word in words))
    kept = [row for row in rows if brand is None or row["brand"].casefold() == brand.casefold()]
    kept = [
        row for row in kept if activity in (None, row["activity"]) and (maxPrice is None or row["price"] <= maxPrice)
    ]
    short = ("name", "brand", "activity", "price", "waterproof", "vegan")
    return [{"productId": row["id"], **{name: row[name] for name in short}} for row in kept]


@reads
def getProduct(world: World, productId: ProductId) -> Answer:
    """A shoe with its widths, fit note, colours, and whether it is a final sale."""
    return {"productId": productId, **world.get("products", productId)}


@reads
def listStock(
    world: World,
    productId: ProductId,
    sizeEu: Annotated[float, Field(description="EU size, 42 or 42.5")] | None = None,
    colour: str | None = None,
) -> list[Answer]:
    """Stock of a shoe by EU size and colour: pairs in the warehouse, and in each store."""
    world.get("products", productId)
    rows = world.find("stock", productId=productId)
    kept = [row for row in rows if sizeEu in (None, row["sizeEu"]) and colour in (None, row["colour"])]
    return [{"stockItemId": row.pop("id"), **row} for row in kept]


@reads
def getSizeChart(world: World, brand: Annotated[str, Field(description="as searchProducts has it")]) -> Answer:
    """A brand's own chart of US, UK and EU sizes, for adults' or for children's shoes."""
    return {"brand": brand, "rows": world.get("size_charts", brand)["rows"]}


@reads
def getOrder(world: World, orderId: OrderId) -> Answer:
    """An order with its lines, when it was delivered, and until when it can be returned or exchanged."""
    return {"orderId": orderId, **world.get("orders", orderId)}


@reads
def listCustomerOrders(world: World, customerId: CustomerId) -> list[Answer]:
    """Orders of a customer, newest first."""
    world.get("customers", customerId)
    rows = sorted(world.find("orders", customerId=customerId), key=lambda row: row["placedOn"], reverse=True)
    names = ("status", "placedOn", "deliveredOn")
    return [
        {
            "orderId": row["id"],
            **{name: row[name] for name in names},
            "shoes": [one["name"] for one in row["lines"].values()],
        }
        for row in rows
    ]


@writes
def exchangeOrderLine(world: World, orderId: OrderId, lineId: LineId, stockItemId: StockItemId) -> Answer:
    """Exchange one line of a delivered order for another size or colour of the same shoe, from the warehouse."""
    order, line = _line(world, orderId, lineId)
    new = world.get("stock", stockItemId)
    if new["productId"] != line["stockItemId"][:5]:
        raise Refused("an exchange is for the same shoe only")
    if not new["quantity"]:
        raise Refused(f"there is no {stockItemId} in the warehouse")
    world.patch("stock", stockItemId, quantity=new["quantity"] - 1)
    line |= {"status": "exchanged", "exchangedFor": stockItemId}
    world.put("orders", orderId, order)
    return {"orderId": orderId, "lineId": lineId, **line}


@writes
def returnOrderLine(
    world: World,
    orderId: OrderId,
    lineId: LineId,
    condition: Annotated[Literal["unworn", "tried_indoors", "worn_outside"], Field(description="as the customer says")],
    reason: Literal["too_small", "too_large", "dislike", "defect"],
) -> Answer:
    """Take one line of a delivered order back and refund it, less the label where the customer has no tier."""
    order, line = _line(world, orderId, lineId)
    tier = world.get("customers", order["customerId"])["tier"]
    fee = LABEL_FEE if tier == "walker" and reason != "defect" else 0.0
    refund = round(line["price"] - fee, 2)
    line |= {"status": "returned", "condition": condition, "reason": reason}
    order["refunded"] = round(order["refunded"] + refund, 2)
    world.put("orders", orderId, order)
    return {"orderId": orderId, "lineId": lineId, "refund": refund, "labelFee": fee}


@writes
def cancelOrder(world: World, orderId: OrderId) -> Answer:
    """Cancel an order that has not been shipped, and refund it whole."""
    order = world.get("orders", orderId)
    if order["status"] != "processing":
        raise Refused(f"order {orderId} is {order['status']}")
    order |= {"status": "cancelled", "refunded": round(sum(line["price"] for line in order["lines"].values()), 2)}
    world.put("orders", orderId, order)
    return {"orderId": orderId, "status": "cancelled", "refunded": order["refunded"]}


@writes
def createPickup(world: World, customerId: CustomerId, stockItemId: StockItemId, store: Store) -> Answer:
    """Put a pair aside in a store, for two days."""
    world.get("customers", customerId)
    item = world.get("stock", stockItemId)
    if not item["stores"][store]:
        raise Refused(f"there is no {stockItemId} in the {store} store")
    if len(world.find("pickups", customerId=customerId)) >= 2:
        raise Refused("two pairs are put aside for this customer already, and that is the most")
    world.patch("stock", stockItemId, stores=item["stores"] | {store: item["stores"][store] - 1})
    until = (date.fromisoformat(world.now[:10]) + timedelta(days=2)).isoformat()
    key = world.new_id("pickups", "PU-")
    pickup = {"customerId": customerId, "stockItemId": stockItemId, "store": store, "until": until}
    world.put("pickups", key, pickup)
    return {"pickupId": key, **pickup}


@writes
def deletePickup(world: World, pickupId: PickupId) -> Answer:
    """Put a pair back on the shelf."""
    pickup = world.get("pickups", pickupId)
    stores = world.get("stock", pickup["stockItemId"])["stores"]
    world.patch("stock", pickup["stockItemId"], stores=stores | {pickup["store"]: stores[pickup["store"]] + 1})
    world.remove("pickups", pickupId)
    return {"pickupId": pickupId, "status": "back on the shelf"}


def _line(world: World, order_id: str, line_id: str) -> tuple[Answer, Answer]:
    """An order and one of its lines, which has been delivered and is still with the customer."""
    order = world.get("orders", order_id)
    if order["status"] != "delivered":
        raise Refused(f"order {order_id} is {order['status']}, so nothing can come back yet")
    if line_id not in order["lines"]:
        raise Refused(f"order {order_id} has no line {line_id}")
    line: Answer = order["lines"][line_id]
    if line["status"] != "delivered":
        raise Refused(f"line {line_id} has been {line['status']} already")
    return order, line
