"""Reads an iCalendar file with the `icalendar` package and prints its events as JSON.

Usage: read_feed.py FILE ZONE. Times are printed as instants in UTC, and as a clock in ZONE shows them.
"""

import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from icalendar import Calendar


def moment(value, zone):
    if not isinstance(value, datetime):
        return {"date": value.isoformat()}
    utc = value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"utc": utc, "wall": value.astimezone(zone).strftime("%Y-%m-%d %H:%M")}


def event(found, zone):
    if found.errors:
        raise SystemExit(f"errors in an event: {found.errors}")
    words = ("UID", "SUMMARY", "DESCRIPTION", "URL", "STATUS", "TRANSP")
    read = {word.lower(): str(found[word]) for word in words if word in found}
    read["start"] = moment(found.decoded("DTSTART"), zone)
    read["end"] = moment(found.decoded("DTEND"), zone)
    read["stamp"] = moment(found.decoded("DTSTAMP"), zone)
    return read


path, zone = sys.argv[1:]
calendar = Calendar.from_ical(Path(path).read_bytes())
print(
    json.dumps(
        {
            "version": str(calendar["VERSION"]),
            "producer": str(calendar["PRODID"]),
            "name": str(calendar["X-WR-CALNAME"]),
            "events": [event(e, ZoneInfo(zone)) for e in calendar.walk("VEVENT")],
        }
    )
)
