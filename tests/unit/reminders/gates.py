"""What the tests of the gate share: packs with and without the floor, people, contacts, what was done."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from services.reminders.adapters.calendars import VERSION, calendars
from services.reminders.adapters.packs import read_pack, read_packs
from services.reminders.domain.contact import Channel, Contact, Part, Place, Purpose, Recipient, Sender
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import INBOUND, NOTHING_YET, History, Outcome, Record
from services.reminders.domain.packs import FLOOR, Pack, Policies, Policy
from services.reminders.domain.person import Address, Person, Route, RouteKind
from services.reminders.domain.windows import days_of

NAMES = UUID(int=7)
LENDER, OTHER_LENDER, AGENCY = "acme", "bestbank", "agency-one"
LOAN, OTHER_LOAN, THIRD_LOAN = (uuid5(NAMES, name) for name in ("loan", "other", "third"))
NEW_YORK, LOS_ANGELES, SHANGHAI = "America/New_York", "America/Los_Angeles", "Asia/Shanghai"
CODES = ("us", "us-ma", "gb", "gb-eng", "gb-sct", "au", "au-nsw", "cn", "kr", "de")
MOBILE = Address(
    "mobile",
    frozenset({Channel.CALL, Channel.SMS, Channel.VOICEMAIL_DROP, Channel.APP}),
    established=True,
    routes=(
        Route(RouteKind.CONSENTED, AGENCY, date(2026, 1, 1)),
        Route(RouteKind.NUMBER_CHECKED, AGENCY, date(2026, 5, 20)),
    ),
)
MAILBOX = Address(
    "mailbox",
    frozenset({Channel.MAIL}),
    established=True,
    routes=(Route(RouteKind.CONSENTED, AGENCY, date(2026, 1, 1)),),
)
LETTERBOX = Address("letterbox", frozenset({Channel.POST, Channel.VISIT}), place=Place.HOME, established=True)
LANDLINE = Address("landline", frozenset({Channel.CALL}), place=Place.HOME, established=True)
OFFICE = Address("office", frozenset({Channel.CALL, Channel.MAIL}), place=Place.WORK, established=True)
FRIEND = Address("friend", frozenset({Channel.CALL, Channel.SMS}), owner=Recipient.FRIEND)
ADDRESSES = (MOBILE, MAILBOX, LETTERBOX, LANDLINE, OFFICE, FRIEND)
AT = {Channel.MAIL: "mailbox", Channel.POST: "letterbox", Channel.VISIT: "letterbox"}

# A floor that closes nothing, to look at what a law alone says.
BARE_FLOOR = """
pack: default
version: "2026.01.1"
title: Nothing
rules:
  - {rule: floor.nothing, kind: own_times, force: own, source: none, effective_to: 2000-01-01,
     says: {en: Nothing., zh: 无。}}
"""


@cache
def all_packs() -> tuple[Pack, ...]:
    return read_packs()


@cache
def known_calendars() -> Any:
    return calendars(CODES, 2024, 2029)


@cache
def floor_and(*packs: str) -> Policy:
    """The real floor, and these packs."""
    return _policy([pack for pack in all_packs() if pack.id in (FLOOR, *packs)])


@cache
def law_alone(*packs: str) -> Policy:
    """These packs over a floor that closes nothing."""
    return _policy([read_pack(BARE_FLOOR, "bare"), *(pack for pack in all_packs() if pack.id in packs)])


def floor_and_text(text: str) -> Policy:
    """The real floor, and a pack of a test's own."""
    return _policy([*(pack for pack in all_packs() if pack.id == FLOOR), read_pack(text, "test")])


def _policy(packs: Iterable[Pack]) -> Policy:
    return Policy(tuple(packs), known_calendars(), VERSION)


@cache
def policies() -> Policies:
    return Policies(all_packs(), known_calendars(), VERSION)


def a_person(zone: str | tuple[str, ...] = NEW_YORK, **known: Any) -> Person:
    """Somebody who can be reached everywhere, whose place is known, whose country has no holidays said."""
    zones = (zone,) if isinstance(zone, str) else zone
    return replace(Person(zones=zones, addresses=ADDRESSES), **known)


def a_contact(channel: Channel = Channel.CALL, purpose: Purpose = Purpose.REMINDER, **known: Any) -> Contact:
    """An agency's contact about one loan, which says how to end such messages."""
    contact = Contact(
        channel,
        purpose,
        AT.get(channel, "mobile"),
        LENDER,
        AGENCY,
        (LOAN,),
        Sender.AGENCY,
        carries=frozenset({Part.OPT_OUT}),
    )
    return replace(contact, **known)


def local(zone: str, on: date, at: time) -> datetime:
    """A local time as an instant."""
    return datetime.combine(on, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def day(number: int, month: int, at: str = "12:00", zone: str = NEW_YORK, year: int = 2026) -> datetime:
    """A local time of 2026 as an instant."""
    return local(zone, date(year, month, number), time.fromisoformat(at.zfill(5)))


def made(
    at: datetime,
    outcome: Outcome = Outcome.UNANSWERED,
    channel: Channel = Channel.CALL,
    person: Person | None = None,
    **known: Any,
) -> Record:
    """A contact that was made."""
    first_on, last_on = days_of(person or a_person(), at)
    record = Record(
        uuid5(NAMES, f"{at}{channel}{outcome}{known}"),
        at,
        first_on,
        last_on,
        channel,
        Purpose.REMINDER,
        outcome,
        AT.get(channel, "mobile"),
        LENDER,
        AGENCY,
        frozenset({LOAN}),
    )
    return record._replace(**known)


def came(
    at: datetime, channel: Channel = Channel.SMS, outcome: Outcome = Outcome.DELIVERED, **known: Any
) -> Record:
    """A message of the borrower's, or a call."""
    return made(at, outcome, channel, flags=INBOUND, purpose=Purpose.ANSWER, **known)


def asked(
    at: datetime,
    contact: Contact | None = None,
    person: Person | None = None,
    before: Iterable[Record] = (),
    policy: Policy | None = None,
) -> Permit | Withheld:
    """Ask the gate; by default for a call of an agency, by the floor alone."""
    history = History.of(before) if before else NOTHING_YET
    return permit(contact or a_contact(), person or a_person(), history, policy or floor_and(), at)


def closing(decision: Permit | Withheld) -> set[str]:
    """The names of all rules that close."""
    return (
        set() if isinstance(decision, Permit) else {decision.rule.rule, *(one.rule for one in decision.also)}
    )


def until(decision: Permit | Withheld, zone: str = NEW_YORK) -> str:
    """When it may be made, on a local clock."""
    assert isinstance(decision, Withheld)
    return (
        "never" if decision.until is None else f"{decision.until.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    )


def hours_of(contact: Contact, person: Person, policy: Policy, on: date, zone: str) -> tuple[str, str]:
    """The first and the last minute of a local date in a zone in which the contact is permitted."""
    minutes = [local(zone, on, time(0)) + timedelta(minutes=n) for n in range(24 * 60)]
    open_ = [one for one in minutes if isinstance(asked(one, contact, person, policy=policy), Permit)]
    first, last = open_[0].astimezone(ZoneInfo(zone)), open_[-1].astimezone(ZoneInfo(zone))
    return f"{first:%H:%M}", f"{last + timedelta(minutes=1):%H:%M}"


def a_long_past(now: datetime, contacts: int = 200) -> History:
    """Mails by the dozen, the last of them longer ago than any cap of a week looks."""
    return History.of(
        made(now - timedelta(days=8 + number * 3.5), Outcome.DELIVERED, Channel.MAIL)
        for number in range(contacts)
    )
