"""What is written out in the world of Petrel Airways: the network, the fares, and what scenarios rely on."""

from __future__ import annotations

from typing import Any

AIRPORTS = {
    "PAL": ("Port Alder", "Port Alder International"),
    "EKF": ("Eskfjord", "Eskfjord Nordre"),
    "VDA": ("Valdora", "Valdora Ciudad Alta"),
    "CTM": ("Castelmar", "Castelmar Riviera"),
    "BRK": ("Brennick", "Brennick Moor"),
    "LKH": ("Larkhaven", "Larkhaven Regional"),
    "SKM": ("Sankt Maren", "Sankt Maren Flughafen"),
    "MSR": ("Monte Serra", "Monte Serra Aeroporto"),
    "HLB": ("Hollin Bay", "Hollin Bay Field"),
    "TRN": ("Tarnisle", "Tarnisle Airstrip"),
}

FARES = {
    "basic": {"name": "Basic", "cabin": "economy", "included_bags": 0, "change_fee": 0.0},
    "standard": {"name": "Standard", "cabin": "economy", "included_bags": 1, "change_fee": 45.0},
    "flex": {"name": "Flex", "cabin": "economy", "included_bags": 1, "change_fee": 0.0},
    "business": {"name": "Business", "cabin": "business", "included_bags": 2, "change_fee": 0.0},
}
TIERS = {
    "blue": {"name": "Blue", "extra_bags": 0, "change_fee_waived": False},
    "silver": {"name": "Silver", "extra_bags": 1, "change_fee_waived": False},
    "gold": {"name": "Gold", "extra_bags": 2, "change_fee_waived": True},
}
EXTRAS = {
    "bag": {"name": "Extra bag", "price": 38.0, "per": "bag"},
    "insurance": {"name": "Travel insurance", "price": 24.5, "per": "passenger"},
}

# number: (from, to, departs, arrives, lowest fare, every how many days)
TIMETABLE = {
    "PX201": ("PAL", "EKF", "07:10", "08:55", 88, 1),
    "PX203": ("PAL", "EKF", "10:30", "12:15", 94, 1),
    "PX205": ("PAL", "EKF", "18:05", "19:50", 99, 1),
    "PX202": ("EKF", "PAL", "09:40", "11:25", 90, 1),
    "PX204": ("EKF", "PAL", "20:35", "22:20", 84, 1),
    "PX211": ("PAL", "VDA", "08:20", "10:40", 116, 1),
    "PX213": ("PAL", "VDA", "16:45", "19:05", 121, 1),
    "PX212": ("VDA", "PAL", "11:30", "13:50", 118, 1),
    "PX214": ("VDA", "PAL", "19:50", "22:10", 109, 1),
    "PX221": ("PAL", "CTM", "06:50", "08:35", 93, 1),
    "PX223": ("PAL", "CTM", "14:15", "16:00", 97, 2),
    "PX222": ("CTM", "PAL", "09:30", "11:15", 95, 1),
    "PX224": ("CTM", "PAL", "17:00", "18:45", 99, 2),
    "PX231": ("PAL", "LKH", "12:05", "13:00", 61, 1),
    "PX232": ("LKH", "PAL", "13:45", "14:40", 63, 1),
    "PX241": ("VDA", "MSR", "09:15", "11:55", 131, 2),
    "PX242": ("MSR", "VDA", "13:00", "15:40", 128, 2),
    "PX251": ("BRK", "SKM", "08:00", "09:30", 79, 1),
    "PX253": ("BRK", "SKM", "15:20", "16:50", 83, 1),
    "PX252": ("SKM", "BRK", "10:20", "11:50", 81, 1),
    "PX261": ("LKH", "HLB", "15:30", "16:15", 49, 2),
    "PX262": ("HLB", "LKH", "17:00", "17:45", 49, 2),
    "PX271": ("SKM", "TRN", "11:10", "11:50", 44, 2),
    "PX272": ("TRN", "SKM", "12:30", "13:10", 44, 2),
    "PX281": ("PAL", "BRK", "06:30", "07:25", 58, 1),
    "PX282": ("BRK", "PAL", "21:15", "22:10", 57, 1),
}


