"""What a person means by an answer: intents read from free text by rules, in Chinese and English.

A text may hold several. What the rules cannot read with confidence is for a person to read (`Reading.sure`).
Signs of a crisis are looked for far more widely than anything else: a false alarm costs one careful call, a
missed one may cost a life.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from itertools import zip_longest

from services.reminders.domain.words.dates import Named, Seen, days
from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.numbers import DOLLAR, Amount, amounts
from services.reminders.domain.words.times import Clock, times
from shared.quick import replace

FAR_AHEAD_DAYS = 300
"""A promise for a day so far ahead goes to a person: without a year, it was rather meant for the past."""
READ_CHARS_MAX = 4000
"""Of a longer text only so much is read here; a person reads it all."""
_DOLLARS = {"AU": "AUD", "CA": "CAD", "HK": "HKD", "NZ": "NZD", "SG": "SGD", "TW": "TWD", "US": "USD"}


class Intent(StrEnum):
    """What a person wants to say, the most pressing first."""

    CRISIS = "crisis"
    WRONG_PERSON = "wrong_person"
    STOP = "stop"
    REPRESENTED = "represented"
    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    MEDIATION = "mediation"
    CANNOT_PAY = "cannot_pay"
    PAID = "paid"
    PROMISE = "promise"
    CALL_ME = "call_me"
    QUESTION = "question"


class Reason(StrEnum):
    """Why someone cannot pay, where the text says so."""

    BEREAVEMENT = "bereavement"
    ILLNESS = "illness"
    DISASTER = "disaster"
    JOB_LOSS = "job_loss"
    BUSINESS = "business"
    REDUCED_INCOME = "reduced_income"
    FAMILY = "family"
    DEBTS = "debts"


class Share(StrEnum):
    """A part of what is owed, named without a sum."""

    ALL = "all"
    HALF = "half"


@dataclass(frozen=True)
class Speech:
    """How one language is read. Patterns match folded text."""

    signs: Mapping[Intent, re.Pattern[str]]
    exceptions: Mapping[Intent, re.Pattern[str]]
    """What looks like a sign and is none, looked for around it ("dying to know")."""
    reasons: Mapping[Reason, re.Pattern[str]]
    clause_end: re.Pattern[str]
    promises: Callable[[str, bool, bool], bool]
    """Whether a clause promises to pay, given whether it names a sum and a day."""
    shares: Mapping[Share, re.Pattern[str]]
    payday: re.Pattern[str]
    filling: re.Pattern[str]
    """Words and marks that say nothing beside a day and a sum."""
    income: re.Pattern[str]
    """A clause about money that comes in: "my wages come on the 20th"."""


@dataclass(frozen=True, slots=True)
class Said:
    """One intent of a text with what it says: a reason, a sum, a day, a time."""

    intent: Intent
    start: int
    end: int
    """Its place in the text; the end lies behind its last character."""
    reason: Reason | None = None
    amount: Decimal | None = None
    currency: str | None = None
    """ISO code, where the text tells which."""
    share: Share | None = None
    on: date | None = None
    at: time | None = None
    after_payday: bool = False
    """Promised for when wages come, on a day that the text does not name."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All intents of a text, the most pressing first. When it is not sure, a person reads the text."""

    said: tuple[Said, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Text:
    """A folded text with the days, times and sums that it names."""

    text: str
    seen: Seen
    days: tuple[Named, ...]
    times: tuple[Clock, ...]
    sums: tuple[Amount, ...]

    def sums_in(self, start: int, end: int) -> list[Amount]:
        """The sums named in a part of the text."""
        return [one for one in self.sums if start <= one.start < end]

    def days_in(self, start: int, end: int) -> list[Named]:
        """The days named in a part of the text."""
        return [one for one in self.days if start <= one.start < end]


def read(written: str, today: date, speeches: tuple[Speech, ...], region: str | None = None) -> Reading:
    """The intents of a text of a day, from someone in a region (an ISO country; None when unknown)."""
    folded = fold(written[:READ_CHARS_MAX])
    text = _understood(folded.text, Seen(today, region=region))
    signs = [one for speech in speeches for one in _signs(text, speech)]
    promises = _distinct(one for speech in speeches for one in _promises(text, speech))
    detailed = [_with_details(one, text, speeches) for one in [*signs, *promises]]
    said = _consistent([one for one in detailed if not _is_still_to_come(one, today)])
    order = list(Intent)
    said.sort(key=lambda one: (order.index(one.intent), one.start))
    placed = [(one, folded.span(one.start, one.end)) for one in said]
    sure = bool(said) and len(written) <= READ_CHARS_MAX and not any(_unclear(one, today) for one in said)
    return Reading(tuple(replace(one, start=start, end=end) for one, (start, end) in placed), sure)


def _understood(text: str, seen: Seen) -> _Text:
    named, clocks = tuple(days(text, seen)), tuple(times(text))
    return _Text(text, seen, named, clocks, tuple(amounts(_without(text, [*_spans(named), *_spans(clocks)]))))


def _spans(found: Iterable[Named] | Iterable[Clock] | Iterable[Amount]) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in found]


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _signs(text: _Text, speech: Speech) -> Iterator[Said]:
    """Each intent's first sign, and every reason for not paying."""
    for intent, sign in speech.signs.items():
        exception = speech.exceptions.get(intent)
        for match in sign.finditer(text.text):
            around = text.text[max(0, match.start() - 24) : match.end() + 24]
            if exception is None or not exception.search(around):
                yield Said(intent, *match.span())
                break
    for reason, sign in speech.reasons.items():
        if found := sign.search(text.text):
            yield Said(Intent.CANNOT_PAY, *found.span(), reason=reason)


