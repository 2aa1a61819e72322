from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from services.reminders.domain.answers import (
    SAID_IN_REPLY,
    Consequences,
    Owed,
    Reply,
    follow,
    understand,
)
from services.reminders.domain.contact import Channel, Recipient
from services.reminders.domain.orders import (
    AnswerWith,
    Ask,
    CallAt,
    Close,
    HoldNow,
    NotTheirs,
    Quiet,
    SpeaksFor,
    StopAddress,
    Task,
)
from services.reminders.domain.treatments import Closing
from services.reminders.domain.words.messages import Occasion
from shared.events.care import Circumstance, CrisisSignalled, HardshipSignalled
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
from tests.unit.reminders.gates import floor_and

TODAY, AT = date(2026, 3, 11), datetime(2026, 3, 11, 9, tzinfo=UTC)
CAR, SOFA = UUID(int=1), UUID(int=2)
BOTH = frozenset({CAR, SOFA})
OWED = (Owed(CAR, Money(30000, "CNY"), date(2026, 3, 1)), Owed(SOFA, Money(20000, "CNY"), date(2026, 2, 1)))


def answered(text: str, loans: tuple[Owed, ...] = OWED) -> Consequences:
    reply = Reply(UUID(int=7), UUID(int=8), Channel.SMS, "mobile", AT, TODAY, loans)
    return follow(reply, understand(text, TODAY, "CN", floor_and("cn", "us-regf")))


def told(done: Consequences) -> list[type]:
    return [type(one) for one in done.events]


def promised(done: Consequences) -> list[tuple[UUID, int, date]]:
    return [
        (one.loan_id, one.amount.minor, one.due_on) for one in done.events if isinstance(one, PromiseMade)
    ]


@pytest.mark.parametrize("text", ["I lost my job and cannot pay", "我失业了,还不起"])
def test_who_cannot_pay_is_offered_help_and_asked_for_nothing(text: str) -> None:
    done = answered(text)
    (signal,) = [one for one in done.events if isinstance(one, HardshipSignalled)]
    assert (signal.reason, signal.source, signal.loan_ids) == (Circumstance.JOB_LOSS, "reply", (CAR, SOFA))
    assert Close(BOTH, Closing.HARDSHIP) in done.orders
    assert done.orders[-1] == AnswerWith(Occasion.ANSWER_CANNOT_PAY)


def test_trouble_without_a_reason_is_trouble() -> None:
    (signal,) = [one for one in answered("I can't pay").events if isinstance(one, HardshipSignalled)]
    assert signal.reason is Circumstance.OTHER


def test_a_promise_meets_the_oldest_arrears_first() -> None:
    done = answered("I will pay 250 yuan on 20 March")
    on = date(2026, 3, 20)
    assert promised(done) == [(SOFA, 20000, on), (CAR, 5000, on)]
    assert done.orders == [AnswerWith(Occasion.PROMISE_RECEIVED)]


@pytest.mark.parametrize(
    ("text", "sums"),
    [("I will pay half on 20 March", [20000, 5000]), ("I will pay on 20 March", [20000, 30000])],
)
def test_a_promise_without_a_sum_is_of_the_arrears_or_a_share_of_them(text: str, sums: list[int]) -> None:
    assert [minor for _, minor, _ in promised(answered(text))] == sums


@pytest.mark.parametrize(
    "text",
    [
        "I will pay next year on 20 March 2027",
        "I will pay 200 yuan",
        "I will pay 50 euros on 20 March",
        "I will pay when my wages come",
    ],
)
def test_a_promise_that_one_cannot_wait_for_goes_to_a_person(text: str) -> None:
    done = answered(text)
    assert promised(done) == []
    assert Ask(Task.AGREE_PROMISE) in done.orders
    assert done.orders[-1] == AnswerWith(Occasion.ANSWER_BY_PERSON)


def test_nothing_is_promised_where_nothing_is_late() -> None:
    done = answered("I will pay on 20 March", (Owed(CAR, Money(0, "CNY"), date(2026, 4, 1)),))
    assert promised(done) == []


def test_a_payment_said_to_be_made_is_waited_for_in_quiet_and_looked_for() -> None:
    done = answered("I paid yesterday")
    assert done.orders == [
        Quiet(BOTH, date(2026, 3, 18)),
        Ask(Task.FIND_PAYMENT),
        AnswerWith(Occasion.ANSWER_PAID),
    ]


