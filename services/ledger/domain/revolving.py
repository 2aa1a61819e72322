"""Revolving loans: draws, statements and limits, as steps of the book.

What is owed and what no statement has asked for yet stands at the last place of the columns, which has no due
date. A statement takes its minimum payment out of it: that falls due, the rest stays. So nothing is asked for
twice, and all the rest of the book (money, fees, days past due) treats a minimum payment as an instalment.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from services.ledger.domain.allocation import bring_to, disputed_open_fees, use_credit
from services.ledger.domain.book import FOREVER, MONEY_IN, Billed, Book, Card, Kind, Movement, Why
from services.ledger.domain.business_days import DueDateRule, calendar_of, moved
from services.ledger.domain.cost_cap import room
from services.ledger.domain.due_dates import due_date, due_index, next_due
from services.ledger.domain.facts import Draw, Fact, Key, LimitChange, Statement
from services.ledger.domain.interest import LATE_SCALE, rounded, weight
from services.ledger.domain.rounding import round_to_multiple
from services.ledger.domain.terms import CardTerms, Component, Terms
from services.ledger.domain.working import FEES, INTEREST, PENALTY, PRINCIPAL, Working

ASKED_IN_ORDER = (INTEREST, FEES, PENALTY, PRINCIPAL)
"""What a minimum payment is made of: all interest and fees, then a part of the principal."""
_GIVEN = (*MONEY_IN, Why.CREDIT_USED, Why.WAIVED, Why.FORGIVEN)


def open_card(w: Working) -> None:
    """Nothing is owed yet, up to the limit that the terms state."""
    opened = w.terms.opened_on.toordinal()
    w.insert(0, opened, FOREVER, Kind.OPEN)
    w.settled[0], w.scales[0] = opened, LATE_SCALE
    w.card = Card(limits=((opened, _terms(w).limit),))


def draw(w: Working, fact: Draw) -> None:
    """Money was drawn, also beyond the limit: it is owed, and the next statement asks for part of it."""
    bring_to(w, fact.value_on.toordinal())
    w.moved(fact.reference, fact.value_on, Why.DRAWN, PRINCIPAL, fact.amount)
    w.drawn += fact.amount
    w.owe(len(w.dues) - 1, PRINCIPAL, fact.amount)
    w.settled[-1] = 0
    use_credit(w, fact.reference, fact.value_on)


def draw_late(book: Book, fact: Draw, key: Key) -> Book | None:
    """The book with a draw that comes before others it has seen, where that is as good as drawing it in its
    turn: only draws have followed, within the limit. None where the book must be made anew.

    Purchases are often reported some days after others that were made later.
    """
    card, day = book.card, key[0]
    if card is None or book.last is None or (key > book.last and day >= book.run_on):
        return None
    limits = (card.limit_on(day), *(limit for since, limit in card.limits if day < since <= book.seen))
    over = card.over_since or book.balance + fact.amount > min(limits)
    if day <= card.firm or key == book.last or book.credit or over:
        return None
    w = Working(book)
    w.moved(fact.reference, fact.value_on, Why.DRAWN, PRINCIPAL, fact.amount)
    w.drawn += fact.amount
    w.owe(len(w.dues) - 1, PRINCIPAL, fact.amount)
    w.settled[-1] = 0
    w.lent += fact.amount * (w.run_on - day)
    if w.bears and _terms(w).made:
        w.accrued[-1] += fact.amount * weight(w, len(w.dues) - 1, day, w.run_on)
    w.last, w.seen = max(book.last, key), max(w.seen, day)
    return w.book()


def note_firm(w: Working, fact: Fact, day: int) -> None:
    """Note that before a day nothing can be drawn any more as if it were drawn last."""
    if not isinstance(fact, Draw) or w.credit:
        w.card = card_of(w)._replace(firm=max(card_of(w).firm, day))


def change_limit(w: Working, fact: LimitChange) -> None:
    """Another limit holds from a day on."""
    card = card_of(w)
    w.card = card._replace(limits=tuple(sorted((*card.limits, (fact.value_on.toordinal(), fact.limit)))))


def state(w: Working, fact: Statement) -> None:
    """Make a statement at the end of its day: interest is charged, the minimum payment will fall due."""
    day = fact.value_on.toordinal()
    bring_to(w, day + 1)
    interest = _charge_interest(w, fact)
    _take_over_balance(w, fact)
    use_credit(w, fact.reference, fact.value_on)
    earlier = sum(w.unpaid(k) for k in range(len(w.dues)) if w.kinds[k] == Kind.MINIMUM or w.dues[k] <= day)
    balance = earlier + w.unpaid(len(w.dues) - 1)
    minimum = _minimum(w, fact, day, earlier, balance)
    due = _due(w, fact.due_on.toordinal())
    more = _lowered(w, due, minimum - earlier, day)
    if more < 0 and not _terms(w).made:
        hand_back(w, _newest_first(w), -more)
    place = bisect_right(w.dues, due, hi=len(w.dues) - 1)
    w.insert(place, day, due, Kind.MINIMUM)
    _fill(w, fact, place, max(more, 0))
    to_clear = balance if fact.balance is None or not _terms(w).made else min(balance, fact.balance)
    new = Billed(fact.reference, day, fact.due_on.toordinal(), balance, minimum, interest, to_clear)
    new = new._replace(minimum=max(earlier + more, 0), cleared=0 if to_clear else day)
    w.card = card_of(w)._replace(statements=(*card_of(w).statements, new))
    w.starts[-1], w.accrued[-1] = day + 1, 0
    w.note_settled(day)
    use_credit(w, fact.reference, fact.value_on)


def _terms(w: Working) -> CardTerms:
    assert w.terms.card is not None, "only a revolving loan gets here"
    return w.terms.card


def card_of(w: Working) -> Card:
    """The card's own part of the book."""
    assert w.card is not None, "only a revolving loan gets here"
    return w.card


