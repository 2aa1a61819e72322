"""What follows from an answer, once its words are read.

What protects the person (a stop, a dispute, a complaint, somebody who speaks for them, trouble, danger) is
obeyed at once, even where the reading is not sure. What binds them, a promise, is taken only from words that
are plain. A person reads whatever is not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from services.reminders.domain.contact import Channel, Recipient
from services.reminders.domain.opt_out import is_opt_out
from services.reminders.domain.orders import (
    AnswerWith,
    Ask,
    CallAt,
    Close,
    HoldNow,
    NotTheirs,
    Order,
    Quiet,
    SpeaksFor,
    StopAddress,
    Task,
)
from services.reminders.domain.packs import Policy
from services.reminders.domain.promises import HORIZON_DAYS_MAX
from services.reminders.domain.treatments import Closing
from services.reminders.domain.words.intents import Intent, Reading, Said, Share, read
from services.reminders.domain.words.languages import SPEECHES
from services.reminders.domain.words.messages import Occasion
from shared.events.base import Event
from shared.events.care import Circumstance, CrisisSignalled, HardshipSignalled
from shared.events.ids import name_id
from shared.events.parts import HoldReason
from shared.events.reminders import (
    BorrowerReplied,
    ComplaintRaised,
    DisputeRaised,
    MediationRequested,
    PromiseMade,
    RepresentationStated,
)
from shared.money import Money

PAYMENT_AWAITED_DAYS = 7
"""A payment that is said to be made is waited for in quiet: banks take days, holidays more."""
SAID_IN_REPLY = "said_in_reply"


@dataclass(frozen=True, slots=True)
class Owed:
    """One of the person's loans that the answer may be about."""

    loan_id: UUID
    arrears: Money
    due_on: date
    """Since when it is past due, or when it falls due next."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that came, without its words."""

    id: UUID
    person_id: UUID
    channel: Channel
    address: str
    """The key of the address that it came from."""
    at: datetime
    today: date
    """Where the person is."""
    loans: tuple[Owed, ...]
    """Those that the last contact was about, or all of the person's."""


@dataclass(slots=True)
class Consequences:
    """What is to be told, and what is to be done, in order."""

    events: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


_ANSWERS = (
    (Intent.CRISIS, Occasion.CRISIS),
    (Intent.WRONG_PERSON, Occasion.ANSWER_WRONG_PERSON),
    (Intent.STOP, Occasion.STOP_CONFIRMED),
    (Intent.REPRESENTED, Occasion.REPRESENTED),
    (Intent.COMPLAINT, Occasion.COMPLAINT_RECEIVED),
    (Intent.DISPUTE, Occasion.DISPUTE_RECEIVED),
    (Intent.MEDIATION, Occasion.ANSWER_BY_PERSON),
    (Intent.CANNOT_PAY, Occasion.ANSWER_CANNOT_PAY),
    (Intent.PAID, Occasion.ANSWER_PAID),
    (Intent.PROMISE, Occasion.PROMISE_RECEIVED),
    (Intent.CALL_ME, Occasion.ANSWER_CALL_ME),
)
"""The most pressing one is answered, and no other."""


def understand(text: str, today: date, region: str | None, policy: Policy) -> Reading:
    """What a person means by a text. A word by which a law lets messages be ended ends them."""
    if is_opt_out(text, policy):
        return Reading((Said(Intent.STOP, 0, len(text)),), sure=True)
    return read(text, today, SPEECHES, region)


