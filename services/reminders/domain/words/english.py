"""Words that the rules for English texts are made of, as patterns."""

import re

from services.reminders.domain.words.wording import Category, Rule

WE = (
    r"(?:we|i|us|they|he|she|someone|somebody|(?:our|my|the|his) (?:\w+ ){0,2}(?:team|people|guys|men|boys|"
    r"agents?|"
    r"collectors?|staff|colleagues?|office|company|lawyers?|attorneys?|solicitors?|lender|bank|manager|"
    r"officers?)|"
    r"(?:a |the )?bailiffs?|(?:an? )?(?:agent|collector|officer)s?)"
)
WILL = (
    r"(?:will|shall|would|can|could|may|might|must|have to|(?:am|are|is) (?:going|about|ready|forced|"
    r"prepared|planning|"
    r"happy) to|intend to|plan to|promise to|(?:am|are|is)|need to|want to|want us to|let us)"
)
SOME = r"(?:\w+ ){0,3}"
FEW = r"(?:[\w$,']+ ){0,5}"
KIN = (
    r"(?:boss(?:es)?|employers?|managers?|supervisor|hr(?: department)?|human resources|workplace|company|"
    r"col+eagues?|co-?workers?|team|wife|husband|spouse|partner|fiancee?|girlfriend|boyfriend|mother|father|"
    r"mum|mom|dad|"
    r"parents?|family|families|relatives?|kids?|children|child|sons?|daughters?|sisters?|brothers?|siblings?|"
    r"grand(?:ma|pa|mother|father|parents)|uncle|aunt|cousins?|in-laws|neighbou?rs?|friends?|flatmates?|"
    r"room-?mates?|"
    r"landlord|landlady|school|teachers?|church|pastor|references?|contacts?|followers|loved ones)"
)
GOODS = (
    r"(?:house|home|flat|apartment|roof|car|vehicle|truck|property|furniture|belongings|possessions|things|"
    r"stuff|"
    r"everything|wages?|salary|salaries|pay ?che(?:ck|que)s?|bank accounts?|accounts?|savings|assets|"
    r"pension|benefits|"
    r"tv|phone|cards?|license|licence|passport)"
)
PAY = r"(?:pay|settle|clear|transfer|repay|respond|reply|answer|call|ring|contact|act|decide|send|confirm)"

_ANY_WORD = r"(?:\w+ )"
_NO_NEGATION = r"(?:(?!(?:not|never|no|neither|nor) )\w+ )"


def rules(category: Category, kinder: str, *patterns: str, legal: bool = False) -> list[Rule]:
    """Rules of one category, which share a kinder wording."""
    # A word in between is never a negation: "we will not tell your boss" does not match.
    exact = (pattern.replace(_ANY_WORD, _NO_NEGATION) for pattern in patterns)
    return [Rule(category, kinder, re.compile(rf"\b(?:{pattern})"), legal) for pattern in exact]


def words(*patterns: str) -> re.Pattern[str]:
    """One pattern of several, each of which begins with a word."""
    return re.compile(rf"\b(?:{'|'.join(patterns)})")
