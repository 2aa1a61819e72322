from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from services.reminders.adapters.treatments import CHOICE, FOLDER, BadTreatment, load_catalogue
from services.reminders.domain.treatments import (
    Capacity,
    Closing,
    Ended,
    Exhausted,
    Facts,
    Opening,
    Treating,
    assign,
    close,
    contacted,
    due,
    end,
    next_day,
    reopen,
    withheld,
)
from services.reminders.domain.words.messages import Occasion
from shared.events.loans import Channel as LoanChannel

CATALOGUE = load_catalogue()
CAR, SOFA, PHONE = UUID(int=1), UUID(int=2), UUID(int=3)
DUE = date(2026, 3, 1)
LATE = Facts(days_past_due=1)
NOTHING: tuple[()] = ()
NONE = Treating()


def on(day: int) -> date:
    return DUE + timedelta(days=day)


def begun(loan: UUID = CAR, facts: Facts = LATE, lender: str = "acme", treating: Treating = NONE) -> Treating:
    return assign(treating, loan, lender, DUE, facts, CATALOGUE)[0]


@pytest.mark.parametrize(
    ("facts", "reason", "treatment"),
    [
        (LATE, "first_miss", "first_miss"),
        (replace(LATE, first_miss=False, cures=2), "has_caught_up_before", "self_curer"),
        (replace(LATE, first_miss=False), "missed_again", "early_help"),
        (replace(LATE, vulnerable=True, capacity=Capacity.NONE), "vulnerable", "with_care"),
        (replace(LATE, capacity=Capacity.TIGHT), "cannot_afford_it", "early_help"),
        (replace(LATE, opens=frozenset({Opening.OFFER_HELP})), "risk_opens_help", "early_help"),
        (replace(LATE, loan_kind=LoanChannel.CARD), "first_miss_of_a_card", "self_curer"),
        (Facts(50), "long_past_due", "long_arrears"),
        (Facts(-7), "needs_no_reminder", None),
        (Facts(-7, first_miss=False), "missed_before", "before_due"),
        (Facts(-7, opens=frozenset({Opening.EARLY_CONTACT})), "risk_opens_early_contact", "before_due"),
        (Facts(-7, vulnerable=True, first_miss=False), "vulnerable_before_due", None),
    ],
)
def test_the_first_row_that_holds_chooses_and_says_why(
    facts: Facts, reason: str, treatment: str | None
) -> None:
    row = CATALOGUE.choose(facts)
    assert (row.reason, row.treatment) == (reason, treatment)


def test_after_a_miss_it_waits_and_then_offers_help() -> None:
    treating = begun()
    for day in range(4):
        assert due(treating, on(day), CATALOGUE, {}) == (NOTHING, NOTHING)
    ((wanted,), _) = due(treating, on(4), CATALOGUE, {})
    assert (wanted.loans, wanted.step.occasion) == ((CAR,), Occasion.MISSED_FIRST)
    assert next_day(treating, on(0), CATALOGUE, {}) == on(4)


def test_one_contact_is_about_all_late_loans_of_a_lender() -> None:
    treating = begun(SOFA, treating=begun())
    treating = assign(treating, PHONE, "other", DUE, LATE, CATALOGUE)[0]
    wanted, _ = due(treating, on(4), CATALOGUE, {})
    assert [(one.lender, one.loans) for one in wanted] == [("acme", (CAR, SOFA)), ("other", (PHONE,))]
    after = contacted(treating, wanted[0], on(4), CATALOGUE)
    assert [one.lender for one in due(after, on(4), CATALOGUE, {})[0]] == ["other"]


def test_after_a_long_silence_no_step_is_skipped_and_they_keep_their_distance() -> None:
    treating, told = begun(), []
    for day in range(30, 45):
        for wanted in due(treating, on(day), CATALOGUE, {})[0]:
            treating = contacted(treating, wanted, on(day), CATALOGUE)
            told.append((day, wanted.step.day))
    assert told == [(30, 4), (34, 14), (38, 28)]


def test_what_was_not_said_before_the_due_date_is_not_said_after_it() -> None:
    treating = begun(facts=Facts(-7, first_miss=False))
    assert len(due(treating, on(-5), CATALOGUE, {})[0]) == 1
    assert due(treating, on(0), CATALOGUE, {}) == (NOTHING, NOTHING)


def test_a_treatment_ends_when_its_time_is_over() -> None:
    treating = begun()
    _, over = due(treating, on(60), CATALOGUE, {})
    assert over == (Exhausted(treating.running[0], Ended.DONE),)


