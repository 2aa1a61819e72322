"""Texts that only their person's key opens: statements, evidence, notes. Who destroys the key has forgotten
them, wherever copies lie (backups, replicas).

A text is sealed before it enters the door and opened after it was read, so that decisions, events and parked
messages never hold it in the clear. Each person has a random key, kept wrapped by the service's own.
"""

import os
from base64 import b64decode
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.errors import NotFound

TABLE = """
    CREATE TABLE person_key (
        person_id uuid PRIMARY KEY,
        wrapped bytea NOT NULL
    )
"""
"""For the service's migrations."""
KEY_BYTES, _NONCE_BYTES = 32, 12
_FIND = "SELECT person_id, wrapped FROM person_key WHERE person_id = ANY($1::uuid[])"
_FORGET = "DELETE FROM person_key WHERE person_id = ANY($1::uuid[])"
_MAKE = (
    "INSERT INTO person_key (person_id, wrapped) SELECT * FROM unnest($1::uuid[], $2::bytea[]) "
    "ON CONFLICT DO NOTHING"
)


class Forgotten(NotFound):
    """The text was forgotten with its person, or was never here."""


@dataclass(frozen=True, slots=True)
class PersonKey:
    """Seals and opens the texts of one person. `about` says what a text is: under another name it does not
    open, so that no text can be put in another's place.
    """

    person_id: UUID
    _key: bytes = field(repr=False)

    def seal(self, text: str, about: str) -> bytes:
        """The text, readable to nobody without the key."""
        return _sealed(self._key, text.encode(), f"{self.person_id}\n{about}")

    def open(self, sealed: bytes, about: str) -> str:
        """The text again. Raises Forgotten where this key, or this name, is not its own."""
        return _opened(self._key, sealed, f"{self.person_id}\n{about}").decode()


class Sealer:
    """Keeps the keys of persons; `master` (32 bytes) is the service's own, the same in all its replicas."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"a sealing key has {KEY_BYTES} bytes")
        self._master = master

    async def key(self, connection: AsyncConnection, person_id: UUID) -> PersonKey:
        """The person's key; a new one is made where there is none."""
        found = await self.keys(connection, [person_id])
        if person_id not in found:
            wrapped = _sealed(self._master, os.urandom(KEY_BYTES), str(person_id))
            await execute(connection, _MAKE, ([person_id], [wrapped]))
            found = await self.keys(connection, [person_id])
        return found[person_id]

    async def keys(self, connection: AsyncConnection, persons: Collection[UUID]) -> dict[UUID, PersonKey]:
        """The keys of those persons who have one: whoever was forgotten has none."""
        rows = await execute(connection, _FIND, (list(persons),))
        return {row[0]: PersonKey(row[0], _opened(self._master, row[1], str(row[0]))) for row in rows}


class SealingKeyMissing(Exception):
    """Nothing can be kept without a key to seal it with."""


def read_sealer(file: Path | None) -> Sealer:
    """What seals with the key (32 bytes in base64) of a file. Raises SealingKeyMissing, ValueError."""
    if file is None:
        raise SealingKeyMissing("set HUANCUI_SEALING_KEY_FILE to a file with 32 random bytes in base64")
    return Sealer(b64decode(file.read_bytes().strip(), validate=True))


async def forget(connection: AsyncConnection, persons: Collection[UUID]) -> None:
    """Destroy the keys of persons: nothing that was sealed with them opens any more."""
    await execute(connection, _FORGET, (list(persons),))


def _sealed(key: bytes, data: bytes, about: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, about.encode())


def _opened(key: bytes, sealed: bytes, about: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about.encode())
    except InvalidTag:
        raise Forgotten from None
