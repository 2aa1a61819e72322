"""The rules by which our ledger differs from the peer on purpose. `docs/peer-scenarios.md` gives the reasons.

A rule explains a difference only where its condition holds and everything that it does not speak of is
equal: it names what may differ, and by how much.
"""

from calendar import isleap
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from services.ledger.domain.book import Why
from services.ledger.domain.facts import Draw, Fee, InterestPause
from services.ledger.domain.terms import Ahead, Prepayment
from tests.peer.compare import Difference, Row, transaction_rows
from tests.peer.lateness import unpaid
from tests.peer.teller import Teller

# Columns of the rows.
DUE, PAID_ON, BALANCE, PRINCIPAL, INTEREST, ASKED = 1, 3, 4, 5, 6, 9
PAID, IN_ADVANCE, LATE, LEFT = 10, 11, 12, 13
_WHERE_PAID = (PAID_ON, PAID, IN_ADVANCE, LATE, LEFT)


@dataclass(frozen=True)
class Rule:
    """A difference that is meant."""

    name: str
    explains: Callable[[Teller, Difference], bool]


def rule_for(t: Teller, difference: Difference) -> str | None:
    """The name of the first rule that explains a difference."""
    return next((rule.name for rule in RULES if rule.explains(t, difference)), None)


def _instalments(rows: list[Row]) -> list[Row]:
    return [row for row in rows if row[0] is not None]


def _same_but(d: Difference, columns: tuple[int, ...]) -> bool:
    """Whether two schedules are equal but for some columns."""
    theirs, ours = (
        [tuple(cell for k, cell in enumerate(row) if k not in columns) for row in _instalments(side)]
        for side in (d.theirs, d.ours)
    )
    return theirs == ours


def _sum(rows: list[Row], column: int) -> int:
    return sum(row[column] for row in _instalments(rows))


def _sums_equal(d: Difference, *columns: int) -> bool:
    return all(_sum(d.theirs, column) == _sum(d.ours, column) for column in columns)


def _near(d: Difference, cents: int) -> bool:
    """Whether all amounts are within so many cents, and all else is equal."""
    if len(d.theirs) != len(d.ours):
        return False
    for theirs, ours in zip(d.theirs, d.ours, strict=True):
        for a, b in zip(theirs, ours, strict=True):
            if isinstance(a, int) and isinstance(b, int) and not isinstance(a, bool):
                if abs(a - b) > cents:
                    return False
            elif a != b:
                return False
    return True


def _rounds_once(t: Teller, d: Difference) -> bool:
    """Our interest is exact until it is rounded once for each period."""
    if d.what == "schedule":
        interest = zip(_instalments(d.theirs), _instalments(d.ours), strict=False)
        return _near(d, 5) and all(abs(a[INTEREST] - b[INTEREST]) <= 1 for a, b in interest)
    if d.what == "status":
        return t.book().outstanding + t.book().credit <= 2
    return d.what in ("totals", "transactions", "outstanding", "overpaid") and _near(d, 2)


def _counts_leap_days(t: Teller, d: Difference) -> bool:
    """Actual/actual as ISDA counts it: each day is a part of its own year, the last of December too."""
    product, book = t.story.product, t.book()
    years = {day.year for line in book.lines() for day in (line.starts_on, line.due_on)}
    mixed = len({isleap(year) for year in years}) > 1 or "leap_year_rule" in product
    if not mixed or product["days_in_year"] != "ACTUAL" or not t.progressive:
        return False
    principal = Decimal(book.drawn or t.planned_draw().amount)
    rate = Decimal(t.story.loan["annual_rate_pct"]) / 100
    days = 31 if "leap_year_rule" in product else 1
    by_day = principal * rate * days * (Decimal(1) / 365 - Decimal(1) / 366)
    return d.what in ("schedule", "totals", "transactions") and _near(d, int(by_day * len(book)) + 3)


def _cumulative_draws(t: Teller) -> bool:
    return not t.progressive and len({one.value_on for one in t.draws()}) > 1


def _same_transactions(d: Difference) -> bool:
    """Whether two lists of transactions are equal but for where their amounts went."""
    return [row[:3] for row in d.theirs] == [row[:3] for row in d.ours]