def follow(reply: Reply, reading: Reading) -> Consequences:
    """All that follows from an answer."""
    said = {one.intent: one for one in reversed(reading.said)}
    done = Consequences()
    done.events.append(_told(reply, reading))
    if Intent.WRONG_PERSON in said:
        # Whoever wrote is not the person: what else they said says nothing about the person.
        said = {intent: one for intent, one in said.items() if intent in _OF_ANYONE}
    for intent, follows in _FOLLOWS.items():
        if intent in said:
            follows(reply, said[intent], done)
    taken = True
    if Intent.PROMISE in said and Intent.CRISIS not in said:
        taken = _promise(reply, reading, done)
    if not reading.sure:
        _read_it(reply, None, done)
    answer = next((occasion for intent, occasion in _ANSWERS if intent in said), Occasion.ANSWER_BY_PERSON)
    if answer is Occasion.PROMISE_RECEIVED and not taken:
        answer = Occasion.ANSWER_BY_PERSON
    done.orders = list(dict.fromkeys([*done.orders, AnswerWith(answer)]))
    return done


_OF_ANYONE = frozenset({Intent.WRONG_PERSON, Intent.CRISIS})


def _told(reply: Reply, reading: Reading) -> BorrowerReplied:
    return BorrowerReplied(
        person_id=reply.person_id,
        reply_id=reply.id,
        channel=reply.channel.value,
        intents=tuple(dict.fromkeys(one.intent.value for one in reading.said)),
        certain=reading.sure,
        loan_ids=_loan_ids(reply),
        replied_at=reply.at,
    )


def _loan_ids(reply: Reply) -> tuple[UUID, ...]:
    return tuple(one.loan_id for one in reply.loans)


def _loans(reply: Reply) -> frozenset[UUID]:
    return frozenset(_loan_ids(reply))


def _named(reply: Reply, what: str, which: object = "") -> UUID:
    return name_id(what, f"{reply.id}\n{which}")


# -- one intent each -----------------------------------------------------------------------------------------


