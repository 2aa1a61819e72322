"""A person's history in few bytes: what records have in common is written once, and each is a short row.

Two hundred records of a dozen kinds are then read in half the time, which every decision on the person pays.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from services.reminders.domain.contact import Channel, Place, Purpose
from services.reminders.domain.history import History, Outcome, Record

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Row = tuple[UUID, int, int, int, int, int, int, UUID | None]
"""Id, microseconds since the epoch, first and last day, kind, flags, day of the consent, what it answers."""
# The library makes ids of bytes, and bytes of ids, in a fifth of the time that Python takes.
_ENCODER = msgspec.msgpack.Encoder(uuid_format="bytes")
_DECODER: msgspec.msgpack.Decoder[tuple[list[Any], list[_Row]]] = msgspec.msgpack.Decoder(
    tuple[list[Any], list[_Row]]
)
_NEW = tuple.__new__


def pack(history: History) -> bytes:
    """The history as bytes."""
    places: dict[tuple[Any, ...], int] = {}
    kinds: list[tuple[Any, ...]] = []
    rows = []
    for one in history.records:
        # Members of enumerations are known by their place in memory: hashing them takes longer than all else.
        key = (
            id(one.channel),
            id(one.purpose),
            id(one.outcome),
            one.address,
            one.lender,
            one.collector,
            one.loans,
            one.talked,
            id(one.place),
            one.traits,
        )
        number = places.get(key)
        if number is None:
            number = places[key] = len(kinds)
            named = (one.channel, one.purpose, one.outcome, one.address, one.lender, one.collector)
            kinds.append((*named, _in_order(one.loans), _in_order(one.talked), one.place, one.traits))
        rows.append(
            (
                one.id,
                (one.at - _EPOCH) // _MICROSECOND,
                one.first_on.toordinal(),
                one.last_on.toordinal(),
                number,
                one.flags,
                one.consent_day,
                one.answers,
            )
        )
    return _ENCODER.encode((kinds, rows))


def _in_order(ids: frozenset[UUID]) -> list[UUID]:
    return sorted(ids, key=lambda one: one.bytes)


def unpack(packed: bytes) -> History:
    """The history again."""
    told, rows = _DECODER.decode(packed)
    kinds = [_kind(one) for one in told]
    day = date.fromordinal
    records = []
    for id_, at, first_on, last_on, number, flags, consent_day, answers in rows:
        channel, purpose, outcome, address, lender, collector, loans, talked, place, traits = kinds[number]
        values = (
            id_,
            _EPOCH + timedelta(0, 0, at),
            day(first_on),
            day(last_on),
            channel,
            purpose,
            outcome,
            address,
            lender,
            collector,
            loans,
            talked,
            flags,
            consent_day,
            answers,
            place,
            traits,
        )
        records.append(_NEW(Record, values))
    return History(tuple(records))


def _kind(told: list[Any]) -> tuple[Any, ...]:
    channel, purpose, outcome, address, lender, collector, loans, talked, place, traits = told
    return (
        Channel(channel),
        Purpose(purpose),
        Outcome(outcome),
        address,
        lender,
        collector,
        frozenset(UUID(bytes=one) for one in loans),
        frozenset(UUID(bytes=one) for one in talked),
        Place(place),
        traits,
    )
