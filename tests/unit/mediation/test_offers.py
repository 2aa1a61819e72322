"""Offers: affordable and priced before anyone sees them; answered by both or over."""

from uuid import UUID

import pytest

from services.mediation.domain.appointing import StepBack, TakeUp
from services.mediation.domain.case import Offer, OfferStatus, Seat
from services.mediation.domain.course import BeginNegotiation, GiveConsent, Withdraw
from services.mediation.domain.machine import MoveForbidden, Stage
from services.mediation.domain.offers import (
    AlreadyAnswered,
    AnswerOffer,
    ConfirmOffer,
    MakeOffer,
    OfferOutdated,
    OfferOver,
    OfferPending,
    OfferUnknown,
    OtherLoans,
    Unaffordable,
    WithdrawOffer,
)
from services.mediation.domain.pricing import ReliefNotPossible, outlook_of
from services.mediation.domain.seats import NotYourPart, offers_seen
from shared.decision import Actor
from shared.errors import NotFound, StateChanged
from shared.events.hardship import PlanActivated
from shared.events.mediation import SettlementReached, plan_of_settlement
from shared.events.parts import ReliefKind
from tests.builders import an_event, money
from tests.unit.mediation.house import (
    ADA,
    BORROWER,
    FOREIGN,
    LOAN,
    MILO,
    MIRA,
    OLGA,
    PERSON,
    House,
    a_reckoning,
    an_offer,
    mediator_actor,
)

MEDIATOR = mediator_actor()


@pytest.fixture
def house() -> House:
    """A case in which offers are made."""
    one = House()
    one.mediator()
    case = one.opened()
    one.take(GiveConsent(case.id, True), OLGA)
    one.take(TakeUp(case.id), MEDIATOR)
    one.take(BeginNegotiation(case.id), MEDIATOR)
    return one


def _made(house: House, who: Actor = BORROWER, **how: object) -> Offer:
    id_ = house.new_id()
    house.take(an_offer(house.case.id, id_, **how), who)  # type: ignore[arg-type]
    found = house.case.offer(id_)
    assert found is not None
    return found


def _yes(house: House, offer: Offer, monthly: str = "100.00") -> AnswerOffer:
    return AnswerOffer(house.case.id, offer.id, True, an_offer(house.case.id, offer.id, monthly).priced)


def test_who_makes_an_offer_has_accepted_it_and_the_other_sides_yes_settles_it(house: House) -> None:
    offer = _made(house)
    assert house.names()[-1] == "OfferMade"
    house.take(_yes(house, offer), OLGA)
    reached = house.told[-1]
    assert isinstance(reached, SettlementReached)
    assert (reached.loans, reached.offer_id) == (offer.loans, offer.id)
    assert house.stage == Stage.SETTLED


def test_a_mediators_offer_needs_both_sides(house: House) -> None:
    offer = _made(house, MEDIATOR)
    house.take(_yes(house, offer), OLGA)
    assert house.stage == Stage.NEGOTIATING
    with pytest.raises(AlreadyAnswered):
        house.take(_yes(house, offer), OLGA)
    house.take(_yes(house, offer), BORROWER)
    assert house.stage == Stage.SETTLED


def test_an_offer_that_nobody_answers_is_over_and_no_consent(house: House) -> None:
    offer = _made(house)
    house.wait(12)
    ended = house.case.offer(offer.id)
    assert ended is not None
    assert (ended.status, house.case.stage) == (OfferStatus.EXPIRED, Stage.NEGOTIATING)
    with pytest.raises(OfferOver):
        house.take(_yes(house, offer), OLGA)


def test_one_no_ends_an_offer_and_another_can_be_made(house: House) -> None:
    offer = _made(house)
    with pytest.raises(OfferPending):
        _made(house, OLGA)
    house.take(AnswerOffer(house.case.id, offer.id, False), OLGA)
    assert house.case.offer(offer.id).status is OfferStatus.DECLINED  # type: ignore[union-attr]
    _made(house, OLGA)


def test_what_the_person_cannot_pay_is_refused_and_what_they_can_is_not_told(house: House) -> None:
    with pytest.raises(Unaffordable) as refused:
        _made(house, OLGA, monthly="501.00")
    assert "500" not in refused.value.text
    assert house.case.offers == ()


def test_what_the_ledger_refuses_is_refused_with_its_reason(house: House) -> None:
    with pytest.raises(ReliefNotPossible) as refused:
        _made(house, refused="rate_not_lower")
    assert refused.value.facts["reason"] == "rate_not_lower"


