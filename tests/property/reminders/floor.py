"""The floor, as its text says, for the checker."""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from tests.property.reminders.world import (
    MON_TO_SAT,
    SELF_STARTED,
    WITH_A_CLOCK,
    Try,
    World,
    between,
    frozen,
    own_time,
    rang,
    spoken_for,
    stopped,
    talked,
)

CLOSED_BY = {
    "dispute": "demand reminder",
    "complaint": "demand reminder",
    "breathing_space": "demand reminder help",
    "mediation": "demand reminder help",
    "bereavement": "demand reminder help",
    "death": "demand reminder help plan mediation",
    "disaster": "demand reminder",
    "illness": "demand reminder",
    "crisis_treatment": "demand reminder help plan mediation",
    "incapacity": "demand reminder help plan mediation",
    "imprisonment": "demand reminder",
    "insolvency": "demand reminder help plan",
    "fraud": "demand reminder help plan",
    "representation": "demand reminder",
    "legal_action": "demand reminder",
    "plan": "demand reminder",
}


def floor(w: World, c: Try, at: datetime) -> set[str]:
    return _floor_people(w, c, at) | _floor_closed(w, c, at) | _floor_counts(w, c, at)


def _floor_people(w: World, c: Try, at: datetime) -> set[str]:
    out, spot = set(), w.spots.get(c.spot)
    if c.channel in {"visit", "social", "postcard", "voicemail_drop"}:
        out.add("floor.channels")
    if spot is None or c.channel not in spot.channels:
        out.add("floor.address")
    if (spot is None or spot.place == "work") and not w.replies(c, at, 14 * 1440):
        out.add("floor.workplace")
    others = {
        "spouse",
        "relative",
        "friend",
        "neighbour",
        "employer",
        "colleague",
        "contact_person",
        "stranger",
    }
    if spot is None or spot.owner in others:
        out.add("floor.people")
    if c.tells and not (spot and spot.established):
        out.add("floor.identity")
    if spot and spot.consented_until and max(w.dates(at)) > spot.consented_until:
        out.add("floor.consent-ended")
    if c.purpose == "answer" and (w.message(c) is None or w.answers_so_far(c) >= 3):
        out.add("floor.answers")
    stop_said = bool(c.answers) and any(s["message"] == c.answers for s in w.stops)
    if c.purpose == "answer" and (
        (stop_said and c.notice != "opt_out_confirmation") or (c.notice == "opt_out_confirmation" and c.tells)
    ):
        out.add("floor.bare-confirmation")
    electronic = c.channel in {"mail", "sms", "app"} and c.purpose in {"demand", "reminder", "help"}
    if electronic and not c.opt_out and c.notice != "opt_out_confirmation":
        out.add("floor.opt-out")
    return out


def _floor_closed(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    asked, gentle = w.asked(c, at), c.purpose in {"help", "plan", "mediation"}
    if frozen(w, c, at, CLOSED_BY, own=True, stated=True) and not (asked and gentle):
        out.add("floor.hold")
    if stopped(w, c, at, {"channel", "address", "place"}, set()):
        out.add("floor.stop")
    remedies = {"ending_efforts", "may_use_remedy", "will_use_remedy"}
    if stopped(w, c, at, {"cease"}, remedies | {"required"}):
        out.add("floor.cease")
    if own_time(w, at) and not asked and not w.replies(c, at, 60):
        out.add("floor.own-times")
    if (
        spoken_for(w, c, at, {"attorney", "adviser", "carer", "executor"})
        and not (asked and gentle)
        and not w.replies(c, at, 14 * 1440)
    ):
        out.add("floor.represented")
    if c.channel in WITH_A_CLOCK and not asked and not w.replies(c, at, 60):
        for clock in w.clocks(at):
            holiday = any(clock.date() in days for days in w.calendars.values())
            if holiday or clock.weekday() not in MON_TO_SAT or not between(clock, "09:00", "19:00"):
                out.add("floor.hours")
    if c.purpose in SELF_STARTED and not asked:
        start = w.clocks(at)[0].date()
        if not w.zones or (len(w.zones) > 1 and not _some_common_hour(w.zones, start)):
            out.add("floor.place")
    return out


@cache
def _some_common_hour(zones: tuple[str, ...], start: date) -> bool:
    first = datetime.combine(start - timedelta(days=1), time(0), tzinfo=ZoneInfo("UTC"))
    for minutes in range(0, 9 * 1440, 5):
        at = first + timedelta(minutes=minutes)
        clocks = [at.astimezone(ZoneInfo(zone)) for zone in zones]
        if all(k.weekday() in MON_TO_SAT and between(k, "09:00", "19:00") for k in clocks):
            return True
    return False


def _floor_counts(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    if c.purpose not in SELF_STARTED:
        return out
    done = [p for p in w.made() if p.purpose in SELF_STARTED and rang(p) and "asked" not in p.opened]
    if not w.asked(c, at):
        if w.within(done, at, "day") >= 1:
            out.add("floor.day")
        if w.rolled(done, 7, at) >= 3:
            out.add("floor.week")
        if w.rolled(done, 31, at) >= 10:
            out.add("floor.month")
        by_phone = {"call", "sms", "voicemail_drop"}
        if c.channel in by_phone and w.rolled((p for p in done if p.channel in by_phone), 7, at) >= 2:
            out.add("floor.phone")
        dials = [
            p
            for p in w.made()
            if p.channel == "call" and p.outcome != "wrong_party" and "asked" not in p.opened
        ]
        if c.channel == "call" and w.within(dials, at, "day") >= 3:
            out.add("floor.dials")
        if c.purpose in {"demand", "reminder"} and any(
            p.channel == "call" and talked(p) and max(p.dates) + timedelta(days=7) > min(w.dates(at))
            for p in w.past
        ):
            out.add("floor.after-talk")
    tries = [p for p in w.made() if "asked" in p.opened and p.outcome != "wrong_party"]
    if w.unspent(c) and w.within(tries, at, "day") >= 3:
        out.add("floor.asked-day")
    return out
