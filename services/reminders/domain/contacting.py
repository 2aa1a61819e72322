"""Contacts as they are decided: what treatments want, asked of the gate; what went out, or did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reminders.domain import course as running
from services.reminders.domain import gate, saying
from services.reminders.domain.contact import Channel, Contact, Notice, Part, Purpose, Recipient, Telling
from services.reminders.domain.gate import Permit, Withheld
from services.reminders.domain.last_look import NotSent
from services.reminders.domain.packs import Cite, Force, Policy
from services.reminders.domain.person import Address
from services.reminders.domain.person_file import PersonFile, Planned, Word
from services.reminders.domain.promises import Promise
from services.reminders.domain.reservations import Reserved, reserve
from services.reminders.domain.small_states import (
    Brake,
    Conduct,
    StaffTaskKind,
    TaskGiven,
    brakes_on,
    conduct_id,
)
from services.reminders.domain.treatments import Wanted
from services.reminders.domain.turn import PersonDue, Turn
from services.reminders.domain.words.messages import Occasion
from shared.decision import Context, Decision, Key, Need, Send
from shared.events.ids import event_id, name_id
from shared.events.reminders import (
    ContactPlanned,
    ContactWithheld,
)
from shared.quick import replace

ANSWER = Purpose.ANSWER
HOUSE, HOUSE_VERSION = "house", "1"
"""Named where nothing of a pack withholds, but the service itself."""
ASKED_AGAIN_AFTER = timedelta(days=7)
"""Where no rule says when a contact may be made, a treatment asks once more after so long."""
NO_WAY = "no_way_to_reach"
HOUSE_RULES: Mapping[str, tuple[str, str]] = {
    NO_WAY: (
        "no address of the person's is known by which this may be said",
        "没有可用于此次联系的地址",
    ),
    NotSent.BRAKE.value: ("the staff has paused such contacts", "工作人员已暂停此类联系"),
    NotSent.NOTHING_OWED.value: ("nothing is unpaid any more", "已无未付款项"),
    NotSent.OVER.value: ("what it was to say is no longer so", "所要告知的事项已不再成立"),
    NotSent.QUIET.value: (
        "a promise runs, or a payment is said to be on its way",
        "承诺期未到，或付款据称已在途中",
    ),
    NotSent.HOLDS_UNKNOWN.value: (
        "holds were not read up to this moment",
        "尚未读取截至此刻的暂缓记录",
    ),
    NotSent.MERGED.value: (
        "who was to be contacted was found to be another person",
        "联系对象经查为另一人",
    ),
    "text_refused": ("the text was harsh, and was not sent", "文字不当，未予发送"),
}
"""By what the service itself withholds, in English and Chinese."""
_BY_MEDIUM = (Channel.MAIL, Channel.SMS, Channel.APP)


@dataclass(frozen=True, slots=True)
class Wish:
    """A contact that is wanted: by a treatment, to remind of a promise, as a word said once, or an answer."""

    lender: str
    loans: tuple[UUID, ...]
    occasion: Occasion
    channels: tuple[Channel, ...]
    treatment: str | None = None
    promise: UUID | None = None
    word: Word | None = None
    answers: UUID | None = None
    address: str | None = None
    """The one address that it may go to; None: any."""


def due(state: PersonFile, timer: PersonDue, context: Context) -> Decision[PersonFile] | Need:
    """What the moment wants of a person's file: each contact is asked of the gate."""
    if state.erased or state.merged_into is not None:
        return Decision(state)
    turn = Turn(replace(state, retry_at=None, wakes_at=None), context)
    found = turn.look()
    wishes = [(wanted, _wish_of(wanted)) for wanted in found.wanted]
    reminders = [(promise, _reminder_of(turn, promise)) for promise in found.remind]
    words = [(word, _wish_to_say(word)) for word in saying.due(turn.file, turn.file.today(turn.now))]
    asked = [wish for _, wish in (*wishes, *words)]
    asked += [wish for _, wish in reminders if wish is not None]
    if missing := looked_up(asked, context):
        return Need(keys=missing)
    for word, wish in words:
        _say(turn, word, wish)
    for wanted, wish in wishes:
        _want(turn, wanted, wish)
    for promise, reminder in reminders:
        if reminder is not None:
            ask(turn, reminder)
        turn.change(course=running.reminded(turn.file.course, promise.id))
    return turn.decided()