def _promises(text: _Text, speech: Speech) -> Iterator[Said]:
    """Promises to pay, clause by clause."""
    before = (0, 0)
    for start, end in _clauses(text.text, speech):
        clause = text.text[start:end]
        sums, named = text.sums_in(start, end), text.days_in(start, end)
        if not sums and _is_a_sum(text, *before):
            sums = text.sums_in(*before)
        if not named and speech.income.search(text.text[slice(*before)]):
            named = text.days_in(*before)
        bare = _says_nothing_else(text, start, end, speech)
        if bare or speech.promises(clause, bool(sums), bool(named)):
            share = next((share for share, pattern in speech.shares.items() if pattern.search(clause)), None)
            payday = not named and speech.payday.search(text.text) is not None
            yield from _each(
                Said(Intent.PROMISE, start, end, share=None if sums else share, after_payday=payday),
                sums,
                named,
                text,
            )
        before = (start, end)


def _each(promise: Said, sums: list[Amount], named: list[Named], text: _Text) -> Iterator[Said]:
    """One promise for each sum and its day ("50 on the 20th and 50 on the 27th")."""
    if len(sums) != len(named):
        sums, named = sums[:1], named[:1]
    pairs: list[tuple[Amount | None, Named | None]] = list(zip_longest(sums, named)) or [(None, None)]
    for amount, day in pairs:
        yield replace(
            promise,
            amount=amount.value if amount else None,
            currency=_currency(amount, text.seen.region),
            on=day.on if day else None,
        )


def _clauses(text: str, speech: Speech) -> Iterator[tuple[int, int]]:
    start = 0
    for end in speech.clause_end.finditer(text):
        if end.start() > start:
            yield start, end.start()
        start = end.end()
    if start < len(text):
        yield start, len(text)


def _is_a_sum(text: _Text, start: int, end: int) -> bool:
    """Whether a clause is hardly more than a sum."""
    sums = text.sums_in(start, end)
    return len(sums) == 1 and len(text.text[start:end].strip()) - (sums[0].end - sums[0].start) <= 2


