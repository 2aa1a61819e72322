"""The laws of the packs, as their texts say, for the checker; and all of it together."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.property.reminders.floor import CLOSED_BY, floor
from tests.property.reminders.world import (
    PHONE,
    SELF_STARTED,
    WITH_A_CLOCK,
    Try,
    World,
    between,
    came_of_it,
    frozen,
    own_time,
    rang,
    spoken_for,
    stopped,
    talked,
    unanswered,
)


def broken(world: World, wanted: Try, at: datetime) -> set[str]:
    """The rules that a contact at this moment would break, by name."""
    rules = {
        "default": floor,
        "us-regf": regulation_f,
        "us-ma": massachusetts,
        "uk": united_kingdom,
        "au": australia,
        "cn": china,
        "kr": korea,
    }
    return set().union(*(rules[pack](world, wanted, at) for pack in world.packs))


def regulation_f(w: World, c: Try, at: datetime) -> set[str]:
    if c.sender not in {"agency", "purchaser"}:
        return set()
    return _reg_f_calls(w, c, at) | _reg_f_closed(w, c, at) | _reg_f_ways(w, c, at)


def _reg_f_calls(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    ages = [age for kind, age in w.opened(c, at).items() if kind in {"asked", "allowed"}]
    by_consent = any(age <= 7 for age in ages)
    calls = [p for p in w.made() if p.channel in PHONE and rang(p)]
    if c.channel in PHONE:
        for loan in c.loans:
            of_loan = [p for p in calls if loan in p.loans]
            counted = [p for p in of_loan if not (p.opened & {"asked", "allowed"} and p.consent_day <= 7)]
            if w.rolled(counted, 7, at) >= 7 and not by_consent:
                out.add("us.calls.7in7")
            if w.within(of_loan, at, "day") >= 6:
                out.add("us.calls.pattern-day")
            talks = [p for p in w.past if p.channel == "call" and talked(p) and loan in p.loans]
            if any(max(p.dates) + timedelta(days=7) > min(w.dates(at)) for p in talks) and not by_consent:
                out.add("us.calls.wait7")
    if c.channel == "call" and any(
        p.channel == "call" and unanswered(p) and p.spot == c.spot and at < p.when + timedelta(minutes=5)
        for p in w.made()
    ):
        out.add("us.calls.pattern")
    return out


def _reg_f_closed(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    asked = w.asked(c, at)
    waking = all(between(clock, "08:01", "21:00") for clock in w.clocks(at))
    if c.channel in WITH_A_CLOCK and not waking and not asked and not w.replies(c, at, 60):
        out.add("us.hours")
    if own_time(w, at) and not asked and not w.replies(c, at, 60):
        out.add("us.inconvenient.time-place")
    if stopped(w, c, at, {"place"}, set()):
        out.add("us.inconvenient.place")
    if stopped(w, c, at, {"channel", "address"}, set()):
        out.add("us.media-stop")
    if stopped(w, c, at, {"cease"}, {"ending_efforts", "may_use_remedy", "will_use_remedy"}):
        out.add("us.cease")
    if spoken_for(w, c, at, {"attorney"}) and not w.replies(c, at, 14 * 1440):
        out.add("us.attorney")
    if frozen(w, c, at, {"dispute": "demand reminder"}, own=True):
        out.add("us.dispute")
    return out


def _reg_f_ways(w: World, c: Try, at: datetime) -> set[str]:
    out, spot, reply = set(), w.spots.get(c.spot), w.replies(c, at, 14 * 1440)
    if (spot is None or spot.place == "work") and spot and spot.calls_forbidden and not w.asked(c, at):
        out.add("us.work")
    if c.channel == "mail" and (spot is None or spot.place == "work") and not reply:
        out.add("us.work-email")
    today = max(w.dates(at))
    first = min(w.dates(at))
    routes = [(k, on) for k, who, on in (spot.routes if spot else []) if who == c.collector and on <= first]
    safe = {"used", "consented", "lender_notice", "prior_collector"}
    if c.channel == "mail" and not reply and not any(k in safe for k, _ in routes):
        out.add("us.email.procedure")
    if c.channel == "sms" and not reply:
        agreed = any(k in {"used", "consented"} for k, _ in routes)
        fresh = any(
            k in {"used", "consented", "number_checked"} and (today - on).days <= 60 for k, on in routes
        )
        if not (agreed and fresh):
            out.add("us.text.60d")
    others = {"relative", "friend", "neighbour", "employer", "colleague", "contact_person", "stranger"}
    if spot is None or spot.owner in others:
        out.add("us.third-party")
    if c.channel in {"postcard", "social"}:
        out.add("us.postcard-social")
    if c.channel in {"mail", "sms", "app"} and not c.opt_out and c.notice != "opt_out_confirmation":
        out.add("us.e.optout")
    return out


def massachusetts(w: World, c: Try, at: datetime) -> set[str]:
    out, spot, phone = set(), w.spots.get(c.spot), {"call", "sms", "voicemail_drop"}
    reached = [
        p
        for p in w.made()
        if p.channel in phone
        and p.purpose != "answer"
        and (came_of_it(p) or p.outcome == "voicemail_reached")
    ]
    if c.channel in phone and c.purpose != "answer":
        for loan in c.loans:
            near = [p for p in reached if loan in p.loans and p.place in {"home", "mobile"}]
            far = [p for p in reached if loan in p.loans and p.place in {"work", "elsewhere"}]
            if w.place(c) in {"home", "mobile"} and w.rolled(near, 7, at) >= 2:
                out.add("us-ma.2in7")
            if w.place(c) in {"work", "elsewhere"} and w.rolled(far, 30, at) >= 2:
                out.add("us-ma.2in30-else")
    eastern = at.astimezone(ZoneInfo("America/New_York"))
    late = not between(eastern, "08:00", "21:00") and not w.asked(c, at) and not w.replies(c, at, 60)
    if c.channel in phone | {"visit"} and late:
        out.add("us-ma.hours")
    visits = [
        p for p in w.made() if p.channel == "visit" and p.loans & c.loans and p.outcome != "wrong_party"
    ]
    if c.channel == "visit" and w.rolled(visits, 30, at) >= 1:
        out.add("us-ma.visit")
    if c.channel in phone and w.place(c) == "work" and _not_at_work(w, at):
        out.add("us-ma.work-oral")
    if spot is None or spot.owner in {"spouse", "relative"}:
        out.add("us-ma.household")
    if frozen(w, c, at, {"dispute": "demand reminder"}, own=True):
        out.add("us-ma.validate")
    return out


def _not_at_work(w: World, at: datetime) -> bool:
    return any(
        stop["kind"] == "place"
        and stop["place"] == "work"
        and at >= stop["received"]
        and (stop["in_writing"] or min(w.dates(at)) <= stop["received_on"] + timedelta(days=10))
        for stop in w.stops
    )


def united_kingdom(w: World, c: Try, at: datetime) -> set[str]:
    out, spot = set(), w.spots.get(c.spot)
    if own_time(w, at) and not w.asked(c, at) and not w.replies(c, at, 60):
        out.add("uk.contact.reasonable")
    if stopped(w, c, at, {"channel", "address", "place"}, set()):
        out.add("uk.contact.where-how")
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
        out.add("uk.contact.privacy")
    if c.tells and not (spot and spot.established):
        out.add("uk.contact.identity")
    if frozen(w, c, at, {"incapacity": "demand reminder help plan mediation"}, own=True):
        out.add("uk.capacity")
    if frozen(w, c, at, {"dispute": "demand reminder"}, own=True):
        out.add("uk.dispute")
    if not w.regions or w.regions & {"GB", "GB-ENG", "GB-WLS"}:
        space = {"breathing_space": "demand reminder help", "crisis_treatment": "demand reminder help"}
        wished = w.asked(c, at) and c.purpose in {"help", "plan", "mediation"}
        if frozen(w, c, at, space, own=True) and not wished:
            out.add("uk.bs.contact")
        if frozen(w, c, at, space, own=False) and not wished:
            out.add("uk.bs.joint")
    return out


def australia(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    for clock in w.clocks(at):
        start = "09:00" if clock.weekday() >= 5 else "07:30"
        national = any(clock.date() in days for code, days in w.calendars.items() if "-" not in code)
        if c.channel in PHONE and (national or not between(clock, start, "21:00")) and not w.asked(c, at):
            out.add("au.hours.phone")
        if c.channel == "visit" and (national or not between(clock, "09:00", "21:00")):
            out.add("au.hours.visit")
    if c.purpose in SELF_STARTED and not w.asked(c, at):
        for loan in c.loans:
            done = [
                p
                for p in w.made()
                if came_of_it(p) and p.purpose != "answer" and loan in p.loans and "asked" not in p.opened
            ]
            if w.rolled(done, 7, at) >= 3:
                out.add("au.cap.week")
            if w.within(done, at, "week") >= 3:
                out.add("au.cap.calendar-week")
            if w.rolled(done, 30, at) >= 10:
                out.add("au.cap.month")
            if w.within(done, at, "month") >= 10:
                out.add("au.cap.calendar-month")
    visits = [p for p in w.made() if p.channel == "visit" and p.outcome != "wrong_party"]
    if c.channel == "visit" and w.rolled(visits, 31, at) >= 1:
        out.add("au.visit-cap")
    return out


def china(w: World, c: Try, at: datetime) -> set[str]:
    out, spot = set(), w.spots.get(c.spot)
    night = any(k.time() >= time(22) or k.time() < time(8) for k in w.clocks(at))
    agreed = bool(w.opened(c, at).keys() & {"asked", "agreed"})
    if night and c.channel in WITH_A_CLOCK and c.purpose in SELF_STARTED and not agreed:
        out |= {"cn.gbt.hours", "cn.cba.hours"}
    calls = [p for p in w.made() if p.channel in PHONE]
    talks = [p for p in calls if talked(p) and p.lender == c.lender and p.purpose in SELF_STARTED]
    if c.channel in PHONE and c.purpose in SELF_STARTED and w.within(talks, at, "day") >= 3:
        out.add("cn.gbt.3calls")
    dials = [p for p in calls if unanswered(p) and p.spot == c.spot]
    if c.channel in PHONE and w.within(dials, at, "day") >= 6:
        out.add("cn.cba.6dials")
    owner = spot.owner if spot else "stranger"
    near = {"relative", "friend", "neighbour", "employer", "colleague", "stranger"}
    if owner in near | {"spouse"}:
        out.add("cn.gbt.object")
    if owner == "contact_person" or spot is None:
        out.add("cn.gbt.contacts")
    if owner in near | {"contact_person"}:
        out |= {"cn.cba.third", "cn.card.68"}
    if c.channel == "visit" and (spot is None or spot.place in {"home", "work"}) and not agreed:
        out.add("cn.cba.visit")
    if c.channel == "social" and c.sender in {"agency", "purchaser"}:
        out.add("cn.cba.ban")
    if frozen(w, c, at, {"plan": "demand reminder"}, own=True):
        out.add("cn.card.70-stop")
    return out


def korea(w: World, c: Try, at: datetime) -> set[str]:
    out: set[str] = set()
    waking = all(between(clock, "08:00", "21:00") for clock in w.clocks(at))
    if c.channel in WITH_A_CLOCK and c.purpose != "answer" and not waking:
        out.add("kr.night")
    if c.purpose in SELF_STARTED:
        for loan in c.loans:
            arrived = [p for p in w.made() if came_of_it(p) and p.purpose in SELF_STARTED and loan in p.loans]
            if w.rolled(arrived, 7, at) >= 7:
                out.add("kr.7in7")
    if own_time(w, at) and not w.replies(c, at, 60):
        out.add("kr.quiet")
    if stopped(w, c, at, {"channel", "address", "place"}, set()):
        out.add("kr.quiet-means")
    pause = {
        "disaster": "demand reminder",
        "illness": "demand reminder",
        "bereavement": "demand reminder help",
    }
    if frozen(w, c, at, pause, own=True):
        out.add("kr.pause")
    if frozen(w, c, at, {"plan": "demand reminder", "mediation": "demand reminder"}, own=True):
        out.add("kr.adjust")
    ban = {key: CLOSED_BY[key] for key in ("death", "legal_action", "dispute", "insolvency")}
    if frozen(w, c, at, ban, own=True):
        out.add("kr.ban")
    return out
