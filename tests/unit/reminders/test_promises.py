from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.reminders.domain.packs import Holidays
from services.reminders.domain.promises import (
    Broken,
    Kept,
    Payment,
    PromiseInThePast,
    PromiseOfNothing,
    PromiseOver,
    Promises,
    PromiseTooFarAhead,
    PromiseUnknown,
    Standing,
    TakenBack,
    change_payment,
    forget_old,
    grace_end,
    make,
    next_day,
    note,
    pay,
    remind,
    repay,
    settle,
    to_remind,
    withdraw,
)
from shared.money import Money

LOAN, OTHER = UUID(int=1), UUID(int=2)
FIRST, SECOND, TOLD = UUID(int=11), UUID(int=12), UUID(int=99)
MONDAY, FRIDAY, GRACE_END = date(2026, 3, 2), date(2026, 3, 6), date(2026, 3, 11)
TOO_LATE = date(2026, 3, 12)


def euros(amount: int) -> Money:
    return Money(amount * 100, "EUR")


def promised(
    amount: int = 100, due_on: date = FRIDAY, promise_id: UUID = FIRST, loan: UUID = LOAN
) -> Promises:
    return make(Promises(), promise_id, loan, euros(amount), due_on, MONDAY, grace_end(due_on, ()))


def paid(number: int, on: date, amount: int, loan: UUID = LOAN) -> Payment:
    return Payment(UUID(int=100 + number), loan, on, euros(amount))


def test_grace_lasts_three_working_days() -> None:
    assert grace_end(FRIDAY, ()) == GRACE_END
    closed = Holidays(frozenset({date(2026, 3, 9)}), (2026, 2026))
    assert grace_end(FRIDAY, (closed,)) == TOO_LATE


def test_grace_ends_although_no_calendar_knows_the_year() -> None:
    assert grace_end(FRIDAY, (Holidays(frozenset(), (2020, 2021)),)) == GRACE_END


def test_a_promise_is_kept_when_what_was_promised_has_come() -> None:
    promises = pay(promised(), paid(1, FRIDAY, 100))
    after, told = settle(promises, FRIDAY)
    assert told == (Kept(replace(after.made[0]), FRIDAY),)
    assert settle(after, TOO_LATE) == (after, ())


def test_parts_add_up_and_the_last_of_them_keeps_the_promise() -> None:
    promises = pay(pay(promised(), paid(1, date(2026, 3, 4), 40)), paid(2, date(2026, 3, 9), 60))
    after, told = settle(promises, date(2026, 3, 9))
    assert told == (Kept(after.made[0], date(2026, 3, 9)),)


def test_a_promise_is_broken_only_when_its_grace_is_over_and_tells_what_is_missing() -> None:
    promises = pay(promised(), paid(1, FRIDAY, 30))
    assert settle(promises, GRACE_END) == (promises, ())
    after, told = settle(promises, TOO_LATE)
    assert told == (Broken(after.made[0], euros(70)),)


def test_what_was_paid_before_the_promise_does_not_count() -> None:
    promises = pay(promised(), paid(1, date(2026, 3, 1), 100))
    assert settle(promises, FRIDAY) == (promises, ())


def test_a_payment_on_another_loan_keeps_nothing() -> None:
    promises = pay(promised(), paid(1, FRIDAY, 100, OTHER))
    assert settle(promises, FRIDAY) == (promises, ())


def test_a_reversed_payment_takes_back_that_a_promise_was_kept() -> None:
    payment = paid(1, FRIDAY, 100)
    kept, _ = settle(pay(promised(), payment), FRIDAY)
    kept = note(kept, FIRST, TOLD)
    after, told = settle(change_payment(kept, payment.id, euros(0)), date(2026, 3, 9))
    assert told == (TakenBack(kept.made[0], Standing.KEPT, TOLD),)
    assert after.made[0].standing is Standing.OPEN


def test_a_payment_found_late_takes_back_that_a_promise_was_broken() -> None:
    broken, _ = settle(promised(), TOO_LATE)
    broken = note(broken, FIRST, TOLD)
    after, told = settle(pay(broken, paid(1, FRIDAY, 100)), date(2026, 4, 1))
    assert told == (TakenBack(broken.made[0], Standing.BROKEN, TOLD), Kept(after.made[0], FRIDAY))


