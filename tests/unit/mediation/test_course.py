"""The course of a case: opened, consented to, and over."""

from uuid import UUID

import pytest

from services.mediation.domain.appointing import TakeUp
from services.mediation.domain.case import Case
from services.mediation.domain.closing import AnswerDue
from services.mediation.domain.course import AlreadyConsented, GiveConsent, GiveUp, Withdraw
from services.mediation.domain.deadlines import ending
from services.mediation.domain.machine import MoveForbidden, Stage
from services.mediation.domain.persons import AlreadyOpen, NothingToMediate, OpenCase, PersonUnknown
from services.mediation.domain.seats import NotYourPart
from shared.decision import Actor, Role
from shared.errors import NotFound
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.mediation import MediationClosed, MediationDeclined, MediationOpened, Side
from shared.events.parts import PartyRole
from shared.events.reminders import (
    BorrowerName,
    LoanUnlinked,
    MediationRequested,
    PersonErased,
    PersonLinked,
    PersonUnlinked,
)
from tests.builders import NOON
from tests.unit.mediation.house import (
    ADA,
    BORROWER,
    FOREIGN,
    LOAN,
    OLGA,
    PERSON,
    STRANGER,
    House,
    a_link,
    mediator_actor,
)

SURVIVOR = person_id(LENDER, "C-3")
THERE = loan_id("other", "L-9")


def _asked(*loans: UUID, number: int = 5) -> MediationRequested:
    return MediationRequested(
        person_id=PERSON, request_id=UUID(int=number), loan_ids=loans, requested_at=NOON
    )


def test_a_request_over_loans_of_several_lenders_opens_a_case_for_each() -> None:
    house = House()
    house.take(a_link())
    house.take(a_link(loan=THERE, lender="other"))
    house.take(_asked())
    opened = [one for one in house.told if isinstance(one, MediationOpened)]
    assert {(one.lender, one.loan_ids) for one in opened} == {(LENDER, (LOAN,)), ("other", (THERE,))}


def test_who_asks_in_a_message_has_still_to_say_that_they_take_part() -> None:
    house = House()
    house.take(a_link())
    house.take(_asked())
    assert house.case.consents == ()


def test_who_asks_themselves_takes_part_and_the_other_side_is_asked() -> None:
    assert [one.side for one in House().opened(BORROWER).consents] == [Side.BORROWER]
    assert [one.side for one in House().opened(OLGA).consents] == [Side.LENDER]


def test_there_is_one_open_case_with_a_lender_at_a_time() -> None:
    house = House()
    case = house.opened()
    with pytest.raises(AlreadyOpen):
        house.take(OpenCase(PERSON, UUID(int=9)), OLGA)
    house.take(_asked(number=6))
    assert house.of(Case) == [case]
    house.take(Withdraw(case.id), BORROWER)
    house.take(OpenCase(PERSON, UUID(int=9)), OLGA)
    assert len(house.of(Case)) == 2


@pytest.mark.parametrize("who", [STRANGER, FOREIGN, mediator_actor(), Actor("anna", Role.ADVISER)])
def test_nobody_opens_a_case_about_loans_that_are_not_their_business(who: Actor) -> None:
    house = House()
    house.take(a_link())
    with pytest.raises(PersonUnknown):
        house.take(OpenCase(PERSON, UUID(int=9)), who)


def test_who_runs_the_service_asks_for_neither_side() -> None:
    house = House()
    house.take(a_link())
    with pytest.raises(NotYourPart):
        house.take(OpenCase(PERSON, UUID(int=9)), ADA)


def test_an_adviser_of_the_loan_may_ask_and_the_person_is_asked() -> None:
    house, adviser = House(), UUID(int=77)
    house.take(a_link(person=adviser, role=PartyRole.ADVISER))
    case = house.opened(Actor(str(adviser), Role.ADVISER))
    assert (case.asked_by, case.consents) == ("adviser", ())


def test_a_former_adviser_may_ask_no_longer() -> None:
    house, adviser = House(), UUID(int=77)
    house.take(a_link(person=adviser, role=PartyRole.ADVISER))
    house.take(LoanUnlinked(person_id=adviser, loan_id=LOAN, role=PartyRole.ADVISER))
    with pytest.raises(PersonUnknown):
        house.opened(Actor(str(adviser), Role.ADVISER))


def test_a_lender_asks_about_its_own_loans_alone() -> None:
    house = House()
    house.take(a_link(loan=THERE, lender="other"))
    case = house.opened(OLGA)
    assert (case.lender, case.loan_ids) == (LENDER, (LOAN,))
    with pytest.raises(PersonUnknown):
        house.take(OpenCase(PERSON, UUID(int=9), (THERE,)), OLGA)


def test_without_a_loan_there_is_nothing_to_mediate() -> None:
    house = House()
    house.take(a_link())
    house.take(LoanUnlinked(person_id=PERSON, loan_id=LOAN, role=PartyRole.BORROWER))
    with pytest.raises(NothingToMediate):
        house.take(OpenCase(PERSON, UUID(int=9)), BORROWER)