def _crisis(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.events.append(
        CrisisSignalled(person_id=reply.person_id, signal_id=_named(reply, "crisis"), signalled_at=reply.at)
    )
    done.orders += [Close(None, Closing.CRISIS), Ask(Task.CALL_AT_ONCE)]


def _stop(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.orders.append(StopAddress(reply.address, reply.channel))


def _represented(reply: Reply, said: Said | None, done: Consequences) -> None:
    # Who it is, and for which loans, is not read from the words: the widest meaning counts until somebody
    # has asked.
    done.events.append(
        RepresentationStated(
            person_id=reply.person_id, loan_ids=(), by=Recipient.ATTORNEY.value, stated_at=reply.at
        )
    )
    done.orders += [
        SpeaksFor(Recipient.ATTORNEY),
        Close(None, Closing.REPRESENTED),
        Ask(Task.FIND_REPRESENTATIVE),
    ]


def _complaint(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.events.append(
        ComplaintRaised(
            person_id=reply.person_id,
            complaint_id=_named(reply, "complaint"),
            loan_ids=_loan_ids(reply),
            reason=SAID_IN_REPLY,
            raised_at=reply.at,
        )
    )
    done.orders += [
        HoldNow(HoldReason.COMPLAINT, _loans(reply)),
        Close(_loans(reply), Closing.COMPLAINT),
        Ask(Task.READ_REPLY),
    ]


def _dispute(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.events += [
        DisputeRaised(
            person_id=reply.person_id,
            dispute_id=_named(reply, "dispute", one.loan_id),
            loan_id=one.loan_id,
            reason=SAID_IN_REPLY,
            raised_at=reply.at,
        )
        for one in reply.loans
    ]
    done.orders += [
        HoldNow(HoldReason.DISPUTE, _loans(reply)),
        Close(_loans(reply), Closing.DISPUTE),
        Ask(Task.READ_REPLY),
    ]


def _mediation(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.events.append(
        MediationRequested(
            person_id=reply.person_id,
            request_id=_named(reply, "mediation"),
            loan_ids=_loan_ids(reply),
            requested_at=reply.at,
        )
    )
    done.orders += [Close(_loans(reply), Closing.MEDIATION), Ask(Task.READ_REPLY)]


def _cannot_pay(reply: Reply, said: Said | None, done: Consequences) -> None:
    reason = None if said is None else said.reason
    done.events.append(
        HardshipSignalled(
            person_id=reply.person_id,
            signal_id=_named(reply, "hardship"),
            reason=Circumstance.OTHER if reason is None else Circumstance(reason.value),
            source="reply",
            loan_ids=_loan_ids(reply),
            signalled_at=reply.at,
        )
    )
    done.orders.append(Close(_loans(reply), Closing.HARDSHIP))


def _paid(reply: Reply, said: Said | None, done: Consequences) -> None:
    until = reply.today + timedelta(days=PAYMENT_AWAITED_DAYS)
    done.orders += [Quiet(_loans(reply), until), Ask(Task.FIND_PAYMENT)]


def _call_me(reply: Reply, said: Said | None, done: Consequences) -> None:
    on, at = (None, None) if said is None else (said.on, said.at)
    done.orders += [CallAt(on, at), Ask(Task.CALL_BACK)]


def _read_it(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.orders.append(Ask(Task.READ_REPLY))


def _wrong_person(reply: Reply, said: Said | None, done: Consequences) -> None:
    done.orders += [NotTheirs(reply.address), Ask(Task.FIND_ADDRESS)]


_FOLLOWS = {
    Intent.CRISIS: _crisis,
    Intent.WRONG_PERSON: _wrong_person,
    Intent.STOP: _stop,
    Intent.REPRESENTED: _represented,
    Intent.COMPLAINT: _complaint,
    Intent.DISPUTE: _dispute,
    Intent.MEDIATION: _mediation,
    Intent.CANNOT_PAY: _cannot_pay,
    Intent.PAID: _paid,
    Intent.CALL_ME: _call_me,
    Intent.QUESTION: _read_it,
}
"""The most pressing first. Promises, of which there may be several, come after them."""


# -- promises ------------------------------------------------------------------------------------------------


def _promise(reply: Reply, reading: Reading, done: Consequences) -> bool:
    """Take the promises of an answer, all or none; whether they were taken."""
    promises = [one for one in reading.said if one.intent is Intent.PROMISE]
    made = [tuple(_made(reply, one, number)) for number, one in enumerate(promises)]
    if not reading.sure or not all(made):
        done.orders.append(Ask(Task.AGREE_PROMISE))
        return False
    done.events += [event for events in made for event in events]
    return True


def _made(reply: Reply, said: Said, number: int) -> Iterator[PromiseMade]:
    """A promise for each loan that it is for: arrears are met from the oldest on. Nothing where it names no
    day that one can wait for, or no sum that fits.
    """
    latest = reply.today + timedelta(days=HORIZON_DAYS_MAX)
    if said.on is None or not reply.today <= said.on <= latest:
        return
    for loan, amount in _shared_out(reply, said):
        yield PromiseMade(
            person_id=reply.person_id,
            promise_id=_named(reply, "promise", f"{number}\n{loan.loan_id}"),
            loan_id=loan.loan_id,
            amount=amount,
            due_on=said.on,
        )


def _shared_out(reply: Reply, said: Said) -> Iterator[tuple[Owed, Money]]:
    late = sorted(
        (one for one in reply.loans if one.arrears.minor > 0), key=lambda one: (one.due_on, one.loan_id.int)
    )
    currencies = {one.arrears.currency for one in late}
    if len(currencies) != 1 or (said.currency is not None and said.currency not in currencies):
        return
    left = _sum(said, late)
    if left is None:
        return
    for place, loan in enumerate(late):
        last = place == len(late) - 1
        part = left if last else min(left, loan.arrears)
        if part:
            yield loan, part
        left -= part


def _sum(said: Said, late: list[Owed]) -> Money | None:
    """What was promised in all: the sum, the share, or all arrears where neither is named."""
    currency, arrears = late[0].arrears.currency, sum(one.arrears.minor for one in late)
    if said.amount is None:
        return Money(-(-arrears // 2) if said.share is Share.HALF else arrears, currency)
    try:
        return Money.parse(f"{said.amount:f}", currency)
    except ValueError:
        return None  # more decimals than the currency has: not a sum of it
