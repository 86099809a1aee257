#!/usr/bin/env python3
"""Writes the files beside it: a SYNTHETIC housing area of the real size of Aalborg SØ.

2,154 dwellings of five housing organisations, the numbers of the project plan (D2). Streets, numbers, floors and
doors are invented; the street names only sound like the place. No dice: the same files come out every time.

    python3 examples/aalborg-soe/generate.py
"""

import csv
import uuid
from dataclasses import dataclass
from pathlib import Path

AREA = "Aalborg SØ"
POSTCODE, TOWN = "9220", "Aalborg Øst"
HEADER = ["street", "number", "floor", "door", "postcode", "town", "organisation", "area"]

TWO_DOORS = ["tv", "th"]
THREE_DOORS = ["tv", "mf", "th"]


@dataclass(frozen=True)
class Block:
    """Stairwells of one shape, at every second number of one street: one number = one entrance."""

    organisation: str
    street: str
    first_number: int
    entrances: int
    floors: tuple  # "" = a house with one dwelling
    doors: tuple  # the same on every floor, or a number of doors counted along a gallery


def floors(top, cellar=False):
    return tuple((["kl"] if cellar else []) + ["st"] + [str(n) for n in range(1, top + 1)])


HOUSE = ("",)
HB, AB, VB, PB, LB = "Himmerland Boligforening", "Alabu Bolig", "Vivabolig", "Plus Bolig", "Lejerbo"

# entrances x floors x doors = dwellings
BLOCKS = [
    # Himmerland Boligforening: 878
    Block(HB, "Aabrinksvej", 2, 30, floors(2), TWO_DOORS),  # 180
    Block(HB, "Ålekærsvej", 1, 24, floors(3), TWO_DOORS),  # 192
    Block(HB, "Ærtemarken", 2, 28, floors(2), THREE_DOORS),  # 252
    Block(HB, "Humlehaven", 1, 18, floors(3), TWO_DOORS),  # 144
    Block(HB, "Humlehaven", 2, 60, HOUSE, ("",)),  # 60
    Block(HB, "Aagaardsløkken", 1, 5, floors(2, cellar=True), TWO_DOORS),  # 40
    Block(HB, "Søkildevej", 20, 10, HOUSE, ("",)),  # 10
    # Alabu Bolig: 480
    Block(AB, "Øster Tværsti", 1, 20, floors(2), TWO_DOORS),  # 120
    Block(AB, "Gøgeurtsvej", 2, 22, floors(3), TWO_DOORS),  # 176
    Block(AB, "Kærmindehøj", 1, 4, floors(4), 6),  # 120
    Block(AB, "Kærmindehøj", 2, 8, floors(3), TWO_DOORS),  # 64
    # Vivabolig: 336
    Block(VB, "Blåklokkevænget", 1, 24, floors(2), TWO_DOORS),  # 144
    Block(VB, "Åsumsgade", 2, 12, floors(3), THREE_DOORS),  # 144
    Block(VB, "Rødkælkevej", 1, 48, HOUSE, ("",)),  # 48
    # Plus Bolig: 280
    Block(PB, "Tårnhøjen", 1, 2, floors(9), 8),  # 160
    Block(PB, "Sønderkæret", 2, 20, floors(2), TWO_DOORS),  # 120
    # Lejerbo: 180
    Block(LB, "Aastrupshaven", 1, 16, floors(2), TWO_DOORS),  # 96
    Block(LB, "Mågevænget", 2, 14, floors(2), TWO_DOORS),  # 84
]

EXPECTED = {HB: 878, AB: 480, VB: 336, PB: 280, LB: 180}


def house_numbers(block):
    """Every second number; each fifth stairwell was added later and has its neighbour's number and a letter."""
    number = block.first_number
    for i in range(block.entrances):
        if i % 5 == 4:
            yield f"{number - 2}B"
        else:
            yield str(number)
            number += 2


def doors_of(block):
    if isinstance(block.doors, int):
        return [str(n) for n in range(1, block.doors + 1)]
    return block.doors


def rows():
    for block in BLOCKS:
        for number in house_numbers(block):
            for floor in block.floors:
                for door in doors_of(block):
                    yield [block.street, number, floor, door, POSTCODE, TOWN, block.organisation, AREA]


def check(all_rows):
    counts = {}
    for row in all_rows:
        counts[row[6]] = counts.get(row[6], 0) + 1
    assert counts == EXPECTED, counts
    assert len(all_rows) == 2154, len(all_rows)
    assert len({tuple(row[:4]) for row in all_rows}) == len(all_rows), "an address stands twice"


def entrance_areas(all_rows):
    """One row for each entrance, in the order of the dwellings."""
    seen = {}
    for street, number, _, _, _, _, organisation, area in all_rows:
        seen.setdefault((street, number), [street, number, area, organisation])
    return list(seen.values())


DAWA_HEADER = ["id", "status", "vejnavn", "husnr", "etage", "dør", "supplerendebynavn", "postnr", "postnrnavn", "kommunekode"]
FINAL, CLOSED, PROVISIONAL = "1", "2", "3"


def dawa_row(status, street, number, floor, door):
    register_id = uuid.uuid5(uuid.NAMESPACE_URL, f"synthetic:{street}|{number}|{floor}|{door}|{status}")
    return [register_id, status, street, number, floor, door, "", POSTCODE, TOWN, "0851"]


def dawa_sample(all_rows):
    """27 dwellings of the area, and one row each for what an import refuses."""
    streets = {"Ålekærsvej": 16, "Kærmindehøj": 6, "Rødkælkevej": 5}
    sample = []
    for street, wanted in streets.items():
        mine = [row[:4] for row in all_rows if row[0] == street][:wanted]
        sample += [dawa_row(FINAL, *address) for address in mine]
    sample[-1][1] = PROVISIONAL
    sample.insert(4, dawa_row(CLOSED, "Ålekærsvej", "1", "4", "tv"))  # refused: closed
    sample.insert(9, dawa_row(FINAL, "Ålekærsvej", "1", "tagetage", "th"))  # refused: no such floor
    sample.append(dawa_row(FINAL, "Villaengen", "7", "", ""))  # refused: an entrance of no area
    return sample


def write(name, header, all_rows, delimiter):
    with open(Path(__file__).parent / name, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(all_rows)


def main():
    all_rows = list(rows())
    check(all_rows)
    write("dwellings.csv", HEADER, all_rows, ";")
    write("entrance-areas.csv", ["street", "number", "area", "organisation"], entrance_areas(all_rows), ";")
    write("dawa-sample.csv", DAWA_HEADER, dawa_sample(all_rows), ",")


if __name__ == "__main__":
    main()
