"""What is handed in, and who may read it."""

import pytest

from services.mediation.domain.appointing import TakeUp
from services.mediation.domain.case import Audience, Content, ContentKind, Seat
from services.mediation.domain.contents import (
    EVIDENCE_BYTES_MAX,
    AudienceRefused,
    EvidenceKindRefused,
    EvidenceTooLarge,
    NewContent,
    Submit,
)
from services.mediation.domain.course import GiveConsent
from services.mediation.domain.machine import MoveForbidden, Stage
from services.mediation.domain.seats import NotYourPart, may_read
from shared.decision import Actor
from shared.errors import NotFound, StateChanged
from tests.builders import NOON
from tests.unit.mediation.house import (
    ADA,
    BORROWER,
    FOREIGN,
    OLGA,
    PERSON,
    STRANGER,
    House,
    a_text,
    mediator_actor,
)

READERS: dict[tuple[Seat, Audience], set[Seat]] = {
    (Seat.BORROWER, Audience.BOTH): {Seat.BORROWER, Seat.LENDER, Seat.MEDIATOR},
    (Seat.BORROWER, Audience.MEDIATOR): {Seat.BORROWER, Seat.MEDIATOR},
    (Seat.BORROWER, Audience.OWN): {Seat.BORROWER},
    (Seat.LENDER, Audience.BOTH): {Seat.BORROWER, Seat.LENDER, Seat.MEDIATOR},
    (Seat.LENDER, Audience.MEDIATOR): {Seat.LENDER, Seat.MEDIATOR},
    (Seat.LENDER, Audience.OWN): {Seat.LENDER},
    (Seat.MEDIATOR, Audience.OWN): {Seat.MEDIATOR},
}


@pytest.fixture
def house() -> House:
    """A case in which both sides state their views."""
    one = House()
    one.mediator()
    case = one.opened()
    one.take(GiveConsent(case.id, True), OLGA)
    one.take(TakeUp(case.id), mediator_actor())
    return one


@pytest.mark.parametrize(("by", "audience"), READERS, ids=str)
def test_each_text_is_read_by_those_it_is_for_and_nobody_else(by: Seat, audience: Audience) -> None:
    text = Content(PERSON, ContentKind.NOTE, by, audience, NOON, "text/plain", 1)
    assert {seat for seat in Seat if may_read(text, seat)} == READERS[(by, audience)]


def test_negotiations_begin_once_both_sides_have_stated_their_views(house: House) -> None:
    case = house.case
    house.take(a_text(case.id, house.new_id()), BORROWER)
    house.take(a_text(case.id, house.new_id()), BORROWER)
    house.take(a_text(case.id, house.new_id(), ContentKind.NOTE, Audience.OWN), OLGA)
    assert house.stage == Stage.STATEMENTS
    house.take(a_text(case.id, house.new_id(), audience=Audience.MEDIATOR), OLGA)
    assert house.stage == Stage.NEGOTIATING
    assert house.names()[-3:] == ["StatementSubmitted"] * 3


def test_notes_can_be_written_before_there_is_a_mediator_and_statements_cannot() -> None:
    house = House()
    case = house.opened()
    house.take(a_text(case.id, house.new_id(), ContentKind.NOTE, Audience.OWN), OLGA)
    with pytest.raises(MoveForbidden):
        house.take(a_text(case.id, house.new_id()), OLGA)


@pytest.mark.parametrize(
    ("who", "kind", "audience"),
    [
        (BORROWER, ContentKind.NOTE, Audience.BOTH),
        (BORROWER, ContentKind.STATEMENT, Audience.OWN),
        (mediator_actor(), ContentKind.NOTE, Audience.BOTH),
        (mediator_actor(), ContentKind.NOTE, Audience.MEDIATOR),
    ],
)
def test_a_note_is_never_for_the_other_side(
    house: House, who: Actor, kind: ContentKind, audience: Audience
) -> None:
    with pytest.raises(AudienceRefused):
        house.take(a_text(house.case.id, house.new_id(), kind, audience), who)


def test_a_mediator_states_nothing(house: House) -> None:
    with pytest.raises(NotYourPart):
        house.take(a_text(house.case.id, house.new_id()), mediator_actor())


def test_whoever_has_no_part_hands_in_nothing(house: House) -> None:
    for who in (STRANGER, FOREIGN):
        with pytest.raises(NotFound):
            house.take(a_text(house.case.id, house.new_id()), who)
    with pytest.raises(NotYourPart):
        house.take(a_text(house.case.id, house.new_id()), ADA)


def test_evidence_is_small_and_of_a_kind_that_runs_nothing(house: House) -> None:
    def evidence(media_type: str, size: int) -> Submit:
        new = NewContent(house.new_id(), ContentKind.EVIDENCE, Audience.BOTH, media_type, size)
        return Submit(house.case.id, new, b"sealed")

    with pytest.raises(EvidenceTooLarge):
        house.take(evidence("image/png", EVIDENCE_BYTES_MAX + 1), BORROWER)
    with pytest.raises(EvidenceKindRefused):
        house.take(evidence("text/html", 10), BORROWER)
    house.take(evidence("image/png", EVIDENCE_BYTES_MAX), BORROWER)
    assert [one.kind for one in house.case.contents] == [ContentKind.EVIDENCE]


def test_what_was_not_sealed_is_never_taken(house: House) -> None:
    text = a_text(house.case.id, house.new_id())
    with pytest.raises(StateChanged):
        house.take(Submit(text.case_id, text.new, b""), BORROWER)
