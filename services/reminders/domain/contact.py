"""A contact that somebody would like to make, and the words for how, to whom and for what."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.errors import Refused
from shared.events.parts import Purpose

__all__ = ["Channel", "Contact", "ContactAboutNothing", "Notice", "Part", "Place", "Purpose", "Recipient"]


class ContactAboutNothing(Refused):
    """A contact must name the loans that it is about: caps and holds are counted for each."""


class Channel(StrEnum):
    """By what a person would be reached. Those below `APP` exist only so that they can be refused, or
    counted when an agency used them.
    """

    MAIL = "mail"
    """Electronic mail."""
    SMS = "sms"
    CALL = "call"
    POST = "post"
    APP = "app"
    VOICEMAIL_DROP = "voicemail_drop"
    """A recording put into a mailbox without ringing."""
    POSTCARD = "postcard"
    VISIT = "visit"
    SOCIAL = "social"


class Place(StrEnum):
    """Where an address reaches a person."""

    HOME = "home"
    WORK = "work"
    MOBILE = "mobile"
    """Nowhere in particular: it goes with the person, as electronic mail does."""
    ELSEWHERE = "elsewhere"


class Recipient(StrEnum):
    """Whose address it is, seen from the borrower."""

    SELF = "self"
    JOINT = "joint"
    GUARANTOR = "guarantor"
    EXECUTOR = "executor"
    ATTORNEY = "attorney"
    ADVISER = "adviser"
    CARER = "carer"
    SPOUSE = "spouse"
    RELATIVE = "relative"
    FRIEND = "friend"
    NEIGHBOUR = "neighbour"
    EMPLOYER = "employer"
    COLLEAGUE = "colleague"
    CONTACT_PERSON = "contact_person"
    """Named by the borrower when the loan was made, in China 联系人."""
    STRANGER = "stranger"
    """The number or address turned out to be somebody else's."""


class Sender(StrEnum):
    """Who makes the contact; laws bind some and not others."""

    LENDER = "lender"
    """The lender's own people, in its own name."""
    AGENCY = "agency"
    """A third party that collects for a lender, or a lender under another name."""
    PURCHASER = "purchaser"
    """Who bought the loan to collect it."""


class Telling(StrEnum):
    """What a message would tell whoever reads it."""

    DEBT = "debt"
    AMOUNT = "amount"
    PAYMENT_LINK = "payment_link"


class Notice(StrEnum):
    """Messages that the law treats apart."""

    OPT_OUT_CONFIRMATION = "opt_out_confirmation"
    ENDING_EFFORTS = "ending_efforts"
    MAY_USE_REMEDY = "may_use_remedy"
    WILL_USE_REMEDY = "will_use_remedy"
    REQUIRED = "required"
    """Any other that the law requires to be sent."""


class Part(StrEnum):
    """What a message must carry by some rules."""

    OPT_OUT = "opt_out"
    """How to end messages to this address, plainly and at no cost."""


ALL_TOLD = frozenset(Telling)


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact to one address, about some loans of one lender. What is not said is taken to be the worst.

    Raises ContactAboutNothing where no loan is named.
    """

    channel: Channel
    purpose: Purpose
    address: str
    """The key of one of the person's addresses."""
    lender: str
    collector: str
    """Who makes it: the lender's own name, or the agency's."""
    loans: tuple[UUID, ...]
    sender: Sender = Sender.LENDER
    tells: frozenset[Telling] = ALL_TOLD
    carries: frozenset[Part] = frozenset()
    notice: Notice | None = None
    answers: UUID | None = None
    """The borrower's message that this answers."""
    channel_required: bool = False
    """The law lets this notice go by this channel alone."""

    def __post_init__(self) -> None:
        if not self.loans:
            raise ContactAboutNothing(purpose=self.purpose, channel=self.channel)
