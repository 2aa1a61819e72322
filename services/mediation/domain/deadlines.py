"""How long each step of a case may take, in days. All are this project's choice: neither the People's
Mediation Law of the PRC nor the rules of an ombudsman prescribe them between the two sides.
"""

from datetime import date, datetime, time, timedelta

from shared.decision import SetTimer

CONSENT_DAYS = 14
"""To say whether one takes part."""
MEDIATOR_DAYS = 30
"""To find a mediator."""
SEARCH_AGAIN_DAYS = 1
TAKE_UP_DAYS = 3
"""For a mediator to declare that nothing ties them to either side."""
STATEMENT_DAYS = 14
"""To state one's view; whoever has not may still do so while there are negotiations."""
OFFER_DAYS = 10
"""To answer an offer."""
NEGOTIATION_DAYS = 60
"""To come to an agreement."""
PLAN_DAYS = 45
"""For a settlement to be in force as a plan: the lender's core may have to confirm each loan's part."""
# At noon UTC a day has ended everywhere on Earth (UTC-12): nobody is late on their own last day.
_ENDED_EVERYWHERE = time(12)


def last_day(now: datetime, days: int) -> date:
    """The last day of a deadline that begins now."""
    return (now + timedelta(days=days)).date()


def ending(kind: type, last_on: date) -> SetTimer:
    """The timer that fires once this day has ended wherever people are."""
    return SetTimer(kind.__name__, last_on + timedelta(days=1), _ENDED_EVERYWHERE)
