"""The audit: every write and every read of a person's case, append-only, one chained hash per transaction."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

VERIFY_CHUNK = 2_000
VERIFY_ENTRIES_MAX = 20_000
_CHAIN_LOCK = 0x48554143_41554454
_FIRST = b"\0" * 32
_BEFORE_ALL, _AFTER_ALL = -(2**63), 2**63 - 1

AUDIT_V1: Sequence[str] = (
    """
    CREATE TABLE audit_link (
        number bigint PRIMARY KEY,
        entries integer NOT NULL,
        previous bytea NOT NULL,
        digest bytea NOT NULL
    )
    """,
    """
    CREATE TABLE audit_entry (
        link bigint NOT NULL REFERENCES audit_link,
        place integer NOT NULL,
        at timestamptz NOT NULL,
        subject text NOT NULL,
        role text NOT NULL,
        lenders text[],
        action text NOT NULL,
        outcome text NOT NULL,
        key_type text NOT NULL,
        key_id uuid,
        message_id uuid,
        PRIMARY KEY (link, place)
    )
    """,
    "CREATE INDEX audit_entry_key ON audit_entry (key_id, at)",
    """
    CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'insufficient_privilege';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
        for table in ("audit_link", "audit_entry")
    ),
)

_LOCK = f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})"
_HEAD = "SELECT number, digest FROM audit_link ORDER BY number DESC LIMIT 1"
_LINK = "INSERT INTO audit_link (number, entries, previous, digest) VALUES ($1, $2, $3, $4)"
_ENTRIES = (
    "INSERT INTO audit_entry "
    "(link, place, at, subject, role, lenders, action, outcome, key_type, key_id, message_id) "
    "SELECT $1, n, at, s, r, CASE WHEN l IS NULL THEN NULL ELSE string_to_array(l, ',') END, a, o, kt, k, m "
    "FROM unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], "
    "$9::uuid[], $10::uuid[]) WITH ORDINALITY AS u(at, s, r, l, a, o, kt, k, m, n)"
)
_LINKS_FROM = (
    "SELECT number, entries, previous, digest FROM audit_link WHERE number > $1 ORDER BY number LIMIT $2"
)
_ENTRIES_OF = (
    "SELECT link, at, subject, role, lenders, action, outcome, key_type, key_id, message_id FROM audit_entry "
    "WHERE link > $1 AND link <= $2 ORDER BY link, place"
)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which state, and how it ended. No personal data and no free text."""

    at: datetime
    subject: str
    role: str
    lenders: frozenset[str] | None
    action: str
    outcome: str
    key_type: str
    key_id: UUID | None
    message_id: UUID | None

    def canonical(self) -> bytes:
        """The bytes that the chain covers."""
        return _canonical(
            self.at,
            self.subject,
            self.role,
            sorted(self.lenders) if self.lenders is not None else None,
            self.action,
            self.outcome,
            self.key_type,
            self.key_id,
            self.message_id,
        )


@dataclass(frozen=True, slots=True)
class Verified:
    """The chain is whole. Keep `digest` elsewhere: it proves later that nothing before it was changed."""

    links: int
    entries: int
    digest: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The chain does not hold at this link, and why."""

    link: int
    why: str


async def append(connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
    """Add a transaction's entries as one link. Call it last: until the commit, others wait for it."""
    await connection.exec_driver_sql(_LOCK)
    head: Any = (await connection.exec_driver_sql(_HEAD)).first()
    number, previous = (head[0] + 1, head[1]) if head else (1, _FIRST)
    digest = _digest(previous, [entry.canonical() for entry in entries])
    await connection.exec_driver_sql(_LINK, (number, len(entries), previous, digest))
    columns: list[list[Any]] = [
        [e.at for e in entries],
        [e.subject for e in entries],
        [e.role for e in entries],
        [",".join(sorted(e.lenders)) if e.lenders is not None else None for e in entries],
        [e.action for e in entries],
        [e.outcome for e in entries],
        [e.key_type for e in entries],
        [e.key_id for e in entries],
        [e.message_id for e in entries],
    ]
    await connection.exec_driver_sql(_ENTRIES, (number, *columns))


async def verify(
    connection: AsyncConnection, on_progress: Callable[[int], None] = lambda _: None
) -> Verified | Broken:
    """Compute the whole chain again, in chunks: a row that was changed, removed, added or moved is found."""
    at, previous, entries, after = 0, _FIRST, 0, _BEFORE_ALL
    while True:
        found: Sequence[Any] = (await connection.exec_driver_sql(_LINKS_FROM, (after, VERIFY_CHUNK))).all()
        links = _affordable(found)
        through = links[-1][0] if links else _AFTER_ALL
        rows: dict[int, list[bytes]] = {one[0]: [] for one in links}
        written: Any = await connection.exec_driver_sql(_ENTRIES_OF, (after, through))
        for link, *fields in written:
            if link not in rows:
                return Broken(link, "entries without a link")
            rows[link].append(_canonical(*fields))
        if not links:
            return Verified(at, entries, previous.hex())
        for number, count, stored_previous, digest in links:
            if number != at + 1:
                return Broken(at + 1, "the link is missing")
            if stored_previous != previous:
                return Broken(number, "it does not follow the link before it")
            if len(rows[number]) != count or _digest(previous, rows[number]) != digest:
                return Broken(number, "its entries are not those that were written")
            at, previous, entries = number, digest, entries + count
        after = at
        on_progress(at)


def _affordable(links: Sequence[Any]) -> Sequence[Any]:
    """As many links, one at least, as hold no more entries than a chunk may."""
    total = 0
    for place, link in enumerate(links):
        total += link[1]
        if total > VERIFY_ENTRIES_MAX and place:
            return links[:place]
    return links


def _digest(previous: bytes, entries: Sequence[bytes]) -> bytes:
    chained = sha256(previous)
    for entry in entries:
        chained.update(len(entry).to_bytes(4) + entry)
    return chained.digest()


def _canonical(at: datetime, *fields: Any) -> bytes:
    moment = at.astimezone(UTC).isoformat()
    return json.dumps([moment, *fields], default=str, separators=(",", ":"), ensure_ascii=False).encode()
