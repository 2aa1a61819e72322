"""Whether a call that waits in the queue may be made at this moment."""

from datetime import datetime

from services.reminders.domain.contact import Channel
from services.reminders.domain.contacting import Wish, contact_to
from services.reminders.domain.gate import Permit, permit
from services.reminders.domain.person_file import PersonFile
from services.reminders.domain.reference import Reference
from services.reminders.domain.small_states import Conduct, StaffTask, conduct_id
from services.reminders.domain.words.messages import Occasion


def may_call(
    task: StaffTask, file: PersonFile | None, conduct: Conduct | None, reference: Reference, now: datetime
) -> bool:
    """Whether the gate would permit it now. Whoever makes it asks for the permit: this sorts the queue."""
    address = None if file is None or task.address is None else file.judged.address(task.address)
    if file is None or address is None or file.merged_into is not None or not task.loan_ids:
        return False
    lender = task.lenders[0]
    known = conduct or Conduct(conduct_id(lender), lender)
    wish = Wish(lender, task.loan_ids, Occasion.HELP_OFFER, (Channel.CALL,))
    contact = contact_to(address, Channel.CALL, wish, known)
    policy = reference.policy(file.judged.regions, known.regions)
    return isinstance(permit(contact, file.person(now), file.history, policy, now), Permit)
