"""What an event is, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from shared.events import base
from shared.events.base import Event, event_class, newest, newest_class
from shared.events.borrowers import BorrowerErased, BorrowerUpdated
from shared.events.clock import ClockTicked
from shared.events.ids import loan_id, name_id
from shared.events.known import event_classes
from shared.events.ledger import DelinquencyChanged, FeedLate, LoanRegistered, PaymentApplied
from shared.events.loans import LoanOpened, PaymentReceived, PaymentsComplete, ProductPublished, RateChanged
from shared.events.parts import BucketAmount, Components, LenderShare, SplitPart
from shared.money import Money
from tests.builders import (
    a_full_event,
    a_loan,
    a_payment,
    a_schedule,
    an_applied_payment,
    an_event,
    an_instalment,
    money,
)


def read(cls: type[Event], data: dict[str, Any], **changed: Any) -> Event:
    return cls.read(to_json({**data, **changed}))


def wire(event: Event) -> dict[str, Any]:
    data: dict[str, Any] = from_json(event.model_dump_json())
    return data


@pytest.fixture
def undeclared() -> Iterator[None]:
    """Event classes declared by a test are forgotten after it."""
    types, names = dict(base._BY_TYPE), dict(base._NEWEST)
    yield
    for registry, before in ((base._BY_TYPE, types), (base._NEWEST, names)):
        registry.clear()
        registry.update(before)


@pytest.mark.parametrize("cls", event_classes(), ids=lambda cls: cls.__name__)
def test_every_event_comes_back_from_json_as_it_was(cls: type[Event]) -> None:
    for event in (an_event(cls), a_full_event(cls)):
        assert cls.read(event.model_dump_json().encode()) == event


@pytest.mark.parametrize("cls", event_classes(), ids=lambda cls: cls.__name__)
def test_every_event_has_a_type_a_topic_and_a_key(cls: type[Event]) -> None:
    event = an_event(cls)
    assert f"org.huancui.{cls.NAME}.v{cls.VERSION}" == cls.TYPE
    assert event.topic_name == (f"{cls.TOPIC}.acme" if cls.PER_LENDER else cls.TOPIC)
    assert event.partition_key
    assert isinstance(event.key_id, UUID)
    assert event_class(cls.TYPE) is cls


def test_a_platforms_event_is_ordered_by_the_loan_that_its_reference_names() -> None:
    payment = a_payment(lender="birch", loan="L-9")
    assert payment.key_id == payment.loan_id == loan_id("birch", "L-9")
    assert payment.partition_key == str(payment.loan_id)
    assert payment.topic_name == "loan-events.birch"
    assert "loan_id" not in wire(payment)


def test_a_key_that_is_a_name_stands_for_itself_within_its_lender() -> None:
    published = [an_event(ProductPublished, lender=lender, product="p") for lender in ("acme", "birch")]
    erased = [an_event(BorrowerErased, lender=lender, borrower_reference="C") for lender in ("acme", "birch")]
    assert published[0].key_id != published[1].key_id
    assert [one.key_id for one in erased] == [one.borrower_id for one in erased]
    assert erased[0].key_id != erased[1].key_id
    assert erased[0].key_id == an_event(BorrowerUpdated, borrower_reference="C").key_id


def test_a_lender_has_one_id_on_every_topic() -> None:
    assert an_event(PaymentsComplete).key_id == an_event(FeedLate).key_id == name_id("lender", "acme")


def test_the_same_payment_has_the_same_id_however_often_it_is_reported() -> None:
    assert (
        a_payment("1.00").payment_id == a_payment("2.00").payment_id != a_payment(reference="P-2").payment_id
    )


def test_writers_may_not_invent_fields() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        an_event(PaymentReceived, colour="red")
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Components(**{"colour": "red"})


def test_readers_ignore_what_they_do_not_know_at_any_depth() -> None:
    payment = a_payment(direction=Components(principal=money("1000.00")))
    data = wire(payment)
    data["direction"]["colour"] = "red"
    assert read(PaymentReceived, data, colour="red") == payment


def test_an_event_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        a_payment().value_on = date(2026, 1, 1)  # type: ignore[misc]


@pytest.mark.parametrize(
    "value_on",
    [
        "2026-02-30",
        "2026-02-29",
        "2026-13-01",
        "2026-03-01T00:00:00",
        "20260301",
        "1772323200",
        1772323200,
        20.5,
        None,
        "",
    ],
)
def test_a_day_that_is_none_is_refused(value_on: object) -> None:
    with pytest.raises(ValidationError, match="value_on"):
        read(PaymentReceived, wire(a_payment()), value_on=value_on)


@pytest.mark.parametrize(
    "now",
    [
        "2026-03-01T08:00:00",
        "2026-03-01",
        "2026-02-30T08:00:00Z",
        "1772323200",
        1772323200,
        "2026-03-01T25:00:00Z",
        "9999-12-31T23:59:59-23:00",
    ],
)
def test_an_instant_without_offset_or_of_no_day_is_refused(now: object) -> None:
    with pytest.raises(ValidationError, match="now"):
        read(ClockTicked, {}, now=now)


def test_writers_too_must_give_an_instant_its_offset() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        ClockTicked(now=datetime(2026, 3, 1, 8, 0))  # that is what is refused


def test_instants_are_kept_in_utc() -> None:
    ticked = read(ClockTicked, {}, now="2026-03-01T08:00:00.25+08:00")
    assert ticked == ClockTicked(now=datetime(2026, 3, 1, 0, 0, 0, 250_000, tzinfo=UTC))
    assert wire(ticked)["now"] == "2026-03-01T00:00:00.250000Z"


@pytest.mark.parametrize(
    "rate",
    [0.05, 5, True, "NaN", "Infinity", "1e-2", "-0.01", "10.01", "0.12345678901", "0,05", "", "٣", None],
)
def test_a_rate_that_is_no_plain_decimal_string_is_refused(rate: object) -> None:
    with pytest.raises(ValidationError, match="annual_rate"):
        read(RateChanged, wire(an_event(RateChanged)), annual_rate=rate)


@pytest.mark.parametrize("rate", ["0", "0.075", "10", "10.0", "0.0000000001"])
def test_a_rate_keeps_its_digits(rate: str) -> None:
    changed = RateChanged.read(to_json({**wire(an_event(RateChanged)), "annual_rate": rate}))
    assert changed.annual_rate == Decimal(rate)
    assert wire(changed)["annual_rate"] == rate


@pytest.mark.parametrize(
    "amount", [1000, 1000.0, "NaN", "1e3", "1000.001", None, {"amount": 1, "currency": "CNY"}]
)
def test_an_amount_that_is_no_decimal_string_of_its_currency_is_refused(amount: object) -> None:
    shaped = amount if isinstance(amount, dict) else {"amount": amount, "currency": "CNY"}
    with pytest.raises(ValidationError, match="amount"):
        read(PaymentReceived, wire(a_payment()), amount=shaped)


def test_json_that_writes_not_a_number_is_refused() -> None:
    data = a_payment().model_dump_json().replace('"1000.00"', "NaN", 1)
    with pytest.raises(ValidationError, match="amount"):
        PaymentReceived.read(data.encode())


@pytest.mark.parametrize("reference", ["", " L-1", "L 1", "Zhang San", "x" * 101, "L\n1", "-x"])
def test_a_reference_holds_no_names(reference: str) -> None:
    with pytest.raises(ValidationError, match="loan_reference"):
        a_payment(loan=reference)


@pytest.mark.parametrize("lender", ["", "Acme", "a.b", "a_b", "-a", "x" * 41])
def test_a_lenders_name_must_fit_into_a_topics(lender: str) -> None:
    with pytest.raises(ValidationError, match="lender"):
        a_payment(lender=lender)


def test_all_amounts_of_an_event_are_in_one_currency() -> None:
    euro, yuan = money("1.00", "EUR"), money("1.00")
    before, after = (BucketAmount(arrears=arrears, days_past_due=1, stage="M1") for arrears in (euro, yuan))
    with pytest.raises(ValidationError, match="one currency"):
        a_payment(direction=Components(principal=euro))
    with pytest.raises(ValidationError, match="one currency"):
        a_payment("1.00", split=(SplitPart(loan_reference="L-1", amount=euro),))
    with pytest.raises(ValidationError, match="one currency"):
        an_applied_payment(credit=euro)
    with pytest.raises(ValidationError, match="one currency"):
        an_event(DelinquencyChanged, before=before, after=after)
    with pytest.raises(ValidationError, match="one currency"):
        a_loan(instalments=a_schedule("1.00", currency="EUR"), principal=yuan)


def test_a_split_payment_adds_up() -> None:
    parts = [
        SplitPart(loan_reference=f"L-{n}", amount=money(amount))
        for n, amount in enumerate(("600.00", "400.00"))
    ]
    assert a_payment("1000.00", split=parts).split == tuple(parts)
    with pytest.raises(ValidationError, match="add up"):
        a_payment("1000.01", split=parts)


def test_an_instalments_components_add_up() -> None:
    assert (
        an_instalment(components=Components(principal=money("900.00"), interest=money("100.00"))).number == 1
    )
    with pytest.raises(ValidationError, match="add up"):
        an_instalment(components=Components(principal=money("900.00")))
    with pytest.raises(ValidationError, match="currency"):
        an_instalment(components=Components(principal=money("1000.00", "EUR")))
    with pytest.raises(ValidationError, match="negative"):
        an_instalment(amount="-1.00")


def test_lenders_shares_add_up_to_one() -> None:
    thirds = ["0.3333333333", "0.3333333333", "0.3333333334"]
    shares = [LenderShare(holder_reference=f"I-{n}", share=Decimal(third)) for n, third in enumerate(thirds)]
    assert a_loan(shares=shares).shares == tuple(shares)
    with pytest.raises(ValidationError, match="exactly 1"):
        a_loan(shares=shares[:2])


@pytest.mark.parametrize("share", ["0", "0.0", "1.1", "0.00000000000", "2", 1])
def test_a_share_is_above_zero_and_at_most_one(share: object) -> None:
    with pytest.raises(ValidationError, match="share"):
        LenderShare.model_validate({"holder_reference": "I-1", "share": share})


@pytest.mark.parametrize("principal", ["0.00", "-1.00"])
def test_a_loan_is_of_more_than_nothing(principal: str) -> None:
    with pytest.raises(ValidationError, match="above zero"):
        a_loan(principal=money(principal))


def test_amounts_are_written_with_all_decimals_of_their_currency() -> None:
    assert wire(an_event(LoanRegistered, owed=Money(5, "KWD")))["owed"] == {
        "amount": "0.005",
        "currency": "KWD",
    }


@pytest.mark.usefixtures("undeclared")
def test_an_event_is_declared_once_and_has_what_its_declaration_says() -> None:
    with pytest.raises(TypeError, match="twice"):
        type("PaymentApplied", (Event,), {}, topic="ledger-events", key="TYPE")
    with pytest.raises(TypeError, match="no 'loan_id'"):
        type("SomethingDone", (Event,), {}, topic="ledger-events", key="loan_id")
    with pytest.raises(TypeError, match="names none"):
        type("SomethingTold", (Event,), {}, topic="loan-events", key="TYPE", per_lender=True)


def test_the_plain_name_is_the_newest_version() -> None:
    assert newest("PaymentApplied") is PaymentApplied
    assert newest_class("org.huancui.PaymentApplied.v1") is PaymentApplied
    assert newest("NothingSuch") is newest_class("org.huancui.NothingSuch.v1") is None
    assert LoanOpened in event_classes()
