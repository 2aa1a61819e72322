"""One contact laid beside all that it is judged by, looked up once."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from operator import attrgetter
from uuid import UUID
from zoneinfo import ZoneInfo

from services.reminders.domain.contact import Contact, Place, Purpose
from services.reminders.domain.history import INBOUND, WINDOW_KEPT, History, Outcome, Record
from services.reminders.domain.packs import Hours, Policy, Rule
from services.reminders.domain.person import Address, Consent, Person
from services.reminders.domain.windows import DAY, is_holiday, midnight, zones_of

_at = attrgetter("at")


@dataclass(slots=True)
class Count:
    """How many a cap has counted, and whether all of them are of the lender who asks."""

    counted: int
    at_most: int
    own: bool


@dataclass(slots=True)
class Case:
    """What the rules look at. `counts` is filled by the caps as they look."""

    contact: Contact
    person: Person
    history: History
    policy: Policy
    now: datetime
    address: Address | None
    zones: tuple[ZoneInfo, ...]
    loans: frozenset[UUID]
    """What the contact's loans count as."""
    consents: tuple[Consent, ...]
    """Those that were given for such a contact and are not spent."""
    answered: Record | None
    """The borrower's message that this answers."""
    answers: int
    """How many answers it had."""
    window: list[Record]
    """What rules may still count, the newest first."""
    counts: dict[str, Count] = field(default_factory=dict)
    _at: datetime | None = None
    _days: tuple[date, ...] = ()

    def days(self, at: datetime) -> tuple[date, ...]:
        """The date of an instant in each zone where the person may be."""
        if at != self._at:
            self._at, self._days = at, tuple([at.astimezone(zone).date() for zone in self.zones])
        return self._days

    @property
    def place(self) -> Place:
        """Where the address reaches the person; an unknown one is nowhere that may be called home."""
        return Place.ELSEWHERE if self.address is None else self.address.place

    def clocks(self, zone: str | None) -> tuple[ZoneInfo, ...]:
        """The zone that a rule names, or those of the person."""
        return self.zones if zone is None else (ZoneInfo(zone),)

    def from_day(self, day: date, at: datetime) -> datetime:
        """The first instant, not before `at`, at which the day has come wherever the person may be."""
        return max(at, *[midnight(zone, day) for zone in self.zones])

    def after_days(self, first: date, last: date | None, at: datetime) -> datetime | None:
        """When days that are closed are over; `at` itself outside of them; None if they have no end."""
        if all(day < first or (last is not None and day > last) for day in self.days(at)):
            return at
        return None if last is None else self.from_day(last + DAY, at)

    def is_holiday(self, hours: Hours, day: date) -> bool:
        """Whether a day counts as a holiday for these hours."""
        return is_holiday(hours, self.person.calendars, self.policy.calendars, day)

    def counts_as(self, loans: frozenset[UUID]) -> frozenset[UUID]:
        """Loans as they are counted."""
        return _as_one(self.person, loans) if self.person.one_debt else loans

    @property
    def reply_to(self) -> Record | None:
        """The message to which this is the first answer, by the message's own channel."""
        record = self.answered
        if record is None or self.answers or record.channel is not self.contact.channel:
            return None
        return record

    def opened_spans(self, rule: Rule) -> Iterator[tuple[datetime, datetime]]:
        """When this rule does not close, because the borrower opened the time or wrote."""
        if rule.reply_within is not None and (record := self.reply_to) is not None:
            yield record.at, record.at + rule.reply_within
        if rule.opened_by and self.contact.purpose in rule.opened_purposes:
            for consent in self.consents:
                if consent.kind in rule.opened_by:
                    yield consent.starts_at, self._end_of(consent, rule.consent_days)

    def _end_of(self, consent: Consent, days: int | None) -> datetime:
        if days is None:
            return consent.ends_at
        # Its day of receipt is the first day (12 CFR 1006.14(b)(3)(i)).
        ends = [
            midnight(zone, consent.received_at.astimezone(zone).date() + timedelta(days=days))
            for zone in self.zones
        ]
        return min(consent.ends_at, *ends)

    def consent_day(self, consent: Consent, at: datetime) -> int:
        """The how-manieth day of a consent it is; where the place is in doubt, the latest it may be."""
        received = [consent.received_at.astimezone(zone).date() for zone in self.zones]
        return max((day - one).days + 1 for day, one in zip(self.days(at), received, strict=True))


def case_of(contact: Contact, person: Person, history: History, policy: Policy, now: datetime) -> Case:
    """Look up what the rules will ask for."""
    answered, answers = _answered(contact, history)
    loans = frozenset(contact.loans)
    return Case(
        contact=contact,
        person=person,
        history=history,
        policy=policy,
        now=now,
        address=person.address(contact.address),
        zones=zones_of(person.zones),
        loans=_as_one(person, loans) if person.one_debt else loans,
        consents=_open_consents(contact, person, history) if person.consents else (),
        answered=answered,
        answers=answers,
        window=_window(history, now),
    )


def _window(history: History, now: datetime) -> list[Record]:
    records = history.records
    first = bisect_left(records, now - WINDOW_KEPT, key=_at)
    return [
        one
        for one in reversed(records[first:])
        if not one.flags & INBOUND or one.outcome is Outcome.CONVERSATION
    ]


def _as_one(person: Person, loans: frozenset[UUID]) -> frozenset[UUID]:
    return frozenset(person.one_debt.get(loan, loan) for loan in loans)


def _answered(contact: Contact, history: History) -> tuple[Record | None, int]:
    if contact.purpose is not Purpose.ANSWER or contact.answers is None:
        return None, 0
    message, answers = None, 0
    for record in history.records:
        if record.flags & INBOUND:
            if record.id == contact.answers:
                message = record
        elif record.answers == contact.answers:
            answers += 1
    return message, answers


def _open_consents(contact: Contact, person: Person, history: History) -> tuple[Consent, ...]:
    return tuple(one for one in person.consents if one.covers(contact) and not _spent(one, contact, history))


def _spent(consent: Consent, contact: Contact, history: History) -> bool:
    """A consent ends with the next conversation about what it was given for."""
    loans = consent.loans or frozenset(contact.loans)
    return any(
        record.outcome is Outcome.CONVERSATION
        and record.at > consent.received_at
        and not loans.isdisjoint(record.loans | record.talked)
        for record in reversed(history.records)
    )