def test_a_dispute_is_held_at_once_for_every_loan() -> None:
    done = answered("I dispute this, it is not my debt")
    disputes = [one for one in done.events if isinstance(one, DisputeRaised)]
    assert [(one.loan_id, one.reason, one.disputed) for one in disputes] == [
        (CAR, SAID_IN_REPLY, None),
        (SOFA, SAID_IN_REPLY, None),
    ]
    assert len({one.dispute_id for one in disputes}) == 2
    assert HoldNow(HoldReason.DISPUTE, BOTH) in done.orders
    assert Close(BOTH, Closing.DISPUTE) in done.orders


def test_a_wrong_person_is_told_nothing_and_never_written_to_again() -> None:
    done = answered("Wrong number, I don't know this person. I will pay nothing, and I am ill")
    assert told(done) == [BorrowerReplied]
    assert done.orders[:2] == [NotTheirs("mobile"), Ask(Task.FIND_ADDRESS)]
    assert done.orders[-1] == AnswerWith(Occasion.ANSWER_WRONG_PERSON)


@pytest.mark.parametrize("text", ["STOP", "退订", "T", "Quit."])
def test_a_stop_is_obeyed_and_confirmed_once(text: str) -> None:
    done = answered(text)
    assert StopAddress("mobile", Channel.SMS) in done.orders
    assert done.orders[-1] == AnswerWith(Occasion.STOP_CONFIRMED)
    assert sum(isinstance(one, AnswerWith) for one in done.orders) == 1


def test_a_complaint_holds_contact_at_once() -> None:
    done = answered("I want to make a complaint about your calls")
    assert ComplaintRaised in told(done)
    assert HoldNow(HoldReason.COMPLAINT, BOTH) in done.orders


def test_who_is_represented_is_left_alone_about_everything() -> None:
    done = answered("Please speak to my lawyer")
    (stated,) = [one for one in done.events if isinstance(one, RepresentationStated)]
    assert (stated.loan_ids, stated.by) == ((), "attorney")
    assert SpeaksFor(Recipient.ATTORNEY) in done.orders
    assert Close(None, Closing.REPRESENTED) in done.orders


def test_who_asks_for_mediation_gets_a_third_party() -> None:
    done = answered("I would like a mediator")
    assert MediationRequested in told(done)
    assert Close(BOTH, Closing.MEDIATION) in done.orders


def test_who_asks_to_be_called_is_called_then() -> None:
    done = answered("Please call me tomorrow at 3pm")
    assert CallAt(date(2026, 3, 12), time(15)) in done.orders
    assert Ask(Task.CALL_BACK) in done.orders


@pytest.mark.parametrize("text", ["I want to die, I will pay on 20 March", "我不想活了"])
def test_in_a_crisis_everything_stops_and_a_person_calls(text: str) -> None:
    done = answered(text)
    assert CrisisSignalled in told(done)
    assert promised(done) == []
    assert done.orders[0] == Close(None, Closing.CRISIS)
    assert Ask(Task.CALL_AT_ONCE) in done.orders
    assert done.orders[-1] == AnswerWith(Occasion.CRISIS)


def test_what_is_most_pressing_is_done_first_and_all_of_it_is_done() -> None:
    done = answered("STOP texting me. I dispute this. I lost my job.")
    assert told(done) == [BorrowerReplied, DisputeRaised, DisputeRaised, HardshipSignalled]
    assert isinstance(done.orders[0], StopAddress)
    assert done.orders[-1] == AnswerWith(Occasion.STOP_CONFIRMED)


def test_what_cannot_be_read_is_read_by_a_person() -> None:
    done = answered("hmm ok then")
    assert told(done) == [BorrowerReplied]
    assert done.orders == [Ask(Task.READ_REPLY), AnswerWith(Occasion.ANSWER_BY_PERSON)]


def test_what_protects_is_obeyed_even_where_the_reading_is_not_sure() -> None:
    done = answered("I lost my job, I will pay 200 yuan")
    assert HardshipSignalled in told(done)
    assert Ask(Task.READ_REPLY) in done.orders
    assert promised(done) == []


def test_every_answer_is_told_by_its_intents_alone() -> None:
    (reply,) = [one for one in answered("I lost my job").events if isinstance(one, BorrowerReplied)]
    assert (reply.intents, reply.channel, reply.loan_ids) == (("cannot_pay",), "sms", (CAR, SOFA))
    assert "lost" not in reply.model_dump_json()


def test_the_same_answer_handed_in_twice_has_the_same_consequences() -> None:
    assert answered("I will pay 250 yuan on 20 March") == answered("I will pay 250 yuan on 20 March")
