"""What a loan was taken over with from another system, as a fact of its file. Amounts are minor units."""

from datetime import date
from typing import NamedTuple

from services.ledger.domain.terms import Planned


class StatementTaken(NamedTuple):
    """A card's last statement before the cut-over at which the card was taken over."""

    issued_on: date
    due_on: date
    balance: int
    minimum: int
    unpaid: int
    """What of the balance had not been paid since."""
    minimum_unpaid: int = 0
    """What of the minimum payment was unpaid and had not fallen due."""
    cleared_on: date | None = None


class TakenOver(NamedTuple):
    """The loan came from another system with what was owed of it at the beginning of `value_on`."""

    value_on: date
    reference: str
    principal: int
    """What of it had not fallen due."""
    past_due: tuple[Planned, ...] = ()
    """What was left unpaid of each instalment that had fallen due."""
    accrued: int = 0
    """Interest that the running period had brought up to then."""
    credit: int = 0
    """The borrower's."""
    runs_since: date | None = None
    """When the running period began; None where no interest is computed."""
    opened_on: date | None = None
    """When the money was paid out."""
    costs: tuple[int, int, int] = (0, 0, 0)
    """Of a card: penalties, fees and interest that were owed and had not fallen due."""
    statement: StatementTaken | None = None
    """Of a card."""