def _charge_interest(w: Working, fact: Statement) -> int:
    """Interest of the days since the last statement; none where that was paid in full and in time, and none
    before the first one. What the platform's core says is taken as it is, unless a hold forbade interest on
    all of these days.
    """
    terms, statements = _terms(w), card_of(w).statements
    if terms.made:
        # One that was made late, so that it is not due yet, cannot have been missed.
        last = statements[-1] if statements else None
        free = last is None or last.paid_in_full or last.due > fact.value_on.toordinal()
        charged = 0 if free else rounded(w.accrued[-1], w.scales[-1], w.terms.rounding)
        if w.terms.cost_cap is not None:
            charged = max(min(charged, room(w)), 0)
    else:
        unpaid = sum(w.owed[INTEREST]) - sum(w.paid[INTEREST])
        charged = 0 if fact.interest is None or _paused(w, fact) else max(fact.interest - unpaid, 0)
    if charged:
        w.owe(len(w.dues) - 1, INTEREST, charged)
        w.moved(fact.reference, fact.value_on, Why.CHARGED, INTEREST, charged)
        w.note_settled(fact.value_on.toordinal())
    return charged


def _paused(w: Working, fact: Statement) -> bool:
    day = fact.value_on.toordinal()
    return any(since <= w.starts[-1] and day < until for since, until in w.pauses)


def _take_over_balance(w: Working, fact: Statement) -> None:
    """Where the platform reports no draws, what it says is owed and the book does not know was drawn."""
    if _terms(w).draws_reported or fact.balance is None:
        return
    known = sum(map(sum, w.owed)) - sum(map(sum, w.paid)) - w.credit
    if fact.balance > known:
        _stated(w, fact, len(w.dues) - 1, fact.balance - known)


def _stated(w: Working, fact: Statement, place: int, amount: int) -> None:
    w.drawn += amount
    w.owe(place, PRINCIPAL, amount)
    w.moved(fact.reference, fact.value_on, Why.STATED, PRINCIPAL, amount, place)
    w.note_settled(fact.value_on.toordinal())


def _minimum(w: Working, fact: Statement, day: int, earlier: int, balance: int) -> int:
    """What the statement asks for, with what earlier ones ask for still."""
    terms, told = _terms(w), fact.minimum
    if not terms.made:
        assert told is not None, "the platform's statements have their minimum"
        return told if terms.minimum_has_past_due else told + earlier
    owed = sum(
        w.owed[PRINCIPAL][k] - w.paid[PRINCIPAL][k] for k, kind in enumerate(w.kinds) if kind != Kind.FIXED
    )
    share = round_to_multiple(
        Decimal(owed) * terms.minimum_rate, w.terms.instalment_multiple, w.terms.rounding
    )
    minimum = max(terms.minimum, share + _open_costs(w, day) + earlier)
    undisputed = max(balance - w.disputed_on(day) - _disputed_fees(w, day), earlier)
    minimum = min(minimum, undisputed)
    return minimum if told is None else min(minimum, told)


def _disputed_fees(w: Working, day: int) -> int:
    return sum(disputed_open_fees(w, component, day) for component in (FEES, PENALTY))


def _open(w: Working, component: Component, day: int) -> int:
    """What no statement has asked for of a component; fees under dispute apart."""
    unpaid = w.owed[component][-1] - w.paid[component][-1]
    if component in (FEES, PENALTY) and w.charges:
        unpaid = max(unpaid - disputed_open_fees(w, component, day), 0)
    return unpaid


def _open_costs(w: Working, day: int) -> int:
    return sum(_open(w, component, day) for component in (INTEREST, FEES, PENALTY))


def _due(w: Working, due: int) -> int:
    """When a minimum payment falls due: never before that of an earlier statement, and not in a deferral."""
    due = max([due, *(w.dues[k] for k, kind in enumerate(w.kinds) if kind == Kind.MINIMUM)])
    for since, until in card_of(w).deferred:
        due = until if since <= due < until else due
    return due