def _says_nothing_else(text: _Text, start: int, end: int, speech: Speech) -> bool:
    """Whether a clause is a day or payday, perhaps with a sum, and nothing else: "by month end"."""
    named, sums = text.days_in(start, end), text.sums_in(start, end)
    left = _without(text.text, [*_spans(named), *_spans(sums)])[start:end]
    when = bool(named) or speech.payday.search(left) is not None
    alone = end - start == len(text.text.strip()) or bool(sums)
    return when and alone and not speech.filling.sub("", speech.payday.sub("", left)).strip()


def _currency(amount: Amount | None, region: str | None) -> str | None:
    if amount is None or amount.currency != DOLLAR:
        return amount.currency if amount else None
    return _DOLLARS.get(region, "USD") if region else "USD"


def _distinct(promises: Iterator[Said]) -> list[Said]:
    """Each promise once, though two languages may have read it."""
    kept: list[Said] = []
    for one in promises:
        if not any(
            (k.amount, k.on, k.share) == (one.amount, one.on, one.share)
            and k.start < one.end
            and one.start < k.end
            for k in kept
        ):
            kept.append(one)
    return kept


_CLOSER = frozenset(
    {
        Intent.CALL_ME,
        Intent.CANNOT_PAY,
        Intent.MEDIATION,
        Intent.REPRESENTED,
        Intent.WRONG_PERSON,
        Intent.STOP,
    }
)
"""A question that is one of these asks for nothing else ("could you call me?")."""


def _consistent(found: list[Said]) -> list[Said]:
    """Each intent once (promises apart), without those that another one explains."""
    kept = [one for one in found if one.intent is Intent.PROMISE]
    for intent in Intent:
        same = [one for one in found if one.intent is intent and intent is not Intent.PROMISE]
        kept += sorted(same, key=_weight)[:1]
    return [one for one in kept if not _explained(one, kept)]


def _weight(one: Said) -> tuple[int, int]:
    # A reason tells more than none; of several, the first in the list of reasons weighs most.
    reasons = list(Reason)
    return (reasons.index(one.reason) if one.reason else len(reasons), one.start)


def _explained(one: Said, kept: list[Said]) -> bool:
    overlapping = {k.intent for k in kept if k is not one and k.start < one.end and one.start < k.end}
    if one.intent is Intent.QUESTION:
        return bool(overlapping & _CLOSER)
    if one.intent is Intent.CALL_ME:
        return Intent.STOP in overlapping
    return one.intent is Intent.PROMISE and Intent.PAID in overlapping


def _with_details(one: Said, text: _Text, speeches: tuple[Speech, ...]) -> Said:
    """A payment's sum and day, a call's day and time, where the sentence names them."""
    if one.intent not in (Intent.PAID, Intent.CALL_ME):
        return one
    start, end = next(
        (
            span
            for speech in speeches
            for span in _clauses(text.text, speech)
            if span[0] <= one.start < span[1]
        ),
        (0, len(text.text)),
    )
    if one.intent is Intent.PAID:
        sums = text.sums_in(start, end)
        named = [day for day in days(text.text, replace(text.seen, ahead=False)) if start <= day.start < end]
        amount = sums[0] if sums else None
        return replace(
            one,
            amount=amount.value if amount else None,
            currency=_currency(amount, text.seen.region),
            on=named[0].on if named else None,
        )
    named, clocks = text.days_in(0, len(text.text)), text.times
    return replace(one, on=named[0].on if named else None, at=clocks[0].at if clocks else None)


def _is_still_to_come(one: Said, today: date) -> bool:
    """Whether what reads like a payment made names a day ahead: "下个月全部还清" is a promise."""
    return one.intent is Intent.PAID and one.on is not None and one.on > today


def _unclear(one: Said, today: date) -> bool:
    """Whether a promise says no day that one can wait for."""
    if one.intent is not Intent.PROMISE or one.after_payday:
        return False
    return one.on is None or not 0 <= (one.on - today).days <= FAR_AHEAD_DAYS
