"""A statement tells a loan's story from a day through another one: in words, with where each payment went."""

from datetime import date
from decimal import Decimal
from typing import get_args

import pytest

from services.ledger.api.statement_forms import CONTENT_POLICY, as_csv, as_page
from services.ledger.api.statement_models import StatementShown
from services.ledger.domain import facts
from services.ledger.domain.statement import Parts, Statement, statement
from services.ledger.domain.wording import in_words
from services.ledger.store.packing import unpack_fact
from shared.events.loans import CreditGranted, FeeCharged, PeriodUnit
from shared.events.parts import Freezes
from shared.events.takeover import LoanMigrated
from shared.money import Money
from tests.builders import a_loan, a_payment, a_reversal, a_schedule, an_event, money
from tests.unit.ledger.desk import Desk
from tests.unit.ledger.takeovers import CUT_OVER, a_card_taken_over, a_takeover, taken
from tests.unit.ledger.test_holds import a_hold, a_product, a_term_loan

OPENED, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def _desk() -> Desk:
    """Three instalments: the first paid late in two parts, a fee, a payment that came back, a credit."""
    desk = Desk()
    desk.take(a_loan(instalments=a_schedule("100.00", "100.00", "100.00")))
    of_loan = {"lender": a_loan().lender, "loan_reference": a_loan().loan_reference}
    desk.take(
        a_payment("60.00", reference="P-1", value_on=FEB),
        a_payment("40.00", reference="P-2", value_on=date(2026, 2, 11)),
        an_event(FeeCharged, **of_loan, fee_reference="F-1", amount=money("7.00"), value_on=date(2026, 2, 5)),
        a_payment("100.00", reference="P-3", value_on=MAR),
        a_reversal("P-3", reversed_on=date(2026, 3, 4)),
        an_event(
            CreditGranted,
            **of_loan,
            credit_reference="C-1",
            amount=money("2.00"),
            value_on=date(2026, 3, 5),
            reason="goodwill",
        ),
    )
    return desk


def _made(desk: Desk, first: date = OPENED, last: date = date(2026, 3, 10)) -> Statement:
    loan = desk.loan()
    return statement(loan, desk._history(loan.id), first, last)


def _shown(desk: Desk, first: date = OPENED, last: date = date(2026, 3, 10)) -> StatementShown:
    return StatementShown.of(desk.loan(), _made(desk, first, last), first)


def test_it_tells_what_happened_by_value_date_and_marks_what_was_taken_back() -> None:
    made = _made(_desk())
    assert [(one.value_on.isoformat(), one.text, one.reversed_on is None) for one in made.lines] == [
        ("2026-01-01", "300.00 CNY was paid out", True),
        ("2026-02-01", "Instalment 1 of 100.00 CNY fell due", True),
        ("2026-02-01", "Payment of 60.00 CNY", True),
        ("2026-02-05", "A fee of 7.00 CNY was charged, due on 2026-02-05", True),
        ("2026-02-11", "Payment of 40.00 CNY", True),
        ("2026-03-01", "Instalment 2 of 107.00 CNY fell due", True),
        ("2026-03-01", "Payment of 100.00 CNY", False),
        ("2026-03-05", "The lender credited 2.00 CNY (goodwill)", True),
    ]
    (back,) = [one for one in made.lines if one.reversed_on]
    assert (back.reversed_on, back.went) == (date(2026, 3, 4), None)


def test_it_tells_where_each_payment_went() -> None:
    went = {one.reference: one.went for one in _made(_desk()).lines if one.went}
    assert went == {
        "payment:P-1": Parts(principal=6_000, instalments=(1,)),
        "payment:P-2": Parts(principal=4_000, instalments=(1,)),
        "credit:C-1": Parts(principal=200, instalments=(2,)),
    }


def test_it_tells_what_is_unpaid_and_why_the_loan_is_as_late_as_it_is() -> None:
    made = _made(_desk())
    assert [(line.number, line.unpaid) for line in made.unpaid] == [(2, 10_500), (3, 10_000)]
    assert made.lateness.days_past_due == 9
    assert made.lateness.due_on == MAR
    assert made.bucket == "M1"
    assert (made.after.principal, made.after.past_due, made.after.credit) == (19_800, 10_500, 0)


def test_it_is_as_of_its_last_day_and_not_of_what_came_later() -> None:
    made = _made(_desk(), last=date(2026, 2, 10))
    assert [one.reference for one in made.lines if one.reference] == ["opening", "payment:P-1", "fee:F-1"]
    assert (made.after.past_due, made.lateness.days_past_due) == (4_000, 9)
    assert _made(_desk(), last=date(2026, 2, 11)).lateness.days_past_due == 0


