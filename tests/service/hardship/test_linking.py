"""Hardship knows whose loans are whose, on a real database."""

from services.hardship.store.persons import find_person
from shared.database import transaction
from shared.events.examples import LENDER
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.events.reminders import BorrowerName, LoanLinked, PersonErased, PersonLinked, PersonProfiled
from tests.harness import Running

ANNA, ANNE = person_id(LENDER, "B-1"), person_id("other", "X-1")
LOAN = loan_id(LENDER, "L-1")


async def test_a_person_who_goes_by_another_id_now_is_found_by_both(hardship: Running) -> None:
    await hardship.publish(
        PersonProfiled(person_id=ANNE, time_zones=("Asia/Seoul",), languages=("ko",), country="KR"),
        LoanLinked(
            person_id=ANNE, loan_id=LOAN, lender="other", loan_reference="L-1", role=PartyRole.BORROWER
        ),
        PersonLinked(
            person_id=ANNA, borrower=BorrowerName(lender="other", borrower_reference="X-1"), formerly=ANNE
        ),
    )
    await hardship.settled()
    async with transaction(hardship.service.engine) as connection:
        by_new, by_old = await find_person(connection, ANNA), await find_person(connection, ANNE)
    assert by_new == by_old
    assert by_new is not None
    assert (by_new.country, [one.loan_id for one in by_new.loans]) == ("KR", [LOAN])


async def test_nothing_of_a_person_who_was_forgotten_is_kept(hardship: Running) -> None:
    await hardship.publish(
        LoanLinked(
            person_id=ANNA, loan_id=LOAN, lender=LENDER, loan_reference="L-1", role=PartyRole.BORROWER
        ),
        PersonErased(person_id=ANNA, borrowers=(BorrowerName(lender=LENDER, borrower_reference="B-1"),)),
    )
    await hardship.settled()
    async with transaction(hardship.service.engine) as connection:
        assert await find_person(connection, ANNA) is None
