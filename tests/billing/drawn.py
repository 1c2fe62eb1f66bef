"""What Hypothesis draws from: cases of rating in the JSON of case files."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

# Within hours of a change of the clocks or the year somewhere, and an ordinary week.
AROUND = (
    datetime(2026, 10, 24, 20, tzinfo=UTC),
    datetime(2027, 3, 27, 20, tzinfo=UTC),
    datetime(2026, 11, 1, 3, tzinfo=UTC),
    datetime(2026, 12, 31, 18, tzinfo=UTC),
    datetime(2026, 11, 17, 12, tzinfo=UTC),
)
ZONES = ("Europe/Helsinki", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe")
BANDS = (
    {"code": "holiday", "when": {"holiday": True}, "multiplier": "2.0"},
    {"code": "sunday", "when": {"weekdays": [6]}, "multiplier": "2.0"},
    {"code": "saturday", "when": {"weekdays": [5], "holiday": False}, "multiplier": "1.5"},
    {"code": "night", "when": {"from": "22:00", "to": "06:00"}, "multiplier": "1.75"},
    {"code": "evening", "when": {"weekdays": [0, 1, 2, 3, 4], "from": "17:00", "to": "24:00"}, "multiplier": "1.5"},
    {"code": "fridays", "when": {"weekdays": [4], "from": "20:00", "to": "02:00"}, "multiplier": "3"},
)
PRICES = st.sampled_from(["100.00", "99.99", "27.50", "33.33", "7"])


@st.composite
def contracts(draw, day, **always):
    """A contract in one of the zones, with bands in any order and what else it may have."""
    holidays = st.integers(-2, 3).map(lambda number: (day + timedelta(days=number)).isoformat())
    some = {
        "included": st.fixed_dictionaries(
            {"rollover_months": st.integers(0, 2)},
            optional={"minutes": st.integers(0, 300), "bands": st.just(["normal", "evening"])},
        ),
        "cap_minutes_per_ticket": st.integers(0, 300),
        "cap_money_per_run": st.sampled_from(["0", "150.00", "400.00"]),
        "per_ticket": st.fixed_dictionaries({"price": PRICES, "included_minutes": st.integers(0, 90)}),
        "pool_band_mode": st.sampled_from(["weighted", "surcharge_line"]),
        "pool_excludes": st.just(["travel"]),
        "callout": st.just({"bands": ["night", "sunday"], "fee": "150.00"}),
        "km_rate": st.just("0.57"),
        "monthly_fee": PRICES,
    }
    drawn = draw(st.fixed_dictionaries({}, optional=some))
    return {
        "id": "K1",
        "currency": draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        "tz": draw(st.sampled_from(ZONES)),
        "seller": {"country": "FI"},
        "buyer": {"country": "FI"},
        "valid_from": "2024-01-01",
        "rates": {work_type: draw(PRICES) for work_type in ("remote", "travel")},
        "bands": draw(st.permutations(BANDS))[: draw(st.integers(0, len(BANDS)))],
        "holidays": draw(st.lists(holidays, max_size=2)),
        "rounding": draw(roundings()),
        **drawn,
        **always,
    }


def roundings():
    return st.fixed_dictionaries(
        {
            "increment": st.sampled_from([1, 6, 15, 30]),
            "mode": st.sampled_from(["up", "down", "nearest"]),
            "scope": st.sampled_from(["entry", "ticket_day", "ticket"]),
            "minimum": st.sampled_from([0, 0, 20]),
        }
    )


@st.composite
def entries(draw, moment):
    """Up to six entries on two tickets, each of an agent of its own so that none overlap."""
    found = []
    for number in range(draw(st.integers(0, 6))):
        start = moment + timedelta(minutes=draw(st.integers(0, 1500)))
        billing = draw(st.sampled_from(["billable", "billable", "billable", "goodwill", "warranty", "internal"]))
        found.append(
            {
                "id": f"E{number}",
                "agent": f"A{number}",
                "ticket": draw(st.sampled_from(["T1", "T2"])),
                "work_type": draw(st.sampled_from(["remote", "travel"])),
                "start": start.isoformat(),
                "end": (start + timedelta(minutes=draw(st.integers(1, 400)))).isoformat(),
                "description": "work",
                "billing": billing,
                "reason": "said so",
                "callout": draw(st.booleans()),
            }
        )
    return found


@st.composite
def cases(draw, **always):
    """A whole case that passes the gate, but for what must come out."""
    moment = draw(st.sampled_from(AROUND))
    day: date = moment.date()
    lots = [
        {
            "id": f"L{number}",
            "minutes": draw(st.integers(0, 200)),
            "valid_from": "2026-01-01",
            "expires": (day + timedelta(days=draw(st.integers(-1, 2)))).isoformat(),
        }
        for number in range(draw(st.integers(0, 3)))
    ]
    months = st.sampled_from(["2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-03"])
    facts = {"status": "closed", "category": "fault", "severity": "P2", "resolution": "done"}
    return {
        "contract": draw(contracts(day, **always)),
        "tickets": [{"id": name, **facts, "resolved_on": day.isoformat()} for name in ("T1", "T2")],
        "entries": draw(entries(moment)),
        "run": {"now": "2027-12-31T00:00+00:00", "fee_months": draw(st.lists(months, max_size=2))},
        "pools": {"included": draw(st.dictionaries(months, st.integers(0, 200), max_size=3)), "lots": lots},
    }