def test_one_payment_does_not_keep_two_promises() -> None:
    promises = make(promised(), SECOND, LOAN, euros(50), date(2026, 3, 20), MONDAY, date(2026, 3, 25))
    after, told = settle(pay(promises, paid(1, FRIDAY, 100)), FRIDAY)
    assert told == (Kept(after.made[0], FRIDAY),)


def test_what_the_first_promise_does_not_need_goes_to_the_next() -> None:
    promises = make(promised(), SECOND, LOAN, euros(50), date(2026, 3, 20), MONDAY, date(2026, 3, 25))
    _, told = settle(pay(promises, paid(1, FRIDAY, 150)), FRIDAY)
    assert [type(one) for one in told] == [Kept, Kept]


def test_a_loan_that_is_repaid_asks_for_no_more_of_a_promise() -> None:
    after, told = settle(repay(promised(500), LOAN, FRIDAY), FRIDAY)
    assert told == (Kept(after.made[0], FRIDAY),)
    owed_again, told = settle(repay(note(after, FIRST, TOLD), LOAN, None), TOO_LATE)
    assert told == (
        TakenBack(replace(after.made[0], told=TOLD), Standing.KEPT, TOLD),
        Broken(owed_again.made[0], euros(500)),
    )


def test_while_a_promise_runs_all_others_are_quiet_about_its_loan() -> None:
    promises = promised()
    assert promises.quiet_until(LOAN, MONDAY) == GRACE_END
    assert promises.quiet_until(OTHER, MONDAY) is None
    assert withdraw(promises, FIRST).quiet_until(LOAN, MONDAY) is None


def test_a_person_is_reminded_once_on_the_day_before() -> None:
    promises, thursday = promised(), date(2026, 3, 5)
    assert next_day(promises, MONDAY) == thursday
    assert to_remind(promises, date(2026, 3, 4)) == ()
    assert to_remind(promises, thursday) == promises.made
    after = remind(promises, FIRST)
    assert to_remind(after, thursday) == ()
    assert next_day(after, thursday) == TOO_LATE


def test_nobody_is_reminded_of_a_promise_for_tomorrow_or_of_one_that_is_due() -> None:
    soon = promised(due_on=date(2026, 3, 3))
    assert to_remind(soon, MONDAY) == ()
    assert to_remind(promised(), FRIDAY) == ()


def test_a_new_promise_for_the_same_day_replaces_the_old_one() -> None:
    promises = make(promised(), SECOND, LOAN, euros(80), FRIDAY, MONDAY, GRACE_END)
    assert [one.standing for one in promises.made] == [Standing.WITHDRAWN, Standing.OPEN]
    after, told = settle(pay(promises, paid(1, FRIDAY, 80)), FRIDAY)
    assert told == (Kept(after.made[1], FRIDAY),)


def test_a_promise_made_twice_with_one_id_is_one() -> None:
    promises = promised()
    assert make(promises, FIRST, LOAN, euros(100), FRIDAY, MONDAY, GRACE_END) == promises


def test_what_cannot_be_promised_is_refused() -> None:
    with pytest.raises(PromiseOfNothing):
        promised(0)
    with pytest.raises(PromiseInThePast):
        promised(due_on=date(2026, 3, 1))
    with pytest.raises(PromiseTooFarAhead):
        promised(due_on=date(2026, 6, 1))


def test_only_an_open_promise_can_be_withdrawn() -> None:
    broken, _ = settle(promised(), TOO_LATE)
    with pytest.raises(PromiseOver):
        withdraw(broken, FIRST)
    with pytest.raises(PromiseUnknown):
        withdraw(broken, SECOND)
    assert broken.broken == 1


def test_payments_that_a_promise_may_need_are_never_forgotten_before_it() -> None:
    kept, _ = settle(pay(promised(), paid(1, FRIDAY, 100)), FRIDAY)
    kept = note(kept, FIRST, TOLD)
    for on in (date(2026, 9, 1), date(2027, 4, 1), date(2028, 1, 1)):
        assert settle(forget_old(kept, on), on)[1] == ()
    assert forget_old(kept, date(2028, 1, 1)) == Promises()
    open_still = pay(promised(), paid(1, MONDAY, 40))
    assert forget_old(open_still, date(2028, 1, 1)) == open_still
