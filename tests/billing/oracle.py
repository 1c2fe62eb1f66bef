"""Bands reckoned the slow way: minute by minute, on the wall clock of the office. Shares no code with the product."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo


def minutes_by_band(case):
    """Worked minutes of all shown entries by (ticket, work type, band, date)."""
    found = Counter()
    for entry in case["entries"]:
        if entry.get("billing") == "internal":
            continue
        instant = datetime.fromisoformat(entry["start"]).astimezone(UTC)
        end = datetime.fromisoformat(entry["end"]).astimezone(UTC)
        while instant < end:
            local = instant.astimezone(ZoneInfo(case["contract"]["tz"]))
            found[entry["ticket"], entry["work_type"], band(case["contract"], local), local.date()] += 1
            instant += timedelta(minutes=1)
    return found


def band(contract, local):
    """The code of the first band that such a reading of the clock lies in."""
    reading = f"{local:%H:%M}"
    for each in contract["bands"]:
        when = each["when"]
        if "holiday" in when and when["holiday"] != (local.date().isoformat() in contract["holidays"]):
            continue
        if "weekdays" in when and local.weekday() not in when["weekdays"]:
            continue
        if "from" in when:
            start, end = when["from"], when["to"]
            if not (start <= reading < end if start < end else reading >= start or reading < end):
                continue
        return each["code"]
    return "normal"