def _wish_of(wanted: Wanted) -> Wish:
    step = wanted.step
    return Wish(wanted.lender, wanted.loans, step.occasion, step.channels, wanted.treatment)


def _wish_to_say(word: Word) -> Wish:
    return Wish(word.lender, word.loans, word.occasion, _BY_MEDIUM, word=word)


def _reminder_of(turn: Turn, promise: Promise) -> Wish | None:
    loan = turn.file.loan(promise.loan_id)
    if loan is None:
        return None
    return Wish(loan.lender, (loan.loan_id,), Occasion.REMINDER_BEFORE_DUE, _BY_MEDIUM, promise=promise.id)


def looked_up(wishes: Sequence[Wish], context: Context) -> list[Key]:
    """What must be loaded before these are asked: brakes, and how the lenders conduct contact."""
    keys = dict.fromkeys(
        key
        for wish in wishes
        for key in (
            Key(Conduct.__name__, conduct_id(wish.lender)),
            *brakes_on(wish.lender, wish.treatment, wish.occasion.value, [*wish.channels]),
        )
    )
    return [key for key in keys if key not in context.others]


def looked_up_for(lender: str, channel: Channel, context: Context) -> list[Key]:
    """The same for a contact that somebody else would make."""
    keys = (
        Key(Conduct.__name__, conduct_id(lender)),
        *brakes_on(lender, None, "", [channel.value]),
    )
    return [key for key in keys if key not in context.others]


def _say(turn: Turn, word: Word, wish: Wish) -> None:
    """Say it, or keep it for when the gate will allow it, if that is not too late."""
    decided, today = ask(turn, wish), turn.file.today(turn.now)
    turn.file = saying.without(turn.file, word)
    if not isinstance(decided, Withheld) or decided.rule.rule == NO_WAY or decided.until is None:
        return
    opens_on = turn.file.today(decided.until)
    if opens_on <= word.until:
        turn.file = saying.with_word(turn.file, word._replace(since=opens_on))
    if opens_on == today:
        _try_again(turn, decided.until)


def _try_again(turn: Turn, at: datetime) -> None:
    """Look again the same day."""
    retry = turn.file.retry_at
    turn.change(retry_at=at if retry is None else min(at, retry))


def _want(turn: Turn, wanted: Wanted, wish: Wish) -> None:
    catalogue, today = turn.reference.catalogue, turn.file.today(turn.now)
    decided = ask(turn, wish)
    course = turn.file.course
    if decided is None or isinstance(decided, Permit) or decided.rule.rule == NO_WAY:
        # A step that nobody can be reached by is passed over: the next one may have another channel.
        turn.change(course=running.contacted(course, wanted, today, catalogue))
        return
    until = decided.until or turn.now + ASKED_AGAIN_AFTER
    if turn.file.today(until) > today:
        turn.change(course=running.withheld(course, wanted, turn.file.today(until)))
    else:
        _try_again(turn, until)


