"""Metro 2, the United States' format for reporting to credit bureaux: status, rating, history, comment,
condition.

The format itself is licensed (Credit Reporting Resource Guide of the Consumer Data Industry Association).
Codes of account status are public with many servicers; where a rule is marked as our reading, check it
against the guide.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.credit_record.standing import (
    Coded,
    DeferralKind,
    Dispute,
    Ending,
    Month,
    MonthState,
    PlanKind,
    Repossession,
    Rule,
    Standing,
    month_of,
    record_days,
)
from services.ledger.domain.due_dates import add_months

STATUS = Rule("st.us.metro2.status", "Metro 2 format, field 17A, account status")
TRANSFERRED = Rule("st.us.metro2.transferred", "Metro 2 format, field 17A, account status 05", ours=True)
DEFERRED = Rule("st.us.metro2.deferral", "Metro 2 format, deferred and disaster reporting, K4 segment")
RATING = Rule("st.us.metro2.rating", "Metro 2 format, field 17B, payment rating", ours=True)
HISTORY = Rule("st.us.metro2.history", "Metro 2 format, field 18, payment history profile", ours=True)
COMMENT = Rule("st.us.metro2.comment", "Metro 2 format, field 19, special comment")
REFINANCED = Rule("st.us.metro2.refinanced", "Metro 2 format, field 19, special comment AS", ours=True)
CONDITION = Rule("st.us.metro2.ccc", "Metro 2 format, field 20; Fair Credit Reporting Act s. 623(a)(3)")

HISTORY_MONTHS = 24
FIRST_DAYS = (30, 60, 90, 120, 150, 180)
"""Nothing is past due in this format before day 30."""
_BY_DAYS = ("11", "71", "78", "80", "82", "83", "84")
_NEEDS_RATING = frozenset({"05", "13", "95", "96"})
_STATE_CODES = {
    MonthState.NO_DATA: "D",
    MonthState.ZERO_BALANCE: "E",
    MonthState.CHARGED_OFF: "L",
    MonthState.COLLECTION: "G",
}


def status(standing: Standing) -> Coded:
    """The account status: how it ended, what became of it, or else its days past due (71 from day 30 on)."""
    if standing.fraudulent or standing.reported_in_error:
        return Coded("DF" if standing.fraudulent else "DA", STATUS)
    if standing.ending is not None:
        return Coded(_ended(standing), TRANSFERRED if standing.ending is Ending.TRANSFERRED else STATUS)
    if standing.written_off or standing.in_collection:
        return Coded("97" if standing.written_off else "93", STATUS)
    if standing.repossession is not None:
        return Coded("95" if standing.repossession is Repossession.SURRENDERED else "96", STATUS)
    if standing.deferral is not None:
        return Coded("11", DEFERRED)
    return Coded(_BY_DAYS[_place(record_days(standing))], STATUS)


def payment_rating(standing: Standing) -> Coded:
    """How it was paid when it ended (status 13), went to another lender (05) or its goods went back (95, 96);
    other statuses have none.
    """
    if status(standing).code not in _NEEDS_RATING:
        return Coded("", RATING)
    return Coded(str(_place(record_days(standing))), RATING)


def history(standing: Standing) -> Coded:
    """The 24 months before the one reported, newest first.

    0 current, 1 to 6 from day 30 … 180, L charged off, G collection, E nothing owed, D no data, B before
    opening.
    """
    known = {month.first_on: month for month in standing.months}
    opened_in, reported_in = month_of(standing.opened_on), month_of(standing.as_of)
    months = [add_months(reported_in, -back) for back in range(1, HISTORY_MONTHS + 1)]
    codes = ["B" if first_on < opened_in else month_code(known.get(first_on)) for first_on in months]
    return Coded("".join(codes), HISTORY)


def month_code(month: Month | None) -> str:
    """One month's character in the history; None is a month of which nothing is known."""
    if month is None:
        return _STATE_CODES[MonthState.NO_DATA]
    return _STATE_CODES.get(month.state) or str(_place(month.days_past_due))


def special_comment(standing: Standing) -> Coded:
    """The one comment that an account may carry. That the end goes before the cause is our reading."""
    if standing.ending is Ending.REPLACED:
        return Coded("AS", REFINANCED)
    return Coded(_comment(standing), COMMENT)


def compliance_condition(standing: Standing) -> Coded:
    """The dispute: XB under investigation, XC the borrower still disagrees, XH ended, XR mark removed."""
    codes = {
        Dispute.NONE: "",
        Dispute.OPEN: "XB",
        Dispute.ENDED: "XH",
        Dispute.ENDED_DISAGREED: "XC",
        Dispute.WITHDRAWN: "XR",
    }
    return Coded(codes[standing.dispute], CONDITION)


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is reported as due, and the K4 segment of a deferral: its indicator and the first due date after
    it.
    """

    past_due_minor: int
    scheduled_minor: int
    terms_frequency: str
    specialized_indicator: str = ""
    first_due_on: date | None = None


def amounts(standing: Standing) -> Amounts:
    """In a deferral nothing is past due and nothing scheduled (terms frequency D, K4 indicator 02).

    With status 11 no amount is past due either: what is a few days late is not reported as late.
    """
    if standing.deferral is not None and status(standing).rule is DEFERRED:
        return Amounts(0, 0, "D", "02", standing.deferral.first_due_on)
    code = status(standing).code
    past_due = 0 if standing.ending is not None or code in ("11", "DA", "DF") else standing.arrears_minor
    scheduled = 0 if standing.ending is not None or code in ("93", "97") else standing.scheduled_minor
    return Amounts(past_due, scheduled, "M")


def _place(days: int) -> int:
    return bisect_right(FIRST_DAYS, days)


def _ended(standing: Standing) -> str:
    if standing.ending is Ending.TRANSFERRED:
        # What its lender had charged off is sold as that.
        return "97" if standing.written_off else "05"
    if standing.repossession is not None:
        return "61" if standing.repossession is Repossession.SURRENDERED else "63"
    if standing.written_off:
        return "64"
    return "62" if standing.in_collection else "13"


def _comment(standing: Standing) -> str:
    if standing.ending is Ending.SETTLED:
        return "AU"
    if standing.ending is Ending.TRANSFERRED:
        return "AH"
    if standing.deferral is not None:
        return "AW" if standing.deferral.kind is DeferralKind.DISASTER else "CP"
    if standing.plan is not None and standing.plan.kept:
        return {
            PlanKind.PARTIAL_PAYMENT: "AC",
            PlanKind.MODIFIED_GOVERNMENT: "CN",
            PlanKind.MODIFIED: "CO",
            PlanKind.COUNSELLING: "B",
        }[standing.plan.kind]
    if standing.on_active_duty:
        return "AI"
    return "AP" if standing.line_suspended else ""
