"""An independent look at the contacts that were made: the rules written down once more, in another way, from
what was told alone. It shares no code with the gate that permitted them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cli.demo.importing import Story
from cli.demo.places import ZONE_OF
from cli.demo.state import Contact, State

FIRST_HOUR, LAST_HOUR = 8, 21
"""12 CFR 1006.6(b)(1): before 8 and after 21 o'clock where the person is, contact is inconvenient."""
AN_ANSWER_WITHIN = timedelta(hours=1)
"""Who writes at night is answered at night: for an hour the time is their choice (this project's own)."""
ASKING = frozenset({"help", "reminder", "demand"})
A_WEEK_MAX = 3
"""More messages in seven days that ask for something are too many for one person (this project's own)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A contact that should not have been made."""

    contact: Contact
    rule: str


def breaches(state: State, stories: Mapping[str, Story]) -> list[Breach]:
    """What was wrong with the contacts of a run: nothing, if all is well."""
    found: list[Breach] = []
    by_person: dict[str, list[Contact]] = defaultdict(list)
    for one in state.contacts:
        by_person[one.reference].append(one)
        wrote = [datetime.fromisoformat(at) for at in state.wrote.get(one.reference, ())]
        found += [Breach(one, rule) for rule in _alone(one, stories[one.reference], wrote)]
    for name, contacts in by_person.items():
        found += [Breach(one, "a_week") for one in _too_often(contacts)]
        stops = [stop for stop in state.stops if stop[0].startswith(f"{name}/")]
        found += [Breach(one, "hold") for one in contacts if _held(one, stops)]
    return found


def _alone(one: Contact, story: Story, wrote: Iterable[datetime]) -> Iterable[str]:
    sent = datetime.fromisoformat(one.sent_at)
    local = sent.astimezone(ZoneInfo(ZONE_OF[story.loan.state]))
    answers = one.purpose == "answer" and any(timedelta(0) <= sent - at < AN_ANSWER_WITHIN for at in wrote)
    if not FIRST_HOUR <= local.hour < LAST_HOUR and not answers:
        yield "hours"
    if one.purpose == "demand":
        yield "demand"
    if one.channel in ("visit", "social"):
        yield "channel"


def _too_often(contacts: Sequence[Contact]) -> Iterable[Contact]:
    asking = sorted(
        ((datetime.fromisoformat(one.sent_at), one) for one in contacts if one.purpose in ASKING),
        key=lambda pair: pair[0],
    )
    for place, (at, one) in enumerate(asking):
        if sum(at - before < timedelta(days=7) for before, _ in asking[: place + 1]) > A_WEEK_MAX:
            yield one


def _held(one: Contact, stops: Iterable[tuple[str, str, str]]) -> bool:
    """Whether a hold closed contact on that day: from the day after it was placed, until it is lifted."""
    day = one.sent_at[:10]
    return one.purpose in ASKING and any(
        since < day and (not until or day < until) for _, since, until in stops
    )


def told_twice(contacts: Iterable[Contact]) -> int:
    """Contacts that were made more than once."""
    times = Counter((one.reference, one.sent_at, one.template, one.channel) for one in contacts)
    return sum(count - 1 for count in times.values())