def _stays_where_it_went(t: Teller, d: Difference) -> bool:
    """What a payment settled stays settled when more is drawn later."""
    if not _cumulative_draws(t):
        return False
    if d.what == "schedule":
        return _same_but(d, _WHERE_PAID) and _sums_equal(d, PAID, LEFT)
    if d.what == "transactions":
        return _same_transactions(d)
    return d.what == "totals" and d.theirs[0][:6] == d.ours[0][:6] and d.theirs[0][8] == d.ours[0][8]


def _spreads_draws_evenly(t: Teller, d: Difference) -> bool:
    """What is drawn later is spread evenly over the instalments that are left."""
    moved = (BALANCE, PRINCIPAL, ASKED, *_WHERE_PAID)
    return (
        _cumulative_draws(t)
        and d.what == "schedule"
        and _same_but(d, moved)
        and _sums_equal(d, PRINCIPAL, ASKED, PAID, LEFT)
    )


def _credit_settles_what_is_owed(t: Teller, d: Difference) -> bool:
    """A credit settles a fee when the fee is charged, not before."""
    used = any(one.why is Why.CREDIT_USED for one in t.book().movements)
    fees = any(isinstance(one, Fee) for one in t.others)
    if d.what == "schedule":
        return used and fees and _same_but(d, (PAID_ON, IN_ADVANCE, LATE)) and _sums_equal(d, PAID)
    if d.what == "transactions":
        return used and fees and _same_transactions(d)
    return d.what == "totals" and used and fees and d.theirs[0][:6] == d.ours[0][:6]


def _pauses_every_day(t: Teller, d: Difference) -> bool:
    """A pause takes in its first day, also where that is the first of a period."""
    starts = {line.starts_on for line in t.book().lines()}
    pauses = [one for one in t.others if isinstance(one, InterestPause) and one.starts_on in starts]
    rate = Decimal(t.story.loan["annual_rate_pct"]) / 100
    a_day = int(Decimal(t.book().drawn) * rate / 360) + 3
    return bool(pauses) and d.what in ("schedule", "totals") and _near(d, a_day)


def _closes_exactly(t: Teller, d: Difference) -> bool:
    """All principal is in the schedule: what the peer's last balance leaves out, ours asks for. Its level
    amount stays lower from then on.
    """
    ends = [
        _instalments([tuple(row) for row in step["rows"]])[-1][BALANCE]
        for step in t.story.steps
        if step.get("expect") == "schedule"
    ]
    if not any(Decimal(end) for end in ends):
        return False
    drawn = t.book().drawn
    if d.what == "schedule":
        near = abs(_sum(d.theirs, INTEREST) - _sum(d.ours, INTEREST)) * 20 <= _sum(d.theirs, INTEREST)
        dates = [[(row[0], row[DUE]) for row in _instalments(side)] for side in (d.theirs, d.ours)]
        return dates[0] == dates[1] and _sum(d.ours, PRINCIPAL) == drawn and near and _sums_equal(d, PAID)
    if d.what != "totals":
        return False
    (theirs,), (ours,) = d.theirs, d.ours
    return bool(ours[0] == drawn and theirs[5] == ours[5] and abs(theirs[1] - ours[1]) * 20 <= theirs[1])


def _ages_with_its_instalment(t: Teller, d: Difference) -> bool:
    """Money charged back is past due when its instalment is, not from the day it was charged back."""
    charged_back = any(one.kind == "Chargeback" and not one.reversed for one in t.told)
    return charged_back and d.what in ("delinquency", "overdue")


def _pauses_days_past_due_only(t: Teller, d: Difference) -> bool:
    """A pause takes off days past due; days before the due date are none."""
    late = [row.due_on for row in unpaid(t) if row.due_on < t.today]
    early = any(start < due for start, _ in t.lateness.pauses for due in late)
    if d.what == "delinquency_installments":
        return early
    if d.what != "delinquency_loan" or not early:
        return False
    (theirs,), (ours,) = d.theirs, d.ours
    return theirs[:3] == ours[:3] and theirs[4] == ours[4] and ours[3] > theirs[3]


def _stage_by_day(t: Teller, d: Difference) -> bool:
    """A stage begins on its day, whenever a closing ran."""
    return d.what == "delinquency_history" and {row[0] for row in d.theirs} <= {row[0] for row in d.ours}


