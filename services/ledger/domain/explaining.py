"""Why a loan is as it is, in sentences for those who ask."""

from services.ledger.domain.book import Line
from services.ledger.domain.business_days import calendar_of
from services.ledger.domain.terms import Terms


def why_due(line: Line, terms: Terms) -> str | None:
    """Why an instalment does not fall due on the day that its rhythm says; None where it does."""
    if not line.shifted:
        return None
    calendar = calendar_of(terms.calendar)
    source = f" ({calendar.version})" if calendar.version else ""
    return (
        f"{line.nominal_on} is closed in the calendar {calendar.name}{source}; by the rule "
        f"{terms.due_date_rule} it falls due on {line.due_on}"
    )
