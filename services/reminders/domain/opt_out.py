"""Messages that are nothing but a word to end messages. Whatever says more is for the reading of answers."""

import re
from unicodedata import normalize

from services.reminders.domain.packs import Policy

_ROUND = re.compile(r"^[\W_]+|[\W_]+$")
_SPACES = re.compile(r"\s+")


def is_opt_out(text: str, policy: Policy) -> bool:
    """Whether a message consists of a word that ends messages to its address, whatever its case, width or
    punctuation. The English ones are those of the FCC (FR 2024-04587).
    """
    plain = _SPACES.sub(" ", _ROUND.sub("", normalize("NFKC", text))).casefold()
    return plain in policy.opt_out_words