def test_it_begins_with_how_the_loan_stood_the_evening_before() -> None:
    desk = _desk()
    made = _made(desk, first=date(2026, 2, 11))
    before = _made(desk, last=date(2026, 2, 10))
    assert made.before == before.after
    assert all(one.value_on >= date(2026, 2, 11) for one in made.lines)
    assert _made(desk).before[1:] == (0, 0, 0, 0)


def test_a_payment_that_is_reported_late_stands_on_its_value_date() -> None:
    desk = _desk()
    desk.take(a_payment("100.00", reference="P-4", value_on=date(2026, 1, 31)))
    made = _made(desk)
    assert next(one.reference for one in made.lines if one.kind == "Payment") == "payment:P-4"
    went = {one.reference: one.went for one in made.lines if one.kind == "Payment"}
    assert went["payment:P-4"] == Parts(principal=10_000, instalments=(1,))
    assert went["payment:P-1"] == Parts(principal=6_000, instalments=(2,))


def test_what_is_left_over_is_the_borrowers_credit() -> None:
    desk = _desk()
    desk.take(a_payment("300.00", reference="P-9", value_on=date(2026, 3, 6)))
    made = _made(desk)
    last = made.lines[-1]
    assert last.went == Parts(fees=700, principal=19_800, credit=9_500, instalments=(2, 3))
    assert (made.after.to_pay_off, made.after.credit, made.unpaid) == (0, 9_500, ())


SAMPLES = {
    facts.Draw: '["2026-01-01","r",100]',
    facts.TakenOver: '["2026-01-01","r",100,[],0,0,null,null]',
    facts.ScheduleChange: '["2026-01-01","r",[]]',
    facts.RateChange: '["2026-01-01","r","0.095","2026-02-01"]',
    facts.InterestPause: '["2026-01-01","r","2026-01-01","2026-02-01"]',
    facts.AgeingPause: '["2026-01-01","r",null]',
    facts.DueDateMoved: '["2026-01-01","r","2026-02-01","2026-02-05"]',
    facts.MorePeriods: '["2026-01-01","r","2026-02-01",3]',
    facts.Grace: '["2026-01-01","r","2026-02-01",2,1]',
    facts.TokenPayments: '["2026-01-01","r",100,3]',
    facts.Fee: '["2026-01-01","r",100,"2026-01-05",true]',
    facts.FeeWaiver: '["2026-01-01","r","fee:F-1",100]',
    facts.Dispute: '["2026-01-01","r",100,null,"2026-03-01"]',
    facts.Payment: '["2026-01-01","r",100]',
    facts.Credit: '["2026-01-01","r",100,"goods_refund"]',
    facts.Chargeback: '["2026-01-01","r",100,"payment:P-1"]',
    facts.CreditRefund: '["2026-01-01","r",100]',
    facts.InterestWaiver: '["2026-01-01","r",100]',
    facts.Forgiveness: '["2026-01-01","r",100]',
    facts.ReAge: '["2026-01-01","r","2026-02-01","month",1,6]',
    facts.ReAmortise: '["2026-01-01","r"]',
    facts.ChargeOff: '["2026-01-01","r"]',
    facts.Acceleration: '["2026-01-01","r"]',
    facts.Departure: '["2026-01-01","r"]',
    facts.PassedOn: '["2026-01-01","r",100]',
    facts.Closing: '["2026-01-01","r"]',
    facts.Statement: '["2026-01-01","r","2026-01-26",100,900]',
    facts.LimitChange: '["2026-01-01","r",100]',
    facts.LowerMinimum: '["2026-01-01","r","2026-02-01","2026-04-30"]',
}


@pytest.mark.parametrize("kind", get_args(facts.Fact), ids=lambda kind: kind.__name__)
def test_every_kind_of_fact_has_words_of_its_own(kind: type) -> None:
    fact = unpack_fact(kind.__name__, SAMPLES[kind])
    words = in_words(fact, lambda minor: Money(minor, "CNY"))
    assert " " in words
    assert words.replace(" ", "").lower() != kind.__name__.lower()
    assert "None" not in words


