#!/usr/bin/env python3
"""Writes the files beside it: a SYNTHETIC cohort with the results that the Kom & Kvit course told (D1, Aalborg Øst 2013).

160 participants, all heavy smokers; 92 % completed 8 weeks (147); 51 % smoke-free at the end; 49 % after half a year. The
source names no denominator for the last two. This cohort follows the first reading, of the 160: 82 and 78; that is our
choice. Nobody in it ever lived. No dice: the same files come out every time.

    python3 examples/aalborg-oest-2013/generate.py
"""

import csv
from datetime import date, timedelta
from pathlib import Path

PEOPLE, COMPLETED, FREE_AT_END, FREE_HALF_YEAR = 160, 147, 82, 78
GROUPS = ["Trekanten", "Humlebakken", "Ravnkildevej", "Fyrkildevej"]
FIRST_MEETING = date(2013, 1, 8)
CHANNELS = ["caretaker", "pharmacy", "door", "telephone", "municipal-staff", "laundry", "grocer", "social-media"]


def spread(number, count, total):
    """Whether the number-th of `total` is among `count` of them, evenly spread."""
    return (number + 1) * count // total > number * count // total


def ticks(number, completed):
    """x came, - did not: everybody to the first, most of those who completed to six or more of the eight."""
    if not completed:
        return "x" * (1 + number % 4) + "-" * (7 - number % 4)
    missed = 3 if number % 49 == 7 else number % 3  # three came to five meetings only, and went through all the same
    row = ["x"] * 8
    for n in range(missed):
        row[1 + (number + 2 * n) % 7] = "-"
    return "".join(row)


def person(number):
    completed = not spread(number, PEOPLE - COMPLETED, PEOPLE)
    rank = sum(not spread(n, PEOPLE - COMPLETED, PEOPLE) for n in range(number))  # among those who completed
    free_at_end = completed and spread(rank, FREE_AT_END, COMPLETED)
    status = "smoke-free" if free_at_end else ("reduced" if number % 2 else "smoking")
    if not completed and number % 4 == 0:
        status = "not-known"
    row = {
        "name": f"Deltager {number + 1:03d}",
        "channel": CHANNELS[number % len(CHANNELS)],
        "cigarettes": 15 + number * 7 % 26,
        "birth_year": 1945 + number * 11 % 48,
        "group": GROUPS[number % len(GROUPS)],
        "weeks": ticks(number, completed),
        "completed": "yes" if completed else "no",
        "status": status,
        "satisfaction": "" if not completed or number % 10 == 9 else (3 if number % 11 == 0 else 4 + number % 2),
        "four_weeks": "",
        "half_year": "",
        "cigarettes_since": "",
        "half_year_ppm": "",
        "reason": "",
    }
    if completed:
        row["four_weeks"] = "" if number % 12 == 5 else "not-smoked" if free_at_end else "smoked"
    return row


def tell_half_year(rows):
    """78 of the 160 are smoke-free; two of them had not completed, and some who were not free at the end are now."""
    free = [r for r in rows if r["status"] == "smoke-free"]
    others = [r for r in rows if r["status"] != "smoke-free" and r["completed"] == "yes"]
    stopped_early = [r for r in rows if r["completed"] == "no"]
    smoke_free = [r for n, r in enumerate(free) if not spread(n, 12, len(free))]  # 70 of 82 still are
    still_free = len(smoke_free)
    smoke_free += others[: FREE_HALF_YEAR - len(smoke_free) - 2] + stopped_early[:2]
    for n, row in enumerate(smoke_free):
        row["half_year"] = "point-abstinent" if n % 8 == 5 or n >= still_free else "continuous"
        if row["half_year"] == "continuous":
            row["cigarettes_since"] = "1-to-5" if n % 6 == 2 else "more-than-5" if n % 24 == 9 else "none"
        row["half_year_ppm"] = "" if n % 9 == 4 else "10" if n % 25 == 3 else str(1 + n % 9)
    reasons = ["declined", "wrong-number", "declined", "moved", "declined", "wrong-number", "dead", "other"]
    rest = [r for r in rows if not r["half_year"]]
    for n, row in enumerate(rest):
        if n % 5 == 4:
            row["reason"] = reasons[n // 5 % len(reasons)]
        elif n % 5 != 3:  # of every fifth nothing is known
            row["half_year"] = "reduced" if n % 3 == 0 else "smoking"


def write(name, header, rows):
    with open(Path(__file__).parent / name, "w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, header, delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def meetings():
    for group in GROUPS:
        for week in range(8):
            day = FIRST_MEETING + timedelta(days=7 * week)
            yield {"hold": group, "forløb": "Kom & Kvit", "slags": "kom-og-kvit", "dato": day.isoformat(),
                   "tid": "17:00", "minutter": 120, "lokale": f"Fælleshuset, {group}", "sprog": "da",
                   "underviser": "karen", "stole": "", "betydning": "", "løbende": "ja"}


def main():
    people = [person(n) for n in range(PEOPLE)]
    tell_half_year(people)
    assert sum(r["completed"] == "yes" for r in people) == COMPLETED
    assert sum(r["status"] == "smoke-free" for r in people) == FREE_AT_END
    assert sum(r["half_year"] in ("continuous", "point-abstinent") for r in people) == FREE_HALF_YEAR
    write("people.csv", list(people[0]), people)
    plan = list(meetings())
    write("groups.csv", list(plan[0]), plan)


if __name__ == "__main__":
    main()
