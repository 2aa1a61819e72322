"""Changes of what is owed when: reliefs, and what comes close to them. None is ever refused for arrears or
penalties.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import islice, pairwise

from services.ledger.domain.allocation import bring_to, use_credit
from services.ledger.domain.amounts import recompute
from services.ledger.domain.book import FOREVER, Kind, Why
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.facts import (
    ChargeOff,
    Closing,
    DueDateMoved,
    Forgiveness,
    Grace,
    InterestWaiver,
    MorePeriods,
    RateChange,
    ScheduleChange,
    TokenPayments,
)
from services.ledger.domain.fees import asked_at, fees_from, place_of, replace_charges
from services.ledger.domain.interest import LATE_SCALE, lay_out, weigh, weight
from services.ledger.domain.levels import relevel
from services.ledger.domain.pauses import pause
from services.ledger.domain.plan import provide, tidy_extra
from services.ledger.domain.re_ageing import move_costs
from services.ledger.domain.rhythm import anchor, fall_due, moved_dates, nominal_on
from services.ledger.domain.terms import Component, OnChargeOff
from services.ledger.domain.working import (
    BEARING,
    CREDIT,
    FEES,
    INTEREST,
    PENALTY,
    PRINCIPAL,
    RATE_SCALE,
    Working,
)


def change_schedule(w: Working, fact: ScheduleChange) -> None:
    """Replace the instalments from a day on by those that the platform sent. What was paid of them goes on
    with the new ones, oldest first, component by component; what finds no room is the borrower's credit.
    Fees that were charged apart stay owed.
    """
    today = fact.value_on.toordinal()
    bring_to(w, today)
    first = bisect_left(w.dues, today)
    kept_until = w.dues[first - 1] if first else 0
    asked, given = ([sum(column[first:]) for column in side] for side in (w.owed, w.paid))
    w.balance -= asked[PRINCIPAL] - given[PRINCIPAL]
    w.drawn -= asked[PRINCIPAL] - sum(w.credited[first:])
    fees_apart = _fees_apart(w, fact, first, kept_until)
    while len(w.dues) > first:
        w.drop_last()
    w.charges = tuple(one for one in w.charges if not one.planned or one.due <= kept_until)
    # What a re-ageing had worked out is past: nothing of the new schedule is ever worked out with it.
    w.kinds[:] = [Kind.FIXED if kind in BEARING else kind for kind in w.kinds]
    provide(w, fact.instalments, fact.value_on)
    for component, due, amount in fees_apart:
        w.owe(place_of(w, due), component, amount)
    for component in (PENALTY, FEES, INTEREST, PRINCIPAL):
        more = sum(w.owed[component][first:]) - asked[component]
        # Interest and fees are owed as they are earned, which the journal works out by itself.
        why = Why.RESCHEDULED if component is PRINCIPAL else Why.CHARGED
        w.moved(fact.reference, fact.value_on, why, component, more)
        _hand_over(w, fact, first, component, given[component])
    w.note_settled(today)
    use_credit(w, fact.reference, fact.value_on)


def _fees_apart(
    w: Working, fact: ScheduleChange, first: int, kept_until: int
) -> list[tuple[Component, int, int]]:
    """Fees that instalments from a place on ask for and that were charged apart from the schedule: each with
    its due date, and what a re-ageing had moved there with the date of the first of them. What was forgiven
    of them stays so; of a fee that goes with its schedule there is nothing to forgive any more.
    """
    found: list[tuple[Component, int, int]] = []
    for component in (PENALTY, FEES):
        later = [one for one in w.charges if one.penalty == (component is PENALTY) and one.due > kept_until]
        apart = [(component, one.due, one.amount) for one in later if not one.planned]
        rest = sum(w.owed[component][first:]) - sum(one.amount for one in later)
        if component is PENALTY:
            rest -= sum(w.late_penalty[first:])
        if rest > 0:
            apart.append((component, w.dues[first], rest))
        gone = min(max(-rest, 0), sum(one.amount for one in later if one.planned))
        w.moved(fact.reference, fact.value_on, Why.FORGIVEN, component, gone)
        found += _less(apart, max(-rest, 0) - gone)
    return found


def _less(asked: list[tuple[Component, int, int]], forgiven: int) -> Iterator[tuple[Component, int, int]]:
    """What is asked for less what was forgiven of it, the last first."""
    for component, due, amount in reversed(asked):
        part = min(amount, forgiven)
        forgiven -= part
        yield component, due, amount - part


def _hand_over(w: Working, fact: ScheduleChange, first: int, component: Component, given: int) -> None:
    for place in range(first, len(w.dues)):
        part = min(given, w.owed[component][place])
        w.paid[component][place] += part
        w.balance -= part if component is PRINCIPAL else 0
        given -= part
    w.credit += given
    w.moved(fact.reference, fact.value_on, Why.RESCHEDULED, component, given)
    w.moved(fact.reference, fact.value_on, Why.RESCHEDULED, CREDIT, -given)


def change_rate(w: Working, fact: RateChange) -> None:
    """Let another rate hold from a day on; the level amount of what is not yet due then follows it."""
    since = fact.effective_on.toordinal()
    today = min(fact.value_on.toordinal(), since)
    bring_to(w, today)
    w.rates = tuple(sorted((*w.rates, (since, int(fact.annual_rate.scaleb(RATE_SCALE))))))
    w.renew()
    first = bisect_right(w.dues, since)
    weigh(w, first)
    relevel(w, first)
    w.note_settled(today)


def move_due_date(w: Working, fact: DueDateMoved) -> None:
    """Move a due date; the instalments after it follow in the loan's rhythm."""
    old = fact.due_on.toordinal()
    today = min(fact.value_on.toordinal(), old)
    bring_to(w, today)
    place = next((k for k, due in enumerate(w.dues) if due >= old and w.kinds[k] in BEARING), None)
    if place is None:
        return
    so_far, fees = weight(w, place, w.starts[place], w.run_on), fees_from(w, place)
    regular = [k for k in range(place, len(w.dues)) if w.kinds[k] in BEARING]
    dates = moved_dates(w, regular, fact.new_due_on)
    for k, due in zip(regular, list(islice(dates, len(regular))), strict=True):
        fall_due(w, k, due, agreed=k == place)
    for before, k in pairwise(regular):
        w.starts[k] = w.dues[before]
        lay_out(w, k, regular=True)
    lay_out(w, place, regular=False)
    tidy_extra(w)
    replace_charges(w, place, fees)
    weigh(w, place)
    if so_far:
        # Where interest counts by months, a longer period weighs its days anew, those gone by as well.
        w.accrued[place] = w.accrued[place] * weight(w, place, w.starts[place], w.run_on) // so_far
    _work_out(w, place)
    w.note_settled(today)


