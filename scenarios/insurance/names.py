"""Words that the filler in state.json is named with."""

from __future__ import annotations

GIVEN = "Ada Amir Beatriz Bruno Carla Cyrus Dalia Dmitri Elena Emeka Farah Felix Greta Hugo Imani Jonas Keiko Liam"
FAMILY = (
    "Abbott Bianchi Castell Dupree Eklund Farouk Gallo Hinton Ibarra Jarvis Kowal Lindqvist Mbeki Novak Okoro Pratt"
)
BROKERS = "Ashdown Beckwith Corran Delmar Eastlake Foxhall Garrick Hollis Ingram Jessop Kirkby Langdon Merton Norbury"
FIRST = "Amber Birch Cedar Delta Ember Falcon Garnet Hazel Indigo Jasper Kite Laurel Maple Nimbus Osprey Poplar Quill"
SECOND = "Bay Bridge Corner Court Creek Field Gate Grove Hill Lake Park Point Ridge Row Square Valley"
TAIL_OF_GROUP = {
    "agriculture": "Growers", "contractor": "Contracting", "manufacturing": "Works", "retail": "Trading",
    "food": "Kitchen", "office": "Partners", "health": "Care", "hospitality": "House", "transport": "Transport",
    "habitational": "Properties",
}  # fmt: skip
TOWNS = (
    "Ashford Brookton Clayburn Danbridge Elmsworth Fairmont Glenrock Hartwell Kingsley Lowell Milford Newbury Oakdale"
)
CAUSES = ["slip and fall", "water damage", "vehicle collision", "burglary", "cooking fire", "hail", "strained back"]
REASONS = ["appetite", "loss_history", "pricing", "authority"]
