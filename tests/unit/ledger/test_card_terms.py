"""The terms of a card, as its opening and its product give them."""

from dataclasses import replace

from services.ledger.domain.card_terms import card_terms
from services.ledger.domain.terms import HUMANE, Ahead
from tests.unit.ledger.plastic import a_card


def test_no_payment_of_a_card_waits_for_a_due_date() -> None:
    waiting = replace(HUMANE, ahead=Ahead.CREDIT)
    assert card_terms(a_card(), None, waiting).allocation == HUMANE
    last = replace(HUMANE, ahead=Ahead.LAST)
    assert card_terms(a_card(), None, last).allocation == last