def _work_out(w: Working, first: int) -> None:
    if w.bears:
        recompute(w, max(first, bisect_right(w.dues, w.run_on)))


def add_periods(w: Working, fact: MorePeriods) -> None:
    """Spread what is not yet due over more instalments."""
    from_due = fact.due_on.toordinal()
    today = min(fact.value_on.toordinal(), from_due)
    bring_to(w, today)
    places = [k for k, kind in enumerate(w.kinds) if kind in BEARING and w.dues[k] >= from_due]
    if places:
        _append(w, fact.extra)
        relevel(w, places[0])
    w.note_settled(today)


def _append(w: Working, extra: int) -> None:
    """Add regular instalments after the last one."""
    last = max(k for k, kind in enumerate(w.kinds) if kind in BEARING)
    terms, from_on, fees = w.terms, nominal_on(w, last), fees_from(w, last + 1)
    for index in range(1, extra + 1):
        due = due_date(from_on, terms.unit, terms.count, index, day_of_month=anchor(terms, from_on))
        start = w.dues[last + index - 1]
        w.insert(last + index, start, start, Kind(w.kinds[last]), w.levels[last])
        fall_due(w, last + index, due)
        lay_out(w, last + index, regular=True)
    tidy_extra(w)
    replace_charges(w, last + 1, fees)
    weigh(w, last + 1)


def grant_grace(w: Working, fact: Grace) -> None:
    """Let no principal, or no interest, fall due for some instalments. Principal moves on: so many
    instalments are added at the end, each as high as before. Interest falls due with the first instalment
    after the grace.
    """
    from_due = fact.due_on.toordinal()
    today = min(fact.value_on.toordinal(), from_due)
    bring_to(w, today)
    first = bisect_left(w.dues, from_due)
    places = [k for k in range(first, len(w.dues)) if w.kinds[k] in BEARING]
    if not places:
        return
    if fact.principal:
        _append(w, fact.principal)
    for k in places[: fact.principal]:
        w.kinds[k], w.levels[k] = Kind.PRINCIPAL, 0
    for k in places[: fact.interest]:
        w.kinds[k], w.levels[k] = Kind.SILENT, w.owed[PRINCIPAL][k] - w.credited[k]
    recompute(w, places[0])
    w.note_settled(today)


def ask_less(w: Working, fact: TokenPayments) -> None:
    """Ask for a small amount only with the next instalments, never for more than before. What is left of the
    principal, and what was spread over them of earlier interest and fees, falls due after them: where there
    is no instalment after them, with new ones.
    """
    today = fact.value_on.toordinal()
    bring_to(w, today)
    places = _open_places(w, today)
    known = len(places)
    if places and fact.periods >= known:
        _append(w, fact.periods - known + 1)
        places = _open_places(w, today)
    for n, k in enumerate(places[: fact.periods]):
        move_costs(w, k, places[fact.periods])
        asked = w.owed[INTEREST][k] - w.reopened[k] + w.owed[PRINCIPAL][k] - w.credited[k]
        w.kinds[k], w.levels[k] = Kind.LEVEL, min(fact.amount, asked) if n < known else fact.amount
    if places:
        recompute(w, places[0])
    w.note_settled(today)


def _open_places(w: Working, today: int) -> list[int]:
    to_come = range(bisect_left(w.dues, today), len(w.dues))
    return [k for k in to_come if w.kinds[k] in BEARING and not w.settled[k]]


