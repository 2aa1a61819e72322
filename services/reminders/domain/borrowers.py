"""Lenders' customers: names and addresses, which are nowhere else, and what of it concerns the person."""

from hashlib import blake2b
from uuid import UUID

from services.reminders.domain.contact import Channel, Place
from services.reminders.domain.person import Address
from services.reminders.domain.person_file import BorrowerKey, Profile
from services.reminders.domain.small_states import Borrower, Written
from shared.decision import Context, Decision
from shared.events.base import Event
from shared.events.borrowers import BorrowerErased, BorrowerRegistered, BorrowerUpdated, Medium
from shared.events.ids import person_id
from shared.events.reminders import AccessNeed, PersonErased
from shared.quick import replace

_GROUPS = {Medium.SMS: "phone", Medium.CALL: "phone"}
_CHANNELS = {
    Medium.MAIL: Channel.MAIL,
    Medium.SMS: Channel.SMS,
    Medium.CALL: Channel.CALL,
    Medium.POST: Channel.POST,
    Medium.APP: Channel.APP,
}


class ProfileTold(Event, topic="reminders-handed", key="person_id", version=1):
    """What a lender says of its borrower, for the person that it is. It never leaves this service."""

    person_id: UUID
    borrower_id: UUID
    erased: bool = False


def address_key(medium: str, value: str) -> str:
    """What stands for an address: the same for all lenders, and telling nothing of it by itself."""
    group = _GROUPS.get(Medium(medium), medium)
    plain = "".join(value.split()).lower()
    if group == "phone":
        plain = "".join(one for one in plain if one.isdigit() or one == "+")
    return f"{group}:{blake2b(plain.encode(), digest_size=12).hexdigest()}"


def register(
    state: Borrower | None, event: BorrowerRegistered | BorrowerUpdated, context: Context
) -> Decision[Borrower]:
    """What a lender knows of its customer: names and addresses stay here."""
    here = state or Borrower(
        event.borrower_id,
        event.lender,
        event.borrower_reference,
        person_id(event.lender, event.borrower_reference),
    )
    written = tuple(
        Written(address_key(one.medium, one.value), one.medium.value, one.value) for one in event.addresses
    )
    after = replace(here, name=event.name, addresses=written, profile=_profile(event), erased=False)
    told = ProfileTold(person_id=here.person_id, borrower_id=here.id)
    return Decision(after, hands_on=[told])


def forget(state: Borrower | None, event: BorrowerErased, context: Context) -> Decision[Borrower]:
    """A customer must be forgotten, and the person with it."""
    here = state or Borrower(
        event.borrower_id,
        event.lender,
        event.borrower_reference,
        person_id(event.lender, event.borrower_reference),
    )
    told = ProfileTold(person_id=here.person_id, borrower_id=here.id, erased=True)
    return Decision(_blank(here), hands_on=[told])


def forget_with_person(state: Borrower, event: PersonErased, context: Context) -> Decision[Borrower]:
    """The person is forgotten: so is this name of theirs."""
    return Decision(_blank(state))


def _blank(borrower: Borrower) -> Borrower:
    return Borrower(borrower.id, borrower.lender, borrower.reference, borrower.person_id, erased=True)


def _profile(event: BorrowerRegistered | BorrowerUpdated) -> Profile:
    by_key: dict[str, Address] = {}
    for one in event.addresses:
        key, channel = address_key(one.medium, one.value), _CHANNELS[one.medium]
        place = Place.HOME if one.medium is Medium.POST else Place.MOBILE
        known = by_key.get(key)
        channels = frozenset({channel}) | (known.channels if known is not None else frozenset())
        established = one.established or (known is not None and known.established)
        by_key[key] = Address(
            key, channels, place, established=established, consented_until=one.consented_until
        )
    known_needs = {one.value for one in AccessNeed}
    return Profile(
        BorrowerKey(event.lender, event.borrower_reference),
        tuple(by_key.values()),
        event.languages,
        event.time_zone,
        event.country,
        event.region,
        tuple(one if one in known_needs else AccessNeed.OTHER.value for one in event.access_needs),
    )