@pytest.mark.parametrize(
    ("fact", "words"),
    [
        (
            facts.RateChange(FEB, "r", Decimal("0.0950"), FEB),
            "The interest rate became 9.5 % a year",
        ),
        (facts.AgeingPause(FEB, "r"), "Days do not count as days past due until further notice"),
        (
            facts.Grace(FEB, "r", MAR, principal=3),
            "From the instalment due on 2026-03-01 on, no principal falls due for 3 instalments",
        ),
        (
            facts.ReAge(FEB, "r", MAR, PeriodUnit.MONTH, 1, 1),
            "What is unpaid was spread over 1 instalment from 2026-03-01 on",
        ),
        (
            facts.ReAge(FEB, "r", MAR, PeriodUnit.MONTH, 1, 2, (MAR, date(2026, 4, 1)), (50_00, 7_00)),
            "It was agreed that what is unpaid is paid so: 50.00 CNY by 2026-03-01, 7.00 CNY by 2026-04-01",
        ),
        (
            facts.ReAmortise(FEB, "r", arrears=True),
            "What was past due was spread over the instalments to come",
        ),
        (
            facts.InterestWaiver(FEB, "r", 5_00, penalty=True),
            "Up to 5.00 CNY of unpaid penalties is not asked for any more",
        ),
        (facts.InterestPause(FEB, "r", FEB), "No interest is charged until further notice"),
        (
            facts.InterestPause(FEB, "r", FEB, MAR, fees=True),
            "No interest and no fees are charged through 2026-03-01",
        ),
        (
            facts.InterestPause(FEB, "r", FEB, MAR, fees=True, arrears_only=True),
            "No interest and no penalties are charged on what was past due through 2026-03-01",
        ),
    ],
)
def test_words_say_how_much_and_until_when(fact: facts.Fact, words: str) -> None:
    assert in_words(fact, lambda minor: Money(minor, "CNY")) == words


def test_a_fee_that_a_hold_forbids_is_said_not_to_be_owed() -> None:
    desk = _desk()
    freezes = Freezes(interest_and_fees=True)
    desk.take(a_hold(freezes, "2026-02-01", "2026-02-10"))
    loan = desk.loan()
    shown = statement(loan, desk._history(loan.id), OPENED, MAR)
    (fee,) = [line for line in shown.lines if line.reference == "fee:F-1"]
    assert fee.text == (
        "A fee of 7.00 CNY was charged, due on 2026-02-05; a hold forbids it, so it is not owed"
    )


def test_the_page_is_whole_in_itself_and_holds_nothing_active() -> None:
    page = as_page(_shown(_desk()))
    assert "<script" not in page
    assert "http" not in page
    assert "default-src 'none'" in CONTENT_POLICY
    assert "Taken back on 2026-03-04 (returned)" in page
    assert "60.00 CNY principal (instalment 1)" in page


def test_the_page_escapes_whatever_a_text_holds() -> None:
    evil = "<img src=x onerror=alert(1)>&\"'"
    shown = _shown(_desk())
    lines = [
        one.model_copy(update={"text": evil, "reference": evil, "reversal": evil}) for one in shown.lines
    ]
    page = as_page(
        shown.model_copy(
            update={"lines": lines, "loan_reference": evil, "lender": evil, "reason": evil, "bucket": evil}
        )
    )
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_the_table_has_a_row_for_each_line_and_each_unpaid_instalment() -> None:
    shown = _shown(_desk())
    rows = [line.split(",") for line in as_csv(shown).splitlines()]
    assert len([row for row in rows if row[0] == "line"]) == len(shown.lines)
    unpaid = [row for row in rows if row[0] == "unpaid"]
    assert [(row[1], row[5], row[7]) for row in unpaid] == [
        ("2026-03-01", "2", "105.00"),
        ("2026-04-01", "3", "100.00"),
    ]


def test_a_fee_that_the_cap_on_the_cost_lets_count_in_part_stands_there_with_what_is_owed() -> None:
    desk = Desk()
    desk.take(a_product(annual_rate="0.24", cost_cap_annual="0.36"), a_term_loan("1000.00"))
    on = date(2026, 11, 11)
    desk.take(an_event(FeeCharged, fee_reference="F-1", amount=money("9.00"), value_on=on, fee="letter"))
    [fee] = [one for one in _made(desk, on, on).lines if one.kind == "Fee"]
    # Ten days at 36 % a year are 9.86, and 6.58 of it is interest.
    assert fee.amount == 3_28
    assert fee.text.endswith("(of 9.00 CNY: the cap on the loan's cost leaves no room for more)")


@pytest.mark.parametrize("event", [a_takeover(), a_card_taken_over()], ids=["loan", "card"])
def test_a_loan_that_was_taken_over_says_when_it_was_opened_and_when_taken_over(event: LoanMigrated) -> None:
    desk = taken(event)
    shown = _shown(desk, CUT_OVER, date(2026, 1, 10))
    assert (shown.opened_on, shown.taken_over_on) == (date(2025, 1, 15), CUT_OVER)
    assert "loan opened on 2025-01-15, taken over on 2026-01-01. From 2026-01-01" in as_page(shown)
    unknown = shown.model_copy(update={"opened_on": None})
    assert "loan taken over on 2026-01-01. From" in as_page(unknown)


def test_any_other_loan_was_not_taken_over() -> None:
    shown = _shown(_desk())
    assert (shown.opened_on, shown.taken_over_on) == (OPENED, None)
    assert f"loan opened on {OPENED}. From" in as_page(shown)