def _charge_off_rewrites_nothing(t: Teller, d: Difference) -> bool:
    """A charge-off changes what is owed from its day on, never where an earlier payment went."""
    if not t.book().charged_off:
        return False
    if d.what == "schedule":
        return _sums_equal(d, PRINCIPAL, INTEREST, ASKED, PAID, LEFT)
    if d.what != "transactions":
        return False
    same = [(a[:3], a[8]) for a in d.theirs] == [(b[:3], b[8]) for b in d.ours]
    return same and all(sum(r[k] for r in d.theirs) == sum(r[k] for r in d.ours) for k in range(3, 7))


def _early_costs_less(t: Teller, d: Difference) -> bool:
    """Paying early saves interest, also after a charge-off."""
    follows = t.story.product["interest_recalculation"]
    if not t.book().charged_off or not follows:
        return False
    if d.what == "schedule":
        return _sums_equal(d, PRINCIPAL) and _sum(d.ours, INTEREST) < _sum(d.theirs, INTEREST)
    if d.what == "transactions":
        theirs, ours = ([_transaction_sum(side, k) for k in (3, 4)] for side in (d.theirs, d.ours))
        same = [(row[0], row[1]) for row in d.theirs] == [(row[0], row[1]) for row in d.ours]
        return same and theirs[0] == ours[0] and theirs[1] > ours[1]
    return d.what == "totals" and d.theirs[0][0] == d.ours[0][0] and d.theirs[0][1] > d.ours[0][1]


def _transaction_sum(rows: list[Row], column: int, kinds: str = "") -> int:
    """The sum of a column, adjustments taken off: over all rows, or those of kinds that begin so."""
    signed = ((row[column] or 0, row[1]) for row in rows if row[1].startswith(kinds))
    return sum(-amount if kind == "Accrual Adjustment" else amount for amount, kind in signed)


def _lowers_principal_at_once(t: Teller, d: Difference) -> bool:
    """Money before its due date is principal, the balance falls by all of it. The peer lets the balance that
    bears interest fall by as much, but books a part as interest of days to come.
    """
    if t.terms.prepayment is Prepayment.NEXT_INSTALMENTS or d.what != "transactions":
        return False
    theirs, ours = ([row for row in side if not row[1].startswith("Accrual")] for side in (d.theirs, d.ours))
    asked = max((line.owed[2] for line in t.book().lines()), default=0)
    moved = [b[3] - a[3] for a, b in zip(theirs, ours, strict=False)]
    same = [(r[:3], r[3] + r[4], r[5:7]) for r in theirs] == [(r[:3], r[3] + r[4], r[5:7]) for r in ours]
    earned = [[_transaction_sum(side, k, "Accrual") for k in range(4, 7)] for side in (d.theirs, d.ours)]
    return same and all(0 <= more <= asked for more in moved) and earned[0] == earned[1]


def _rests_on_what_is_owed(t: Teller, d: Difference) -> bool:
    """At each rest the balance is what is really owed. The peer leaves out what was past due, but for the
    period that runs: its schedule follows the day on which one looks.
    """
    overdue = t.terms.rests_by_period and any(line.late or line.unpaid for line in t.book().lines())
    if not overdue or d.what not in ("schedule", "totals"):
        return False
    if d.what == "totals":
        (theirs,), (ours,) = d.theirs, d.ours
        return theirs[0] == ours[0] and theirs[5:8] == ours[5:8] and 0 < ours[1] - theirs[1] <= ours[1] // 10
    return (
        _same_but(d, (BALANCE, PRINCIPAL, INTEREST, ASKED, LEFT))
        and _sums_equal(d, PRINCIPAL, PAID)
        and 0 < (more := _sum(d.ours, INTEREST) - _sum(d.theirs, INTEREST)) <= _sum(d.ours, INTEREST) // 10
        and _sum(d.ours, LEFT) - _sum(d.theirs, LEFT) == more
    )


