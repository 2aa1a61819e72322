"""What became of contacts that went to the dispatcher: sent, withheld at the last moment, or not taken."""

from services.reminders.domain.contacting import HOUSE, HOUSE_VERSION
from services.reminders.domain.contacting import named as named_of
from services.reminders.domain.history import Outcome
from services.reminders.domain.last_look import NotSent
from services.reminders.domain.person_file import PersonFile
from services.reminders.domain.reservations import confirm, release
from services.reminders.domain.turn import Turn
from shared.decision import Context, Decision, SendSettled
from shared.events.reminders import ContactFailed, ContactSent, ContactWithheld, MisconductRefused

MISCONDUCT = "text_refused:"
"""Before the kinds of harsh wording for which a text did not go out."""


class ContactSettled(SendSettled):
    """What became of a contact that was handed to the dispatcher."""


def settle(state: PersonFile, outcome: ContactSettled, context: Context) -> Decision[PersonFile]:
    """A planned contact went out, was withheld at the last moment, or could not be handed over."""
    planned = state.plan_of(outcome.send_id)
    if planned is None:
        return Decision(state)
    turn = Turn(state, context)
    turn.change(planned=tuple(one for one in state.planned if one.id != planned.id))
    named = named_of(planned.contact, planned.occasion)
    about = {"person_id": state.id, "contact_id": planned.id}
    if outcome.outcome == "sent":
        turn.change(history=confirm(planned.id, Outcome.SENT, turn.file.judged, turn.file.history, turn.now))
        turn.tell(ContactSent(**about, sent_at=turn.now, **named))
        return turn.decided()
    turn.change(history=release(planned.id, turn.file.history))
    refused = outcome.outcome == "failed" and outcome.detail.startswith(MISCONDUCT)
    if refused:
        kinds = tuple(outcome.detail.removeprefix(MISCONDUCT).split(","))
        turn.tell(
            MisconductRefused(
                lender=planned.contact.lender,
                refusal_id=planned.id,
                kinds=kinds,
                channel=planned.contact.channel.value,
                person_id=state.id,
                refused_at=turn.now,
            )
        )
    if outcome.outcome == "failed" and not refused and outcome.detail not in set(NotSent):
        turn.tell(ContactFailed(**about, reason=_code(outcome.detail), failed_at=turn.now, **named))
        return turn.decided()
    pack, _, rule = outcome.detail.rpartition("/")
    turn.tell(
        ContactWithheld(
            **about,
            rule="text_refused" if refused else rule,
            pack=pack.partition("@")[0] or HOUSE,
            pack_version=pack.partition("@")[2] or HOUSE_VERSION,
            withheld_at=turn.now,
            **named,
        )
    )
    return turn.decided()


def _code(detail: str) -> str:
    plain = "".join(one if one.isalnum() else "_" for one in detail.lower()).strip("_")
    return plain[:50] or "unknown"
