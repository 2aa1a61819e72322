"""Ids that anyone can compute again: the same cause gives the same id, also after a restore."""

from hashlib import blake2b, sha1
from uuid import UUID, SafeUUID

NAMESPACE = UUID("6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11")
_NAMESPACE = NAMESPACE.bytes
_VARIANT = 0b10 << 62
_CLEARED = ~(0xF << 76 | 0b11 << 62)
_NEW, _SET = object.__new__, object.__setattr__


def loan_id(lender: str, reference: str) -> UUID:
    """The id of a lender's loan: a UUIDv5 of the lender's name and its own reference for the loan."""
    return name_id("loan", f"{lender}\n{reference}")


def borrower_id(lender: str, reference: str) -> UUID:
    """The id of a lender's borrower, from the lender's own reference."""
    return name_id("borrower", f"{lender}\n{reference}")


def person_id(lender: str, reference: str) -> UUID:
    """The id of the person whom a lender's borrower is, as long as nobody found that two borrowers are one:
    reminders tells that (PersonLinked), and what comes for the one counts for the other from then on.
    """
    return name_id("person", f"{lender}\n{reference}")


def name_id(kind: str, name: str) -> UUID:
    """The UUIDv5 that stands for a name (a lender's) where a key must be an id."""
    # uuid.uuid5 does the same in twice the time, and every event of a platform passes here.
    digest = sha1(_NAMESPACE + f"{kind}\n{name}".encode(), usedforsecurity=False).digest()
    return _formed(digest[:16], version=5)


def event_id(cause: UUID, service: str, index: int) -> UUID:
    """The id of the `index`-th event that `service` emits because of the message `cause`."""
    return _hashed(cause.bytes + f"{service}\n{index}".encode())


def message_id(source: str, id: str) -> UUID:  # noqa: A002  # CloudEvents calls it so
    """The inbox key of a message: its source and its id there."""
    return _hashed(f"{source}\n{id}".encode())


def _hashed(data: bytes) -> UUID:
    """128 bits of a hash in the form of a UUIDv8 (RFC 9562)."""
    return _formed(blake2b(data, digest_size=16).digest(), version=8)


def _formed(digest: bytes, version: int) -> UUID:
    made = _NEW(UUID)
    # What UUID(int=…) does, without its questions: five are made for every event.
    _SET(made, "int", int.from_bytes(digest) & _CLEARED | version << 76 | _VARIANT)
    _SET(made, "is_safe", SafeUUID.unknown)
    return made