def test_a_payment_ends_it_at_once() -> None:
    treating = begun()
    after, over = end(treating, [CAR], Ended.PAID)
    assert (after, over) == (Treating(), (Exhausted(treating.running[0], Ended.PAID),))


@pytest.mark.parametrize("closing", Closing)
def test_what_closes_a_loan_ends_its_treatment_and_lets_none_begin(closing: Closing) -> None:
    treating = begun()
    after, over = close(treating, [CAR], closing)
    assert over == (Exhausted(treating.running[0], closing),)
    assert assign(after, CAR, "acme", DUE, LATE, CATALOGUE) == (after, None, ())
    assert begun(treating=reopen(after, [CAR], closing)) == treating


def test_two_closings_must_both_be_opened() -> None:
    held = close(close(begun(), [CAR], Closing.HOLD)[0], None, Closing.CRISIS)[0]
    assert begun(treating=reopen(held, [CAR], Closing.HOLD)).running == ()
    assert begun(SOFA, treating=held).running == ()
    assert begun(treating=reopen(reopen(held, [CAR], Closing.HOLD), None, Closing.CRISIS)).running


def test_a_loan_of_which_a_promise_runs_is_not_spoken_of() -> None:
    treating = begun(SOFA, treating=begun())
    quiet = {CAR: on(9)}
    ((wanted,), _) = due(treating, on(4), CATALOGUE, quiet)
    assert wanted.loans == (SOFA,)
    assert next_day(begun(), on(0), CATALOGUE, quiet) == on(10)


def test_a_contact_that_the_gate_withheld_is_wanted_again_later() -> None:
    treating = begun()
    ((wanted,), _) = due(treating, on(4), CATALOGUE, {})
    after = withheld(treating, wanted, on(6))
    assert due(after, on(5), CATALOGUE, {}) == (NOTHING, NOTHING)
    assert due(after, on(6), CATALOGUE, {})[0] == (wanted,)


def test_another_treatment_replaces_the_one_that_runs_and_keeps_the_distance() -> None:
    treating = begun()
    ((wanted,), _) = due(treating, on(4), CATALOGUE, {})
    treating = contacted(treating, wanted, on(4), CATALOGUE)
    after, row, over = assign(treating, CAR, "acme", DUE, replace(LATE, vulnerable=True), CATALOGUE)
    assert row is not None
    assert row.treatment == "with_care"
    assert over == (Exhausted(treating.running[0], Ended.ANOTHER),)
    assert [bool(due(after, on(day), CATALOGUE, {})[0]) for day in (5, 7, 8)] == [False, False, True]


def test_the_same_miss_told_again_begins_nothing_anew() -> None:
    treating = begun()
    assert assign(treating, CAR, "acme", DUE, replace(LATE, days_past_due=3), CATALOGUE) == (
        treating,
        None,
        (),
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "why"),
    [
        ("first_miss.yaml", "day: 4", "day: 1", 7, "are quiet"),
        ("first_miss.yaml", "day: 14", "day: 6", 8, "behind the step before"),
        (
            "first_miss.yaml",
            "purpose: help, template: missed_first",
            "purpose: reminder, template: missed_first",
            7,
            "is for help",
        ),
        ("first_miss.yaml", "template: missed_first", "template: crisis", 7, "Input should be"),
        ("first_miss.yaml", "ends_after_days: 60", "ends_after_days: 20", 5, "behind the last step"),
        ("first_miss.yaml", "[call, mail]", "[visit]", 9, "Input should be"),
        ("first_miss.yaml", "treatment: first_miss", "treatment: other", 2, "must be called"),
        ("before_due.yaml", "day: -5", "day: 5", 7, "before the due date"),
        (CHOICE, "treatment: self_curer}", "treatment: nobody}", 15, "no treatment nobody"),
        (CHOICE, "reason: missed_again", "reason: vulnerable", 16, "twice"),
        (
            CHOICE,
            "{reason: first_miss, when: {}",
            "{reason: first_miss, when: {cures_min: 1}",
            19,
            "always hold",
        ),
        (
            CHOICE,
            "when: {days_max: -1, first_miss: false}",
            "when: {first_miss: false}",
            8,
            "no step at these days",
        ),
    ],
)
def test_a_faulty_treatment_is_refused_by_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, line: int, why: str
) -> None:
    for path in FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        if path.name == file:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    with pytest.raises(BadTreatment, match=rf"{file}:{line}: .*{why}"):
        load_catalogue(tmp_path)
