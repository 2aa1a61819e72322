"""What all credit-record schemes are told of a loan, and what each of them answers: a code with its rule."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Rule(NamedTuple):
    """Where a code comes from. `ours` marks our reading: check it against the licensed text before relying
    on it.
    """

    id: str
    source: str
    ours: bool = False


class Coded(NamedTuple):
    """A scheme's code for a standing, and the rule that gave it. The empty code means that none is shown."""

    code: str
    rule: Rule


class Ending(StrEnum):
    """How a loan came to an end."""

    REPAID = "repaid"
    SETTLED = "settled"
    """For less than was owed, by agreement."""
    REPLACED = "replaced"
    """Another loan of the same lender stands in its place."""
    TRANSFERRED = "transferred"
    FORGIVEN = "forgiven"
    OTHER = "other"


class Dispute(StrEnum):
    """Where the borrower's objection to the record stands."""

    NONE = "none"
    OPEN = "open"
    ENDED = "ended"
    ENDED_DISAGREED = "ended_disagreed"
    """The lender has answered, and the borrower still disagrees."""
    WITHDRAWN = "withdrawn"


class PlanKind(StrEnum):
    """What an agreed plan is, as records name it."""

    PARTIAL_PAYMENT = "partial_payment"
    MODIFIED = "modified"
    MODIFIED_GOVERNMENT = "modified_government"
    """Changed under a government's programme."""
    COUNSELLING = "counselling"


class Shown(StrEnum):
    """How a loan under a plan is shown while the plan is kept: its terms say which."""

    FROZEN = "frozen"
    """As it stood at the plan's start, or better."""
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class Plan:
    """An agreed plan that runs. A broken one freezes nothing any more, so it is not `kept`."""

    days_past_due_at_start: int
    kept: bool = True
    shown: Shown = Shown.FROZEN
    kind: PlanKind = PlanKind.PARTIAL_PAYMENT


class DeferralKind(StrEnum):
    """Why nothing need be paid for a while."""

    DISASTER = "disaster"
    FORBEARANCE = "forbearance"


@dataclass(frozen=True, slots=True)
class Deferral:
    """Nothing falls due until `first_due_on`."""

    kind: DeferralKind
    first_due_on: date


class Repossession(StrEnum):
    """How goods that secured the loan went back."""

    SURRENDERED = "surrendered"
    REPOSSESSED = "repossessed"


@dataclass(frozen=True, slots=True)
class Exposure:
    """The European forborne and non-performing marks, folded from dated observations (`eba.observe`)."""

    non_performing_since: date | None = None
    sound_since: date | None = None
    """While non-performing: since when no ground for it is left."""
    forborne_since: date | None = None
    measure_on: date | None = None
    """The latest forbearance measure."""
    grace_ends_on: date | None = None
    """Of that measure: the end of the time in which less, or nothing, had to be paid."""
    performing_since: date | None = None
    """While forborne and performing: the beginning of probation."""
    was_non_performing: bool = False
    """Since the forborne mark began."""


class RiskClass(StrEnum):
    """Mainland China's five classes, from best to worst."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


@dataclass(frozen=True, slots=True)
class Restructuring:
    """Terms changed because the borrower was in difficulty. `first_due_on`: the first payment after the
    change.
    """

    first_due_on: date
    again_within_watch: bool = False
    """Changed a second time before the first watch was over."""


class MonthState(StrEnum):
    """What a past month is known as."""

    BY_DAYS = "by_days"
    NO_DATA = "no_data"
    ZERO_BALANCE = "zero_balance"
    CHARGED_OFF = "charged_off"
    COLLECTION = "collection"


class Month(NamedTuple):
    """How a past month ended, as it was shown (`month_end`), and the instalments missed by then."""

    first_on: date
    days_past_due: int = 0
    missed: int = 0
    state: MonthState = MonthState.BY_DAYS


@dataclass(frozen=True, slots=True)
class Standing:
    """One loan, for one borrower, at the end of a day. Amounts are minor units of the loan's currency.

    `days_past_due` are the ageing's own, before any plan; what is shown of them follows from `record_days`
    and `contract_days`. A joint borrower's standing has that person's own pauses and dispute.
    """

    as_of: date
    opened_on: date
    days_past_due: int = 0
    owed_minor: int = 0
    arrears_minor: int = 0
    scheduled_minor: int = 0
    """The instalment of a usual month."""
    missed_now: int = 0
    """Instalments past due and unpaid."""
    months: tuple[Month, ...] = ()
    known: bool = True
    """False where the month's payments are not reported yet: then nothing is claimed about them."""
    due_this_month: bool = True
    ending: Ending | None = None
    written_off: bool = False
    """In the accounts; the borrower may still owe it."""
    in_collection: bool = False
    """An agency collects for the lender."""
    repossession: Repossession | None = None
    plan: Plan | None = None
    deferral: Deferral | None = None
    dispute: Dispute = Dispute.NONE
    reported_in_error: bool = False
    fraudulent: bool = False
    """Opened by someone else in the borrower's name."""
    on_active_duty: bool = False
    line_suspended: bool = False
    paid_by_guarantor: bool = False
    """In this month, in whole or in part."""
    paid_in_kind: bool = False
    """In this month, in whole or in part, by handing over assets."""
    credit_impaired: bool = False
    risk_raised: bool = False
    """Found to be riskier than at opening, for other reasons than days past due."""
    restructuring: Restructuring | None = None
    exposure: Exposure = Exposure()


def contract_days(standing: Standing) -> int:
    """Days past due as the changed contract has them: under a plan that is kept, never more than at its
    start.

    Risk classes count these. A plan that shows the borrower as current does not make the risk smaller.
    """
    plan = standing.plan
    if plan is not None and plan.kept:
        return min(standing.days_past_due, plan.days_past_due_at_start)
    return standing.days_past_due


def record_days(standing: Standing) -> int:
    """Days past due as shown in the borrower's record: none while a plan that is kept says so, or in a
    deferral.

    Metro 2 reports a deferral as current; that other records show none past due in it either is our reading.
    """
    plan = standing.plan
    if standing.deferral is not None or (plan is not None and plan.kept and plan.shown is Shown.CURRENT):
        return 0
    return contract_days(standing)


def month_of(day: date) -> date:
    """The first day of a day's month, which names the month."""
    return day.replace(day=1)


def month_end(standing: Standing) -> Month:
    """The month of a standing, as history will show it: what was right then is not made worse by later
    events.
    """
    return Month(month_of(standing.as_of), record_days(standing), standing.missed_now, _state(standing))


def _state(standing: Standing) -> MonthState:
    if not standing.known:
        return MonthState.NO_DATA
    if standing.ending is not None:
        return MonthState.ZERO_BALANCE
    if standing.written_off:
        return MonthState.CHARGED_OFF
    if standing.in_collection:
        return MonthState.COLLECTION
    days = record_days(standing)
    return MonthState.ZERO_BALANCE if standing.owed_minor == 0 and days == 0 else MonthState.BY_DAYS
