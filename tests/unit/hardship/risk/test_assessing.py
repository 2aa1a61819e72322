"""Features, rules for short histories, reasons, and that an assessment opens help and nothing else."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.hardship.domain.risk.assessing import (
    EARLY_CONTACT_FROM,
    OFFER_HELP_FROM,
    WORDS,
    Assessment,
    Basis,
    Calibration,
    Opens,
    Reason,
    by_rule,
    reasons_of,
)
from services.hardship.domain.risk.facts import Account, EarlierLoan, FirstLoan, Month
from services.hardship.domain.risk.features import (
    ACCOUNT_FEATURES,
    FIRST_LOAN_FEATURES,
    of_account,
    of_first_loan,
)

STEADY = Account(100_000, tuple(Month(0, 50_000, 5_000) for _ in range(6)), 1.0)
EARLIER = EarlierLoan(1_000_00, 30, 4, 35, 10)


def named(account: Account) -> dict[str, float]:
    """An account's figures by name."""
    return dict(zip([one.name for one in ACCOUNT_FEATURES], of_account(account), strict=True))


def test_every_figure_has_its_name_and_its_place() -> None:
    figures = named(STEADY)
    assert figures["limit"] == 100_000
    assert (figures["used_share_0"], figures["paid_share_0"]) == (0.5, 0.1)
    assert (figures["months_late"], figures["months_since_late"]) == (0, 6)
    assert len(of_first_loan(FirstLoan(1, 2, 30, 0, 1, (EARLIER,)))) == len(FIRST_LOAN_FEATURES)


def test_what_is_not_known_is_missing_and_not_nothing() -> None:
    short = named(Account(100_000, STEADY.months[:2], None))
    assert math.isnan(short["standing_2"])
    assert math.isnan(short["limit"])
    assert short["used_share_0"] == 0.5


def test_no_figure_is_made_of_who_the_person_is() -> None:
    names = {one.name for one in (*ACCOUNT_FEATURES, *FIRST_LOAN_FEATURES)}
    assert not {
        one for one in names for word in ("sex", "age", "marr", "educ", "place") if word in one.split("_")
    }


@pytest.mark.parametrize(
    ("risk", "opens"),
    [
        (None, set()),
        (EARLY_CONTACT_FROM - 0.01, set()),
        (EARLY_CONTACT_FROM, {Opens.EARLY_CONTACT}),
        (OFFER_HELP_FROM, {Opens.EARLY_CONTACT, Opens.OFFER_HELP}),
        (1.0, {Opens.EARLY_CONTACT, Opens.OFFER_HELP}),
    ],
)
def test_a_risk_opens_early_contact_and_help(risk: float | None, opens: set[Opens]) -> None:
    assert Assessment(Basis.MODEL, "m", risk, None, ()).opens == opens


def test_whoever_will_hardly_come_by_themselves_is_offered_help() -> None:
    assert Assessment(Basis.MODEL, "m", None, 0.2, ()).opens == {Opens.OFFER_HELP}
    assert Assessment(Basis.MODEL, "m", None, 0.9, ()).opens == set()


def test_nothing_but_help_can_be_opened() -> None:
    assert {one.value for one in Opens} == {"early_contact", "offer_help"}


def test_with_too_short_a_history_a_rule_speaks_and_says_so() -> None:
    late = by_rule(Account(1, (Month(2, 10, 0),), None))
    assert late is not None
    assert (late.basis, late.reasons[-1]) == (Basis.RULE, Reason.SHORT_HISTORY)
    assert Opens.OFFER_HELP in late.opens
    new = by_rule(FirstLoan(1, 1, 1, 0, 1))
    assert new is not None
    assert new.misses_next is None
    assert new.opens == set()
    assert by_rule(STEADY) is None
    assert by_rule(FirstLoan(1, 1, 1, 0, 1, (EARLIER,))) is None


def test_reasons_name_what_counts_most_and_turn_kind_where_it_lowers_the_risk() -> None:
    names = ["standing_0", "paid_share_1", "limit", "used_share_2"]
    assert reasons_of(names, [0.1, 0.2, -0.9, 0.05])[:2] == (Reason.LIMIT_USED, Reason.PAYS_LITTLE)
    assert reasons_of(names, [-0.9, 0.0, 0.0, 0.0])[0] is Reason.PAYS_WELL


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(Reason)
    assert all(english and chinese and english != chinese for english, chinese in WORDS.values())


def test_only_a_change_that_matters_is_told() -> None:
    before = Assessment(Basis.MODEL, "m", 0.30, None, ())
    assert not Assessment(Basis.MODEL, "m", 0.33, None, ()).differs(before)
    assert Assessment(Basis.MODEL, "m", 0.20, None, ()).differs(before)
    assert Assessment(Basis.MODEL, "m", 0.60, None, ()).differs(before)
    assert before.differs(None)


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_a_higher_raw_figure_never_gives_a_lower_probability(one: float, other: float) -> None:
    low, high = sorted((one, other))
    calibration = Calibration(0.9, -0.1)
    assert 0.0 <= calibration.probability(low) <= calibration.probability(high) <= 1.0
