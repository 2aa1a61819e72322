"""Figures of a portfolio, never added across currencies."""

from datetime import date
from fractions import Fraction

import pytest

from services.ledger.domain.buckets import THIRTY_SIXTY_NINETY
from services.ledger.domain.roll_rates import (
    Aged,
    AgeingLine,
    AtRisk,
    CureRate,
    Due,
    ExpectedCash,
    Move,
    Roll,
    Seasoned,
    Spell,
    VintagePoint,
    ageing_table,
    cure_rates,
    expected_cash,
    portfolio_at_risk,
    roll_rates,
    vintages,
)

BOOK = [
    Aged("CNY", 0, 6, 600, 0),
    Aged("CNY", 30, 2, 200, 40),
    Aged("CNY", 31, 1, 100, 30),
    Aged("CNY", 95, 1, 100, 90),
    Aged("EUR", 45, 1, 50, 5),
]


def test_the_ageing_table_names_every_bucket_of_each_currency() -> None:
    assert ageing_table(BOOK, THIRTY_SIXTY_NINETY) == (
        AgeingLine("CNY", "0", 6, 600, 0),
        AgeingLine("CNY", "1", 0, 0, 0),
        AgeingLine("CNY", "30", 3, 300, 70),
        AgeingLine("CNY", "60", 0, 0, 0),
        AgeingLine("CNY", "90", 1, 100, 90),
        AgeingLine("EUR", "0", 0, 0, 0),
        AgeingLine("EUR", "1", 0, 0, 0),
        AgeingLine("EUR", "30", 1, 50, 5),
        AgeingLine("EUR", "60", 0, 0, 0),
        AgeingLine("EUR", "90", 0, 0, 0),
    )


def test_case_73_portfolio_at_risk_counts_more_than_thirty_days() -> None:
    assert portfolio_at_risk(BOOK) == (
        AtRisk("CNY", 30, 2, 200, Fraction(1, 5)),
        AtRisk("CNY", 60, 1, 100, Fraction(1, 10)),
        AtRisk("CNY", 90, 1, 100, Fraction(1, 10)),
        AtRisk("EUR", 30, 1, 50, Fraction(1)),
        AtRisk("EUR", 60, 0, 0, Fraction(0)),
        AtRisk("EUR", 90, 0, 0, Fraction(0)),
    )


def test_of_nothing_outstanding_no_share_is_at_risk() -> None:
    assert portfolio_at_risk([Aged("CNY", 40, 1, 0, 0)], [30]) == (AtRisk("CNY", 30, 1, 0, None),)


def test_roll_rates_say_which_part_of_a_bucket_went_where() -> None:
    moves = [
        Move("CNY", "30", "60", 1, 300),
        Move("CNY", "30", "0", 2, 200),
        Move("CNY", "30", "repaid", 1, 100),
        Move("CNY", "30", "0", 1, 200),
        Move("EUR", "0", "0", 9, 900),
    ]

    rolls = roll_rates(moves, THIRTY_SIXTY_NINETY)

    assert [roll for roll in rolls if roll.loans] == [
        Roll("CNY", "30", "0", 3, 400, Fraction(3, 5), Fraction(1, 2)),
        Roll("CNY", "30", "60", 1, 300, Fraction(1, 5), Fraction(3, 8)),
        Roll("CNY", "30", "repaid", 1, 100, Fraction(1, 5), Fraction(1, 8)),
        Roll("EUR", "0", "0", 9, 900, Fraction(1), Fraction(1)),
    ]
    assert len(rolls) == 2 * 5 * 8
    assert next(r for r in rolls if r[:3] == ("CNY", "0", "0")).share_of_loans is None


@pytest.mark.parametrize(("before", "after"), [("M1", "0"), ("0", "M1"), ("repaid", "0")])
def test_a_move_to_another_schemes_bucket_is_refused(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="is no move within 30_60_90"):
        roll_rates([Move("CNY", before, after, 1, 1)], THIRTY_SIXTY_NINETY)


def test_a_cure_rate_leaves_out_what_is_too_young_to_be_known() -> None:
    spells = [
        Spell("CNY", "30", date(2026, 1, 1), date(2026, 3, 2), 300),
        Spell("CNY", "30", date(2026, 1, 1), date(2026, 3, 3), 50),
        Spell("CNY", "30", date(2026, 1, 2), None, 50),
        Spell("CNY", "30", date(2026, 4, 2), date(2026, 4, 3), 999),
        Spell("EUR", "60", date(2026, 4, 1), None, 10),
    ]

    assert cure_rates(spells, on=date(2026, 5, 31), within_days=60) == (
        CureRate("CNY", "30", 3, 1, Fraction(1, 3), Fraction(3, 4)),
        CureRate("EUR", "60", 1, 0, Fraction(0), Fraction(0)),
    )


def test_a_vintage_shows_months_that_are_over() -> None:
    rows = [
        Seasoned("CNY", date(2026, 1, 5), None, 7, 700),
        Seasoned("CNY", date(2026, 1, 20), date(2026, 2, 28), 1, 200),
        Seasoned("CNY", date(2026, 1, 31), date(2026, 3, 1), 2, 100),
        Seasoned("CNY", date(2026, 4, 1), None, 5, 500),
    ]
    january = date(2026, 1, 1)

    assert vintages(rows, date(2026, 4, 30)) == (
        VintagePoint("CNY", january, 0, 0, Fraction(0), Fraction(0)),
        VintagePoint("CNY", january, 1, 1, Fraction(1, 10), Fraction(1, 5)),
        VintagePoint("CNY", january, 2, 3, Fraction(3, 10), Fraction(3, 10)),
    )
    assert len(vintages(rows, date(2026, 5, 1))) == 5


def test_cash_is_expected_for_ninety_days_by_what_each_bucket_has_been_found_to_pay() -> None:
    on = date(2026, 1, 1)
    rows = [
        Due("CNY", date(2025, 12, 31), "30", 999),
        Due("CNY", on, "0", 100),
        Due("CNY", on, "30", 101),
        Due("CNY", date(2026, 3, 31), "unheard_of", 70),
        Due("CNY", date(2026, 4, 1), "0", 999),
        Due("EUR", on, "0", 10),
    ]

    assert expected_cash(rows, on, {"0": Fraction(1), "30": Fraction(1, 2)}) == (
        ExpectedCash("CNY", on, 201, 150),
        ExpectedCash("CNY", date(2026, 3, 31), 70, 0),
        ExpectedCash("EUR", on, 10, 10),
    )
