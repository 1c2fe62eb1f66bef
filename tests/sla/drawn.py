"""What Hypothesis draws from: calendars, instants and logs in the JSON of case files, on a grid of five minutes."""

import os
from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st

from sla.business_time import NextBusinessDay
from sla.log import (
    AgentReply,
    CustomerMessage,
    MergedFrom,
    Metric,
    Policy,
    PolicyChange,
    PolicySet,
    Received,
    ReceptionCorrected,
    Reopening,
    Restored,
    StatusChanged,
    StatusClass,
    WorkStarted,
)

STEP = 5
EXAMPLES = settings(max_examples=int(os.environ.get("VASTE_EXAMPLES", "60")), deadline=None)

ZONES = ("Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns", "UTC")
# Within days of a change of the clocks in one of the zones, and an ordinary week.
AROUND = (
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2027, 3, 14),
    date(2027, 3, 28),
    date(2027, 4, 4),
    date(2026, 11, 18),
)
WEEKS = (
    {str(day): [["08:00", "16:00"]] for day in range(5)},
    {str(day): [["08:00", "12:00"], ["13:00", "16:00"]] for day in range(5)},
    {str(day): [["22:00", "06:00"]] for day in range(7)},
    {str(day): [["00:00", "24:00"]] for day in range(7)},
    {str(day): [["06:00", "24:00"], ["00:00", "01:30"]] for day in range(6)},
    {"6": [["02:30", "10:00"]], "0": [["18:00", "02:15"]], "2": [["09:00", "09:00"]]},
)
EXCEPTION_HOURS = ([], [], [["08:00", "12:00"]], [["20:00", "04:00"]])


@st.composite
def calendars(draw):
    """A calendar with up to three exceptions near the days the instants are drawn from."""
    day = draw(st.sampled_from(AROUND))
    dates = st.integers(-3, 8).map(lambda number: (day + timedelta(days=number)).isoformat())
    return {
        "tz": draw(st.sampled_from(ZONES)),
        "weekly": draw(st.sampled_from(WEEKS)),
        "exceptions": draw(st.dictionaries(dates, st.sampled_from(EXCEPTION_HOURS), max_size=3)),
    }


@st.composite
def instants(draw):
    """An instant on the grid within two days of a change of the clocks."""
    day = draw(st.sampled_from(AROUND))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return midnight + timedelta(minutes=STEP * draw(st.integers(-576, 576)))


targets = st.integers(0, 30 * 12).map(lambda number: number * STEP)

PAUSES = (["waiting_customer", "scheduled"], ["waiting_customer", "waiting_third_party", "scheduled"], [])
STATES = ("open", "waiting_customer", "waiting_third_party", "scheduled", "resolved", "closed")


@st.composite
def cases(draw):
    """A case of one metric: a reception, then changes of status and policy, then an instant to look from."""
    moment = draw(instants())
    policy = {"calendar": "A", "resolution": draw(targets)}
    events = [{"type": "received", "at": moment.isoformat(), "policy": policy}]
    for _ in range(draw(st.integers(0, 6))):
        moment += timedelta(minutes=STEP * draw(st.integers(0, 300)))
        events.append(draw(_changes(moment)))
    now = moment + timedelta(minutes=STEP * draw(st.integers(0, 600)))
    options = {
        "reopen": draw(st.sampled_from(("continue", "count", "restart"))),
        "policy_change": draw(st.sampled_from(("carry", "retroactive", "restart"))),
        "pause_states": draw(st.sampled_from(PAUSES)),
    }
    return {"id": "drawn", "events": events, "now": now.isoformat(), "options": options, "expected": {}}


@st.composite
def _changes(draw, moment):
    if draw(st.integers(0, 4)) == 0:
        policy = {"calendar": draw(st.sampled_from("AB")), "resolution": draw(targets)}
        return {"type": "policy", "at": moment.isoformat(), "policy": policy}
    event = {"type": "status", "at": moment.isoformat(), "state": draw(st.sampled_from(STATES))}
    if event["state"] == "scheduled" and draw(st.booleans()):
        event["until"] = (moment + timedelta(minutes=STEP * draw(st.integers(1, 600)))).isoformat()
    return event


@st.composite
def policies(draw):
    """Any promises, on one of the calendars A and B."""
    metrics = draw(st.sets(st.sampled_from([metric for metric in Metric if metric is not Metric.NBD])))
    return Policy(
        calendar=draw(st.sampled_from("AB")),
        targets={metric: draw(targets) for metric in sorted(metrics)},
        nbd=draw(st.sampled_from((None, NextBusinessDay(days=1, by=600, cutoff=900)))),
        reopening=draw(st.sampled_from(Reopening)),
        change=draw(st.sampled_from(PolicyChange)),
        first_response_pauses=draw(st.booleans()),
        phone_call_responds=draw(st.booleans()),
    )


@st.composite
def logs(draw):
    """A log of everything that can happen to a ticket, in the order in which it happens, and its calendars."""
    moment = draw(instants())
    channel = draw(st.sampled_from(("mail", "phone")))
    log = [Received(at=moment, seq=0, channel=channel), PolicySet(at=moment, seq=1, policy=draw(policies()))]
    for seq in range(2, 2 + draw(st.integers(0, 12))):
        moment += timedelta(minutes=STEP * draw(st.integers(0, 200)))
        log.append(draw(_happenings(moment, seq)))
    return log


@st.composite
def _happenings(draw, moment, seq):
    earlier = moment - timedelta(minutes=STEP * draw(st.integers(0, 300)))
    stamp = {
        "at": moment,
        "recorded_at": draw(st.sampled_from((None, moment, moment + timedelta(hours=1)))),
        "seq": seq,
    }
    later = moment + timedelta(minutes=STEP * draw(st.integers(1, 600)))
    status = draw(st.sampled_from(StatusClass))
    until = later if status is StatusClass.SCHEDULED and draw(st.booleans()) else None
    change = StatusChanged(**stamp, status=status, until=until)
    others = (
        PolicySet(**stamp, policy=draw(policies())),
        AgentReply(**stamp, written_at=draw(st.sampled_from((None, earlier)))),
        CustomerMessage(**stamp),
        WorkStarted(**stamp),
        Restored(**stamp),
        MergedFrom(**stamp, received_at=earlier),
        ReceptionCorrected(**stamp, received_at=earlier),
    )
    return change if draw(st.integers(0, 2)) == 0 else draw(st.sampled_from(others))
