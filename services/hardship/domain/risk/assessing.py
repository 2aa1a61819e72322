"""What follows from a model's figure, or from a rule where the history is too short: an offer, or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from typing import NamedTuple

from services.hardship.domain.risk.facts import Account, FirstLoan

MONTHS_LEAST = 3
"""With fewer months a model would guess: a rule speaks, and says that it does."""
EARLY_CONTACT_FROM, OFFER_HELP_FROM = 0.25, 0.45
"""From such a risk of missing the next instalment on. Both open something kind: they may err to that side."""
REASONS_MAX = 3
_BAND = 0.1


class Opens(StrEnum):
    """All that an assessment may lead to."""

    EARLY_CONTACT = "early_contact"
    OFFER_HELP = "offer_help"


class Basis(StrEnum):
    """What an assessment rests on."""

    MODEL = "model"
    RULE = "rule"


class Reason(StrEnum):
    """Why a risk is what it is, most of all."""

    LATE_NOW = "late_now"
    LATE_BEFORE = "late_before"
    LATE_LONG = "late_long"
    PAYS_LITTLE = "pays_little"
    PAYS_WELL = "pays_well"
    LIMIT_USED = "limit_used"
    BALANCE_GROWS = "balance_grows"
    EARLIER_LOANS_LATE = "earlier_loans_late"
    EARLIER_LOANS_WELL = "earlier_loans_well"
    TERMS = "terms"
    SHORT_HISTORY = "short_history"


WORDS: Mapping[Reason, tuple[str, str]] = {
    Reason.LATE_NOW: ("a payment is late now", "目前有逾期"),
    Reason.LATE_BEFORE: ("payments were late in the last months", "近几个月有过逾期"),
    Reason.LATE_LONG: ("a payment was late for long", "曾有较长时间逾期"),
    Reason.PAYS_LITTLE: ("little of each statement is paid", "每期还款占账单的比例较低"),
    Reason.PAYS_WELL: ("most of each statement is paid", "每期账单大部分已还"),
    Reason.LIMIT_USED: ("how much of the limit is used", "额度使用程度"),
    Reason.BALANCE_GROWS: ("how the balance moves", "余额的变化"),
    Reason.EARLIER_LOANS_LATE: ("earlier loans were paid late", "以往贷款有逾期"),
    Reason.EARLIER_LOANS_WELL: ("earlier loans were paid in time", "以往贷款按时归还"),
    Reason.TERMS: ("the loan's amount and term", "贷款金额与期限"),
    Reason.SHORT_HISTORY: ("too little is known for a model", "历史记录太短，无法用模型评估"),
}
"""Each reason in English and Chinese."""


class Calibration(NamedTuple):
    """Turns a model's raw figure into a probability: 1 / (1 + exp(-(slope · raw + shift)))."""

    slope: float
    shift: float

    def probability(self, raw: float) -> float:
        """The probability; a higher raw figure never gives a lower one."""
        return 1.0 / (1.0 + exp(-max(min(self.slope * raw + self.shift, 35.0), -35.0)))


@dataclass(frozen=True, slots=True)
class Assessment:
    """How probable it is that the next instalment is missed, or that what is late is paid without help."""

    basis: Basis
    model: str
    misses_next: float | None
    cures_alone: float | None
    reasons: tuple[Reason, ...]

    @property
    def opens(self) -> frozenset[Opens]:
        """What it opens: help, never a demand."""
        risk = self.misses_next or 0.0
        found = {Opens.EARLY_CONTACT} if risk >= EARLY_CONTACT_FROM else set()
        helpless = self.cures_alone is not None and self.cures_alone < 1 - OFFER_HELP_FROM
        return frozenset(found | ({Opens.OFFER_HELP} if risk >= OFFER_HELP_FROM or helpless else set()))

    def differs(self, before: "Assessment | None") -> bool:
        """Whether it is worth telling after another one."""
        if before is None:
            return True
        moved = abs((self.misses_next or 0.0) - (before.misses_next or 0.0))
        return moved >= _BAND or self.opens != before.opens


_BY_FEATURE: Mapping[str, Reason] = {
    "standing_0": Reason.LATE_NOW,
    "standing": Reason.LATE_BEFORE,
    "worst_standing": Reason.LATE_LONG,
    "months_late": Reason.LATE_BEFORE,
    "standing_sum": Reason.LATE_BEFORE,
    "months_since_late": Reason.LATE_BEFORE,
    "paid": Reason.PAYS_LITTLE,
    "paid_share": Reason.PAYS_LITTLE,
    "paid_of_limit": Reason.PAYS_LITTLE,
    "most_paid_of_limit": Reason.PAYS_LITTLE,
    "months_unpaid": Reason.PAYS_LITTLE,
    "full_months": Reason.PAYS_WELL,
    "unused_months": Reason.LIMIT_USED,
    "balance": Reason.LIMIT_USED,
    "used_share": Reason.LIMIT_USED,
    "limit": Reason.LIMIT_USED,
    "balance_trend": Reason.BALANCE_GROWS,
    "first_late_days": Reason.EARLIER_LOANS_LATE,
    "late_share": Reason.EARLIER_LOANS_LATE,
    "late_days_mean": Reason.EARLIER_LOANS_LATE,
    "late_days_most": Reason.EARLIER_LOANS_LATE,
}
_WHEN_LOWER: Mapping[Reason, Reason] = {
    Reason.PAYS_LITTLE: Reason.PAYS_WELL,
    Reason.LATE_NOW: Reason.PAYS_WELL,
    Reason.LATE_BEFORE: Reason.PAYS_WELL,
    Reason.LATE_LONG: Reason.PAYS_WELL,
    Reason.EARLIER_LOANS_LATE: Reason.EARLIER_LOANS_WELL,
}


def reasons_of(names: Sequence[str], shares: Sequence[float]) -> tuple[Reason, ...]:
    """The reasons that count most, by what each figure adds to the raw risk (below zero: it lowers it)."""
    summed: dict[Reason, float] = {}
    for name, share in zip(names, shares, strict=True):
        base = name.rstrip("0123456789").rstrip("_")
        reason = _BY_FEATURE.get(name) or _BY_FEATURE.get(base, Reason.TERMS)
        summed[reason] = summed.get(reason, 0.0) + share
    ranked = sorted(summed.items(), key=lambda one: (-abs(one[1]), one[0].value))
    # What lowers the risk is told by its kind name: "pays little" that counts in favour is "pays well".
    kind = (_WHEN_LOWER.get(reason, reason) if share < 0 else reason for reason, share in ranked)
    return tuple(dict.fromkeys(kind))[:REASONS_MAX]


def by_rule(facts: Account | FirstLoan) -> Assessment | None:
    """What a rule says where a model has too little to go by; None where it has enough.

    Somebody who is late now shall be offered help; of who is new nothing is claimed.
    """
    if isinstance(facts, FirstLoan):
        short, late = not facts.earlier, False
    else:
        short, late = len(facts.months) < MONTHS_LEAST, facts.late_now
    if not short:
        return None
    reasons = (Reason.LATE_NOW, Reason.SHORT_HISTORY) if late else (Reason.SHORT_HISTORY,)
    return Assessment(Basis.RULE, "short-history-1", OFFER_HELP_FROM if late else None, None, reasons)
