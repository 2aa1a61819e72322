"""Small states: brakes, how a lender conducts contact, tasks for the staff, lenders' customers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from services.reminders.domain.contact import Sender
from services.reminders.domain.orders import Task
from services.reminders.domain.person_file import Profile
from shared.decision import Actor, Context, Decision, Key
from shared.errors import Conflict, NotFound
from shared.events.base import Event
from shared.events.ids import name_id
from shared.quick import replace


class BrakeScope(StrEnum):
    """What a brake pauses."""

    EVERYTHING = "everything"
    LENDER = "lender"
    TREATMENT = "treatment"
    TEMPLATE = "template"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Brake:
    """The state: contacts of a scope are paused, or not."""

    id: UUID
    scope: BrakeScope
    name: str
    pulled: bool = False
    by: str = ""
    at: datetime | None = None
    why: str = ""


@lru_cache(maxsize=4_096)
def brake_id(scope: BrakeScope, name: str) -> UUID:
    """The id of a brake."""
    return name_id("brake", f"{scope}\n{name}")


@dataclass(frozen=True, slots=True)
class SetBrake:
    """Pull or release a brake."""

    brake_id: UUID
    scope: BrakeScope
    name: str
    pulled: bool
    why: str = ""


def set_brake(state: Brake | None, command: SetBrake, context: Context) -> Decision[Brake]:
    """From now on, nothing of the scope goes out, or may again."""
    here = state or Brake(command.brake_id, command.scope, command.name)
    after = replace(here, pulled=command.pulled, by=context.actor.subject, at=context.now, why=command.why)
    return Decision(after, answer=after)


def brakes_on(lender: str, treatment: str | None, template: str, channels: list[str]) -> list[Key]:
    """The brakes that a contact must look at."""
    scopes = [
        (BrakeScope.EVERYTHING, ""),
        (BrakeScope.LENDER, lender),
        (BrakeScope.TREATMENT, treatment or ""),
        (BrakeScope.TEMPLATE, template),
        *((BrakeScope.CHANNEL, one) for one in channels),
    ]
    return [Key(Brake.__name__, brake_id(scope, name)) for scope, name in scopes]


# -- how a lender conducts contact ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Conduct:
    """The state: who contacts a lender's borrowers, under which name, and where that one is."""

    id: UUID
    lender: str
    sender: Sender = Sender.LENDER
    collector: str = ""
    regions: tuple[str, ...] = ()
    name: str = ""
    """As borrowers know it."""
    phone: str = ""
    mail: str = ""
    hours: str = ""
    help_link: str = ""
    pay_link: str = ""


@dataclass(frozen=True, slots=True)
class SetConduct:
    """Say how a lender's borrowers are contacted."""

    conduct_id: UUID
    conduct: Conduct


@lru_cache(maxsize=4_096)
def conduct_id(lender: str) -> UUID:
    """The id of a lender's conduct."""
    return name_id("conduct", lender)


def set_conduct(state: Conduct | None, command: SetConduct, context: Context) -> Decision[Conduct]:
    """It counts from the next decision on."""
    return Decision(command.conduct, answer=command.conduct.lender)


# -- tasks ---------------------------------------------------------------------------------------------------


class StaffTaskKind(StrEnum):
    """What a task asks for: what answers lead to, and a call that a treatment wants."""

    CALL = "call"
    CALL_AT_ONCE = Task.CALL_AT_ONCE.value
    READ_REPLY = Task.READ_REPLY.value
    AGREE_PROMISE = Task.AGREE_PROMISE.value
    FIND_PAYMENT = Task.FIND_PAYMENT.value
    CALL_BACK = Task.CALL_BACK.value
    FIND_ADDRESS = Task.FIND_ADDRESS.value
    FIND_REPRESENTATIVE = Task.FIND_REPRESENTATIVE.value


class TaskUnknown(NotFound):
    """There is no such task, or it is not yours."""


class TaskOver(Conflict):
    """The task is done already."""


class TaskGiven(Event, topic="reminders-handed", key="task_id", version=1):
    """Somebody of the staff is asked to do something. It never leaves this service."""

    task_id: UUID
    person_id: UUID
    kind: StaffTaskKind
    lenders: tuple[str, ...]
    loan_ids: tuple[UUID, ...] = ()
    reply_id: UUID | None = None
    address: str | None = None


@dataclass(frozen=True, slots=True)
class StaffTask:
    """The state."""

    id: UUID
    person_id: UUID
    kind: StaffTaskKind
    lenders: tuple[str, ...]
    given_at: datetime
    loan_ids: tuple[UUID, ...] = ()
    reply_id: UUID | None = None
    address: str | None = None
    done_by: str | None = None
    done_at: datetime | None = None

    def seen_by(self, actor: Actor) -> bool:
        """Whether it is the actor's to do."""
        return actor.lenders is None or not actor.lenders.isdisjoint(self.lenders)


@dataclass(frozen=True, slots=True)
class FinishTask:
    """The task is done."""

    task_id: UUID


def give_task(state: StaffTask | None, event: TaskGiven, context: Context) -> Decision[StaffTask]:
    """Put it into the queue."""
    if state is not None:
        return Decision(state)
    return Decision(
        StaffTask(
            event.task_id,
            event.person_id,
            event.kind,
            event.lenders,
            context.now,
            event.loan_ids,
            event.reply_id,
            event.address,
        )
    )


def finish_task(state: StaffTask, command: FinishTask, context: Context) -> Decision[StaffTask]:
    """Take it out of the queue. Raises TaskUnknown, TaskOver."""
    if not state.seen_by(context.actor):
        raise TaskUnknown(task_id=state.id)
    if state.done_at is not None:
        raise TaskOver(task_id=state.id, done_by=state.done_by)
    after = replace(state, done_by=context.actor.subject, done_at=context.now)
    return Decision(after, answer=state.id)


# -- borrowers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """An address as it is written, and the key by which all else knows it."""

    key: str
    medium: str
    value: str


@dataclass(frozen=True, slots=True)
class Borrower:
    """The state: a lender's customer, with the name and addresses that are nowhere else."""

    id: UUID
    lender: str
    reference: str
    person_id: UUID
    name: str | None = None
    addresses: tuple[Written, ...] = ()
    profile: Profile | None = None
    erased: bool = False
