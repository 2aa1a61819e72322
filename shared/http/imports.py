"""`hand_in`: a long body of lines, decided in large batches as it streams in; a few are in memory at a
time.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import ValidationError
from pydantic_core import to_json

from shared.commands import Answered, Origin, Unavailable
from shared.errors import DomainError
from shared.events.ids import message_id
from shared.events.wire import body_hash
from shared.http.bulk import LineTooLong, Read, lines_of
from shared.http.commands import IdempotencyKey, action_of, caller_of
from shared.http.edge import told
from shared.http.problems import ValidationFailed, in_short, problem_of_line, request_id_of
from shared.observe import current_traceparent

TOGETHER = 800
"""So many lines are read before they are decided."""
TOGETHER_BYTES = 4 * 1024 * 1024
LANES = 2
"""Lines of different states are decided in so many transactions at a time: one is worked out while the
database writes another.
"""
PROBLEM_BYTES_MAX = 2_048

Lane = Callable[[object], UUID | None]
"""What must stay in order with what: commands of one lane key do. None: the command comes after all before
it, and before all after it.
"""


@dataclass(slots=True)
class Handed:
    """One line, and what became of it: an answer or a problem (JSON)."""

    number: int
    command: object = None
    answer: Answered | None = None
    problem: bytes | None = None
    code: str = ""
    """What kind of problem."""


class HandIn:
    """Hands the lines of one request to the door in batches, those of one state in order."""

    def __init__(self, request: Request, key: str) -> None:
        self._request, self.key = request, key

    async def __call__(
        self, name: str, read: Read, lane: Lane, *, first: int = 1, dry: bool = False
    ) -> AsyncIterator[list[Handed]]:
        """Decide the lines, numbered from `first`, and give them back in lots, in order, as they are decided.

        `name` stands for the whole: a line handed in again under its name and number counts once. With `dry`
        nothing is kept. Raises Unavailable where the database is away: lots before it were decided.
        """
        together: list[tuple[Handed, bytes]] = []
        size = 0
        async for line in lines_of(self._request.stream()):
            handed = Handed(first + line.number - 1)
            if line.too_long:
                self._refuse(handed, LineTooLong())
            else:
                self._read(handed, line.text, read)
            together.append((handed, line.text))
            size += len(line.text)
            if len(together) == TOGETHER or size > TOGETHER_BYTES:
                yield await self._decide(name, together, lane, dry)
                together, size = [], 0
        if together:
            yield await self._decide(name, together, lane, dry)

    def _read(self, handed: Handed, text: bytes, read: Read) -> None:
        try:
            handed.command = read(text)
        except ValidationError as invalid:
            self._refuse(handed, ValidationFailed(), invalid)
        except DomainError as refused:
            self._refuse(handed, refused)

    async def _decide(
        self, name: str, together: Sequence[tuple[Handed, bytes]], lane: Lane, dry: bool
    ) -> list[Handed]:
        lanes: list[list[tuple[Handed, bytes]]] = [[] for _ in range(LANES)]
        for handed, text in together:
            if handed.command is None:
                continue
            key = lane(handed.command)
            if key is None:
                await self._submit(name, lanes, dry)
                await self._submit(name, [[(handed, text)]], dry)
                lanes = [[] for _ in range(LANES)]
            else:
                lanes[key.int % LANES].append((handed, text))
        await self._submit(name, lanes, dry)
        return [handed for handed, _ in together]

    async def _submit(self, name: str, lanes: Sequence[Sequence[tuple[Handed, bytes]]], dry: bool) -> None:
        """One transaction for each lane."""
        door = self._request.app.state.door
        asked = [lines for lines in lanes if lines]
        commands = [
            [(one.command, self._origin(name, one.number, text)) for one, text in lines] for lines in asked
        ]
        for lines, answers in zip(
            asked, await asyncio.gather(*(door.decide(one, dry=dry) for one in commands)), strict=True
        ):
            for (handed, _), answer in zip(lines, answers, strict=True):
                if isinstance(answer, Answered):
                    handed.answer = answer
                else:
                    self._refuse(handed, self._told(answer))

    def _origin(self, name: str, number: int, text: bytes) -> Origin:
        """Of the line alone: it may come again in another request, among other lines."""
        return Origin(
            message_id=message_id(f"import\n{name}", str(number)),
            body_hash=body_hash(text.strip()),
            actor=caller_of(self._request).actor,
            traceparent=current_traceparent(),
            action=action_of(self._request),
        )

    def _told(self, error: Exception) -> DomainError:
        refused = error if isinstance(error, DomainError) else told(error, request_id_of(self._request))
        if isinstance(refused, Unavailable):
            raise refused
        return refused

    def _refuse(self, handed: Handed, error: DomainError, invalid: ValidationError | None = None) -> None:
        body = problem_of_line(self._request, error, invalid)
        problem = to_json(body, fallback=str, inf_nan_mode="strings")
        if len(problem) > PROBLEM_BYTES_MAX:
            problem = to_json(in_short(body))
        handed.problem, handed.code, handed.command = problem, error.code, None


async def _hand_in(request: Request, key: IdempotencyKey) -> HandIn:
    return HandIn(request, key)


InLots = Annotated[HandIn, Depends(_hand_in)]
"""Declares a route that takes very many lines: `async for lot in hand_in(name, read, lane)`."""
