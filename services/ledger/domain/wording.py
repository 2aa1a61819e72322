"""What happened to a loan, in plain words that its borrower understands."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.ledger.domain import facts
from services.ledger.domain.facts import Fact
from shared.money import Money

_OfMinor = Callable[[int], Money]
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


def in_words(fact: Fact, money: _OfMinor) -> str:
    """One sentence on a fact. `money` makes an amount of minor units."""
    words = _WORDS.get(type(fact))
    return words(fact, money) if words else _CAPITAL.sub(" ", type(fact).__name__).capitalize()


def fell_due(number: int, amount: Money, what: str = "instalment") -> str:
    """An instalment's, or a minimum payment's, due date came."""
    return f"{what.capitalize()} {number} of {amount} fell due"


def credit_used(amount: Money) -> str:
    """The borrower's credit settled what had fallen due."""
    return f"{amount} of the borrower's credit was used"


def kept_within_cap(asked: Money) -> str:
    """Of a fee that counts in part, or not at all."""
    return f" (of {asked}: the cap on the loan's cost leaves no room for more)"


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} % a year"


NOT_OWED = "; a hold forbids it, so it is not owed"


def _through(day: date | None) -> str:
    return "until further notice" if day is None else f"through {day}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _name(text: str) -> str:
    return text.replace("_", " ").replace(".", " ")


def _fee(fact: facts.Fee, money: _OfMinor) -> str:
    return (
        f"A {'penalty' if fact.penalty else 'fee'} of {money(fact.amount)} was charged, due on {fact.due_on}"
    )


def _dispute(fact: facts.Dispute, money: _OfMinor) -> str:
    what = "The loan" if fact.amount is None else str(money(fact.amount))
    if fact.fee is not None:
        what = "A fee"
    over = "" if fact.ended_on is None else f"; the dispute ended on {fact.ended_on}"
    return f"{what} is disputed, and no payment is set against it{over}"


def _grace(fact: facts.Grace, _: _OfMinor) -> str:
    parts = [
        f"no {what} falls due for {_count(number, 'instalment')}"
        for what, number in (("principal", fact.principal), ("interest", fact.interest))
        if number
    ]
    return f"From the instalment due on {fact.due_on} on, {' and '.join(parts) or 'nothing changes'}"


def _statement(fact: facts.Statement, money: _OfMinor) -> str:
    return f"A statement asked for at least {money(fact.minimum or 0)} by {fact.due_on}"


def _lower_minimum(fact: facts.LowerMinimum, money: _OfMinor) -> str:
    what = "interest and fees" if fact.amount is None else str(money(fact.amount))
    return f"What falls due from {fact.starts_on} through {fact.ends_on} asks for {what} only"


def _interest_pause(fact: facts.InterestPause, _: _OfMinor) -> str:
    through = _through(fact.ends_on)
    if fact.arrears_only:
        return f"No interest and no penalties are charged on what was past due {through}"
    return f"No interest{' and no fees are' if fact.fees else ' is'} charged {through}"


def _ageing_pause(fact: facts.AgeingPause, _: _OfMinor) -> str:
    of = " of what was due before" if fact.arrears_only else ""
    return f"Days{of} do not count as days past due {_through(fact.ends_on)}"


def _re_age(fact: facts.ReAge, money: _OfMinor) -> str:
    if fact.levels:
        agreed = ", ".join(
            f"{money(level)} by {due}" for level, due in zip(fact.levels, fact.dues, strict=True)
        )
        return f"It was agreed that what is unpaid is paid so: {agreed}"
    return f"What is unpaid was spread over {_count(fact.instalments, 'instalment')} from {fact.first_due} on"


def _interest_waiver(fact: facts.InterestWaiver, money: _OfMinor) -> str:
    what = "penalties" if fact.penalty else "interest"
    return f"Up to {money(fact.amount)} of unpaid {what} is not asked for any more"


def _re_amortise(fact: facts.ReAmortise, _: _OfMinor) -> str:
    what = "What" if fact.arrears else "Principal that"
    return f"{what} was past due was spread over the instalments to come"


_WORDS: Mapping[type, Callable[[Any, _OfMinor], str]] = {
    facts.Draw: lambda fact, money: f"{money(fact.amount)} was paid out",
    facts.TakenOver: lambda fact, _: (
        "The loan was taken over from another system with what was owed then"
        + ("" if fact.opened_on is None else f"; it had been opened on {fact.opened_on}")
    ),
    facts.ScheduleChange: lambda fact, _: "The lender's system changed the schedule from this day on",
    facts.RateChange: lambda fact, _: f"The interest rate became {_percent(fact.annual_rate)}",
    facts.InterestPause: _interest_pause,
    facts.AgeingPause: _ageing_pause,
    facts.DueDateMoved: lambda fact, _: f"The instalment due on {fact.due_on} was moved to {fact.new_due_on}",
    facts.MorePeriods: lambda fact, _: (
        f"What was to come was spread over {_count(fact.extra, 'instalment')} more"
    ),
    facts.Grace: _grace,
    facts.TokenPayments: lambda fact, money: (
        f"The next {_count(fact.periods, 'instalment')} ask for {money(fact.amount)} only"
    ),
    facts.LimitChange: lambda fact, money: f"The limit became {money(fact.limit)}",
    facts.LowerMinimum: _lower_minimum,
    facts.Statement: _statement,
    facts.Fee: _fee,
    facts.FeeWaiver: lambda fact, money: f"{money(fact.amount)} of a fee is not asked for any more",
    facts.Dispute: _dispute,
    facts.Payment: lambda fact, money: f"Payment of {money(fact.amount)}",
    facts.Credit: lambda fact, money: f"The lender credited {money(fact.amount)} ({_name(fact.kind)})",
    facts.Chargeback: lambda fact, money: (
        f"The paying bank took {money(fact.amount)} of a payment back; it is owed again"
    ),
    facts.CreditRefund: lambda fact, money: f"{money(fact.amount)} of the borrower's credit was paid out",
    facts.InterestWaiver: _interest_waiver,
    facts.Forgiveness: lambda fact, money: f"{money(fact.amount)} of principal was forgiven",
    facts.ReAge: _re_age,
    facts.ReAmortise: _re_amortise,
    facts.ChargeOff: lambda fact, _: "The lender wrote the loan off in its own accounts",
    facts.Acceleration: lambda fact, _: "The lender called the whole debt due",
    facts.Departure: lambda fact, _: "The loan went on as another one; nothing is asked for here any more",
    facts.PassedOn: lambda fact, money: (
        f"A payment of {money(fact.amount)} was passed on to where the loan is"
    ),
    facts.Closing: lambda fact, _: "The loan was closed; what was left unpaid is not asked for",
}
