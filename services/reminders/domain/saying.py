"""Words that are said once, apart from treatments and answers: a plan lies before the person, its next
payment falls due, one did not come, mediation is offered. Each waits for its day, and is withdrawn when it is
no longer so, also where it already waits to go out.
"""

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

from services.reminders.domain.person_file import PersonFile, Word
from services.reminders.domain.treatments import Closing
from services.reminders.domain.words.messages import Occasion
from shared.events.parts import Purpose
from shared.quick import replace

REMINDED_BEFORE = timedelta(days=3)
"""A payment of a plan is spoken of so long before it falls due: time enough to say that it does not fit."""
ASKED_FOR = timedelta(days=10)
"""So long a question after a payment that did not come makes sense."""
SORRY_FOR = timedelta(days=14)
"""So long after a mistake an apology makes sense."""
DAY = timedelta(days=1)
OF_PLANS = frozenset({Occasion.PLAN_PROPOSED, Occasion.PLAN_REMINDER, Occasion.PLAN_QUESTION})


def with_word(file: PersonFile, word: Word) -> PersonFile:
    """The file with one more word; one that says the same of the same is replaced."""
    others = tuple(one for one in file.words if not _is_same(one, word))
    return replace(file, words=(*others, word))


def without(file: PersonFile, word: Word) -> PersonFile:
    """The file after a word was said, or given up."""
    return replace(file, words=tuple(one for one in file.words if one != word))


def due(file: PersonFile, today: date) -> tuple[Word, ...]:
    """What is to be said on a day. A question about a loan that something speaks against waits."""
    return tuple(one for one in file.words if one.since <= today <= one.until and not _is_closed(file, one))


def next_day(file: PersonFile, today: date) -> date | None:
    """The next day, after today, on which something is to be said."""
    return min((one.since for one in file.words if one.since > today), default=None)


def forget_old(file: PersonFile, today: date) -> PersonFile:
    """Without what it is too late to say."""
    left = tuple(one for one in file.words if one.until >= today)
    return file if left == file.words else replace(file, words=left)


def withdrawn(
    file: PersonFile,
    occasions: Collection[Occasion],
    *,
    about: UUID | None = None,
    loan: UUID | None = None,
    due_on: date | None = None,
) -> PersonFile:
    """The file after something is no longer so: of a plan, promise or case, or of a loan, and a due date."""

    def is_meant(word: Word) -> bool:
        return (
            word.occasion in occasions
            and (about is None or word.about == about)
            and (loan is None or loan in word.loans)
            and (due_on is None or word.due_on == due_on)
        )

    words = tuple(one for one in file.words if not is_meant(one))
    planned = tuple(
        replace(one, withdrawn=True) if one.word is not None and is_meant(one.word) else one
        for one in file.planned
    )
    return replace(file, words=words, planned=planned)


def _is_same(one: Word, other: Word) -> bool:
    return (one.occasion, one.about, one.due_on) == (other.occasion, other.about, other.due_on)


def _is_closed(file: PersonFile, word: Word) -> bool:
    """Whether help is already spoken of another way; what plans and mediation say is part of that way."""
    if word.occasion.purpose is not Purpose.HELP or not word.occasion.asks:
        return any(one.closing is Closing.CRISIS for one in file.causes)
    return any(one.loans is None or not one.loans.isdisjoint(word.loans) for one in file.causes)
