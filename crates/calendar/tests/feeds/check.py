"""Reads written.ics with the package `icalendar`, an implementation that is not ours."""

import pathlib

import icalendar

calendar = icalendar.Calendar.from_ical(pathlib.Path(__file__).with_name("written.ics").read_bytes())
events = calendar.walk("VEVENT")
assert calendar["X-WR-CALNAME"] == "Changes" and len(events) == 2
first, freeze = events
assert first["SUMMARY"] == "Deploy payments, v2; now" and first["SEQUENCE"] == 2
assert first["DESCRIPTION"].startswith('Payments; "v2", roll-out\nwith') and first["DESCRIPTION"].endswith("Bytes 🚢")
assert first.start.isoformat() == "2026-11-28T20:00:00+00:00" and first.end.isoformat() == "2026-11-28T22:00:00+00:00"
assert freeze.start.isoformat() == "2026-12-21" and freeze.end.isoformat() == "2027-01-01"
assert freeze["STATUS"] == "CANCELLED" and freeze["TRANSP"] == "TRANSPARENT"
assert not [error for event in events for error in event.errors]
print("read")
