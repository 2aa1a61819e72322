"""Answers of a person: what they lead to, at once. Their words lie sealed, and are in no event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.reminders.domain import asking, contacting, holding
from services.reminders.domain import course as running
from services.reminders.domain.answers import Consequences, Owed, Reply, follow
from services.reminders.domain.caring import CRISIS
from services.reminders.domain.contact import Channel, Place, Recipient
from services.reminders.domain.contacting import Wish, looked_up
from services.reminders.domain.history import INBOUND, Outcome, Record
from services.reminders.domain.orders import (
    AnswerWith,
    Ask,
    CallAt,
    Close,
    HoldNow,
    NotTheirs,
    Order,
    SpeaksFor,
    StopAddress,
)
from services.reminders.domain.person import Consent, ConsentKind, Stop, StopKind
from services.reminders.domain.person_file import Cause, KeptReply, LoanSeen, PersonFile, PersonUnknown
from services.reminders.domain.receipts import Delivery, receive
from services.reminders.domain.small_states import StaffTaskKind, TaskGiven
from services.reminders.domain.treatments import Closing
from services.reminders.domain.turn import Turn
from services.reminders.domain.windows import days_of
from services.reminders.domain.words.intents import Reading
from shared.decision import Context, Decision, Need
from shared.events.ids import name_id
from shared.events.reminders import BorrowerReplied, ContactFailed, DisputeRaised
from shared.money import Money
from shared.quick import replace

_CALLED_BACK_FOR = timedelta(hours=2)
_ANSWERED_BY = (Channel.MAIL, Channel.SMS, Channel.APP)


@dataclass(frozen=True, slots=True)
class TakeReply:
    """A person answered. The words were read, and sealed; `sealed` is what is kept of them."""

    person_id: UUID
    reply_id: UUID
    channel: Channel
    reading: Reading
    sealed: bytes
    address: str | None = None
    loan_ids: tuple[UUID, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplyTaken:
    """What was understood."""

    reply_id: UUID
    intents: tuple[str, ...]
    certain: bool


@dataclass(frozen=True, slots=True)
class TakeReceipt:
    """A provider says what became of a contact."""

    person_id: UUID
    contact_id: UUID
    delivery: Delivery


def reply(state: PersonFile, command: TakeReply, context: Context) -> Decision[PersonFile] | Need:
    """Take an answer. Raises PersonUnknown."""
    if not state.seen_by(context.actor):
        raise PersonUnknown(person_id=state.id)
    turn = Turn(state, context)
    loans = _spoken_of(turn, command)
    taken = _reply_of(turn, command, loans)
    consequences = follow(taken, command.reading)
    lenders = sorted({one.lender for one in loans} or {one.lender for one in state.loans})
    wishes = _answers(consequences, taken, loans, lenders)
    if missing := looked_up(wishes, context):
        return Need(keys=missing)
    kept = KeptReply(command.reply_id, taken.at, command.channel.value, tuple(lenders), command.sealed)
    turn.change(
        history=turn.file.history.adding(_inbound(turn, taken, lenders)), replies=(*turn.file.replies, kept)
    )
    known, left = running.replied(
        turn.file.course,
        Consequences(consequences.events, [one for one in consequences.orders if not isinstance(one, Close)]),
        taken.today,
        turn.reference.calendars(turn.file.judged.calendars),
    )
    turn.run(known)
    for order in (*[one for one in consequences.orders if isinstance(one, Close)], *left):
        _obey(turn, order, taken, lenders, consequences)
    for wish in wishes:
        contacting.ask(turn, wish)
    told = next(one for one in consequences.events if isinstance(one, BorrowerReplied))
    return turn.decided(ReplyTaken(command.reply_id, tuple(told.intents), told.certain))


def _spoken_of(turn: Turn, command: TakeReply) -> list[LoanSeen]:
    """The loans that are named, else those of the last contact, else all."""
    loans = {one.loan_id: one for one in turn.file.loans if turn.file.loan(one.loan_id) is not None}
    if command.loan_ids:
        return [loans[one] for one in command.loan_ids if one in loans]
    last = next((one for one in reversed(turn.file.history.records) if not one.inbound), None)
    about = [loans[one] for one in sorted(last.loans) if one in loans] if last is not None else []
    return about or list(loans.values())


def _reply_of(turn: Turn, command: TakeReply, loans: Sequence[LoanSeen]) -> Reply:
    at = command.at or turn.now
    return Reply(
        command.reply_id,
        turn.file.id,
        command.channel,
        command.address or "",
        at,
        turn.file.today(at),
        tuple(_owed(one) for one in loans),
    )


def _owed(loan: LoanSeen) -> Owed:
    first = loan.first
    if first is None:
        return Owed(loan.loan_id, Money(0, "XXX"), date.max)
    late = [one.amount for one in loan.missed]
    arrears = sum(late[1:], late[0]) if late else Money.zero(first.amount.currency)
    return Owed(loan.loan_id, arrears, first.due_on)


def _inbound(turn: Turn, taken: Reply, lenders: Sequence[str]) -> Record:
    first_on, last_on = days_of(turn.file.judged, taken.at)
    return Record(
        taken.id,
        taken.at,
        first_on,
        last_on,
        taken.channel,
        contacting.ANSWER,
        Outcome.CONVERSATION if taken.channel is Channel.CALL else Outcome.DELIVERED,
        taken.address,
        lenders[0] if lenders else "",
        lenders[0] if lenders else "",
        frozenset(one.loan_id for one in taken.loans),
        flags=INBOUND,
        place=Place.MOBILE,
    )


def _answers(
    consequences: Consequences, taken: Reply, loans: Sequence[LoanSeen], lenders: Sequence[str]
) -> list[Wish]:
    """One answer, of the lender whose loans were spoken of, by the way that the reply came."""
    order = next((one for one in consequences.orders if isinstance(one, AnswerWith)), None)
    if order is None or not lenders or not loans or taken.channel is Channel.CALL:
        return []
    about = tuple(one.loan_id for one in loans if one.lender == lenders[0])
    channels = (taken.channel,) if taken.channel in _ANSWERED_BY else _ANSWERED_BY
    return [
        Wish(lenders[0], about, order.occasion, channels, answers=taken.id, address=taken.address or None)
    ]


def _obey(turn: Turn, order: Order, taken: Reply, lenders: Sequence[str], consequences: Consequences) -> None:
    match order:
        case Close():
            _close(turn, order, taken, consequences)
        case Ask():
            turn.hands_on.append(
                TaskGiven(
                    task_id=name_id("task", f"{taken.id}\n{order.task}"),
                    person_id=turn.file.id,
                    kind=StaffTaskKind(order.task.value),
                    lenders=tuple(lenders),
                    loan_ids=tuple(one.loan_id for one in taken.loans),
                    reply_id=taken.id,
                )
            )
        case HoldNow():
            holding.obey_at_once(turn, order.reason, order.loans, taken.id)
        case StopAddress():
            stop_address(turn, order, taken.id)
        case NotTheirs():
            _not_theirs(turn, order.address)
        case SpeaksFor():
            asking.represent(turn, order.by, None, taken.id)
        case CallAt():
            _call_at(turn, order, lenders)
        case _:  # answers are asked of the gate by themselves
            pass


def _close(turn: Turn, order: Close, taken: Reply, consequences: Consequences) -> None:
    if order.closing is Closing.CRISIS:
        turn.close(Cause(CRISIS, Closing.CRISIS, None))
    elif order.closing is Closing.DISPUTE:
        for event in consequences.events:
            if isinstance(event, DisputeRaised):
                turn.close(Cause(event.dispute_id, Closing.DISPUTE, frozenset({event.loan_id})))
    elif order.closing is Closing.COMPLAINT:
        turn.close(Cause(name_id("complaint", f"{taken.id}\n"), Closing.COMPLAINT, order.loans))
    elif order.closing is not Closing.REPRESENTED:  # obeyed with who speaks for the person
        turn.close(Cause(taken.id, order.closing, order.loans))


def stop_address(turn: Turn, order: StopAddress, message: UUID) -> None:
    """No more to this address, nor by the channel that it was said on."""
    today = turn.file.today(turn.now)
    if order.address:
        asking.add_stop(
            turn,
            Stop(StopKind.ADDRESS, turn.now, address=order.address, received_on=today, message=message),
        )
    by_channel = Stop(
        StopKind.CHANNEL,
        turn.now,
        channels=frozenset({order.channel}),
        received_on=today,
        message=message,
    )
    asking.add_stop(turn, by_channel)


def _not_theirs(turn: Turn, key: str) -> None:
    addresses = tuple(
        replace(one, owner=Recipient.STRANGER, established=False) if one.key == key else one
        for one in turn.file.judged.addresses
    )
    turn.change(
        judged=replace(turn.file.judged, addresses=addresses), history=turn.file.history.wrong_number(key)
    )
    turn.note("address_not_theirs")


def _call_at(turn: Turn, order: CallAt, lenders: Sequence[str]) -> None:
    if order.on is None or order.at is None:
        return
    starts_at = datetime.combine(order.on, order.at, tzinfo=ZoneInfo(turn.file.zone))
    for lender in lenders:
        asking.consent_to(
            turn,
            Consent(
                ConsentKind.ASKED,
                lender,
                turn.now,
                starts_at,
                starts_at + _CALLED_BACK_FOR,
                frozenset({Channel.CALL}),
            ),
        )


def take_receipt(state: PersonFile, command: TakeReceipt, context: Context) -> Decision[PersonFile]:
    """Note whether a contact arrived. Raises SlotUnknown."""
    turn = Turn(state, context)
    record = state.history.record(command.contact_id)
    got = receive(command.contact_id, command.delivery, state.judged, state.history)
    turn.change(judged=got.person, history=got.history)
    turn.note(
        "receipt",
        lender=None if record is None else record.lender,
        contact_id=command.contact_id,
        delivery=command.delivery.value,
    )
    if got.failed is not None and record is not None:
        turn.tell(
            ContactFailed(
                person_id=state.id,
                contact_id=command.contact_id,
                purpose=record.purpose,
                channel=record.channel.value,
                loan_ids=tuple(sorted(record.loans)),
                lender=record.lender,
                reason=got.failed.value,
                failed_at=turn.now,
            )
        )
    if got.stop is not None:
        stop_address(turn, got.stop, command.contact_id)
    return turn.decided(command.delivery)