def test_a_side_that_says_no_ends_it() -> None:
    house = House()
    case = house.opened()
    house.take(GiveConsent(case.id, False), OLGA)
    declined, closed = house.told[-2:]
    assert isinstance(declined, MediationDeclined)
    assert isinstance(closed, MediationClosed)
    assert (declined.side, declined.reason, closed.outcome) == (Side.LENDER, "refused", "declined")
    assert house.timers == {}


def test_silence_is_no_consent() -> None:
    house = House()
    house.opened()
    house.wait(14)
    assert house.stage == Stage.ASKED
    house.wait(2)
    declined = house.told[-2]
    assert isinstance(declined, MediationDeclined)
    assert (declined.side, declined.reason) == (Side.LENDER, "no_answer")
    assert house.stage == Stage.CLOSED


def test_a_last_day_ends_when_it_has_ended_everywhere() -> None:
    due = ending(AnswerDue, House().opened().answer_by)
    assert due.due_at.isoformat() == "2026-03-17T12:00:00+00:00"


def test_nobody_consents_twice_or_for_the_other_side() -> None:
    house = House()
    case = house.opened()
    with pytest.raises(AlreadyConsented):
        house.take(GiveConsent(case.id, True), BORROWER)
    for who in (STRANGER, FOREIGN, mediator_actor()):
        with pytest.raises(NotFound):
            house.take(GiveConsent(case.id, True), who)
    with pytest.raises(NotYourPart):
        house.take(GiveConsent(case.id, True), ADA)


def test_a_mediator_gives_up_only_once_there_were_negotiations() -> None:
    house = House()
    house.mediator()
    case = house.opened()
    house.take(GiveConsent(case.id, True), OLGA)
    with pytest.raises(MoveForbidden):
        house.take(GiveUp(case.id), mediator_actor())
    house.take(TakeUp(case.id), mediator_actor())
    house.wait(16)
    assert house.stage == Stage.NEGOTIATING
    house.take(GiveUp(case.id), mediator_actor())
    assert house.case.outcome == "no_agreement"


def test_negotiations_end_without_an_agreement_when_time_is_up() -> None:
    house = House()
    house.mediator()
    case = house.opened()
    house.take(GiveConsent(case.id, True), OLGA)
    house.take(TakeUp(case.id), mediator_actor())
    house.wait(90)
    assert (house.case.stage, house.case.outcome) == (Stage.CLOSED, "no_agreement")
    assert house.timers.keys() == {key for key in house.timers if key[0].type == "Mediator"}


def test_the_person_that_a_borrower_is_found_to_be_takes_their_seat() -> None:
    house = House()
    case = house.opened()
    linked = PersonLinked(
        person_id=SURVIVOR,
        borrower=BorrowerName(lender=LENDER, borrower_reference="C-1"),
        formerly=PERSON,
    )
    house.take(linked)
    assert house.case.person_id == SURVIVOR
    with pytest.raises(NotFound):
        house.take(Withdraw(case.id), BORROWER)
    house.take(a_link(loan=THERE, lender="other"))
    assert {one.lender for one in house.of_person(SURVIVOR).loans} == {LENDER, "other"}
    house.take(Withdraw(case.id), Actor(str(SURVIVOR), Role.BORROWER))
    assert house.of_person(SURVIVOR).open_cases == ()


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_borrower_who_is_another_person_after_all_takes_their_case_along(forgotten: bool) -> None:
    house = House()
    case = house.opened()
    name = BorrowerName(lender=LENDER, borrower_reference="C-1")
    house.take(PersonLinked(person_id=SURVIVOR, borrower=name, formerly=PERSON))
    house.take(a_link(loan=THERE, lender="other"))
    house.take(OpenCase(SURVIVOR, UUID(int=6), (THERE,)), Actor(str(SURVIVOR), Role.BORROWER))
    (kept,) = [one.id for one in house.of(Case) if one.lender == "other"]

    house.take(LoanUnlinked(person_id=SURVIVOR, loan_id=LOAN, role=PartyRole.BORROWER))
    house.take(PersonUnlinked(person_id=SURVIVOR, borrower=name, now=PERSON))
    if forgotten:
        house.take(PersonErased(person_id=PERSON, borrowers=(name,)))
    every = {one.id: one for one in house.of(Case)}
    assert (every[case.id].person_id, every[case.id].forgotten) == (PERSON, forgotten)
    assert (every[kept].person_id, every[kept].forgotten, every[kept].is_open) == (SURVIVOR, False, True)
    assert [one.case_id for one in house.of_person(SURVIVOR).open_cases] == [kept]
    assert house.of_person(SURVIVOR).formers == ()
    house.take(a_link())
    assert [one.loan_id for one in house.of_person(PERSON).loans] == ([] if forgotten else [LOAN])


def test_a_person_who_is_forgotten_leaves_an_empty_and_closed_case() -> None:
    house = House()
    house.opened()
    names = (BorrowerName(lender=LENDER, borrower_reference="C-1"),)
    house.take(PersonErased(person_id=PERSON, borrowers=names))
    case = house.case
    assert (case.stage, case.outcome, case.contents, case.forgotten) == (
        Stage.CLOSED,
        "person_erased",
        (),
        True,
    )