def fares(basic: float, standard: float, flex: float, business: float) -> dict[str, float]:
    return {"basic": basic, "standard": standard, "flex": flex, "business": business}


def seats(economy: int, business: int) -> dict[str, int]:
    return {"economy": economy, "business": business}


FLIGHTS: dict[str, dict[str, Any]] = {
    "PX201-2026-03-12": {"fares": fares(91.4, 129.4, 175.4, 262.9), "seats": seats(23, 4)},
    "PX203-2026-03-12": {"fares": fares(96.9, 134.9, 180.9, 270.2), "seats": seats(11, 2)},
    "PX213-2026-03-10": {"fares": fares(118.6, 156.6, 202.6, 327.5), "seats": seats(37, 6)},
    "PX221-2026-03-12": {"fares": fares(98.2, 136.2, 182.2, 255.3), "seats": seats(31, 5)},
    "PX221-2026-03-06": {"fares": fares(93.2, 131.2, 177.2, 248.8), "seats": seats(9, 1)},
    "PX221-2026-03-09": {"fares": fares(108.7, 146.7, 192.7, 281.4), "seats": seats(16, 3)},
    "PX211-2026-03-07": {"fares": fares(121.8, 159.8, 205.8, 332.1), "seats": seats(20, 2)},
    "PX211-2026-03-08": {"fares": fares(117.3, 155.3, 201.3, 318.7), "seats": seats(28, 4)},
    "PX202-2026-03-05": {"fares": fares(92.5, 130.5, 176.5, 251.6), "seats": seats(14, 3)},
    "PX202-2026-03-07": {"fares": fares(104.1, 142.1, 188.1, 266.3), "seats": seats(19, 2)},
    "PX202-2026-03-08": {"fares": fares(99.9, 137.9, 183.9, 259.4), "seats": seats(25, 5)},
    "PX251-2026-03-04": {"status": "cancelled", "fares": fares(80.3, 118.3, 164.3, 221.5), "seats": seats(21, 4)},
    "PX251-2026-03-05": {"fares": fares(95.6, 133.6, 179.6, 247.2), "seats": seats(7, 1)},
    "PX253-2026-03-05": {"fares": fares(89.8, 127.8, 173.8, 238.6), "seats": seats(12, 3)},
    "PX271-2026-03-09": {"status": "cancelled", "fares": fares(45.1, 83.1, 129.1, 132.7), "seats": seats(26, 2)},
    "PX211-2026-03-09": {"fares": fares(119.2, 157.2, 203.2, 321.4), "seats": seats(17, 5)},
    "PX212-2026-03-14": {"fares": fares(123.5, 161.5, 207.5, 334.9), "seats": seats(22, 3)},
    "PX204-2026-03-06": {"fares": fares(86.4, 124.4, 170.4, 244.8), "seats": seats(13, 0)},
    "PX205-2026-03-01": {"status": "landed", "delay_minutes": 260, "delay_cause": "technical"},
    "PX252-2026-02-28": {"status": "landed", "delay_minutes": 310, "delay_cause": "weather"},
    "PX222-2026-03-01": {"status": "landed", "delay_minutes": 95, "delay_cause": "crew"},
    "PX203-2026-03-02": {"status": "delayed", "delay_minutes": 75, "delay_cause": "technical"},
    "PX231-2026-03-11": {"fares": fares(64.7, 102.7, 148.7, 171.5), "seats": seats(18, 2)},
    "PX203-2026-03-03": {"fares": fares(102.4, 140.4, 186.4, 278.8), "seats": seats(8, 2)},
}

