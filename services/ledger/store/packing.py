"""Books, terms and facts as text: what a row keeps of them, and back."""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Any, cast, get_args, get_type_hints

import msgspec
from pydantic import TypeAdapter
from pydantic_core import to_json

from services.ledger.domain import facts
from services.ledger.domain.agreements import Agreements
from services.ledger.domain.book import Book, Column
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Pending, Rules, Told
from services.ledger.domain.products import ProductVersion
from services.ledger.domain.terms import Planned, Terms
from shared.quick import replace

_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
_RULES: TypeAdapter[Rules] = TypeAdapter(Rules)
_TOLD: TypeAdapter[Told] = TypeAdapter(Told)
_PROVIDED: TypeAdapter[tuple[Planned, ...]] = TypeAdapter(tuple[Planned, ...])
_PENDING: TypeAdapter[tuple[Pending, ...]] = TypeAdapter(tuple[Pending, ...])
_VERSIONS: TypeAdapter[tuple[ProductVersion, ...]] = TypeAdapter(tuple[ProductVersion, ...])
_COLUMNS = tuple(one.name for one in fields(Book) if one.type == Column)
_OTHERS = tuple(
    one.name for one in fields(Book) if one.name not in (*_COLUMNS, "terms", "owed", "paid", "movements")
)
_COLUMN_VALUES, _OTHER_VALUES = attrgetter(*_COLUMNS), attrgetter(*_OTHERS)
_HINTS, _tuple = get_type_hints(Book), cast(Any, tuple)
_FOUR = tuple[Column, Column, Column, Column]
_PACKED = _tuple[
    int, _tuple[(Column,) * len(_COLUMNS)], _FOUR, _FOUR, _tuple[tuple(_HINTS[name] for name in _OTHERS)]
]
"""How many instalments, the columns, what is owed and paid by component, and the rest."""
_READ, _WRITE = msgspec.json.Decoder(_PACKED).decode, msgspec.json.Encoder().encode
_UNPACKED = ("terms", *_COLUMNS, "owed", "paid", *_OTHERS)
_IN_ORDER = itemgetter(*(_UNPACKED.index(one.name) for one in fields(Book) if one.name != "movements"))
"""A book by position, as its class has the fields: naming thirty of them costs a third of unpacking."""
_KINDS: dict[str, type[Any]] = {cls.__name__: cls for cls in get_args(facts.Fact)}
_FACTS: dict[str, TypeAdapter[Any]] = {name: TypeAdapter(cls) for name, cls in _KINDS.items()}
_AGREEMENTS: TypeAdapter[Agreements] = TypeAdapter(Agreements)
_NOTHING_TOLD, _NOTHING_AGREED = Told(), Agreements()
_NOTHING = "[]"


def pack_book(book: Book) -> str:
    """A book without its terms. A column in which nothing stands is empty."""
    length = len(book.dues)
    nothing = (0,) * length
    columns = [column if column != nothing else () for column in _COLUMN_VALUES(book)]
    owed = [column if column != nothing else () for column in book.owed]
    paid = [column if column != nothing else () for column in book.paid]
    return _WRITE((length, columns, owed, paid, _OTHER_VALUES(book))).decode()


def unpack_book(text: str, terms: Terms) -> Book:
    """The book that `pack_book` packed."""
    length, packed, owed, paid, others = _READ(text)
    nothing = (0,) * length
    columns = [one or nothing for one in packed]
    fours = (tuple([one or nothing for one in owed]), tuple([one or nothing for one in paid]))
    return Book(*_IN_ORDER((terms, *columns, *fours, *others)))


def piece_of(column: str) -> int:
    """Which piece of a packed book begins with this column, from 1, when it is cut at each `[`.

    So a statement can read columns without taking the whole for JSON, which costs five times as much.
    """
    after = {"owed": 0, "paid": 5}
    return 4 + (len(_COLUMNS) + after[column] if column in after else _COLUMNS.index(column))


def pack_terms(terms: Terms) -> str:
    """Terms without the provided schedule: many loans share them, and reading them once is enough."""
    return _TERMS.dump_json(replace(terms, provided=()) if terms.provided else terms).decode()


@lru_cache(maxsize=4_096)
def unpack_terms(text: str) -> Terms:
    """The terms that `pack_terms` packed."""
    return _TERMS.validate_json(text)


def pack_provided(instalments: Sequence[Planned]) -> str:
    """A provided schedule."""
    return _PROVIDED.dump_json(tuple(instalments)).decode() if instalments else _NOTHING


def unpack_provided(text: str) -> tuple[Planned, ...]:
    """The schedule that `pack_provided` packed."""
    return _PROVIDED.validate_json(text) if text != _NOTHING else ()


@lru_cache(maxsize=1_024)
def pack_rules(rules: Rules) -> str:
    """By what a loan is watched."""
    return _RULES.dump_json(rules).decode()


@lru_cache(maxsize=1_024)
def unpack_rules(text: str) -> Rules:
    """The rules that `pack_rules` packed."""
    return _RULES.validate_json(text)


def pack_told(told: Told) -> str:
    """What was told of a loan."""
    return "" if told == _NOTHING_TOLD else _TOLD.dump_json(told).decode()


def unpack_told(text: str) -> Told:
    """What `pack_told` packed."""
    return _TOLD.validate_json(text) if text else _NOTHING_TOLD


def pack_pending(pending: tuple[Pending, ...]) -> str:
    """Payments on their way."""
    return _PENDING.dump_json(pending).decode() if pending else _NOTHING


def unpack_pending(text: str) -> tuple[Pending, ...]:
    """What `pack_pending` packed."""
    return _PENDING.validate_json(text) if text != _NOTHING else ()


def pack_agreements(agreements: Agreements) -> str:
    """Holds and plans."""
    return "" if agreements == _NOTHING_AGREED else _AGREEMENTS.dump_json(agreements).decode()


def unpack_agreements(text: str) -> Agreements:
    """What `pack_agreements` packed."""
    return _AGREEMENTS.validate_json(text) if text else _NOTHING_AGREED


def pack_versions(versions: tuple[ProductVersion, ...]) -> str:
    """A product's versions."""
    return _VERSIONS.dump_json(versions).decode()


def unpack_versions(text: str) -> tuple[ProductVersion, ...]:
    """What `pack_versions` packed."""
    return _VERSIONS.validate_json(text)


def pack_fact(fact: Fact) -> str:
    """A fact's contents; its kind stands beside it."""
    return to_json(fact).decode()


def unpack_fact(kind: str, text: str) -> Fact:
    """The fact that `pack_fact` packed."""
    fact: Fact = _FACTS[kind].validate_json(text)
    return fact
