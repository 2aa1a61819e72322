"""What a day brings that begins: holds that are over, requests that nobody answered."""

from services.hardship.domain.hold_requests import grant_unanswered
from services.hardship.domain.holds import Changed, decided, lift
from services.hardship.domain.moratorium_course import ended_by_time
from services.hardship.domain.standstill import Standstill, plus
from services.hardship.domain.standstill_timer import StandstillDue
from shared.decision import Context, Decision


def fall_due(state: Standstill, timer: StandstillDue, context: Context) -> Decision[Standstill]:
    """Tell of each hold whose last day was before today that it is over, as it was stated. Nothing else
    begins by that: what follows is decided by those who obeyed it, in their own time.
    """
    today = state.today(context.now)
    changed = grant_unanswered(state, today, context)
    after, events = changed
    for hold in after.holds:
        over = [
            one
            for one in hold.loans
            if one.lifted_on is None and one.ends_on is not None and one.ends_on < today
        ]
        for one in over:
            assert one.ends_on is not None, "only such were chosen"
            current = after.hold(hold.id) or hold
            after, more = lift(after, current, plus(one.ends_on, 1), [one.loan_id])
            events = (*events, *more)
    # Its row is gone: whatever is next is set, also where it is the same day as before.
    return decided(None, Changed(ended_by_time(after), events))
