"""The stories' commands as facts of our ledger."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.ledger.domain.facts import (
    Chargeback,
    ChargeOff,
    Credit,
    CreditRefund,
    Draw,
    DueDateMoved,
    Fee,
    Grace,
    InterestPause,
    MorePeriods,
    Payment,
    RateChange,
    ReAge,
    ReAmortise,
)
from services.ledger.domain.replay import replay, to_pay_off
from services.ledger.domain.rounding import Rounding, round_minor, round_to_multiple
from shared.events.loans import PeriodUnit
from tests.peer.stories import cents, day
from tests.peer.teller import CASH_BACK, Teller
from tests.peer.terms import OVERDUE_FEE_RATE, OVERDUE_FEES

CREDITS = {
    "merchant_issued_refund": ("MERCHANT_ISSUED_REFUND", "Merchant Issued Refund"),
    "payout_refund": ("PAYOUT_REFUND", "Payout Refund"),
    "goodwill_credit": ("GOODWILL_CREDIT", "Goodwill Credit"),
    "interest_payment_waiver": ("INTEREST_PAYMENT_WAIVER", "Interest Payment Waiver"),
}
_UNIT = {"DAYS": PeriodUnit.DAY, "WEEKS": PeriodUnit.WEEK, "MONTHS": PeriodUnit.MONTH}


class NotTold(Exception):
    """A step that the ledger has no fact for."""


def do(t: Teller, step: dict[str, Any]) -> None:
    """Carry out one command. One that the peer refuses changes nothing. Raises `NotTold`."""
    if step["do"] not in _DO:
        raise NotTold(step["do"])
    if not step.get("rejected"):
        _DO[step["do"]](t, step)
        t.note(step["do"])


def _today(t: Teller, step: dict[str, Any]) -> None:
    t.today = day(step["date"])


def _approve(t: Teller, step: dict[str, Any]) -> None:
    t.expected_on = day(step["date"])


def _future(t: Teller, step: dict[str, Any]) -> None:
    t.ahead = step["rule"]


def _disburse(t: Teller, step: dict[str, Any]) -> None:
    amount, part = cents(step["amount"]), 0
    credit = replay(t.terms, t.facts).credit
    t.tell(Draw(day(step["date"]), t.reference(), amount), "Disbursement")
    product = t.story.product
    if product.get("down_payment") and product.get("down_payment_auto"):
        rate = Decimal(str(product["down_payment_pct"])) / 100
        part = round_to_multiple(amount * rate, t.terms.instalment_multiple, Rounding.HALF_EVEN)
        part -= min(part, credit)
    if part:
        t.tell(Payment(day(step["date"]), t.reference(), part, "DOWN_PAYMENT"), "Down Payment")


def _repay(t: Teller, step: dict[str, Any]) -> None:
    t.tell(Payment(day(step["date"]), t.reference(), cents(step["amount"]), "REPAYMENT"), "Repayment")


def _charge(t: Teller, step: dict[str, Any]) -> None:
    due = day(step["due"])
    known = min(t.today, due) if t.progressive else t.terms.opened_on
    t.others.append(
        Fee(
            known,
            t.reference() if t.progressive else "0" + t.reference(),
            cents(step["amount"]),
            due,
            "NSF" in step["kind"],
        )
    )


def _credit(t: Teller, step: dict[str, Any]) -> None:
    rule, kind = CREDITS[step["do"]]
    refund = Credit(day(step["date"]), t.reference(), cents(step["amount"]), rule)
    t.tell(refund, kind)
    if rule in t.story.product.get("interest_refund_on", []):
        back = Credit(refund.value_on, t.reference(), 0, "INTEREST_REFUND")
        t.tell(back, "Interest Refund")
        t.refunds.append((t.told[-2], t.told[-1]))


def _refund(t: Teller, step: dict[str, Any]) -> None:
    t.tell(CreditRefund(day(step["date"]), t.reference(), cents(step["amount"])), "Credit Balance Refund")


def _refund_by_cash(t: Teller, step: dict[str, Any]) -> None:
    t.tell(Payment(day(step["date"]), t.reference(), cents(step["amount"]), "REFUND"), CASH_BACK)


def _chargeback(t: Teller, step: dict[str, Any]) -> None:
    """Charge a payment back: the n-th, counted from the first or from the last."""
    payments = [one for one in t.told if one.kind == "Repayment"]
    payments = payments or [one for one in t.told if isinstance(one.fact, (Payment, Credit))]
    place = int(step["of_payment"])
    paid = t.choose([*payments[place - 1 :][:1], *payments[-place:][:1]])
    t.tell(Chargeback(t.today, t.reference(), cents(step["amount"]), paid.fact.reference), "Chargeback")


def _reverse(t: Teller, step: dict[str, Any]) -> None:
    """Take a transaction back: the n-th of its kind, or the n-th of the day."""
    on, place = day(step["date"]), int(step["nth"]) - 1
    of_kind = [one for one in t.told if one.kind == step["kind"]][place : place + 1]
    of_day = [one for one in t.told if one.fact.value_on == on][place : place + 1]
    found = [one for one in (*of_kind, *of_day) if not one.reversed]
    if not found:
        raise NotTold(f"nothing to reverse: {step}")
    t.choose(found).reversed = True


def _charge_off(t: Teller, step: dict[str, Any]) -> None:
    on = day(step["date"])
    t.accruals = [one for one in t.accruals if one[0] <= on]
    t.tell(ChargeOff(on, t.reference()), "Charge-off")


def _undo(kind: str) -> Callable[[Teller, dict[str, Any]], None]:
    def undo(t: Teller, step: dict[str, Any]) -> None:
        next(one for one in reversed(t.told) if one.kind == kind and not one.reversed).reversed = True

    return undo


def _undo_disburse(t: Teller, step: dict[str, Any]) -> None:
    for one in t.told:
        one.reversed = True


def _pause(t: Teller, step: dict[str, Any]) -> None:
    since = day(step["from"])
    # The peer counts the interest of a day towards its end: what it calls a day begins the evening before.
    since, until = since - timedelta(days=1), day(step["to"]) - timedelta(days=1)
    t.others.append(InterestPause(min(t.today, since), t.reference(), since, until))


def _reschedule(t: Teller, step: dict[str, Any]) -> None:
    since, told_on = day(step["from"]), min(day(step["submitted_on"]), t.today)
    if "new_rate_pct" in step:
        rate = Decimal(step["new_rate_pct"]) / 100
        at = since - timedelta(days=1) if t.progressive else _period_start(t, since)
        t.others.append(RateChange(min(told_on, at), t.reference(), rate, at))
    if "extra_terms" in step:
        t.others.append(MorePeriods(told_on, t.reference(), since, int(step["extra_terms"])))
    if "grace_interest" in step or "grace_principal" in step:
        principal, interest = int(step.get("grace_principal", 0)), int(step.get("grace_interest", 0))
        t.others.append(Grace(told_on, t.reference(), since, principal, interest))
    if "new_due" in step:
        t.others.append(DueDateMoved(told_on, t.reference(), since, day(step["new_due"])))


def _period_start(t: Teller, on: date) -> date:
    return next((line.starts_on for line in t.book().lines() if line.starts_on < on <= line.due_on), on)


def _re_age(t: Teller, step: dict[str, Any]) -> None:
    fact = ReAge(
        t.today,
        t.reference(),
        day(step["start"]),
        _UNIT[step["unit"]],
        int(step["every"]),
        int(step["installments"]),
    )
    t.tell(fact, "Re-age")


def _re_amortise(t: Teller, step: dict[str, Any]) -> None:
    t.tell(ReAmortise(t.today, t.reference()), "Re-amortize")


def _charge_overdue(t: Teller) -> None:
    """What the peer's own product charges, as a platform would report it."""
    charged = {one.due_on for one in t.others if isinstance(one, Fee)}
    for line in t.book().lines() if t.story.loan["product"] in OVERDUE_FEES else ():
        if line.unpaid and line.due_on < t.today and line.due_on not in charged:
            parts = OVERDUE_FEES[t.story.loan["product"]]
            fee = round_minor(sum(line.owed[part] for part in parts) * OVERDUE_FEE_RATE, Rounding.HALF_EVEN)
            t.others.append(Fee(t.terms.opened_on, "0" + t.reference(), fee, line.due_on, True))


