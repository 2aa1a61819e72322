"""Stages of lateness: bucket schemes as data, when arrears count as cured, and when a loan may be re-aged."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from services.ledger.domain.ageing import Pause, Unpaid, arrears_minor, days_past_due, oldest_unpaid
from services.ledger.domain.due_dates import add_months
from shared.errors import Refused

_LABEL = re.compile(r"[A-Za-z0-9_+-]{1,20}", re.ASCII)


class SchemeUnsound(Refused):
    """Buckets start on rising days from 1 on, and each has a name of its own: letters, digits, "_", "+" or
    "-".
    """


class SchemeUnknown(Refused):
    """There is no such scheme of buckets. A scheme of one's own is called own, and states its buckets."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """Buckets by days past due. `bounds` are the first days of the second bucket and all later ones.

    Without `labels` a bucket is called by its first day. Raises SchemeUnsound.
    """

    name: str
    bounds: tuple[int, ...]
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.labels:
            object.__setattr__(self, "labels", tuple(str(day) for day in (0, *self.bounds)))
        rising = bool(self.bounds) and self.bounds[0] >= 1 and all(a < b for a, b in pairwise(self.bounds))
        named = len(self.labels) == len(set(self.labels)) == len(self.bounds) + 1
        if not rising or not named or not all(_LABEL.fullmatch(label) for label in self.labels):
            raise SchemeUnsound(scheme=self.name, bounds=self.bounds, labels=self.labels)

    def rank(self, label: str) -> int:
        """The place of a bucket in its scheme, 0 for the first. Raises ValueError for another scheme's
        bucket.
        """
        return self.labels.index(label)


M0_M7 = Scheme(
    "m0_m7",
    bounds=(1, 31, 61, 91, 121, 151, 181),
    labels=("M0", "M1", "M2", "M3", "M4", "M5", "M6", "M7"),
)
"""Mainland China's months past due: M1 is day 1 to 30, M7 more than 180 days. No law sets it: our reading
of usage.
"""
THIRTY_SIXTY_NINETY = Scheme("30_60_90", bounds=(1, 30, 60, 90), labels=("0", "1", "30", "60", "90"))
"""Each bucket by its first day; 30 is day 30 to 59, as credit bureaux in the United States count."""
OWN = "own"
"""The code under which a product states buckets of its own."""
SCHEMES = {scheme.name: scheme for scheme in (M0_M7, THIRTY_SIXTY_NINETY)}


@lru_cache(maxsize=1_024)
def scheme_of(code: str, own: tuple[tuple[str, int], ...] = ()) -> Scheme:
    """The scheme of a code; with "own" a lender's: each bucket with its first day, the first with 0.

    Raises SchemeUnknown, SchemeUnsound.
    """
    if code in SCHEMES and not own:
        return SCHEMES[code]
    if code != OWN or not own:
        raise SchemeUnknown(buckets=code, own_buckets=len(own), known=", ".join(sorted((*SCHEMES, OWN))))
    labels, starts = zip(*own, strict=True)
    if starts[0] != 0:
        raise SchemeUnsound(scheme=code, bounds=starts, labels=labels)
    return Scheme(code, tuple(starts[1:]), tuple(labels))


def bucket(days: int, scheme: Scheme) -> str:
    """The bucket of so many days past due (0 or more)."""
    assert days >= 0, "days past due are never negative"
    return scheme.labels[bisect_right(scheme.bounds, days)]


@dataclass(frozen=True, slots=True)
class CurePolicy:
    """When arrears count as cured: at once when nothing is past due, or once so many instalments after that
    were paid by their due dates.
    """

    kept_instalments: int = 0
    grace_days: int = 0
    """An instalment paid so many calendar days after its due date was still kept."""


def cured_on(rows: Iterable[Unpaid], on: date, policy: CurePolicy) -> date | None:
    """The day on which the last arrears were cured. None: still past due, still watched, or never past due.

    Instalments kept are the first that fell due after the arrears were paid; paid ahead counts as kept.
    """
    grace = timedelta(days=policy.grace_days)
    past = [row for row in rows if row.amount_minor > 0]
    if any(row.due_on + grace < on and row.is_open(on) for row in past):
        return None
    paid = [(row.due_on, row.paid_off_on) for row in past if row.paid_off_on and row.paid_off_on <= on]
    late = [paid_on for due_on, paid_on in paid if paid_on > due_on + grace]
    if not late:
        return None
    clear_on = max(late)
    kept = sorted(one for one in paid if one[0] > clear_on)[: policy.kept_instalments]
    if len(kept) < policy.kept_instalments:
        return None
    return max(clear_on, *(paid_on for _, paid_on in kept)) if kept else clear_on


@dataclass(frozen=True, slots=True)
class ReAgePolicy:
    """How often a loan may count as current again without its arrears being paid. None and 0: no limit.

    The default is the FFIEC's Uniform Retail Credit Classification and Account Management Policy for
    open-end credit (65 Fed. Reg. 36903, 2000): an account of nine months, three consecutive payments made
    (or their sum), once in twelve months, twice in five years. It limits how a loan is shown, never the
    relief that is given.
    """

    per_year_max: int | None = 1
    per_five_years_max: int | None = 2
    months_open_min: int = 9
    kept_instalments_min: int = 3


UNLIMITED = ReAgePolicy(None, None, 0, 0)


class ReAgeLimit(StrEnum):
    """Which limit stands against a re-ageing."""

    ONCE_A_YEAR = "per_year_max"
    TWICE_IN_FIVE_YEARS = "per_five_years_max"
    TOO_YOUNG = "months_open_min"
    TOO_FEW_KEPT = "kept_instalments_min"


def re_age_limit(
    on: date, *, opened_on: date, kept: int, re_aged_on: Sequence[date], policy: ReAgePolicy
) -> ReAgeLimit | None:
    """What stands against re-ageing a loan on a day: None means that it may be done.

    `kept` counts consecutive instalments paid (or what equals them in sum), `re_aged_on` the earlier
    re-ageings. A period of twelve months that begins with a re-ageing ends with the day before its
    anniversary.
    """
    if on < add_months(opened_on, policy.months_open_min):
        return ReAgeLimit.TOO_YOUNG
    if kept < policy.kept_instalments_min:
        return ReAgeLimit.TOO_FEW_KEPT
    for limit, at_most, months in (
        (ReAgeLimit.ONCE_A_YEAR, policy.per_year_max, 12),
        (ReAgeLimit.TWICE_IN_FIVE_YEARS, policy.per_five_years_max, 60),
    ):
        within = sum(1 for day in re_aged_on if day <= on < add_months(day, months))
        if at_most is not None and within >= at_most:
            return limit
    return None


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a loan stands on a day."""

    bucket: str
    days_past_due: int
    arrears_minor: int
    oldest_unpaid_due_on: date | None
    cured_on: date | None
    """When the last arrears counted as cured, as `cured_on` says."""
    re_aged: bool
    """It counts from a new schedule, and what was past due before stands in that: the mark stays with the
    loan.
    """


def stage(
    rows: Iterable[Unpaid],
    on: date,
    scheme: Scheme,
    pauses: Sequence[Pause] = (),
    *,
    grace_days: int = 0,
    cure: CurePolicy = CurePolicy(),
    re_aged_on: Sequence[date] = (),
) -> Stage:
    """Where a loan stands at the end of a day. After a re-ageing only what falls due from then on counts."""
    last = max((day for day in re_aged_on if day <= on), default=None)
    counted = [row for row in rows if last is None or row.due_on >= last]
    days = days_past_due(counted, on, pauses, grace_days=grace_days)
    oldest = oldest_unpaid(counted, on)
    return Stage(
        bucket=bucket(days, scheme),
        days_past_due=days,
        arrears_minor=arrears_minor(counted, on),
        oldest_unpaid_due_on=None if oldest is None else oldest.due_on,
        cured_on=cured_on(counted, on, cure),
        re_aged=last is not None,
    )
