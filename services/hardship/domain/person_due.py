"""A day has begun on which something of a person's falls due."""

from services.hardship.domain import case_ends, plan_judging, proposals
from services.hardship.domain.loan import Feed, feed_id
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import DAY, PersonDue, timers
from services.hardship.domain.telling import Telling
from shared.decision import Context, Decision, Key, Need


def fall_due(person: Person, timer: PersonDue, context: Context) -> Decision[Person] | Need:
    """Proposals that are over, instalments whose grace is, plans and cases that come to their end."""
    today = person.today(context.now)
    feeds = {lender: Key(Feed.__name__, feed_id(lender)) for lender in plan_judging.judging(person, today)}
    if missing := [key for key in feeds.values() if key not in context.others]:
        return Need(keys=missing)
    late = {
        lender
        for lender, key in feeds.items()
        if (feed := context.others[key]) is not None and not feed.reaches(today - DAY)
    }
    telling = Telling(context)
    after = plan_judging.put_off(person, late, today)
    after = proposals.expire(after, telling, context)
    after = plan_judging.fall_due(after, telling, context)
    after = case_ends.fall_due(after, telling, context)
    # The timer has fired: whatever is due next is set anew.
    return Decision(after, telling.events, timers(None, after))
