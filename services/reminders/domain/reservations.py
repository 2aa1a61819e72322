"""A slot for a contact: reserved before it is made, then confirmed with its outcome or released.

A reserved slot counts as whatever it may become, so two diallers never share the last one. One that is
neither confirmed nor released goes on counting, since nobody knows that it was not used.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.reminders.domain.contact import Contact, Place
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import OPENED_BITS, History, Outcome, Record
from services.reminders.domain.packs import Policy
from services.reminders.domain.person import Person
from services.reminders.domain.windows import days_of
from shared.errors import Conflict, NotFound


class SlotUnknown(NotFound):
    """No contact was reserved under this id. Reserve one before making the contact."""


class SlotUsed(Conflict):
    """The contact was made already: what became of it stands, and cannot be released."""


@dataclass(frozen=True, slots=True)
class Reserved:
    """The slot is taken: the contact may be made, now and once."""

    history: History
    permit: Permit | None
    again: bool = False
    """The same request came before: whoever asked then may be making the contact, so do not make it twice."""


def reserve(
    slot: UUID, contact: Contact, person: Person, history: History, policy: Policy, now: datetime
) -> Reserved | Withheld:
    """Take a slot for a contact that is to be made at once."""
    if history.record(slot) is not None:
        return Reserved(history, None, again=True)
    decision = permit(contact, person, history, policy, now)
    if isinstance(decision, Withheld):
        return decision
    return Reserved(history.adding(record_of(slot, contact, person, decision, now)), decision)


def ask_again(
    slot: UUID, contact: Contact, person: Person, history: History, policy: Policy, now: datetime
) -> Permit | Withheld:
    """Look once more at the moment of sending: what counts is when it goes out, not when it was planned."""
    return permit(contact, person, history.without(slot), policy, now)


def confirm(
    slot: UUID,
    outcome: Outcome,
    person: Person,
    history: History,
    made_at: datetime | None = None,
    talked_about: frozenset[UUID] = frozenset(),
) -> History:
    """Say what became of a contact; later news (a bounce, a receipt) replaces it. Raises SlotUnknown."""
    record = _slot(slot, history)
    at = record.at if made_at is None else made_at
    first_on, last_on = days_of(person, at)
    return history.adding(
        record._replace(
            outcome=outcome, at=at, first_on=first_on, last_on=last_on, talked=record.talked | talked_about
        )
    )


def release(slot: UUID, history: History) -> History:
    """The contact was not made. Raises SlotUnknown, and SlotUsed where it was."""
    if _slot(slot, history).outcome is not Outcome.RESERVED:
        raise SlotUsed(slot=slot)
    return history.without(slot)


def _slot(slot: UUID, history: History) -> Record:
    record = history.record(slot)
    if record is None:
        raise SlotUnknown(slot=slot)
    return record


def record_of(slot: UUID, contact: Contact, person: Person, decision: Permit, now: datetime) -> Record:
    """The record of a contact that was permitted, while it is being made."""
    first_on, last_on = days_of(person, now)
    address = person.address(contact.address)
    return Record(
        slot,
        now,
        first_on,
        last_on,
        contact.channel,
        contact.purpose,
        Outcome.RESERVED,
        contact.address,
        contact.lender,
        contact.collector,
        frozenset(contact.loans),
        flags=sum(OPENED_BITS[kind] for kind in decision.opened),
        consent_day=decision.consent_day,
        answers=contact.answers,
        place=Place.ELSEWHERE if address is None else address.place,
    )
