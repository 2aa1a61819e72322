"""Hands contacts out: looked at once more at the last moment, written then, and given to their channel."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from pydantic import BaseModel

from services.reminders.adapters.composer import Composed, Composer
from services.reminders.adapters.gateways import AppGateway, SmsGateway
from services.reminders.adapters.helplines import Helplines
from services.reminders.adapters.smtp_mail import Mailer
from services.reminders.adapters.templates import BadTemplate
from services.reminders.domain.contact import Channel
from services.reminders.domain.last_look import ABOUT_MONEY, NotSent, Situation, last_look
from services.reminders.domain.outgoing import TextRefused
from services.reminders.domain.person_file import PersonFile, Planned
from services.reminders.domain.reference import Reference
from services.reminders.domain.settling import MISCONDUCT
from services.reminders.domain.small_states import (
    Borrower,
    Brake,
    BrakeScope,
    Conduct,
    StaffTaskKind,
    brake_id,
    conduct_id,
)
from services.reminders.store import persons
from services.reminders.store import small_states as small
from shared import spine
from shared.asking import Peer
from shared.clock import ClockKind, system_now
from shared.database import is_infrastructure, transaction
from shared.errors import Refused
from shared.events.ids import borrower_id
from shared.messaging.sends import Dispatcher, NeverTaken, TryLater, Withheld
from shared.money import Money
from shared.quick import replace
from shared.service import Service
from shared.spine import ClaimedSend

log = structlog.get_logger()

HOLDS = "holds"
ALARM_EVERY_S = 2.0
HOLDS_BEHIND_MAX = timedelta(seconds=1)
WAIT_FOR_HOLDS_S, LOOK_EVERY_S = 10.0, 0.05
ANSWERED_WITHIN = timedelta(days=10)
"""What answers promise: somebody has read it by then."""
LOOKED_FOR = timedelta(days=7)
_GREETINGS = {"zh-Hans": "客户"}
_OMBUDSMEN = {"zh-Hans": "金融消费权益保护机构"}


@dataclass(frozen=True, slots=True)
class Channels:
    """What is configured. `dry` takes what has no channel for sent, and gives it to nobody."""

    mail: Mailer | None = None
    sms: SmsGateway | None = None
    app: AppGateway | None = None
    dry: bool = False


class Alarm:
    """Says, again and again, how many persons somebody must call at once."""

    def __init__(self, service: Service) -> None:
        self._service, self._stop = service, asyncio.Event()
        self._waiting = 0

    async def run(self) -> None:
        """Look until `stop`."""
        while not self._stop.is_set():
            try:
                async with transaction(self._service.engine) as connection:
                    waiting = await small.open_of_kind(connection, StaffTaskKind.CALL_AT_ONCE)
            except Exception as error:
                if not is_infrastructure(error):
                    raise
                waiting = self._waiting
            self._service.metrics.persons_in_danger.set(waiting)
            if waiting > self._waiting:
                log.error("person_in_danger", waiting=waiting)
            self._waiting = waiting
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), ALARM_EVERY_S)

    def stop(self) -> None:
        """End."""
        self._stop.set()


class Outgoing:
    """What runs beside the door: the dispatcher, and the alarm."""

    def __init__(self, dispatcher: Dispatcher, alarm: Alarm) -> None:
        self._parts = (dispatcher, alarm)

    async def run(self) -> None:
        """Run both until `stop`."""
        await asyncio.gather(*(part.run() for part in self._parts))

    def stop(self) -> None:
        """End both."""
        for part in self._parts:
            part.stop()


class _LoanNow(BaseModel):
    unpaid: Money


@dataclass(frozen=True, slots=True)
class _Looked:
    """What the last look saw of a contact: it is written from the same."""

    file: PersonFile
    planned: Planned
    conduct: Conduct | None
    borrowers: Sequence[Borrower]
    now: datetime


class Sending:
    """The dispatcher's last look, and its ways out."""

    def __init__(
        self, service: Service, channels: Channels, composer: Composer, ledger: Peer, helplines: Helplines
    ) -> None:
        self._service, self._channels, self._composer = service, channels, composer
        self._ledger, self._helplines = ledger, helplines
        self._looked: Mapping[UUID, _Looked] = {}

    @property
    def deliveries(self) -> Mapping[str, Any]:
        """For the dispatcher, by channel."""
        return {one.value: self.deliver for one in (Channel.MAIL, Channel.SMS, Channel.APP, Channel.POST)}

    # -- the last look ---------------------------------------------------------------------------------------

    async def permit(self, connection: Any, sends: Sequence[ClaimedSend]) -> Mapping[Any, Withheld]:
        """Those that must not go out now, and why. What may go out is written from what was seen here."""
        reference: Reference = self._service.reference
        fresh = await self._holds_read(connection)
        brakes = await small.pulled_brakes(connection)
        self._looked = await self._look_at(connection, sends)
        withheld = {}
        for id_, seen in self._looked.items():
            file, one = seen.file, seen.planned
            if file.merged_into is not None:
                withheld[id_] = Withheld(NotSent.MERGED.value)
                continue
            regions = seen.conduct.regions if seen.conduct is not None else ()
            said = last_look(
                one.id,
                one.contact,
                file.person(seen.now),
                file.history,
                reference.policy(file.judged.regions, regions),
                self._situation(file, one, brakes, seen.now, fresh),
                seen.now,
            )
            if isinstance(said, NotSent):
                withheld[id_] = Withheld(said.value)
            elif said is not None:
                withheld[id_] = Withheld(f"{said.rule.pack}@{said.rule.version}/{said.rule.rule}")
        return withheld

    async def _look_at(self, connection: Any, sends: Sequence[ClaimedSend]) -> Mapping[UUID, _Looked]:
        """What is planned, for whom, and who writes: of a batch at once; without what nobody planned."""
        now = await self._service.clock.now(connection)
        files = await persons.load_persons(connection, {send.key.id: () for send in sends})
        planned = {
            send.id: (files[send.key.id], found)
            for send in sends
            if send.key.id in files and (found := files[send.key.id].plan_of(send.id)) is not None
        }
        lenders = {one.contact.lender for _, one in planned.values()}
        conducts = await small.load_conducts(connection, {conduct_id(one): () for one in lenders})
        owners = {id_: _borrowers_of(file) for id_, (file, _) in planned.items()}
        borrowers = await small.load_borrowers(
            connection, {owner: () for each in owners.values() for owner in each}
        )
        return {
            id_: _Looked(
                file,
                one,
                conducts.get(conduct_id(one.contact.lender)),
                [borrowers[owner] for owner in owners[id_] if owner in borrowers],
                now,
            )
            for id_, (file, one) in planned.items()
        }

    def _situation(
        self, file: PersonFile, planned: Planned, brakes: Sequence[Brake], now: datetime, fresh: bool
    ) -> Situation:
        today = file.today(now)
        contact = planned.contact
        scopes = {
            brake_id(BrakeScope.EVERYTHING, ""),
            brake_id(BrakeScope.LENDER, contact.lender),
            brake_id(BrakeScope.TREATMENT, planned.treatment or ""),
            brake_id(BrakeScope.TEMPLATE, planned.occasion.value),
            brake_id(BrakeScope.CHANNEL, contact.channel.value),
        }
        # The word that a promise reminds by is the one that may be said while it runs.
        quiet = {} if planned.promise is not None else file.course.quiet(today)
        return Situation(
            holds_read=fresh,
            braked=any(one.id in scopes for one in brakes),
            asks=planned.occasion.asks,
            over=planned.withdrawn,
            owed={one.loan_id: one.unpaid for one in file.loans},
            quiet=quiet,
            today=today,
        )

    async def _holds_read(self, connection: Any) -> bool:
        """Whether holds are read up to a second ago; waited for, since a contact withheld is withheld."""
        settings = self._service.settings
        if settings.clock is not ClockKind.SYSTEM:
            return True  # a simulated moment comes once all that was published before it is read
        ends_at = asyncio.get_running_loop().time() + WAIT_FOR_HOLDS_S
        consumer = f"{self._service.flow.service}-{HOLDS}"
        while True:
            read = await spine.read_through(connection, consumer, settings.topic_prefix + HOLDS)
            if read and min(read.values()) >= system_now() - HOLDS_BEHIND_MAX:
                return True
            if asyncio.get_running_loop().time() >= ends_at:
                return False
            await asyncio.sleep(LOOK_EVERY_S)

    # -- the way out -----------------------------------------------------------------------------------------

    async def deliver(self, send: ClaimedSend, payload: Mapping[str, Any]) -> str:
        """Write the text, hand it over; the provider's reference. Raises TryLater, NeverTaken."""
        looked = self._looked.get(send.id)
        if looked is None:
            raise NeverTaken("unplanned")
        found, planned, now = looked.file, looked.planned, looked.now
        owner, value = _written(planned, looked.borrowers)
        facts = await self._facts(found, planned, owner, looked.conduct, now)
        address = found.judged.address(planned.contact.address)
        composed = self._compose(
            planned, found, facts, established=address is not None and address.established
        )
        return await self._hand_over(send.id, planned, owner, value, composed, str(facts["sender"]), now)

    def _compose(
        self, planned: Planned, file: PersonFile, facts: Mapping[str, object], *, established: bool
    ) -> Composed:
        try:
            return self._composer.compose(
                planned.occasion, planned.contact.channel, file.languages, facts, established=established
            )
        except TextRefused as refused:
            kinds = refused.facts["kinds"]
            assert isinstance(kinds, tuple), "they are named"
            raise NeverTaken(MISCONDUCT + ",".join(kinds)) from None
        except Refused as refused:  # the same again later would be refused again
            raise NeverTaken(refused.code) from None
        except BadTemplate:
            raise NeverTaken("facts_missing") from None

    async def _facts(
        self,
        file: PersonFile,
        planned: Planned,
        owner: Borrower,
        conduct: Conduct | None,
        now: datetime,
    ) -> Mapping[str, object]:
        if conduct is None:
            raise NeverTaken("conduct_unknown")
        contact, today = planned.contact, file.today(now)
        loan = file.loan(contact.loans[0])
        language = next(iter(file.languages), "en")
        known: dict[str, object] = {
            "sender": conduct.collector or conduct.name or conduct.lender,
            "lender": conduct.name or conduct.lender,
            "name": owner.name or _of(_GREETINGS, language, "customer"),
            "loan": loan.reference if loan is not None else "",
            "phone": conduct.phone,
            "mail": conduct.mail,
            "hours": conduct.hours,
            "help_link": conduct.help_link,
            "pay_link": conduct.pay_link,
            "identity_link": conduct.help_link,
            "ombudsman": _of(_OMBUDSMEN, language, "the ombudsman"),
            "reference": str(planned.id)[:8].upper(),
            "disputed": loan.reference if loan is not None else "",
            "answer_by": today + ANSWERED_WITHIN,
            "look_until": today + LOOKED_FOR,
            "call_when": max((one.starts_at for one in file.judged.consents), default=now).date(),
            "representative": "",
            **self._helplines.of(file.country).facts(),
        }
        if contact.purpose in ABOUT_MONEY and planned.occasion.asks:
            known["owed"] = await self._owed(contact.loans[0])
            first = loan.first if loan is not None else None
            if first is not None:
                known |= {"amount": first.amount, "due_on": first.due_on, "fee": first.late_fee}
        if (word := planned.word) is not None:
            known |= {"expires_on": word.until, "answer_by": word.until}
            said = {"amount": word.amount, "due_on": word.due_on}
            known |= {name: value for name, value in said.items() if value is not None}
        named = planned.promise or (None if word is None else word.about)
        promise = next((one for one in reversed(file.course.promises.made) if named in (None, one.id)), None)
        if promise is not None:
            known |= {"promise": promise.amount, "promised_on": promise.due_on}
            if planned.promise is not None:
                known |= {"amount": promise.amount, "due_on": promise.due_on}
        return known

    async def _owed(self, loan_id: UUID) -> Money:
        """What the ledger says is owed, at this moment."""
        answer = await self._ledger.ask("GET", f"/v1/loans/{loan_id}")
        if answer is None or not answer.is_success:
            raise TryLater("the ledger does not say what is owed")
        unpaid = _LoanNow.model_validate_json(answer.content).unpaid
        if unpaid.minor <= 0:
            raise NeverTaken(NotSent.NOTHING_OWED.value)
        return unpaid

    async def _hand_over(
        self,
        send_id: UUID,
        planned: Planned,
        owner: Borrower,
        value: str,
        composed: Composed,
        sender: str,
        now: datetime,
    ) -> str:
        channels, text, language = self._channels, composed.text, composed.language
        match planned.contact.channel:
            case Channel.MAIL if channels.mail is not None:
                subject = composed.subject or sender
                return await channels.mail.send(send_id, value, sender, subject, text, language)
            case Channel.SMS if channels.sms is not None:
                return await channels.sms.send(send_id, value, text)
            case Channel.APP if channels.app is not None:
                return await channels.app.send(send_id, owner.reference, text, language, now)
        if channels.dry:
            return f"dry:{composed.template}"
        raise NeverTaken("channel_unconfigured")


def _written(planned: Planned, borrowers: Sequence[Borrower]) -> tuple[Borrower, str]:
    """The address as it is written, by the lender who writes where it knows it too."""
    key, channel = planned.contact.address, planned.contact.channel.value
    found = [
        (one, each.value)
        for one in sorted(borrowers, key=lambda one: one.lender != planned.contact.lender)
        for each in sorted(one.addresses, key=lambda each: each.medium != channel)
        if each.key == key
    ]
    if not found:
        raise NeverTaken("address_gone")
    owner, value = found[0]
    return replace(owner), value


def _borrowers_of(file: PersonFile) -> list[UUID]:
    return [borrower_id(one.lender, one.reference) for one in file.borrowers]


def _of(words: Mapping[str, str], language: str, otherwise: str) -> str:
    primary = language.partition("-")[0]
    return next((word for known, word in words.items() if known.partition("-")[0] == primary), otherwise)
