"""The European marks: non-performing, forborne, probation, as a fold over dated observations of one exposure.

Sources: Regulation (EU) 575/2013 (CRR) art. 47a, 47b and 178; Implementing Regulation (EU) 2021/451, Annex
V; the European Banking Authority's answers 2013_618, 2014_878, 2014_886, 2014_1018 and 2015_1842. Judged
per facility, as art. 178(1) allows for retail loans.
"""

from datetime import date
from typing import NamedTuple

from services.ledger.domain.credit_record.standing import Coded, Exposure, Rule, Standing
from services.ledger.domain.due_dates import add_months
from shared.quick import replace

PERFORMING = Rule("eu.npe.performing", "CRR art. 47a")
DEFAULT = Rule("eu.npe.90", "CRR art. 178(1) and 47a")
PROBATION = Rule("eu.forborne.probation", "Regulation (EU) 2021/451, Annex V, part 2; EBA Q&A 2014_878")
CURE = Rule("eu.forborne.cure", "CRR art. 47a; EBA Q&A 2014_1018")

DEFAULT_MORE_THAN_DAYS = 90
RELAPSE_MORE_THAN_DAYS = 30
CURE_MONTHS = 12
PROBATION_MONTHS = 24
RETURN_MONTHS = 3
"""A loan in default that was never forborne returns three months after the last ground is gone: our reading
of EBA/GL/2016/07, section 7."""
MATERIAL_EUR_MINOR = 100_00
MATERIAL_SHARE_PERCENT = 1


class Measure(NamedTuple):
    """A forbearance measure. `diminished`: it lowers the loan's present value by more than 1 %
    (EBA/GL/2026/05).
    """

    grace_ends_on: date | None = None
    diminished: bool = False


class Observation(NamedTuple):
    """What is known of an exposure at the end of a day. To be given on every day on which one of the fields
    changes, on days 31 and 91 past due, and on `next_review_on`.
    """

    on: date
    days_past_due: int
    material: bool = True
    """Whether what is past due is above the threshold (`is_material`)."""
    unlikely_to_pay: bool = False
    """Without realising security, or in doubt: that includes doubt that a plan will be paid in full."""
    measure: Measure | None = None
    paid_regularly: bool = True
    """More than insignificant sums, for at least half of the probation."""


def is_material(past_due_minor: int, exposure_minor: int) -> bool:
    """Whether a retail amount in euro cents counts: more than 100 euros, and more than 1 % of the exposure.

    Delegated Regulation (EU) 2018/171, art. 1; our reading. Both must have held for 90 days running.
    """
    above_share = past_due_minor * 100 > exposure_minor * MATERIAL_SHARE_PERCENT
    return past_due_minor > MATERIAL_EUR_MINOR and above_share


def observe(exposure: Exposure, seen: Observation) -> Exposure:
    """The marks after a day.

    In default: more than 90 days past due on a material amount, unlikely to pay, or a measure that
    diminishes what is owed. On probation after having been non-performing, a new measure or more than 30
    days past due suffices; an exposure that never was does not fall back by those. Paying in full does not
    cure before the time is over.
    """
    defaulted = _defaulted(seen) or _relapsed(exposure, seen)
    marked = _with_measure(exposure, seen)
    if defaulted:
        return replace(
            marked,
            non_performing_since=marked.non_performing_since or seen.on,
            sound_since=None,
            performing_since=None,
            was_non_performing=marked.forborne_since is not None,
        )
    if marked.non_performing_since is not None:
        return _towards_cure(marked, seen)
    if _probation_over(marked, seen):
        return Exposure()
    return marked


def next_review_on(exposure: Exposure, on: date) -> date | None:
    """The day after `on` from which time alone may change a mark: give an observation then. None: only
    facts may.
    """
    if exposure.non_performing_since is not None:
        review_on = None if exposure.sound_since is None else _cured_from(exposure)
    else:
        review_on = _probation_ends_on(exposure)
    return review_on if review_on is not None and review_on > on else None


def code(standing: Standing) -> Coded:
    """The exposure's mark: performing or non-performing, forborne or not."""
    exposure = standing.exposure
    forborne = exposure.forborne_since is not None
    if exposure.non_performing_since is not None:
        waits = forborne and exposure.sound_since is not None
        return Coded("non_performing_forborne" if forborne else "non_performing", CURE if waits else DEFAULT)
    return Coded("performing_forborne", PROBATION) if forborne else Coded("performing", PERFORMING)


def _defaulted(seen: Observation) -> bool:
    late = seen.days_past_due > DEFAULT_MORE_THAN_DAYS and seen.material
    return late or seen.unlikely_to_pay or (seen.measure is not None and seen.measure.diminished)


def _relapsed(exposure: Exposure, seen: Observation) -> bool:
    if exposure.performing_since is None or not exposure.was_non_performing:
        return False
    return seen.measure is not None or seen.days_past_due > RELAPSE_MORE_THAN_DAYS


def _with_measure(exposure: Exposure, seen: Observation) -> Exposure:
    if seen.measure is None:
        return exposure
    performing = exposure.non_performing_since is None
    return replace(
        exposure,
        forborne_since=exposure.forborne_since or seen.on,
        measure_on=seen.on,
        grace_ends_on=seen.measure.grace_ends_on,
        # Without a time as non-performing, a second measure starts no new probation (Q&A 2015_1842).
        performing_since=(exposure.performing_since or seen.on) if performing else None,
        was_non_performing=exposure.was_non_performing or not performing,
    )


def _towards_cure(exposure: Exposure, seen: Observation) -> Exposure:
    sound = replace(exposure, sound_since=exposure.sound_since or seen.on)
    if seen.on < _cured_from(sound) or seen.days_past_due > 0:
        return sound
    if sound.forborne_since is None:
        return Exposure()
    return replace(sound, non_performing_since=None, sound_since=None, performing_since=seen.on)


def _cured_from(exposure: Exposure) -> date:
    assert exposure.non_performing_since is not None
    assert exposure.sound_since is not None
    if exposure.forborne_since is None:
        return add_months(exposure.sound_since, RETURN_MONTHS)
    starts = (exposure.non_performing_since, exposure.measure_on, exposure.grace_ends_on)
    return add_months(max(day for day in starts if day is not None), CURE_MONTHS)


def _probation_ends_on(exposure: Exposure) -> date | None:
    start = exposure.performing_since
    return None if start is None else add_months(start, PROBATION_MONTHS)


def _probation_over(exposure: Exposure, seen: Observation) -> bool:
    ends_on = _probation_ends_on(exposure)
    if ends_on is None or seen.on < ends_on:
        return False
    return seen.days_past_due <= RELAPSE_MORE_THAN_DAYS and seen.paid_regularly