def waive_interest(w: Working, fact: InterestWaiver) -> None:
    """Waive unpaid interest, the oldest first; or penalty interest."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    left = fact.amount
    if fact.penalty:
        _waive_penalty(w, fact)
        return
    for k in range(len(w.dues)):
        part = min(left, w.owed[INTEREST][k] - w.paid[INTEREST][k]) if w.starts[k] < today else 0
        if part > 0:
            _waive_at(w, k, part)
            w.moved(fact.reference, fact.value_on, Why.WAIVED, INTEREST, -part, k)
            left -= part
    _work_out(w, 0)
    w.note_settled(today)


def _waive_penalty(w: Working, fact: InterestWaiver) -> None:
    left = fact.amount
    for k in range(len(w.dues)):
        part = min(left, w.late_penalty[k], w.owed[PENALTY][k] - w.paid[PENALTY][k])
        if part > 0:
            w.owed[PENALTY][k] -= part
            w.late_penalty[k] -= part
            w.late_accrued[k] -= part * LATE_SCALE
            w.moved(fact.reference, fact.value_on, Why.WAIVED, PENALTY, -part, k)
            left -= part
    w.note_settled(fact.value_on.toordinal())


def _waive_at(w: Working, k: int, part: int) -> None:
    w.owed[INTEREST][k] -= part
    if w.kinds[k] in BEARING:
        # Where interest is worked out anew later, the waived part must not come back.
        w.accrued[k] -= part * w.scales[k]


def forgive(w: Working, fact: Forgiveness) -> None:
    """Forgive principal, from the last instalment back."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    left = fact.amount
    for k in range(len(w.dues) - 1, -1, -1):
        part = min(left, w.owed[PRINCIPAL][k] - w.paid[PRINCIPAL][k])
        if part > 0:
            w.owe(k, PRINCIPAL, -part)
            w.moved(fact.reference, fact.value_on, Why.FORGIVEN, PRINCIPAL, -part, k)
            w.levels[k] = max(w.levels[k] - part, 0)
            left -= part
            again = min(part, w.credited[k])
            w.credited[k] -= again
            w.drawn -= part - again
    _work_out(w, 0)
    w.note_settled(today)


def charge_off(w: Working, fact: ChargeOff) -> None:
    """Note a charge-off; what changes for the borrower stands in the terms."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    w.charged_off = today
    if w.terms.on_charge_off is OnChargeOff.NO_MORE_INTEREST:
        pause(w, today, FOREVER)
    elif w.terms.on_charge_off is OnChargeOff.ALL_DUE:
        call_all_due(w, today)
        use_credit(w, fact.reference, fact.value_on)
    for component in (PENALTY, FEES, INTEREST, PRINCIPAL):
        left = sum(w.owed[component]) - sum(w.paid[component])
        w.moved(fact.reference, fact.value_on, Why.CHARGED_OFF, component, left)
    w.note_settled(today)


def call_all_due(w: Working, today: int) -> None:
    """Let all principal fall due today, with the interest of the days gone by; the instalments to come go."""
    place = bisect_left(w.dues, today)
    if place >= len(w.dues) or w.kinds[place] not in BEARING:
        return
    given, fees = [sum(column[place + 1 :]) for column in w.paid], fees_from(w, place)
    while len(w.dues) > place + 1:
        w.owed[PRINCIPAL][place] += w.owed[PRINCIPAL][-1]
        w.credited[place] += w.credited[-1]
        w.in_advance[place] += w.in_advance[-1]
        w.drop_last()
    replace_charges(w, place, fees)
    w.dues[place], w.shifted[place] = today, 0
    tidy_extra(w)
    for component in (INTEREST, PRINCIPAL):
        w.paid[component][place] += given[component]
    weigh(w, place)
    w.settled[place] = 0
    recompute(w, place)


def close(w: Working, fact: Closing) -> None:
    """Close the loan: what is unpaid is not asked for, the borrower's credit stays."""
    today = fact.value_on.toordinal()
    bring_to(w, today)
    use_credit(w, fact.reference, fact.value_on)
    _drop_fees_to_come(w, fact)
    for k in range(len(w.dues)):
        for component in (PENALTY, FEES, INTEREST, PRINCIPAL):
            left = w.owed[component][k] - w.paid[component][k]
            w.owe(k, component, -left)
            w.moved(fact.reference, fact.value_on, Why.FORGIVEN, component, -left, k)
    w.closed = today
    w.note_settled(today)


def _drop_fees_to_come(w: Working, fact: Closing) -> None:
    """Fees that are unpaid and have not fallen due were never earned: they are no loss."""
    today = fact.value_on.toordinal()
    kept = []
    for one in w.charges:
        component = PENALTY if one.penalty else FEES
        part = 0
        if one.due > today and not one.reopened:
            place = asked_at(w, one.due)
            part = min(one.amount, w.owed[component][place] - w.paid[component][place])
            w.owe(place, component, -part)
            w.moved(fact.reference, fact.value_on, Why.WAIVED, component, -part, place)
        kept.append(one._replace(amount=one.amount - part))
    w.charges = tuple(kept)
