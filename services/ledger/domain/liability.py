"""What of a joint loan may be asked of whom, where a hold protects one person and not the others.

A loan has one book, and what a hold of one person forbids is in nobody's: so nobody is ever asked, by
mistake, for what another is protected from. That the law lets the lender ask the others for it (SI 2020/1311,
reg. 7: interest of a joint debt may be asked of who is not in the moratorium) shows here, and here alone.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain import facts
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import History, Loan
from services.ledger.domain.recording import facts_of, opened_with
from services.ledger.domain.replay import replay, to_pay_off
from services.ledger.domain.standing import standing
from shared.quick import replace


class Liability(NamedTuple):
    """What may be asked of someone on a day, in minor units."""

    person: UUID | None
    """Whose hold it is; None: everyone's who has none of his own."""
    owed: int
    """All that would have to be paid on the day so that nothing is owed."""
    arrears: int
    days_past_due: int


def liabilities(loan: Loan, history: History, on: date) -> list[Liability]:
    """What may be asked of those who have holds of their own, and last of those who have none."""
    every = facts_of(loan, history)
    people = sorted({person for one in every if (person := _person(one))})
    return [
        *(
            _liability(loan, history, _without_holds_of_others(every, person), person, on)
            for person in people
        ),
        _liability(loan, history, _without_holds_of_others(every, ""), "", on),
    ]


def _person(fact: Fact) -> str:
    return fact.person if isinstance(fact, facts.InterestPause | facts.AgeingPause) else ""


def _without_holds_of_others(every: Iterable[Fact], person: str) -> list[Fact]:
    return [one for one in every if _person(one) in ("", person)]


def _liability(loan: Loan, history: History, those: list[Fact], person: str, on: date) -> Liability:
    book = replay(opened_with(loan, history), those, on)
    now = standing(replace(loan, book=replace(book, movements=())), on)
    owed = to_pay_off(book, on) if book.outstanding else 0
    return Liability(UUID(person) if person else None, owed, now.arrears_minor, now.days_past_due)