def _lowered(w: Working, due: int, more: int, day: int) -> int:
    """What a statement asks for beyond what earlier ones do, where less was agreed."""
    for since, until, amount in card_of(w).lowered:
        if since <= due <= until:
            more = min(more, _open_costs(w, day) if amount < 0 else amount)
    return more


def _fill(w: Working, fact: Statement, place: int, amount: int) -> None:
    """Let a statement ask for an amount of what no earlier one has asked for."""
    day = fact.value_on.toordinal()
    for component in ASKED_IN_ORDER:
        part = min(amount, _open(w, component, day))
        shift(w, len(w.dues) - 1, place, component, part)
        amount -= part
    if amount:
        # The platform's core asks for more than is known to be owed: it falls due, and is told to differ.
        _stated(w, fact, place, amount)


def shift(w: Working, source: int, target: int, component: Component, amount: int) -> None:
    """Ask for an amount at another place; nothing is owed more or less."""
    w.owed[component][source] -= amount
    w.owed[component][target] += amount


def hand_back(w: Working, places: Iterable[int], amount: int | None = None) -> None:
    """Ask no more for what is unpaid at places, up to an amount: it stays owed, for a later statement."""
    for place in places:
        for component in reversed(ASKED_IN_ORDER):
            part = w.owed[component][place] - w.paid[component][place]
            if amount is not None:
                part = min(part, amount)
                amount -= part
            shift(w, place, len(w.dues) - 1, component, part)


def _newest_first(w: Working) -> list[int]:
    """The places of minimum payments: what is past due for longest stays so."""
    return [k for k in range(len(w.dues) - 1, -1, -1) if w.kinds[k] == Kind.MINIMUM]


def watch_before(w: Working, day: int) -> None:
    """Note, before anything that a day brings, what a limit that has changed since the book's day led to."""
    card = card_of(w)
    for since, _ in card.limits:
        if w.seen < since < day:
            card = _watched(card, w.balance, since)
    w.card = card


def watch(w: Working, day: int) -> None:
    """Note whether the limit is kept on a day. Interest and fees put nobody over it: what was drawn does."""
    w.card = _watched(card_of(w), w.balance, max(day, w.seen))


def _watched(card: Card, balance: int, day: int) -> Card:
    over = balance > card.limit_on(day)
    if over and not card.over_since:
        return card._replace(over_since=day)
    if not over and card.over_since:
        return card._replace(over_since=0, was_over=(card.over_since, day))
    return card


def note_cleared(w: Working, movements: Iterable[Movement], day: int) -> None:
    """Count what has come since the last statement towards its balance."""
    card = card_of(w)
    if not card.statements or card.statements[-1].cleared:
        return
    given = -sum(
        one.amount for one in movements if one.why in _GIVEN and one.component is not Component.CREDIT
    )
    if given > 0:
        last = card.statements[-1]
        left = max(last.to_clear - given, 0)
        last = last._replace(to_clear=left, cleared=0 if left else day)
        w.card = card._replace(statements=(*card.statements[:-1], last))


def card_on(book: Book, on: date) -> Card:
    """The card's own part as of the end of a day: limits that have changed since the book's day hold."""
    card = book.card
    assert card is not None, "only a revolving loan gets here"
    for since, _ in card.limits:
        if book.seen < since <= on.toordinal():
            card = _watched(card, book.balance, since)
    return card


def next_statement_on(terms: Terms, after: date) -> date | None:
    """The first day after another one at whose end the ledger makes a statement; None: it makes none."""
    card = terms.card
    if card is None or not card.made or card.first_on is None:
        return None
    return next_due(card.first_on, terms.unit, terms.count, after, day_of_month=card.day_of_month)


def last_statement_on(terms: Terms, by: date) -> date | None:
    """The last such day that is not after another one."""
    card = terms.card
    if card is None or not card.made or card.first_on is None:
        return None
    index = due_index(card.first_on, terms.unit, terms.count, by, day_of_month=card.day_of_month)
    if index < 0:
        return None
    return due_date(card.first_on, terms.unit, terms.count, index, day_of_month=card.day_of_month)


def statement_due_on(terms: Terms, made_on: date) -> date:
    """When the minimum payment of a statement that the ledger makes on a day falls due: off closed days by
    the terms' rule, but after that day, and not moved to the next statement or beyond, whose interest depends
    on it.
    """
    assert terms.card is not None, "only a revolving loan gets here"
    nominal = made_on + timedelta(days=terms.card.due_days)
    if terms.due_date_rule is DueDateRule.NONE:
        return nominal
    calendar, next_on = calendar_of(terms.calendar), next_statement_on(terms, made_on)
    tried = (terms.due_date_rule, DueDateRule.FOLLOWING, DueDateRule.PRECEDING)
    dues = (moved(nominal, rule, calendar) for rule in tried)
    last = next_on if next_on is not None and nominal < next_on else date.max
    return next((due for due in dues if made_on < due < last), nominal)
