from dataclasses import replace

import pytest

from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.gate import Withheld
from services.reminders.domain.history import History, Outcome, Record
from services.reminders.domain.orders import StopAddress
from services.reminders.domain.person import Person
from services.reminders.domain.receipts import Delivery, Received, receive
from services.reminders.domain.reservations import SlotUnknown
from tests.unit.reminders.gates import NAMES, a_contact, a_person, asked, day, made

NOON = day(4, 6)
SENT = made(NOON, Outcome.SENT, Channel.SMS)
PERSON, SO_FAR = a_person(), History.of([SENT])


def told(delivery: Delivery, person: Person = PERSON, history: History = SO_FAR) -> Received:
    return receive(SENT.id, delivery, person, history)


def record(received: Received) -> Record:
    found = received.history.record(SENT.id)
    assert found is not None
    return found


def test_a_message_that_arrived_is_noted_so() -> None:
    received = told(Delivery.DELIVERED)
    assert (record(received).outcome, received.failed, received.stop) == (Outcome.DELIVERED, None, None)
    assert received.person == PERSON


def test_a_number_that_does_not_exist_is_never_used_again() -> None:
    received = told(Delivery.NO_SUCH_ADDRESS)
    assert (record(received).outcome, received.failed) == (Outcome.BOUNCED, Delivery.NO_SUCH_ADDRESS)
    contact = a_contact(Channel.SMS, Purpose.HELP)
    assert isinstance(asked(NOON, contact, received.person), Withheld)
    mobile = received.person.address("mobile")
    assert mobile is not None
    assert Channel.CALL in mobile.channels


def test_a_full_mailbox_is_tried_again_another_time() -> None:
    received = told(Delivery.UNDELIVERED)
    assert (received.failed, received.person) == (Delivery.UNDELIVERED, PERSON)


def test_who_reports_a_message_as_unwelcome_has_said_stop() -> None:
    received = told(Delivery.UNWELCOME)
    assert (received.stop, received.failed) == (StopAddress("mobile", Channel.SMS), None)


def test_a_message_that_is_on_its_way_changes_nothing() -> None:
    assert told(Delivery.DELAYED) == Received(PERSON, SO_FAR)


@pytest.mark.parametrize("delivery", [Delivery.UNDELIVERED, Delivery.NO_SUCH_ADDRESS])
def test_a_receipt_that_comes_twice_is_told_once(delivery: Delivery) -> None:
    first = told(delivery)
    assert told(delivery, first.person, first.history) == replace(first, failed=None)


def test_a_receipt_for_nothing_is_refused() -> None:
    with pytest.raises(SlotUnknown):
        receive(NAMES, Delivery.DELIVERED, PERSON, SO_FAR)
