"""What a message to a person consists of: parts, each of which says one thing, and which of them an occasion
needs.

Every text that asks for something says who writes, why, what is owed, what help there is, how to pay, answer,
dispute and stop. A text without one of these is refused before it is sent; one that must not tell of a debt
is refused when it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.reminders.domain.words.debt import tells_of_debt
from shared.errors import Refused
from shared.events.parts import Purpose


class Form(StrEnum):
    """How a text reaches the person."""

    SMS = "sms"
    MAIL = "mail"
    CALL = "call"
    """What an agent says; the parts are spoken in order, with pauses for answers."""


class Part(StrEnum):
    """One thing that a text says, in the order in which it does."""

    SUBJECT = "subject"
    WHO = "who"
    WHY = "why"
    OWED = "owed"
    HELP = "help"
    PAY = "pay"
    ANSWER = "answer"
    DISPUTE = "dispute"
    STOP = "stop"


WHOLE = frozenset(Part) - {Part.SUBJECT}
_ANSWER = frozenset({Part.WHO, Part.WHY, Part.ANSWER})


class Occasion(StrEnum):
    """Why a text is written."""

    REMINDER_BEFORE_DUE = "reminder_before_due"
    MISSED_FIRST = "missed_first"
    """The first word after a miss: it offers help before it asks for anything."""
    HELP_OFFER = "help_offer"
    PLAN_REMINDER = "plan_reminder"
    PLAN_PROPOSED = "plan_proposed"
    PLAN_QUESTION = "plan_question"
    """A payment of a plan has not come: a question, before anything else."""
    PROMISE_RECEIVED = "promise_received"
    PROMISE_QUESTION = "promise_question"
    """A promised payment has not come: a question, no reproach."""
    ANSWER_PAID = "answer_paid"
    ANSWER_QUESTION = "answer_question"
    ANSWER_CANNOT_PAY = "answer_cannot_pay"
    ANSWER_WRONG_PERSON = "answer_wrong_person"
    ANSWER_CALL_ME = "answer_call_me"
    ANSWER_BY_PERSON = "answer_by_person"
    DISPUTE_RECEIVED = "dispute_received"
    COMPLAINT_RECEIVED = "complaint_received"
    STOP_CONFIRMED = "stop_confirmed"
    """Nothing else may be in it: no balance, no link (12 CFR 1006.14(h)(2)(i))."""
    REPRESENTED = "represented"
    MEDIATION_INVITATION = "mediation_invitation"
    STATUTORY_NOTICE = "statutory_notice"
    """What the law requires to be told, without a demand."""
    MISS_RETRACTED = "miss_retracted"
    """We told of a miss that was none: an apology."""
    CRISIS = "crisis"
    """Someone may be in danger: a helpline, and no word of money."""
    NEUTRAL = "neutral"
    """To an address where the person is not established yet: tells of no debt."""

    @property
    def needs(self) -> frozenset[Part]:
        """The parts without which such a text is not sent; a mail needs a subject too."""
        return _NEEDS.get(self, WHOLE)

    @property
    def purpose(self) -> Purpose:
        """What the contact is for, as caps and holds see it."""
        return _PURPOSES.get(self, Purpose.ANSWER)

    @property
    def asks(self) -> bool:
        """Whether it is about something that is owed: an apology is not, and may be made when nothing is."""
        return self is not Occasion.MISS_RETRACTED

    @property
    def tells_of_debt(self) -> bool:
        """Whether such a text may say that there is a debt."""
        return self not in _SILENT


_NEEDS: Mapping[Occasion, frozenset[Part]] = {
    Occasion.PLAN_PROPOSED: WHOLE - {Part.OWED},
    Occasion.PROMISE_RECEIVED: _ANSWER | {Part.HELP, Part.PAY},
    Occasion.ANSWER_PAID: _ANSWER | {Part.DISPUTE},
    Occasion.ANSWER_QUESTION: _ANSWER | {Part.HELP, Part.DISPUTE, Part.STOP},
    Occasion.ANSWER_CANNOT_PAY: _ANSWER | {Part.HELP, Part.STOP},
    Occasion.ANSWER_WRONG_PERSON: frozenset({Part.WHO, Part.WHY}),
    Occasion.ANSWER_CALL_ME: _ANSWER,
    Occasion.ANSWER_BY_PERSON: _ANSWER,
    Occasion.DISPUTE_RECEIVED: _ANSWER | {Part.DISPUTE, Part.HELP},
    Occasion.COMPLAINT_RECEIVED: _ANSWER | {Part.HELP},
    Occasion.STOP_CONFIRMED: frozenset({Part.WHY}),
    Occasion.REPRESENTED: _ANSWER,
    Occasion.MEDIATION_INVITATION: _ANSWER | {Part.HELP, Part.DISPUTE, Part.STOP},
    Occasion.STATUTORY_NOTICE: _ANSWER | {Part.OWED, Part.HELP, Part.DISPUTE},
    Occasion.MISS_RETRACTED: _ANSWER,
    Occasion.CRISIS: frozenset({Part.WHO, Part.WHY, Part.HELP, Part.ANSWER}),
    Occasion.NEUTRAL: _ANSWER | {Part.STOP},
}
_PURPOSES: Mapping[Occasion, Purpose] = {
    Occasion.REMINDER_BEFORE_DUE: Purpose.REMINDER,
    Occasion.MISSED_FIRST: Purpose.HELP,
    Occasion.HELP_OFFER: Purpose.HELP,
    Occasion.PLAN_REMINDER: Purpose.PLAN,
    Occasion.PLAN_PROPOSED: Purpose.PLAN,
    Occasion.PLAN_QUESTION: Purpose.PLAN,
    Occasion.PROMISE_QUESTION: Purpose.HELP,
    Occasion.MEDIATION_INVITATION: Purpose.MEDIATION,
    Occasion.STATUTORY_NOTICE: Purpose.STATUTORY_NOTICE,
    Occasion.MISS_RETRACTED: Purpose.HELP,
    Occasion.NEUTRAL: Purpose.HELP,
}
_SILENT = frozenset(
    {Occasion.ANSWER_WRONG_PERSON, Occasion.STOP_CONFIRMED, Occasion.CRISIS, Occasion.NEUTRAL}
)


class PartsMissing(Refused):
    """A text to a person must say all that its occasion needs."""


class PartsNotMeant(Refused):
    """This text must hold nothing but what its occasion needs."""


class TellsOfDebt(Refused):
    """A text for this occasion must not tell of a debt or a sum."""


@dataclass(frozen=True)
class Message:
    """A text by its parts. Raises `PartsMissing`, `PartsNotMeant` or `TellsOfDebt`."""

    occasion: Occasion
    form: Form
    language: str
    """BCP 47, such as zh-Hans."""
    parts: Mapping[Part, str]
    known: tuple[str, ...] = ()
    """Names that whoever reads this knows: what they say of debts ("Harbour Loans") tells nothing."""

    def __post_init__(self) -> None:
        said = {part for part, text in self.parts.items() if text.strip()}
        needs = self.occasion.needs | ({Part.SUBJECT} if self.form is Form.MAIL else set())
        if missing := needs - said:
            raise PartsMissing(occasion=self.occasion.value, missing=sorted(missing))
        if self.occasion is Occasion.STOP_CONFIRMED and said - needs:
            raise PartsNotMeant(occasion=self.occasion.value, parts=sorted(said - needs))
        said_besides = f"{self.subject or ''}\n{self.text}"
        for name in filter(None, self.known):
            said_besides = said_besides.replace(name, "")
        if not self.occasion.tells_of_debt and tells_of_debt(said_besides):
            raise TellsOfDebt(occasion=self.occasion.value)

    @property
    def subject(self) -> str | None:
        """A mail's subject."""
        return self.parts.get(Part.SUBJECT)

    @property
    def text(self) -> str:
        """The parts in order: one line for an SMS, paragraphs otherwise."""
        said = [
            self.parts[part].strip()
            for part in Part
            if part is not Part.SUBJECT and self.parts.get(part, "").strip()
        ]
        if self.form is Form.SMS:
            lines = [" ".join(one.split()) for one in said]
            # Chinese parts need no space between them, but a link would swallow what follows it.
            apart = [" " if one[-1].isascii() or not self.language.startswith("zh") else "" for one in lines]
            return "".join(one + space for one, space in zip(lines, apart, strict=True)).strip()
        return "\n\n".join(said)
