"""The contact gate: whether a contact may be made at this moment, by which rule not, and when it may.

Default deny: what no rule knows is refused. All rules of all packs that apply must allow. A contact about
several loans is closed if one of them is; asking for each by itself is the caller's choice.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.reminders.domain.case import Case, Count, case_of
from services.reminders.domain.contact import Channel, Contact, Purpose
from services.reminders.domain.history import History
from services.reminders.domain.packs import (
    Cite,
    ConsentEnds,
    Forbid,
    Freeze,
    Hours,
    KnownAddress,
    NeedsRoute,
    OwnTimes,
    Policy,
    Represented,
    Rule,
    Stops,
)
from services.reminders.domain.person import Address, ConsentKind, Person
from services.reminders.domain.rules import RANK, next_open
from shared.quick import replace

ROUNDS_MAX = 500
"""A round moves on by some hours at least: so often is a moment looked for in hours that hardly meet."""
_WAYS = (Forbid, KnownAddress, Stops, Represented, NeedsRoute, ConsentEnds)
"""Kinds of rules that close a way to reach a person, whatever the message."""
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decision was asked, as far as it may be shown to the lender who asked."""

    channel: Channel
    purpose: Purpose
    at: datetime
    local: tuple[datetime, ...]
    """The moment on the clocks where the person may be."""
    policy: str
    """The packs and calendars with their versions."""


@dataclass(frozen=True, slots=True)
class Permit:
    """The contact may be made now. It is good for this moment alone."""

    asked: Asked
    counts: tuple[tuple[Cite, int, int], ...] = ()
    """Caps that were looked at: the rule, how many it had counted, how many it allows."""
    opened: tuple[ConsentKind, ...] = ()
    """The borrower had opened this time, in these ways."""
    consent_day: int = 0
    reply: bool = False
    """It is the first answer to a message of the borrower's."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """The contact may not be made now."""

    rule: Cite
    until: datetime | None
    """When all rules will allow it, as far as is known today; None: never."""
    asked: Asked
    also: tuple[Cite, ...] = ()
    """Other rules that close it too."""
    counted: int | None = None
    """What the rule has counted, where it is a cap and all of it is of the lender who asks: what others do is
    never told.
    """
    at_most: int | None = None
    alternatives: tuple[Channel, ...] = ()
    """Channels that the rule leaves, and by which the person can be reached."""


def permit(
    contact: Contact, person: Person, history: History, policy: Policy, now: datetime
) -> Permit | Withheld:
    """Decide whether this contact may be made at `now`. A hold that closes its purpose is named before every
    other rule.
    """
    assert now.tzinfo is not None, "an instant has an offset"
    now = now.astimezone(UTC)
    case = case_of(contact, person, history, policy, now)
    rules = policy.rules_for(contact.channel, contact.purpose, contact.sender)
    closing = [(rule, opens) for rule in rules if (opens := next_open(rule, case, now)) != now]
    asked = _asked(case, now)
    if not closing:
        return _permit(case, asked, rules, now)
    return _withheld(case, asked, rules, closing)


def _asked(case: Case, now: datetime) -> Asked:
    local = tuple(now.astimezone(zone) for zone in case.zones) if case.person.zones else ()
    return Asked(case.contact.channel, case.contact.purpose, now, local, case.policy.version)


def _permit(case: Case, asked: Asked, rules: tuple[Rule, ...], now: datetime) -> Permit:
    consents = [one for one in case.consents if one.starts_at <= now < one.ends_at]
    counts = case.counts
    return Permit(
        asked,
        counts=tuple(
            (rule.cite, count.counted, count.at_most)
            for rule in rules
            if (count := counts.get(rule.cite.rule)) is not None and count.own
        )
        if counts
        else (),
        opened=tuple(dict.fromkeys(one.kind for one in consents)),
        consent_day=min((case.consent_day(one, now) for one in consents), default=0),
        reply=case.reply_to is not None,
    )


def _withheld(
    case: Case, asked: Asked, rules: tuple[Rule, ...], closing: list[tuple[Rule, datetime | None]]
) -> Withheld:
    """A hold is named before all, then the rule that closes longest; of those without end, by their rank."""
    rule, _ = max(closing, key=lambda one: (isinstance(one[0], Freeze), one[1] or _LAST, -RANK[type(one[0])]))
    latest = max(opens or _LAST for _, opens in closing)
    until = None if latest is _LAST else _first_common(case, rules, latest)
    count = case.counts.get(rule.cite.rule, Count(0, 0, False))
    full = count.own and count.counted >= count.at_most
    return Withheld(
        rule.cite,
        until,
        asked,
        also=tuple(one.cite for one, _ in closing if one is not rule),
        counted=count.counted if full else None,
        at_most=count.at_most if full else None,
        alternatives=_alternatives(case, rule),
    )


def _first_common(case: Case, rules: tuple[Rule, ...], at: datetime) -> datetime | None:
    """The first instant, from `at` on, that every rule leaves open; None if none was found in many rounds.

    Each rule says the earliest instant that it can allow, so moving to it never passes one that all allow.
    """
    clocks = tuple(rule for rule in rules if isinstance(rule, Hours | OwnTimes))
    for _ in range(ROUNDS_MAX):
        # Hours are what mostly moves it on, so all the others are asked only where the hours agree.
        opens = _later(case, clocks, at)
        if opens == at:
            opens = _later(case, rules, at)
        if opens is None or opens == at:
            return opens
        at = opens
    return None


def _later(case: Case, rules: tuple[Rule, ...], at: datetime) -> datetime | None:
    """Where one round of the rules moves an instant: itself, where all leave it open."""
    for rule in rules:
        opens = next_open(rule, case, at)
        if opens is None:
            return None
        at = opens
    return at


def _alternatives(case: Case, rule: Rule) -> tuple[Channel, ...]:
    """Channels that the rule names and by which the person can be reached: none that is closed for good."""
    return tuple(
        channel
        for channel in rule.alternatives
        if channel is not case.contact.channel
        and any(_is_way(case, channel, one) for one in case.person.addresses if channel in one.channels)
    )


def _is_way(case: Case, channel: Channel, address: Address) -> bool:
    contact = replace(case.contact, channel=channel, address=address.key)
    other = case_of(contact, case.person, case.history, case.policy, case.now)
    rules = case.policy.rules_for(channel, contact.purpose, contact.sender)
    return all(next_open(rule, other, case.now) is not None for rule in rules if isinstance(rule, _WAYS))