# id: (name, email, tier, cards)
CUSTOMERS = {
    "C1001": ("Ilse Brandt", "ilse.brandt@mailbox.example", "silver", ["Visa 4417"]),
    "C1002": ("Tomasz Wrona", "t.wrona@post.example", "gold", ["Mastercard 2093"]),
    "C1003": ("Agnes Okoro", "agnes@alderhockey.example", "blue", ["Visa 6650"]),
    "C1004": ("Henrik Dahl", "henrik.dahl@mailbox.example", "blue", ["Visa 3318", "Amex 1002"]),
    "C1005": ("Noor Haddad", "noor.haddad@post.example", "blue", ["Mastercard 7741"]),
    "C1006": ("Priya Raman", "priya.raman@mailbox.example", "gold", ["Amex 5829"]),
    "C1007": ("Lucas Moreau", "lucas.moreau@courrier.example", "blue", ["Visa 9034"]),
    "C1008": ("Greta Lindholm", "greta.lindholm@post.example", "silver", ["Visa 1276"]),
    "C1009": ("Oskar Nyman", "oskar.nyman@mailbox.example", "blue", ["Mastercard 4480"]),
    "C1010": ("Beatriz Fontes", "bea.fontes@correio.example", "silver", ["Visa 8163"]),
    "C1011": ("Samuel Adeyemi", "samuel.adeyemi@post.example", "blue", ["Visa 2754"]),
    "C1012": ("Mei Tanaka", "mei.tanaka@mailbox.example", "blue", ["Mastercard 6307"]),
    "C1013": ("Rosa Ibáñez", "rosa.ibanez@correo.example", "blue", ["Visa 5196"]),
    "C1014": ("Peter Vance", "peter.vance@post.example", "silver", ["Amex 3471"]),
    "C1015": ("Dana Kowalczyk", "dana.k@mailbox.example", "blue", ["Visa 7028"]),
    "C1016": ("Viktor Hale", "viktor.hale@halelegal.example", "silver", ["Amex 9915"]),
    "C1017": ("Yusuf Demir", "yusuf.demir@posta.example", "silver", ["Mastercard 1840"]),
    "C1018": ("Clara Jensen", "clara.jensen@mailbox.example", "silver", ["Visa 6692", "Mastercard 2215"]),
    "C1019": ("Edwin Achterberg", "e.achterberg@post.example", "gold", ["Visa 8457"]),
    "C1020": ("Renata Bloch", "renata.bloch@mailbox.example", "blue", ["Mastercard 3906"]),
    "C1021": ("Siobhan Keane", "siobhan.keane@post.example", "blue", ["Visa 1533"]),
    "C1022": ("Marek Zielinski", "marek.zielinski@mailbox.example", "silver", ["Visa 4029"]),
    "C1023": ("Fatima Belkacem", "fatima.belkacem@courrier.example", "gold", ["Mastercard 7782"]),
    "C1024": ("Jonas Weber", "jonas.weber@post.example", "silver", ["Visa 2648"]),
    "C1025": ("Alan Prewitt", "alan.prewitt@mailbox.example", "gold", ["Amex 6021"]),
    "C1026": ("Hugo Lambert", "hugo.lambert@courrier.example", "blue", ["Visa 9370"]),
    "C1027": ("Ines Carvalho", "ines.carvalho@correio.example", "silver", ["Visa 5502"]),
    "C1028": ("Rui Carvalho", "rui.carvalho@correio.example", "blue", ["Mastercard 1198"]),
    "C1029": ("Anneke Visser", "anneke.visser@post.example", "gold", ["Visa 3867"]),
    "C1030": ("Lena Fisk", "lena.fisk@mailbox.example", "blue", ["Mastercard 5574"]),
}