def _earns_once(t: Teller, d: Difference) -> bool:
    """A fee is earned when it falls due, once. The peer tells a second accrual of it when it is paid, in one
    story in place of the payment.
    """
    if d.what != "transactions":
        return False
    theirs, ours = Counter(d.theirs), Counter(d.ours)
    more, instead = list((theirs - ours).elements()), list((ours - theirs).elements())
    fees = {one.amount for one in t.others if isinstance(one, Fee)}
    paid = transaction_rows(t)[-1:]
    told = all(row[1] == "Accrual" and row[2] in fees and not row[4] for row in more)
    return told and bool(more) and (not instead or [r[:7] for r in instead] == [r[:7] for r in paid])


def _takes_what_is_asked(t: Teller, d: Difference) -> bool:
    """Money to the last instalment first settles what that asks for; a pause has made it smaller. The peer
    lets it take what it asked for before the pause.
    """
    if d.what != "schedule" or not any(isinstance(one, InterestPause) for one in t.others):
        return False
    last = t.terms.allocation.ahead in (Ahead.LAST, Ahead.NEXT_THEN_LAST)
    saved = [
        abs(a[PRINCIPAL] - b[PRINCIPAL]) for a, b in zip(*map(_instalments, (d.theirs, d.ours)), strict=False)
    ]
    return (
        last
        and _same_but(d, (BALANCE, PRINCIPAL, ASKED, PAID, IN_ADVANCE, LATE))
        and _sums_equal(d, PRINCIPAL, ASKED, PAID)
        and max(saved, default=0) * 50 <= t.book().drawn
    )


def _planned_day_unknown(t: Teller, d: Difference) -> bool:
    """A story does not tell for which day a draw is planned: before it, dates may differ, amounts may not."""
    return not t.draws() and d.what == "schedule" and _same_but(d, (DUE, 2))


def _level_knows_pauses(t: Teller, d: Difference) -> bool:
    """A level amount that is found while a pause is known counts the pause."""
    pauses = [one for one in t.others if isinstance(one, InterestPause)]
    draws = [one for one in t.facts if isinstance(one, Draw)]
    known = any(pause.reference < draw.reference for pause in pauses for draw in draws)
    if not known:
        return False
    if d.what == "schedule":
        off = abs(_sum(d.theirs, INTEREST) - _sum(d.ours, INTEREST))
        return _sums_equal(d, PRINCIPAL, PAID) and off * 100 <= _sum(d.theirs, INTEREST)
    return d.what == "totals" and d.theirs[0][0] == d.ours[0][0] and d.theirs[0][5] == d.ours[0][5]


def _earns_by_the_day(t: Teller, d: Difference) -> bool:
    """What is earned is a function of the day: entries are dated by it, not by when a closing ran. The
    sums agree.
    """
    if d.what != "transactions":
        return False
    sides = []
    for rows in (d.theirs, d.ours):
        entries = [row for row in rows if row[1] in ("Accrual", "Accrual Adjustment")]
        earned = [sum(-r[k] if r[1] != "Accrual" else r[k] for r in entries) for k in range(4, 7)]
        sides.append((earned, [row for row in rows if not row[1].startswith("Accrual")]))
    return sides[0] == sides[1]


RULES = (
    Rule("counts-leap-days", _counts_leap_days),
    Rule("rounds-once", _rounds_once),
    Rule("planned-day-unknown", _planned_day_unknown),
    Rule("earns-by-the-day", _earns_by_the_day),
    Rule("stays-where-it-went", _stays_where_it_went),
    Rule("spreads-draws-evenly", _spreads_draws_evenly),
    Rule("credit-settles-what-is-owed", _credit_settles_what_is_owed),
    Rule("pauses-every-day", _pauses_every_day),
    Rule("closes-exactly", _closes_exactly),
    Rule("ages-with-its-instalment", _ages_with_its_instalment),
    Rule("pauses-days-past-due-only", _pauses_days_past_due_only),
    Rule("stage-by-day", _stage_by_day),
    Rule("charge-off-rewrites-nothing", _charge_off_rewrites_nothing),
    Rule("early-costs-less", _early_costs_less),
    Rule("level-knows-pauses", _level_knows_pauses),
    Rule("lowers-principal-at-once", _lowers_principal_at_once),
    Rule("rests-on-what-is-owed", _rests_on_what_is_owed),
    Rule("earns-once", _earns_once),
    Rule("takes-what-is-asked", _takes_what_is_asked),
)
