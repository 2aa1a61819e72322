"""What the lives are made of: addresses, packs, clocks; the gate that is under test."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import uuid5

from hypothesis import strategies as st

from services.reminders.domain.contact import (
    Contact,
    Part,
    Purpose,
    Sender,
)
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import History, Outcome, Record
from services.reminders.domain.packs import Holidays, Policy
from services.reminders.domain.person import (
    Person,
)
from services.reminders.domain.reservations import record_of
from tests.property.reminders.world import Try
from tests.unit.reminders.gates import NAMES

Decide = Callable[[Contact, Person, History, Policy, datetime], Permit | Withheld]


class Disagreement(AssertionError):
    """The gate and the checker do not say the same."""


@dataclass(frozen=True)
class Gate:
    """The gate under test, so that faults can be planted."""

    decide: Decide = permit
    record: Callable[..., Record] = record_of
    settles: bool = True
    """Whether outcomes are confirmed as they are; otherwise the record is kept as it was made."""


@dataclass
class Tally:
    """What was done, over all lives."""

    asked: int = 0
    made: int = 0
    withheld: int = 0
    rules: dict[str, int] | None = None


LENDERS, LOANS = ("acme", "bestbank"), tuple(uuid5(NAMES, f"loan {n}") for n in range(3))
COLLECTORS = {"agency-one": Sender.AGENCY, "agency-two": Sender.PURCHASER, "acme": Sender.LENDER}
HOLIDAYS = {
    "us": {date(2026, 7, 3), date(2026, 7, 4), date(2026, 9, 7), date(2026, 11, 26), date(2026, 12, 25)},
    "us-ma": {date(2026, 4, 20), date(2026, 10, 12), date(2026, 12, 25)},
    "cn": {date(2026, 10, day) for day in range(1, 9)},
}
CALENDARS = {code: Holidays(frozenset(days), (2025, 2029)) for code, days in HOLIDAYS.items()}
ZONES = [
    ("America/New_York",),
    ("Asia/Shanghai",),
    ("Europe/London",),
    ("Australia/Adelaide",),
    ("America/New_York", "America/Los_Angeles"),
    ("Europe/London", "Asia/Kolkata"),
    ("Asia/Tokyo", "America/New_York"),
    ("America/Phoenix", "America/Denver"),
    ("Pacific/Auckland", "Asia/Shanghai"),
    (),
]
PACKS: list[tuple[str, ...]] = [
    ("default",),
    ("default", "us-regf", "us-ma"),
    ("default", "uk"),
    ("default", "au", "cn", "kr"),
    ("us-regf",),
    ("us-ma",),
    ("us-regf", "us-ma"),
    ("uk",),
    ("au",),
    ("cn",),
    ("kr",),
]
STARTS = [
    datetime(2026, 3, 5, 14, 3, tzinfo=UTC),
    datetime(2026, 3, 26, 9, 17, tzinfo=UTC),
    datetime(2026, 6, 29, 23, 59, 30, tzinfo=UTC),
    datetime(2026, 9, 28, 1, 0, tzinfo=UTC),
    datetime(2026, 10, 29, 13, 0, tzinfo=UTC),
    datetime(2026, 12, 30, 22, 45, tzinfo=UTC),
]
JUMPS = [timedelta(minutes=n) for n in (1, 4, 7, 45, 61, 180, 600)] + [
    timedelta(days=n) for n in (1, 2, 3, 6, 7, 8, 11, 29, 62)
]
ADDRESSES: dict[str, tuple[str, str, str]] = {
    "mobile": ("call sms app voicemail_drop", "mobile", "self"),
    "mailbox": ("mail", "mobile", "self"),
    "letterbox": ("post visit", "home", "self"),
    "landline": ("call", "home", "self"),
    "office": ("call mail", "work", "self"),
    "friend": ("call sms", "mobile", "friend"),
    "named": ("call", "mobile", "contact_person"),
    "spouse": ("call sms", "mobile", "spouse"),
    "executor": ("post call", "mobile", "executor"),
}
WAYS = [(channel, key) for key, (channels, _, _) in ADDRESSES.items() for channel in channels.split()]
WAYS += [("social", "mobile"), ("postcard", "letterbox"), ("sms", "landline"), ("mail", "nowhere")]
USUAL = [way for way in WAYS if way[1] in ("mobile", "mailbox", "letterbox", "landline")]
CALL_ENDS = [
    Outcome.NOT_CONNECTED,
    Outcome.UNANSWERED,
    Outcome.VOICEMAIL_REACHED,
    Outcome.VOICEMAIL_LEFT,
    Outcome.DROPPED,
    Outcome.CONVERSATION,
    Outcome.RESERVED,
]
SENDS_END = [Outcome.SENT, Outcome.DELIVERED, Outcome.BOUNCED, Outcome.RESERVED]
SELF_STARTED = [Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP, Purpose.PLAN, Purpose.MEDIATION]
LOAN_SETS = [LOANS[:1], LOANS[1:2], LOANS[:2], LOANS[2:]]
SOME_LOANS = st.sampled_from(LOAN_SETS)
ANY_WAY, ANY_PURPOSE = USUAL * 3 + WAYS, SELF_STARTED * 2 + list(Purpose)
SEEDS = st.integers(0, 2**32)
ENDS = st.tuples(st.sampled_from(CALL_ENDS), st.sampled_from(SENDS_END))
HOURS = st.sampled_from([time(hour, minute) for hour in range(5, 24) for minute in (0, 30)])


def ends_of(chance: Random) -> tuple[Outcome, Outcome]:
    return chance.choice(CALL_ENDS), chance.choice(SENDS_END)


def as_try(contact: Contact) -> Try:
    return Try(
        str(contact.channel),
        str(contact.purpose),
        contact.address,
        contact.lender,
        contact.collector,
        str(contact.sender),
        set(map(str, contact.loans)),
        set(map(str, contact.tells)),
        Part.OPT_OUT in contact.carries,
        str(contact.notice or ""),
        str(contact.answers or ""),
    )


def rules_of(decision: Withheld) -> set[str]:
    return {decision.rule.rule, *(one.rule for one in decision.also)}
