"""What goes out to a person: by which form, in which language, and that nothing harsh, and nothing that a
stranger must not read, is in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.reminders.domain.contact import Channel
from services.reminders.domain.words.debt import tells_of_debt
from services.reminders.domain.words.languages import TONGUES
from services.reminders.domain.words.messages import Form, Occasion, Part
from services.reminders.domain.words.presence import parts_in
from services.reminders.domain.words.tone import Tone
from services.reminders.domain.words.wording import Finding, check
from shared.errors import Refused

FORMS: Mapping[Channel, Form] = {
    Channel.MAIL: Form.MAIL,
    Channel.POST: Form.MAIL,
    Channel.APP: Form.SMS,
    Channel.SMS: Form.SMS,
    Channel.CALL: Form.CALL,
}
"""How a text for a channel is built. A channel that is not here carries none."""


class NoTextForChannel(Refused):
    """Nothing is written for this channel."""


class TextRefused(Refused):
    """The text threatens, shames, presses or pretends: it is not sent."""


class TellsStranger(Refused):
    """Until the person is known to read at this address, no text there may tell of a debt or a sum."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the wording check says of a text, and which parts it lacks for its occasion."""

    findings: tuple[Finding, ...]
    missing: frozenset[Part] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether it may be sent."""
        return not self.findings and not self.missing

    @property
    def kinds(self) -> tuple[str, ...]:
        """The categories of what was found, each once."""
        return tuple(sorted({one.category.value for one in self.findings}))


def judge(text: str, tones: tuple[Tone, ...], occasion: Occasion | None = None) -> Verdict:
    """Look a text over. With an occasion, also for the parts that such a text needs."""
    missing = frozenset[Part]() if occasion is None else occasion.needs - parts_in(text)
    return Verdict(_findings(text, tones, occasion), missing)


def _findings(text: str, tones: tuple[Tone, ...], occasion: Occasion | None) -> tuple[Finding, ...]:
    return check(text, TONGUES, tones, statutory=occasion is Occasion.STATUTORY_NOTICE)


def form_for(channel: Channel) -> Form:
    """The form of a text for a channel. Raises NoTextForChannel."""
    if channel not in FORMS:
        raise NoTextForChannel(channel=channel.value)
    return FORMS[channel]


def occasion_for(occasion: Occasion, *, established: bool) -> Occasion:
    """What may be said at an address: where nobody knows who reads there, nothing that tells of a debt."""
    return occasion if established or not occasion.tells_of_debt else Occasion.NEUTRAL


def language_for(wanted: Sequence[str], written: Sequence[str]) -> str:
    """The first language of the person's that there are texts in, or its nearest; English where none is.

    Every Chinese is nearest to zh-Hans.
    """
    for language in wanted:
        primary = language.partition("-")[0].lower()
        near = [one for one in written if one.lower() == language.lower()]
        near += [one for one in written if one.partition("-")[0].lower() == primary]
        if near:
            return near[0]
    return "en"


def check_before_sending(
    text: str, tones: tuple[Tone, ...], occasion: Occasion, *, established: bool
) -> None:
    """The last look at a text. Raises TextRefused, or TellsStranger."""
    verdict = Verdict(_findings(text, tones, occasion))
    if verdict.findings:
        raise TextRefused(kinds=verdict.kinds)
    if not established and tells_of_debt(text):
        raise TellsStranger()


def spread(person_id: UUID, opens_at: datetime, over: timedelta) -> datetime:
    """When a person's turn comes where many contacts became possible at one moment, as after a freeze: always
    the same for the person, evenly over the time for all. The gate still says when it may be.
    """
    share = (person_id.int * 0x9E3779B97F4A7C15F39CC0605CEDC835 >> 96) % 1_000_000
    return opens_at + over * share / 1_000_000
