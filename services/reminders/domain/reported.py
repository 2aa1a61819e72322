"""Contacts that others make: asked for beforehand, reported afterwards. All count."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.reminders.domain.contact import (
    Channel,
    Contact,
    ContactAboutNothing,
    Part,
    Place,
    Purpose,
    Recipient,
    Telling,
)
from services.reminders.domain.contacting import (
    conduct_of,
    looked_up_for,
    note_permit,
    note_withheld,
    policy_for,
    withheld_event,
)
from services.reminders.domain.gate import Withheld
from services.reminders.domain.history import INBOUND, Outcome, Record
from services.reminders.domain.person_file import PersonFile, PersonUnknown
from services.reminders.domain.reservations import Reserved, SlotUnknown, confirm, release, reserve
from services.reminders.domain.small_states import Conduct, conduct_id
from services.reminders.domain.turn import Turn
from services.reminders.domain.windows import days_of
from shared.decision import Context, Decision, Key, Need
from shared.errors import NotFound
from shared.events.ids import name_id
from shared.events.reminders import ConductBreachFound, ContactSent, ContactWithheld, MisconductRefused
from shared.events.servicing import ContactDirection, ContactReported

MISCONDUCT_CHANNELS = frozenset({Channel.VISIT, Channel.SOCIAL, Channel.POSTCARD})
"""Asking for one of these is noted as misconduct that was refused."""
MISCONDUCT_RECIPIENTS = frozenset(
    {
        Recipient.SPOUSE,
        Recipient.RELATIVE,
        Recipient.FRIEND,
        Recipient.NEIGHBOUR,
        Recipient.EMPLOYER,
        Recipient.COLLEAGUE,
        Recipient.CONTACT_PERSON,
    }
)


UNKNOWN = "unknown"
"""The key of no address."""


class LoanNotTheirs(NotFound):
    """The person has no such loan with this lender."""


@dataclass(frozen=True, slots=True)
class AskPermit:
    """May this contact be made now? The slot is reserved until its outcome, or its release, is told."""

    person_id: UUID
    contact_id: UUID
    lender: str
    loan_ids: tuple[UUID, ...]
    channel: Channel
    purpose: Purpose
    address: str | None = None
    recipient: Recipient = Recipient.SELF
    script: str | None = None
    """What the agent means to say; it is looked at and not kept."""


@dataclass(frozen=True, slots=True)
class PermitAnswer:
    """The gate's answer."""

    contact_id: UUID
    permitted: bool
    rule: str | None = None
    pack: str | None = None
    until: datetime | None = None
    alternatives: tuple[str, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class TellOutcome:
    """What became of a contact that was permitted."""

    person_id: UUID
    contact_id: UUID
    outcome: Outcome
    made_at: datetime | None = None
    talked_about: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class ReleaseSlot:
    """The contact was not made."""

    person_id: UUID
    contact_id: UUID


def ask_permit(state: PersonFile, command: AskPermit, context: Context) -> Decision[PersonFile] | Need:
    """Reserve a slot, or say by which rule not. Raises PersonUnknown, LoanNotTheirs."""
    if missing := looked_up_for(command.lender, command.channel, context):
        return Need(keys=missing)
    _check_loans(state, command, context)
    turn = Turn(state, context)
    harsh = turn.reference.tells_harsh(command.script) if command.script else ()
    if harsh:
        return _refused(turn, command, harsh, "text_refused")
    contact = _contact(turn, command)
    taken = reserve(
        command.contact_id,
        contact,
        turn.file.person(turn.now),
        turn.file.history,
        policy_for(turn, command.lender),
        turn.now,
    )
    if isinstance(taken, Reserved):
        turn.change(history=taken.history)
        if taken.permit is not None:
            note_permit(turn, command.contact_id, command.lender, taken.permit)
        return turn.decided(PermitAnswer(command.contact_id, permitted=True, again=taken.again))
    return _withheld(turn, command, contact, taken)


def _check_loans(state: PersonFile, command: AskPermit, context: Context) -> None:
    if not state.seen_by(context.actor):
        raise PersonUnknown(person_id=state.id)
    if not command.loan_ids:
        raise ContactAboutNothing(purpose=command.purpose, channel=command.channel)
    theirs = {one.loan_id for one in state.loans if one.lender == command.lender}
    if unknown := set(command.loan_ids) - theirs:
        raise LoanNotTheirs(loan_ids=", ".join(map(str, sorted(unknown))))


def _contact(turn: Turn, command: AskPermit) -> Contact:
    own = [one for one in turn.file.judged.addresses if command.channel in one.channels]
    # Without a named address the first that serves the channel is meant; with none, an unknown one.
    key = command.address or (own[0].key if own and command.recipient is Recipient.SELF else UNKNOWN)
    address = turn.file.judged.address(key)
    if address is not None and address.owner is not command.recipient:
        # Whoever is meant is not whose address it is: one of the two is wrong, and nobody knows which.
        key, address = UNKNOWN, None
    conduct = conduct_of(turn.context, command.lender)
    established = address is not None and address.established
    return Contact(
        command.channel,
        command.purpose,
        key,
        command.lender,
        conduct.collector or command.lender,
        command.loan_ids,
        conduct.sender,
        frozenset(Telling) if established else frozenset(),
        frozenset({Part.OPT_OUT}),
    )


def _withheld(turn: Turn, command: AskPermit, contact: Contact, said: Withheld) -> Decision[PersonFile]:
    turn.tell(withheld_event(turn, command.contact_id, contact, said, None))
    note_withheld(turn, command.contact_id, command.lender, said)
    if command.channel in MISCONDUCT_CHANNELS or command.recipient in MISCONDUCT_RECIPIENTS:
        turn.tell(_misconduct(turn, command, (said.rule.rule,)))
    return turn.decided(
        PermitAnswer(
            command.contact_id,
            permitted=False,
            rule=said.rule.rule,
            pack=said.rule.pack,
            until=said.until,
            alternatives=tuple(one.value for one in said.alternatives),
        )
    )


def _refused(turn: Turn, command: AskPermit, kinds: tuple[str, ...], rule: str) -> Decision[PersonFile]:
    turn.tell(
        _misconduct(turn, command, kinds),
        ContactWithheld(
            person_id=turn.file.id,
            contact_id=command.contact_id,
            purpose=command.purpose,
            channel=command.channel.value,
            loan_ids=command.loan_ids,
            lender=command.lender,
            rule=rule,
            pack="house",
            pack_version="1",
            withheld_at=turn.now,
        ),
    )
    return turn.decided(PermitAnswer(command.contact_id, permitted=False, rule=rule, pack="house"))


def _misconduct(turn: Turn, command: AskPermit, kinds: tuple[str, ...]) -> MisconductRefused:
    return MisconductRefused(
        lender=command.lender,
        refusal_id=name_id("misconduct", str(command.contact_id)),
        kinds=kinds,
        channel=command.channel.value,
        person_id=turn.file.id,
        refused_at=turn.now,
    )


def tell_outcome(state: PersonFile, command: TellOutcome, context: Context) -> Decision[PersonFile]:
    """Say what became of it. It was made after it was permitted and not later than now, whatever the clock of
    who tells it says. Raises SlotUnknown.
    """
    turn, record = Turn(state, context), _slot(state, command.contact_id, context)
    made_at = min(max(command.made_at or record.at, record.at), context.now)
    after = confirm(
        command.contact_id, command.outcome, state.judged, state.history, made_at, command.talked_about
    )
    turn.change(history=after)
    turn.note("outcome", lender=record.lender, contact_id=command.contact_id, outcome=command.outcome.value)
    if record.outcome is Outcome.RESERVED:
        turn.tell(
            ContactSent(
                person_id=state.id,
                contact_id=command.contact_id,
                purpose=record.purpose,
                channel=record.channel.value,
                loan_ids=tuple(sorted(record.loans)),
                lender=record.lender,
                sent_at=context.now if command.made_at is None else made_at,
            )
        )
    return turn.decided(command.outcome)


def release_slot(state: PersonFile, command: ReleaseSlot, context: Context) -> Decision[PersonFile]:
    """Give the slot back. Raises SlotUnknown, SlotUsed."""
    turn, record = Turn(state, context), _slot(state, command.contact_id, context)
    turn.change(history=release(command.contact_id, state.history))
    turn.note("released", lender=record.lender, contact_id=command.contact_id)
    return turn.decided(command.contact_id)


def _slot(state: PersonFile, contact_id: UUID, context: Context) -> Record:
    """A slot of the caller's lender. What the service itself is about to send is nobody's to tell of."""
    record = state.history.record(contact_id)
    if (
        record is None
        or not context.actor.may_act_for(record.lender)
        or state.plan_of(contact_id) is not None
    ):
        raise SlotUnknown(slot=contact_id)
    return record


def looked_up(event: ContactReported, context: Context) -> list[Key]:
    """What must be loaded before a reported contact is counted: how its lender conducts contact."""
    key = Key(Conduct.__name__, conduct_id(event.lender))
    return [] if key in context.others else [key]


def count(turn: Turn, event: ContactReported, *, own: bool) -> None:
    """A contact that was made outside counts; one that the gate would not have permitted is a breach."""
    loan = next((one for one in turn.file.loans if one.loan_id == event.loan_id), None)
    channel = next((one for one in Channel if one.value == event.medium), Channel.CALL)
    contact_id = name_id("reported", f"{event.lender}\n{event.contact_reference}")
    if not own or loan is None or turn.file.history.record(contact_id) is not None:
        return
    inbound = event.direction is ContactDirection.FROM_BORROWER
    first_on, last_on = days_of(turn.file.judged, event.made_at)
    address = next((one for one in turn.file.judged.addresses if channel in one.channels), None)
    outcome = Outcome.CONVERSATION if channel is Channel.CALL else Outcome.DELIVERED
    record = Record(
        contact_id,
        event.made_at,
        first_on,
        last_on,
        channel,
        event.purpose,
        outcome if event.reached else Outcome.UNANSWERED,
        "" if address is None else address.key,
        event.lender,
        conduct_of(turn.context, event.lender).collector or event.lender,
        frozenset({event.loan_id}),
        flags=INBOUND if inbound else 0,
        place=Place.ELSEWHERE if address is None else address.place,
    )
    if not inbound:
        _look_for_breach(turn, event, channel, contact_id, UNKNOWN if address is None else address.key)
    turn.change(history=turn.file.history.adding(record))
    turn.note(
        "reported",
        lender=event.lender,
        contact_id=contact_id,
        channel=channel.value,
        purpose=event.purpose.value,
        hour=turn.hour(event.made_at),
        inbound=inbound,
    )


def _look_for_breach(
    turn: Turn, event: ContactReported, channel: Channel, contact_id: UUID, address: str
) -> None:
    conduct = conduct_of(turn.context, event.lender)
    asked = Contact(
        channel,
        event.purpose,
        address,
        event.lender,
        conduct.collector or event.lender,
        (event.loan_id,),
        conduct.sender,
        # What it said is not reported: a breach is what is known, not what may have been.
        tells=frozenset(),
        carries=frozenset(Part),
    )
    person, policy = turn.file.person(event.made_at), policy_for(turn, event.lender)
    taken = reserve(contact_id, asked, person, turn.file.history, policy, event.made_at)
    if isinstance(taken, Withheld):
        turn.tell(
            ConductBreachFound(
                person_id=turn.file.id,
                contact_id=contact_id,
                rule=taken.rule.rule,
                pack=taken.rule.pack,
                found_at=turn.now,
            ),
            lender=event.lender,
        )