def ask(turn: Turn, wish: Wish) -> Permit | Withheld | None:
    """Ask the gate for a contact by the first channel that it permits; None where it is now a call in the
    agents' queue. Where none is permitted, the one that opens first is told.
    """
    tries = list(_tries(turn, wish))
    if not tries:
        return _house_rule(turn, wish, NO_WAY, None)
    free = [one for one in tries if not _braked(turn.context, wish, one.channel)]
    if not free:
        return _house_rule(turn, wish, NotSent.BRAKE.value, tries[0])
    withheld: list[tuple[Contact, Withheld]] = []
    for contact in free:
        # The id that its send will have: so the dispatcher's report finds it.
        slot = event_id(turn.context.cause, f"{turn.context.service}/send", len(turn.sends))
        person, policy = turn.file.person(turn.now), policy_for(turn, wish.lender)
        if contact.channel is Channel.CALL:
            decision = gate.permit(contact, person, turn.file.history, policy, turn.now)
            if isinstance(decision, Permit):
                _queue_call(turn, contact)
                return None
        else:
            taken = reserve(slot, contact, person, turn.file.history, policy, turn.now)
            if isinstance(taken, Reserved):
                assert taken.permit is not None, "the slot is new"
                turn.change(history=taken.history)
                _plan(turn, slot, contact, wish)
                note_permit(turn, slot, contact.lender, taken.permit)
                return taken.permit
            decision = taken
        withheld.append((contact, decision))
    contact, first = min(
        withheld, key=lambda one: (one[1].until is None, one[1].until or turn.now, _order(one[0]))
    )
    _withhold(turn, contact, first, wish)
    return first


def _order(contact: Contact) -> int:
    return list(Channel).index(contact.channel)


def _tries(turn: Turn, wish: Wish) -> list[Contact]:
    own = [
        one
        for one in turn.file.judged.addresses
        if one.owner is Recipient.SELF and (wish.address is None or one.key == wish.address)
    ]
    reachable = frozenset(channel for one in own for channel in one.channels)
    conduct = conduct_of(turn.context, wish.lender)
    return [
        contact_to(address, channel, wish, conduct)
        for channel in _channels(wish, reachable)
        for address in own
        if channel in address.channels
    ]


def _channels(wish: Wish, reachable: frozenset[Channel]) -> tuple[Channel, ...]:
    return tuple(one for one in dict.fromkeys(wish.channels) if one in reachable)


def contact_to(address: Address, channel: Channel, wish: Wish, conduct: Conduct) -> Contact:
    """The contact as the gate sees it: where the person is not established, it tells of no debt."""
    tells = frozenset(Telling) if address.established and wish.occasion.tells_of_debt else frozenset()
    return Contact(
        channel,
        wish.occasion.purpose,
        address.key,
        wish.lender,
        conduct.collector or wish.lender,
        wish.loans,
        conduct.sender,
        tells,
        frozenset({Part.OPT_OUT}),
        Notice.OPT_OUT_CONFIRMATION if wish.occasion is Occasion.STOP_CONFIRMED else None,
        wish.answers,
    )


def conduct_of(context: Context, lender: str) -> Conduct:
    """How a lender conducts contact: itself, under its own name, where nothing else was said."""
    id_ = conduct_id(lender)
    found: Conduct | None = context.others.get(Key(Conduct.__name__, id_))
    return found or Conduct(id_, lender)


def policy_for(turn: Turn, lender: str) -> Policy:
    """The packs of where the person may be, and of where who contacts them is."""
    conduct = conduct_of(turn.context, lender)
    return turn.reference.policy(turn.file.judged.regions, conduct.regions)


def _braked(context: Context, wish: Wish, channel: Channel) -> bool:
    keys = brakes_on(wish.lender, wish.treatment, wish.occasion.value, [channel])
    brakes: list[Brake | None] = [context.others.get(key) for key in keys]
    return any(one is not None and one.pulled for one in brakes)


def _plan(turn: Turn, slot: UUID, contact: Contact, wish: Wish) -> None:
    planned = Planned(slot, contact, wish.occasion, wish.treatment, wish.promise, wish.word)
    turn.change(planned=(*turn.file.planned, planned))
    turn.sends.append(Send(contact.channel.value, {"contact": str(slot)}))
    turn.tell(
        ContactPlanned(
            person_id=turn.file.id, contact_id=slot, planned_at=turn.now, **named(contact, wish.occasion)
        )
    )


