"""Places in a lender's feed of results as cursors, and which cannot be read any more."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from shared.errors import Conflict, Refused


class CursorMalformed(Refused):
    """A cursor is the `cursor` of an earlier answer of this lender's feed, as it was given."""


class CursorExpired(Conflict):
    """Events after this cursor are no longer kept. Read what they have changed from the loans, then go on
    from the first cursor that is kept, which is among the facts.
    """


class CursorAhead(Conflict):
    """This cursor lies beyond the feed: the ledger was restored to an older state. Go on from the cursor
    among the facts; events that come again have the ids that they had.
    """


def write_cursor(lender: str, number: int) -> str:
    """The place after an event of a lender's feed, as text that only this lender's feed takes back."""
    return urlsafe_b64encode(f"{number} {lender}".encode()).decode().rstrip("=")


def read_cursor(lender: str, cursor: str) -> int:
    """The place that a cursor names. Raises CursorMalformed."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        raise CursorMalformed from None
    number, _, owner = text.partition(" ")
    if owner != lender or not (number.isascii() and number.isdigit()) or len(number) > 18:
        raise CursorMalformed
    return int(number)


def check_place(lender: str, number: int, removed_through: int, last: int) -> int:
    """The place, if the feed can be read on from there. Raises CursorExpired, CursorAhead."""
    if number < removed_through:
        raise CursorExpired(first_cursor=write_cursor(lender, removed_through))
    if number > last:
        raise CursorAhead(last_cursor=write_cursor(lender, last))
    return number
