"""Writes vectors.txt: what python-dateutil makes of random rules. Run by hand; the file is committed.

A line is DTSTART, zone, rule, and the first dates up to the end of 2029 as they stand on a clock.
"""

import datetime
import random
import zoneinfo

from dateutil import rrule

random.seed(5545)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland", "America/Sao_Paulo"]
END = datetime.datetime(2030, 1, 1)


def some(values, most):
    return ",".join(map(str, random.sample(values, random.randint(1, most))))


def make():
    frequency = random.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
    parts = [f"FREQ={frequency}"]
    if random.random() < 0.5:
        parts.append(f"INTERVAL={random.randint(1, 5)}")
    if random.random() < 0.3:
        parts.append(f"COUNT={random.randint(1, 30)}")
    if random.random() < 0.25:
        parts.append("BYMONTH=" + some(range(1, 13), 3))
    by = 0
    if frequency != "WEEKLY" and random.random() < 0.4:
        by = parts.append("BYMONTHDAY=" + some([*range(1, 32), *range(-31, 0)], 4)) or 1
    if random.random() < 0.5:
        days = random.sample(DAYS, random.randint(1, 3))
        if frequency in ("MONTHLY", "YEARLY") and random.random() < 0.6:
            days = [f"{random.choice([1, 2, 3, 4, 5, -1, -2])}{day}" for day in days]
        by = parts.append("BYDAY=" + ",".join(days)) or 1
    # Of the first week dateutil numbers only the days from DTSTART on; the standard numbers all of them.
    if by and frequency in ("MONTHLY", "YEARLY") and random.random() < 0.3:
        parts.append("BYSETPOS=" + some([1, 2, 3, -1, -2], 2))
    if random.random() < 0.3:
        parts.append(f"WKST={random.choice(DAYS)}")
    return ";".join(parts)


rows = 0
while rows < 400:
    text = make()
    start = datetime.datetime(2026, random.randint(1, 12), random.randint(1, 28), random.choice([0, 2, 9, 23]), 30)
    # dateutil reads numbered days in a rule with days of the month in its own way; RFC 5545 leaves it open.
    if "BYMONTHDAY" in text and any(c.isdigit() for c in text.split("BYDAY=")[-1].split(";")[0]) and "BYDAY=" in text:
        continue
    dates = list(rrule.rrulestr(text, dtstart=start).between(start, END, inc=True))[:16]
    zone = random.choice(ZONES)
    print(start.isoformat(), zone, text, ",".join(d.strftime("%Y%m%d") for d in dates), sep="\t")
    rows += 1
