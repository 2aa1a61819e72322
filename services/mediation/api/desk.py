"""What routes share: cases as a caller may see them, texts under a person's key, and what others know."""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.mediation.adapters.asking import Others
from services.mediation.domain.case import Case, Content, Seat
from services.mediation.domain.closing import Taken
from services.mediation.domain.contents import ContentUnknown, NewContent, admit
from services.mediation.domain.machine import Stage
from services.mediation.domain.offers import admit as may_offer
from services.mediation.domain.offers import may_answer
from services.mediation.domain.pricing import PricedLoan
from services.mediation.domain.seats import allowed, readable, seat_of
from services.mediation.store import cases
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import NotFound
from shared.events.hardship import PlanLoan
from shared.http import Seen
from shared.money import Money
from shared.sealed import Forgotten, Sealer
from shared.service import Service


class Body(BaseModel):
    """Base of what requests say."""

    model_config = ConfigDict(extra="forbid")


class CaseTaken(BaseModel):
    """How the case stands now."""

    case_id: UUID
    stage: Stage
    version: int

    @classmethod
    def of(cls, answer: Taken) -> "CaseTaken":
        """As it was decided."""
        return cls(case_id=answer.case_id, stage=answer.stage, version=answer.version)


class Desk:
    """Mediation's cases, for those who have a part in them."""

    def __init__(self, service: Service, sealer: Sealer, others: Others) -> None:
        self.service, self._sealer, self._others = service, sealer, others

    async def seen(self, case_id: UUID, actor: Actor, seen: Seen) -> tuple[Case, Seat]:
        """A case and the caller's seat in it, once the audit has the read. Raises NotFound."""
        case = await self._case(case_id)
        if case is None:
            raise NotFound(case_id=case_id)
        seat = seat_of(case, actor)
        await seen(Key(Case.__name__, case_id))
        return case, seat

    async def _case(self, case_id: UUID) -> Case | None:
        async with transaction(self.service.engine) as connection:
            return await cases.find_case(connection, case_id)

    # -- texts ----------------------------------------------------------------------------------------------

    async def sealed(self, case_id: UUID, new: NewContent, actor: Actor, data: str) -> bytes:
        """What is handed in, as it goes through the door; empty where the door will refuse it: nobody gets a
        key who has been forgotten.
        """
        case = await self._case(case_id)
        if case is None or not allowed(lambda: admit(case, new, actor)):
            return b""
        async with transaction(self.service.engine) as connection:
            key = await self._sealer.key(connection, case.sealed_for)
        return key.seal(data, str(new.id))

    async def opened(self, case: Case, seat: Seat, content_id: UUID) -> tuple[Content, str]:
        """What was handed in. Raises ContentUnknown, also for what is not the caller's to read."""
        content = next((one for one in readable(case, seat) if one.id == content_id), None)
        if content is None:
            raise ContentUnknown(content_id=content_id)
        async with transaction(self.service.engine) as connection:
            sealed = await cases.sealed_content(connection, case.id, content_id)
            keys = await self._sealer.keys(connection, [case.sealed_for])
        if sealed is None or case.sealed_for not in keys:
            raise Forgotten(content_id=content_id)
        return content, keys[case.sealed_for].open(sealed, str(content_id))

    # -- what others know -----------------------------------------------------------------------------------

    async def priced(
        self, case_id: UUID, loans: Sequence[PlanLoan], actor: Actor
    ) -> tuple[tuple[PricedLoan, ...], Money | None]:
        """An offer as the ledger prices it, and what the person can pay in a month (None: unknown). Nobody is
        asked where the door will refuse it.
        """
        case = await self._case(case_id)
        ids = [one.loan_id for one in loans]
        if case is None or not allowed(lambda: may_offer(case, ids, actor)):
            return (), None
        return await self._others.price(loans), await self._others.capacity(case.person_id)

    async def priced_again(self, case_id: UUID, offer_id: UUID, actor: Actor) -> tuple[PricedLoan, ...]:
        """An offer as the ledger prices it now, for a side that may accept it."""
        case = await self._case(case_id)
        offer = case.offer(offer_id) if case is not None else None
        if case is None or offer is None or not allowed(lambda: may_answer(case, offer_id, actor)):
            return ()
        return await self._others.price(offer.loans)
