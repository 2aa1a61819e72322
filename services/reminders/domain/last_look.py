"""The last look at a contact, at the moment of sending. What was true when it was planned may not be now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.contact import Contact, Purpose
from services.reminders.domain.gate import Withheld
from services.reminders.domain.history import History
from services.reminders.domain.packs import Policy
from services.reminders.domain.person import Person
from services.reminders.domain.reservations import ask_again

ABOUT_MONEY = frozenset({Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP})
"""Contacts that make no sense where nothing is owed. Answers, plans and notices do."""


class NotSent(StrEnum):
    """Why a contact is not sent, apart from the gate's rules. It is final, and shown."""

    HOLDS_UNKNOWN = "holds_unknown"
    """Holds are not read up to now: one may lie unread."""
    BRAKE = "brake"
    NOTHING_OWED = "nothing_owed"
    MERGED = "goes_by_another_id"
    """Who was to be contacted was found to be another person, whose rules were not asked."""
    OVER = "over"
    """What it was to say is no longer so."""
    QUIET = "quiet"
    """A promise runs, or a payment is said to be on its way."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the service knows at this moment besides the person."""

    holds_read: bool
    """Whether holds are read up to a second ago."""
    braked: bool
    owed: Mapping[UUID, bool]
    """Whether anything of each loan is unpaid that is due, or falls due next. One that is missing is paid."""
    asks: bool
    """Whether it is about something that is owed."""
    over: bool
    """Whether what it was to say is no longer so."""
    quiet: Mapping[UUID, date]
    today: date


def last_look(
    slot: UUID,
    contact: Contact,
    person: Person,
    history: History,
    policy: Policy,
    situation: Situation,
    now: datetime,
) -> NotSent | Withheld | None:
    """Why a contact must not go out now; None where it may.

    One about several loans is withheld for one of them: what remains is composed anew, without it.
    """
    if not situation.holds_read:
        return NotSent.HOLDS_UNKNOWN
    if situation.braked:
        return NotSent.BRAKE
    if situation.over:
        return NotSent.OVER
    if contact.purpose in ABOUT_MONEY and situation.asks:
        if not all(situation.owed.get(loan, False) for loan in contact.loans):
            return NotSent.NOTHING_OWED
        if any(situation.today <= situation.quiet.get(loan, date.min) for loan in contact.loans):
            return NotSent.QUIET
    decision = ask_again(slot, contact, person, history, policy, now)
    return decision if isinstance(decision, Withheld) else None
