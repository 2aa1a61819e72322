"""What of the coming instalments may be expected, by what loans were found to pay."""

from datetime import date
from fractions import Fraction

from services.ledger.domain.buckets import M0_M7
from services.ledger.domain.portfolio import Counts, collected, portfolio
from services.ledger.domain.roll_rates import Due, Exit, ExpectedCash, Move, Spell, cure_rates, roll_rates

MOVES = (
    Move("CNY", "M0", "M0", 6, 600),
    Move("CNY", "M0", "M1", 3, 300),
    Move("CNY", "M0", Exit.REPAID, 1, 100),
    Move("CNY", "M2", "M1", 1, 50),
    Move("CNY", "M2", Exit.WRITTEN_OFF, 1, 150),
    Move("JPY", "M0", "M1", 1, 9),
)


def test_loans_that_do_not_roll_on_have_paid() -> None:
    assert collected(roll_rates(MOVES, M0_M7), M0_M7) == {
        "CNY": {"M0": Fraction(7, 10), "M2": Fraction(1, 4)},
        "JPY": {"M0": Fraction(0)},
    }


def test_each_currency_is_expected_to_pay_as_its_own_loans_did() -> None:
    on = date(2026, 3, 10)
    due = (Due("CNY", on, "M0", 1_000), Due("CNY", on, "M1", 500), Due("JPY", on, "M0", 100))
    made = portfolio(Counts((), MOVES, (), (), due), on, M0_M7)
    assert made.cash == (ExpectedCash("CNY", on, 1_500, 700), ExpectedCash("JPY", on, 100, 0))


def test_spells_that_are_alike_count_together() -> None:
    began = date(2026, 1, 1)
    many = Spell("CNY", "M1", began, date(2026, 1, 20), 900, spells=3)
    one = Spell("CNY", "M1", began, None, 300)
    (rate,) = cure_rates([many, one], date(2026, 12, 31), 30)
    assert (rate.spells, rate.cured, rate.share, rate.share_of_arrears) == (
        4,
        3,
        Fraction(3, 4),
        Fraction(3, 4),
    )
