"""A card's months become an assessment, told where it opens help, and shown in words."""

from datetime import date, timedelta
from uuid import uuid4

from shared.decision import Role
from shared.events.care import RiskAssessed
from shared.events.ledger import PaymentApplied, PaymentMissed, StatementMade
from shared.events.loans import LoanKind
from shared.events.reminders import LoanLinked
from shared.money import Money
from tests.builders import a_loan
from tests.service.hardship.helping import HELEN, LOANS, OTTO, PERSON, World, linked
from tests.web import bearer

CARD = LOANS["L-1"]


def statement(number: int, balance: int = 400_000) -> StatementMade:
    """The how-manieth statement of a card: half of the limit is used."""
    issued = date(2026, 1, 10) + timedelta(days=30 * number)
    nothing = Money(0, "CNY")
    return StatementMade(
        loan_id=CARD,
        statement_reference=f"s{number}",
        by_ledger=True,
        issued_on=issued,
        due_on=issued + timedelta(days=20),
        balance=Money(balance, "CNY"),
        minimum_payment=Money(20_000, "CNY"),
        past_due=nothing,
        interest=nothing,
    )


def paid(number: int, amount: int) -> PaymentApplied:
    """Money for a card."""
    return PaymentApplied(
        loan_id=CARD, payment_id=uuid4(), applied=Money(amount, "CNY"), credit=Money(0, "CNY")
    )


def not_paid(number: int) -> PaymentMissed:
    """A minimum payment was missed."""
    due = date(2026, 1, 30) + timedelta(days=30 * number)
    return PaymentMissed(
        loan_id=CARD,
        instalment=number + 1,
        due_on=due,
        grace_ended_on=due,
        unpaid=Money(20_000, "CNY"),
        days_past_due=1,
    )


async def carded(world: World) -> LoanLinked:
    """A card with a limit of 8,000, and whose it is."""
    link = linked(CARD)
    await world.hardship.publish(
        a_loan("L-1", kind=LoanKind.REVOLVING, principal=Money(800_000, "CNY"), instalments=()), link
    )
    await world.hardship.settled()
    return link


async def follow(world: World, *events: object) -> None:
    """One after the other."""
    for event in events:
        await world.hardship.publish(event)  # type: ignore[arg-type]
        await world.hardship.settled()


async def test_somebody_who_falls_behind_is_offered_help_and_told_why(world: World) -> None:
    await carded(world)
    for number in range(2):
        await follow(world, statement(number), paid(number, 30_000))
    first = world.told(RiskAssessed)
    assert [one.basis for one in first] == ["rule"]
    for number in range(2, 5):
        await follow(world, statement(number), not_paid(number))
    await follow(world, statement(5))
    last = world.told(RiskAssessed)[-1]
    assert (last.basis, last.person_id, last.model) == ("model", PERSON, "card-misses")
    assert last.opens == ("early_contact", "offer_help")
    shown = await world.get(f"loans/{CARD}/risk", HELEN)
    assert shown["reasons"][0]["code"] == "late_now"
    assert shown["opens"] == ["early_contact", "offer_help"]
    assert shown["cures_alone"] is not None


async def test_somebody_who_pays_all_is_left_alone(world: World) -> None:
    await carded(world)
    for number in range(6):
        await follow(world, statement(number, 100_000), paid(number, 100_000))
    assert all(one.opens == () for one in world.told(RiskAssessed))
    assert len(world.told(RiskAssessed)) <= 2


async def test_a_card_without_a_statement_and_what_is_no_card_of_yours(world: World) -> None:
    await carded(world)
    shown = await world.get(f"loans/{CARD}/risk", HELEN)
    assert (shown["basis"], shown["opens"]) == ("rule", [])
    await world.get(f"loans/{CARD}/risk", OTTO, expected=404)
    await world.get(f"loans/{uuid4()}/risk", HELEN, expected=404)
    await world.get(f"loans/{CARD}/risk", bearer(Role.BORROWER, str(uuid4())), expected=404)
    await world.get(f"loans/{CARD}/risk", bearer(Role.MEDIATOR, "m"), expected=403)
