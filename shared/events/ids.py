"""Ids that anyone can compute again: the same cause gives the same id, also after a restore."""

from hashlib import blake2b
from uuid import UUID, uuid5

NAMESPACE = UUID("6f1c2a0e-5a3b-5d57-9a41-7b0a4e5d2c11")


def loan_id(lender: str, reference: str) -> UUID:
    """The id of a lender's loan: a UUIDv5 of the lender's name and its own reference for the loan."""
    return uuid5(NAMESPACE, f"loan\n{lender}\n{reference}")


def name_id(kind: str, name: str) -> UUID:
    """The id that stands for a name (a lender's) where a key must be an id."""
    return uuid5(NAMESPACE, f"{kind}\n{name}")


def event_id(cause: UUID, service: str, index: int) -> UUID:
    """The id of the `index`-th event that `service` emits because of the message `cause`."""
    return _hashed(cause.bytes + f"{service}\n{index}".encode())


def message_id(source: str, id: str) -> UUID:  # noqa: A002  # CloudEvents calls it so
    """The inbox key of a message: its source and its id there."""
    return _hashed(f"{source}\n{id}".encode())


def _hashed(data: bytes) -> UUID:
    """128 bits of a hash in the form of a UUIDv8 (RFC 9562)."""
    bits = int.from_bytes(blake2b(data, digest_size=16).digest())
    bits = (bits & ~(0xF << 76)) | (8 << 76)
    bits = (bits & ~(0x3 << 62)) | (2 << 62)
    return UUID(int=bits)
