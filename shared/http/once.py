"""`once`: writes that do not go through the door (an operator's retry, a lender's set-up), each once."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from shared import spine
from shared.answers import value_of, write_answer
from shared.clock import system_now
from shared.commands import KeyReused, Origin, Unavailable
from shared.database import transaction
from shared.errors import DomainError
from shared.http.commands import REPLAYED_HEADER, Run

A = TypeVar("A", bound=BaseModel)


class Once:
    """Does one piece of work for a request, and gives a repetition the stored answer, refusals included.

    The work must bear being done again: cut off before its answer was stored, it is done anew.
    """

    def __init__(self, request: Request, response: Response, run: Run) -> None:
        self._engine, self._response, self._run = request.app.state.engine, response, run

    async def __call__(
        self,
        work: Callable[[], Awaitable[A]],
        answer: type[A],
        stored_as: Callable[[A], A] = lambda done: done,
    ) -> A:
        """The answer of `work`, or the stored one (`stored_as` takes out what must not be kept).

        Raises what `work` refuses with, and KeyReused.
        """
        origin = await self._run.origin()
        stored = await self._stored(origin)
        if stored is not None:
            return self._replayed(stored, answer)
        try:
            done = await work()
        except Unavailable:
            raise  # an outcome of the moment: the same key may try again
        except DomainError as refused:
            await self._store(origin, write_answer(None, refused))
            raise
        await self._store(origin, write_answer(stored_as(done)))
        return done

    async def _stored(self, origin: Origin) -> bytes | None:
        async with transaction(self._engine) as connection:
            if await spine.claim(connection, {origin.message_id: origin.body_hash}, system_now()):
                return None
            row = (await spine.seen(connection, [origin.message_id]))[origin.message_id]
        if row.body != origin.body_hash:
            raise KeyReused()
        return row.answer

    def _replayed(self, stored: bytes, answer: type[A]) -> A:
        value = value_of(stored)
        self._response.headers[REPLAYED_HEADER] = "true"
        return answer.model_validate(value)

    async def _store(self, origin: Origin, answer: bytes) -> None:
        async with transaction(self._engine) as connection:
            await spine.store_answers(connection, {origin.message_id: answer})


async def _once(request: Request, response: Response, run: Run) -> Once:
    return Once(request, response, run)


Exactly = Annotated[Once, Depends(_once)]
"""Declares a route as a write outside the door: `return await once(work, Answer)`."""