def note_permit(turn: Turn, slot: UUID, lender: str, permit: Permit) -> None:
    """Write down by what a contact was permitted."""
    asked = permit.asked
    turn.note(
        "permit",
        lender=lender,
        contact_id=slot,
        channel=asked.channel.value,
        purpose=asked.purpose.value,
        hour=turn.hour(turn.now),
        policy=asked.policy,
        local=[one.isoformat() for one in asked.local],
        counts=[[cite.rule, counted, at_most] for cite, counted, at_most in permit.counts],
        by=turn.context.actor.subject,
    )


def note_withheld(turn: Turn, slot: UUID, lender: str, said: Withheld) -> None:
    """Write down what a contact was withheld by, besides what is told of it."""
    turn.note(
        "withheld",
        lender=lender,
        contact_id=slot,
        policy=said.asked.policy,
        local=[one.isoformat() for one in said.asked.local],
        counted=said.counted,
        at_most=said.at_most,
        alternatives=[one.value for one in said.alternatives],
    )


def _queue_call(turn: Turn, contact: Contact) -> None:
    slot = name_id("call", f"{turn.context.cause}\n{contact.lender}\n{contact.loans[0]}")
    turn.hands_on.append(
        TaskGiven(
            task_id=slot,
            person_id=turn.file.id,
            kind=StaffTaskKind.CALL,
            lenders=(contact.lender,),
            loan_ids=contact.loans,
            address=contact.address,
        )
    )
    turn.note("call_wanted", lender=contact.lender, contact_id=slot)


def named(contact: Contact, occasion: Occasion | None) -> dict[str, object]:
    return {
        "purpose": contact.purpose,
        "channel": contact.channel.value,
        "loan_ids": contact.loans,
        "lender": contact.lender,
        "template": None if occasion is None else occasion.value,
    }


def _withhold(turn: Turn, contact: Contact, said: Withheld, wish: Wish) -> None:
    slot = name_id("withheld", f"{turn.context.cause}\n{wish.lender}\n{wish.occasion}")
    turn.tell(withheld_event(turn, slot, contact, said, wish.occasion))
    note_withheld(turn, slot, contact.lender, said)


def withheld_event(
    turn: Turn, slot: UUID, contact: Contact, said: Withheld, occasion: Occasion | None
) -> ContactWithheld:
    """As it is told: by which rule, and when all rules will allow it."""
    return ContactWithheld(
        person_id=turn.file.id,
        contact_id=slot,
        rule=said.rule.rule,
        pack=said.rule.pack,
        pack_version=said.rule.version,
        also=tuple(dict.fromkeys(one.rule for one in said.also))[:50],
        withheld_at=turn.now,
        until=said.until,
        **named(contact, occasion),
    )


def _house_rule(turn: Turn, wish: Wish, rule: str, contact: Contact | None) -> Withheld:
    purpose = wish.occasion.purpose
    channel = wish.channels[0] if contact is None else contact.channel
    slot = name_id("withheld", f"{turn.context.cause}\n{wish.lender}\n{wish.occasion}")
    until = turn.now + timedelta(days=1)
    turn.tell(
        ContactWithheld(
            person_id=turn.file.id,
            contact_id=slot,
            rule=rule,
            pack=HOUSE,
            pack_version=HOUSE_VERSION,
            withheld_at=turn.now,
            until=until,
            purpose=purpose,
            channel=channel.value,
            loan_ids=wish.loans,
            lender=wish.lender,
            template=wish.occasion.value,
        )
    )
    asked = gate.Asked(channel, purpose, turn.now, (), HOUSE)
    return Withheld(house_cite(rule), until, asked)


def house_cite(rule: str) -> Cite:
    """What the service itself withholds by, in the form of a pack's rule."""
    english, chinese = HOUSE_RULES[rule]
    return Cite(rule, HOUSE, HOUSE_VERSION, "", Force.OWN, english, chinese)