def _end_of_day(t: Teller, step: dict[str, Any]) -> None:
    t.through = t.today
    _charge_overdue(t)
    yesterday = t.today - timedelta(days=1)
    on = t.closed_through + timedelta(days=1) if t.closed_through else yesterday
    book = t.book()
    if not book.drawn or not book.outstanding:
        return
    t.closed_through = max(yesterday, t.closed_through or yesterday)
    if book.charged_off:
        return
    matures = book.line(len(book) - 1).due_on
    if not t.progressive:
        for line in book.lines():
            if t.last_accrual < line.due_on < on:
                t.accrue(line.due_on, t.earned(line.due_on))
    while on <= yesterday:
        target = t.earned(on)
        charged = target[:2] != t.accrued[:2]
        if on > t.last_accrual or (on == t.last_accrual and charged):
            t.accrue(on if charged else min(on, matures), target)
        on += timedelta(days=1)


def _pause_ageing(t: Teller, step: dict[str, Any]) -> None:
    t.lateness.pause(day(step["from"]), day(step["to"]))


def _resume_ageing(t: Teller, step: dict[str, Any]) -> None:
    t.lateness.resume(day(step["from"]))


def _pay_off(t: Teller, step: dict[str, Any]) -> None:
    on = day(step["date"])
    fact = Payment(on, t.reference(), to_pay_off(replay(t.terms, t.facts, on), on), "REPAYMENT")
    t.tell(fact, "Repayment")


_DO: dict[str, Callable[[Teller, dict[str, Any]], None]] = {
    "today": _today,
    "approve": _approve,
    "future_allocation": _future,
    "disburse": _disburse,
    "repay": _repay,
    "charge": _charge,
    **dict.fromkeys(CREDITS, _credit),
    "refund_overpaid": _refund,
    "chargeback": _chargeback,
    "reverse": _reverse,
    "charge_off": _charge_off,
    "undo_charge_off": _undo("Charge-off"),
    "undo_re_age": _undo("Re-age"),
    "undo_disburse": _undo_disburse,
    "interest_pause": _pause,
    "reschedule": _reschedule,
    "re_age": _re_age,
    "re_amortize": _re_amortise,
    "end_of_day": _end_of_day,
    "delinquency_pause": _pause_ageing,
    "delinquency_resume": _resume_ageing,
    "payoff": _pay_off,
    "refund_by_cash": _refund_by_cash,
}