# code: (customer, booked at, fare, [(flight, day, price each)], passengers, insured)
RESERVATIONS = {
    "LM2290": ("C1004", "2026-02-09T11:42", "standard", [("PX221", "2026-03-06", 131.2)], ["Henrik Dahl"], False),
    "TQ5518": ("C1005", "2026-02-15T20:03", "basic", [("PX211", "2026-03-07", 114.9)], ["Noor Haddad"], False),
    "HV7403": ("C1006", "2026-01-28T08:17", "standard", [("PX202", "2026-03-05", 126.3)], ["Priya Raman"], False),
    "RB6134": ("C1007", "2026-03-01T21:15", "basic", [("PX231", "2026-03-13", 84.3)], ["Lucas Moreau"], False),
    "WD1187": ("C1008", "2026-02-10T13:30", "basic", [("PX223", "2026-03-11", 101.7)], ["Greta Lindholm"], False),
    "GF3056": ("C1009", "2026-02-14T16:48", "standard", [("PX241", "2026-03-11", 168.5)], ["Oskar Nyman"], False),
    "SB4162": ("C1010", "2026-02-19T10:05", "standard", [("PX232", "2026-03-10", 104.6)], ["Beatriz Fontes"], False),
    "NC9275": ("C1011", "2026-02-21T09:26", "basic", [("PX251", "2026-03-04", 82.7)], ["Samuel Adeyemi"], False),
    "FY3341": ("C1012", "2026-02-12T14:11", "basic", [("PX271", "2026-03-09", 47.2)], ["Mei Tanaka"], False),
    "KN8042": ("C1013", "2026-02-06T18:37", "basic", [("PX213", "2026-03-05", 119.8)], ["Rosa Ibáñez"], True),
    "DZ5709": ("C1014", "2026-02-17T12:20", "standard", [("PX212", "2026-03-08", 157.4)], ["Peter Vance"], True),
    "MW6418": ("C1015", "2026-02-20T21:54", "basic", [("PX224", "2026-03-09", 103.3)], ["Dana Kowalczyk"], False),
    "VH2087": ("C1016", "2026-01-30T09:09", "basic", [("PX214", "2026-03-12", 112.5)], ["Viktor Hale"], True),
    "JX4471": ("C1017", "2026-02-11T15:33", "standard", [("PX203", "2026-03-09", 133.8)], ["Yusuf Demir"], False),
    "CJ7716": (
        "C1018",
        "2026-02-02T19:45",
        "standard",
        [("PX211", "2026-03-09", 152.6), ("PX212", "2026-03-14", 155.8)],
        ["Clara Jensen", "Mikkel Jensen"],
        False,
    ),
    "EA8850": ("C1019", "2026-02-18T07:58", "flex", [("PX204", "2026-03-06", 168.1)], ["Edwin Achterberg"], False),
    "BL1629": ("C1020", "2026-02-24T22:12", "basic", [("PX222", "2026-03-08", 99.5)], ["Renata Bloch"], False),
    "SK5083": ("C1021", "2026-02-22T17:01", "standard", [("PX281", "2026-03-07", 97.4)], ["Siobahn Keane"], False),
    "ZM3194": ("C1022", "2026-02-13T11:16", "flex", [("PX205", "2026-03-13", 182.9)], ["Marek Zielinski"], False),
    "FB6207": ("C1023", "2026-02-05T08:40", "standard", [("PX205", "2026-03-01", 138.2)], ["Fatima Belkacem"], False),
    "JW9948": ("C1024", "2026-02-08T13:27", "standard", [("PX252", "2026-02-28", 121.6)], ["Jonas Weber"], False),
    "AP2735": ("C1025", "2026-02-16T20:50", "flex", [("PX222", "2026-03-01", 179.3)], ["Alan Prewitt"], False),
    "PD6620": ("C1028", "2026-02-23T18:05", "flex", [("PX223", "2026-03-07", 183.4)], ["Rui Carvalho"], False),
    "VT4812": ("C1029", "2026-02-25T06:55", "flex", [("PX203", "2026-03-02", 179.7)], ["Anneke Visser"], False),
    # Cancelled and paid back under the claim CL4001.
    "QN6999": ("C1024", "2026-01-06T15:20", "standard", [("PX201", "2026-03-03", 121.0)], ["Jonas Weber"], True),
    # The highest code of the phone desk's own series: the next booking made here is QN7001.
    "QN7000": ("C1026", "2025-12-18T10:44", "standard", [("PX261", "2026-03-13", 88.9)], ["Colette Lambert"], False),
}

# id: (customer, amount, balance, expires, reason)
VOUCHERS = {
    "V3001": ("C1008", 40.0, 0.0, "2026-09-14", "delay"),
    "V3002": ("C1002", 80.0, 80.0, "2026-11-30", "delay"),
    "V3003": ("C1002", 50.0, 50.0, "2026-08-21", "cancelled booking"),
}