@pytest.mark.parametrize(
    "doubtful",
    [{"capacity": None}, {"monthly": "900.00", "kind": ReliefKind.LUMP_SUM_SETTLEMENT}],
    ids=["capacity unknown", "lump sum"],
)
def test_what_may_not_be_affordable_the_mediator_sees_first(
    house: House, doubtful: dict[str, object]
) -> None:
    offer = _made(house, OLGA, **doubtful)
    assert "OfferMade" not in house.names()
    assert offers_seen(house.case, Seat.BORROWER) == ()
    assert len(offers_seen(house.case, Seat.MEDIATOR)) == len(offers_seen(house.case, Seat.LENDER)) == 1
    with pytest.raises(OfferUnknown):
        house.take(_yes(house, offer), BORROWER)
    house.take(ConfirmOffer(house.case.id, offer.id, True), MEDIATOR)
    assert len(offers_seen(house.case, Seat.BORROWER)) == 1
    assert house.names()[-1] == "OfferMade"


def test_what_the_mediator_does_not_confirm_is_never_seen(house: House) -> None:
    offer = _made(house, OLGA, capacity=None)
    house.take(ConfirmOffer(house.case.id, offer.id, False), MEDIATOR)
    assert offers_seen(house.case, Seat.BORROWER) == ()
    with pytest.raises(OfferOver):
        house.take(ConfirmOffer(house.case.id, offer.id, True), MEDIATOR)


def test_only_the_mediator_confirms(house: House) -> None:
    offer = _made(house, OLGA, capacity=None)
    for who in (OLGA, BORROWER, ADA):
        with pytest.raises(NotYourPart):
            house.take(ConfirmOffer(house.case.id, offer.id, True), who)


def test_nobody_agrees_to_more_than_they_saw(house: House) -> None:
    offer = _made(house)
    with pytest.raises(OfferOutdated):
        house.take(_yes(house, offer, monthly="101.00"), OLGA)
    with pytest.raises(OfferOutdated):
        house.take(AnswerOffer(house.case.id, offer.id, True), OLGA)
    refused = an_offer(house.case.id, offer.id, refused="loan_closed").priced
    with pytest.raises(OfferOutdated):
        house.take(AnswerOffer(house.case.id, offer.id, True, refused), OLGA)
    house.take(_yes(house, offer, monthly="99.00"), OLGA)
    assert house.stage == Stage.SETTLED


def test_its_maker_alone_takes_an_offer_back(house: House) -> None:
    offer = _made(house)
    with pytest.raises(OfferUnknown):
        house.take(WithdrawOffer(house.case.id, offer.id), OLGA)
    house.take(WithdrawOffer(house.case.id, offer.id), BORROWER)
    with pytest.raises(OfferOver):
        house.take(WithdrawOffer(house.case.id, offer.id), BORROWER)


def test_an_offer_is_about_loans_of_the_case(house: House) -> None:
    offer = an_offer(house.case.id, house.new_id())
    other = offer.loans[0].model_copy(update={"loan_id": UUID(int=3)})
    with pytest.raises(OtherLoans):
        house.take(MakeOffer(offer.case_id, offer.offer_id, (other,), offer.priced, None), OLGA)
    with pytest.raises(OtherLoans):
        house.take(MakeOffer(offer.case_id, offer.offer_id, offer.loans * 2, offer.priced, None), OLGA)


def test_an_offer_without_a_price_is_none(house: House) -> None:
    offer = an_offer(house.case.id, house.new_id())
    with pytest.raises(StateChanged):
        house.take(MakeOffer(offer.case_id, offer.offer_id, offer.loans, (), None), OLGA)


def test_whoever_has_no_part_makes_no_offer(house: House) -> None:
    with pytest.raises(NotFound):
        _made(house, FOREIGN)
    with pytest.raises(NotYourPart):
        _made(house, ADA)


def test_what_was_offered_before_a_mediator_who_leaves_lapses(house: House) -> None:
    house.mediator(MILO)
    offer = _made(house)
    house.take(StepBack(house.case.id, "ill"), mediator_actor(MIRA))
    assert house.case.offer(offer.id).status is OfferStatus.EXPIRED  # type: ignore[union-attr]


def test_a_settlement_in_force_closes_the_case_and_nobody_leaves_before(house: House) -> None:
    house.take(_yes(house, _made(house)), OLGA)
    with pytest.raises(MoveForbidden):
        house.take(Withdraw(house.case.id), BORROWER)
    assert house.case.settlement_id is not None
    plan_id = plan_of_settlement(house.case.settlement_id)
    house.take(an_event(PlanActivated, person_id=PERSON, plan_id=plan_id, loan_ids=(LOAN,)))
    assert (house.case.stage, house.case.outcome) == (Stage.CLOSED, "settled")


def test_a_settlement_that_fails_after_its_mediator_left_looks_for_another(house: House) -> None:
    house.take(_yes(house, _made(house)), OLGA)
    house.take(StepBack(house.case.id, "ill"), MEDIATOR)
    assert house.stage == Stage.SETTLED
    house.mediator(MILO)
    house.wait(47)
    assert (house.case.stage, house.case.mediator_id) == (Stage.APPOINTED, MILO)


def test_the_most_that_falls_due_in_a_month_counts_over_all_loans() -> None:
    both = outlook_of([a_reckoning(money("100.00")), a_reckoning(money("50.00"))])
    assert (both.monthly, both.total) == (money("150.00"), money("300.00"))
