"""The people whom scenarios are about, with every order that a case relies on: declared by hand for make_state.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Buy:
    """One order: variants bought, and how far it has come."""

    order_id: str
    status: str
    placed: str
    lines: tuple[str, ...]
    delivered: str = ""
    coupon: str = ""
    gift_card: float = 0.0
    """How much of it was paid from the customer's gift card."""
    clearance: tuple[str, ...] = ()
    """Variants that were sold as final sale."""
    parcel: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """One customer with everything that hangs on them."""

    name: str
    email: str
    street: str
    place: tuple[str, str, str]
    cards: tuple[str, ...]
    orders: tuple[Buy, ...]
    club: bool = False
    store_credit: float = 0.0


# One order a line is easier to scan than one argument a line.
# fmt: off
PEOPLE = [
    Person("Ana Ruiz", "ana.ruiz@example.com", "418 Juniper Street", ("Boise", "ID", "83702"), ("Visa ending 4417",),
           (Buy("W1001", "delivered", "2026-02-13", ("H301-RED", "H207-SAND"), "2026-02-18"),)),
    Person("Tomasz Wilk", "t.wilk@example.org", "77 Harbor Lane", ("Portland", "ME", "04101"),
           ("Mastercard ending 9020",), (Buy("W1002", "processing", "2026-03-09", ("H103-BRASS",)),)),
    Person("Gloria Okafor", "gloria.okafor@example.com", "1209 Peachtree Court", ("Atlanta", "GA", "30309"),
           ("Amex ending 1006",), (Buy("W1003", "packed", "2026-03-07", ("H405-LARGE", "H302-MATTE")),)),
    Person("Linh Tran", "linh.tran@example.net", "3350 Delmar Avenue", ("San Jose", "CA", "95112"),
           ("Visa ending 7731",), (Buy("W1004", "delivered", "2026-02-24", ("H101-OAT", "H307-FIVE"), "2026-03-01"),)),
    Person("Becky Sorensen", "becky.sorensen@example.com", "9 Cottonwood Drive", ("Duluth", "MN", "55804"),
           ("PayPal becky.sorensen@example.com",), (Buy("W1005", "processing", "2026-03-08", ("H305-WALNUT",)),)),
    Person("Viktor Hale", "viktor.hale@example.com", "501 Marina Boulevard", ("Tampa", "FL", "33602"),
           ("Visa ending 2284",), (Buy("W1006", "processing", "2026-03-09", ("H502-FERN", "H101-CHARCOAL")),)),
    Person("Priya Raman", "priya.raman@example.org", "64 Elm Terrace", ("Columbus", "OH", "43215"),
           ("Visa ending 5153", "Mastercard ending 8846"),
           (Buy("W1007", "delivered", "2026-02-26", ("H204-IVORY",), "2026-03-03"),)),
    Person("Marcus Bell", "marcus.bell@example.com", "230 Foundry Road", ("Pittsburgh", "PA", "15222"),
           ("Discover ending 3391",), (Buy("W1008", "processing", "2026-03-09", ("H308-12",), coupon="SPRING15"),)),
    Person("Odette Marchand", "odette.marchand@example.net", "15 Bayou Walk", ("Lafayette", "LA", "70501"),
           ("Visa ending 6068",), (Buy("W1009", "delivered", "2025-11-14", ("H206-NAVY",), "2025-11-19",
                                       coupon="WELCOME10"),
                                   Buy("W1010", "processing", "2026-03-09", ("H104-SMOKE", "H205-RUST")))),
    Person("Harold Finch", "harold.finch@example.com", "2 Orchard Close", ("Burlington", "VT", "05401"),
           ("Visa ending 1945",), (Buy("W1011", "processing", "2026-03-08", ("H304-COPPER",)),)),
    Person("Dana Whitlock", "dana.whitlock@example.com", "880 Mesa Verde Way", ("Tucson", "AZ", "85701"),
           ("Mastercard ending 4470",), (Buy("W1012", "processing", "2026-03-09", ("H504-OAK",)),)),
    Person("Samuel Adeyemi", "samuel.adeyemi@example.org", "31 Linwood Place", ("Buffalo", "NY", "14209"),
           ("Visa ending 8102",), (Buy("W1013", "shipped", "2026-02-20", ("H303-CREAM", "H307-FIVE"),
                                       parcel={"status": "lost", "last_scan": "2026-02-25", "trace": "2026-03-02"}),)),
    Person("Ingrid Solberg", "ingrid.solberg@example.com", "706 Birch Hollow", ("Madison", "WI", "53703"),
           ("Visa ending 5529",), (Buy("W1014", "shipped", "2026-03-02", ("H102-WHITE",),
                                       parcel={"status": "in transit", "last_scan": "2026-03-05"}),)),
    Person("Colin Mercer", "colin.mercer@example.com", "19 Quarry Street", ("Denver", "CO", "80202"),
           ("Visa ending 3317",), (Buy("W1015", "delivered", "2026-01-20", ("H306-SLATE",), "2026-01-26"),)),
    Person("Renata Mercer", "renata.mercer@example.net", "4402 Sunset Ridge", ("Denver", "CO", "80211"),
           ("Mastercard ending 6650",), (Buy("W1016", "processing", "2026-03-09", ("H201-6X9", "H106-AMBER")),)),
    Person("Eleanor Voss", "eleanor.voss@example.com", "57 Chapel Street", ("New Haven", "CT", "06510"),
           ("Visa ending 9471",), (Buy("W1017", "delivered", "2026-01-08", ("H207-CLAY",), "2026-01-13"),
                                   Buy("W1018", "shipped", "2026-03-05", ("H105-NICKEL",),
                                       parcel={"status": "in transit", "last_scan": "2026-03-09"}))),
    Person("Felix Brandt", "felix.brandt@example.com", "1440 Canal Street", ("Milwaukee", "WI", "53202"),
           ("Amex ending 7008",), (Buy("W1019", "delivered", "2026-03-01", ("H501-TEAL",), "2026-03-06"),)),
    Person("Nadia Karimi", "nadia.karimi@example.org", "612 Laurel Avenue", ("Sacramento", "CA", "95814"),
           ("Visa ending 2043",), (Buy("W1020", "processing", "2026-03-09", ("H202-BLUE", "H302-GLOSS")),)),
    Person("Walter Grubb", "walter.grubb@example.com", "25 Mill Pond Road", ("Dayton", "OH", "45402"),
           ("Visa ending 6612",), (Buy("W1021", "delivered", "2026-02-27", ("H203-GREY", "H307-FIVE"), "2026-03-04",
                                       clearance=("H203-GREY",)),)),
    Person("Mei Castellano", "mei.castellano@example.com", "8 Prospect Row", ("Providence", "RI", "02903"),
           ("Mastercard ending 5595",), (Buy("W1022", "delivered", "2026-02-27", ("H402-QUEEN",), "2026-03-05"),)),
    Person("Jonas Albright", "jonas.albright@example.net", "330 Cedar Bluff", ("Omaha", "NE", "68102"),
           ("Visa ending 7189",), (Buy("W1023", "delivered", "2026-02-25", ("H107-BLACK",), "2026-03-02",
                                       gift_card=5.0),)),
    Person("Ruth Penhallow", "ruth.penhallow@example.com", "14 Lighthouse Road", ("Salem", "MA", "01970"),
           ("Visa ending 4036",), (Buy("W1024", "delivered", "2026-02-23", ("H304-STEEL",), "2026-02-28"),), club=True),
    Person("Derek Stone", "derek.stone@example.com", "2765 Railway Avenue", ("Tulsa", "OK", "74103"),
           ("Visa ending 8350",), (Buy("W1025", "delivered", "2026-01-24", ("H108-OPAL",), "2026-01-29"),)),
    Person("Yusuf Demir", "yusuf.demir@example.com", "93 Walnut Grove", ("Paterson", "NJ", "07505"),
           ("Mastercard ending 1278",), (Buy("W1026", "delivered", "2026-02-28", ("H208-48",), "2026-03-05"),)),
    Person("Hazel Quinn", "hazel.quinn@example.org", "505 Riverbend Road", ("Eugene", "OR", "97401"),
           ("Visa ending 6904",), (Buy("W1027", "delivered", "2026-02-22", ("H105-BRASS",), "2026-03-06"),),
           store_credit=5.0),
]
# fmt: on
