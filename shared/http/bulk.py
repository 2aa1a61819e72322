"""`bulk`: many commands in one request, a line each, each answered by a line of its own (NDJSON)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json
from starlette.responses import StreamingResponse

from shared.commands import Answered, Unavailable
from shared.errors import DomainError
from shared.http.commands import IdempotencyKey, origin_of
from shared.http.edge import LINES_TYPE, told
from shared.http.problems import (
    BadRequest,
    PayloadTooLarge,
    ValidationFailed,
    in_short,
    problem_of_line,
    request_id_of,
)

LINES_MAX = 10_000
LINE_BYTES_MAX = 1024 * 1024
TOGETHER = 200
"""So many lines are handed to the door at once: they form a batch."""
TOGETHER_BYTES = 4 * 1024 * 1024
"""Or fewer, where they are long."""
ANSWER_BYTES_MAX = 2_048
"""A longer answer is told without its details: ten thousand of them wait in memory."""

Read = Callable[[bytes], object]
"""A line's command. Raises what speaks against it: a DomainError, or pydantic's ValidationError."""
Show = Callable[[Any, Any], BaseModel]
"""What is told of a command and its answer."""


class TooManyLines(BadRequest):
    """A request takes 10000 lines at most. Those before this one were taken; send the others in another."""


class LineTooLong(PayloadTooLarge):
    """A line takes 1048576 bytes at most."""


@dataclass(slots=True)
class _Line:
    number: int
    text: bytes
    """Empty where it was too long to keep."""
    too_long: bool = False


async def lines_of(chunks: AsyncIterator[bytes]) -> AsyncIterator[_Line]:
    """The lines of a body as they come, numbered from 1; empty ones are counted and left out.

    In memory is never more than one line and what the network brings: of a line too long only that it was.
    """
    number, rest, too_long = 1, b"", False
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for text in whole:
            too_long = too_long or len(text) > LINE_BYTES_MAX
            if too_long or text.strip():
                yield _Line(number, b"" if too_long else text, too_long)
            number, too_long = number + 1, False
        if len(rest) > LINE_BYTES_MAX:
            rest, too_long = b"", True
    if too_long or rest.strip():
        yield _Line(number, rest, too_long)


class Ndjson(StreamingResponse):
    """An answer of lines."""

    media_type = LINES_TYPE


class Bulk:
    """Hands each line to the door as a command of its own, many at once; their order is kept."""

    def __init__(self, request: Request, key: str) -> None:
        self._request, self._key = request, key
        self._away: Unavailable | None = None

    async def __call__(self, read: Read, show: Show) -> Ndjson:
        """Decide every line, and answer in the lines' order.

        Answers wait until all is read: most clients send first and listen then, so both would block.
        Once the database is away, later lines are not tried. The same request again gets the stored answers.
        """
        answers: list[bytes] = []
        together: list[_Line] = []
        count, size, beyond = 0, 0, None
        async for line in lines_of(self._request.stream()):
            count += 1
            if count > LINES_MAX:
                beyond = beyond or line
                continue  # read to its end: who still sends would not hear the answer
            together.append(line)
            size += len(line.text)
            if len(together) == TOGETHER or size > TOGETHER_BYTES:
                answers += await self._decide(together, read, show)
                together, size = [], 0
        answers += await self._decide(together, read, show)
        if beyond is not None:
            answers.append(self._problem(beyond, TooManyLines()))
        return Ndjson(_each(answers))

    async def _decide(self, lines: Sequence[_Line], read: Read, show: Show) -> list[bytes]:
        """Those that can be read are submitted in one go, in order: the door decides them together."""
        asked = [self._command(line, read) for line in lines]
        decided = await asyncio.gather(*map(self._submit, lines, asked), return_exceptions=True)
        return [
            self._answer(line, command, answer, show)
            for line, command, answer in zip(lines, asked, decided, strict=True)
        ]

    def _command(self, line: _Line, read: Read) -> object:
        if self._away is not None:
            return self._away
        if line.too_long:
            return LineTooLong()
        try:
            return read(line.text)
        except (DomainError, ValidationError) as refused:
            return refused

    async def _submit(self, line: _Line, command: object) -> Answered:
        if isinstance(command, Exception):
            raise command
        origin = origin_of(self._request, f"{self._key}\n{line.number}", line.text.strip())
        answered: Answered = await self._request.app.state.door.submit(command, origin)
        return answered

    def _answer(self, line: _Line, command: object, answer: Answered | BaseException, show: Show) -> bytes:
        if isinstance(answer, Answered):
            shown = show(command, answer.value).model_dump(exclude_none=True)
            return to_json({"line": line.number, **shown, "replayed": answer.replayed})
        if isinstance(answer, ValidationError):
            return self._problem(line, ValidationFailed(), answer)
        if not isinstance(answer, Exception):
            raise answer
        error = answer if isinstance(answer, DomainError) else told(answer, request_id_of(self._request))
        if isinstance(error, Unavailable):
            self._away = error
        return self._problem(line, error)

    def _problem(self, line: _Line, error: DomainError, invalid: ValidationError | None = None) -> bytes:
        body = problem_of_line(self._request, error, invalid)
        told_of = {"line": line.number, "problem": body, "replayed": error.replayed}
        answer = to_json(told_of, fallback=str, inf_nan_mode="strings")
        if len(answer) <= ANSWER_BYTES_MAX:
            return answer
        return to_json(told_of | {"problem": in_short(body)})


async def _each(answers: Iterable[bytes]) -> AsyncIterator[bytes]:
    for answer in answers:
        yield answer + b"\n"


async def _bulk(request: Request, key: IdempotencyKey) -> Bulk:
    return Bulk(request, key)


InBulk = Annotated[Bulk, Depends(_bulk)]
"""Declares a route that takes lines: `return await bulk(read, show)`."""


def takes_lines(line: type[BaseModel]) -> dict[str, Any]:
    """The `openapi_extra` of a route with `InBulk`. The outermost layer knows such a route by it.

    `line` is what each line holds: a model that another route takes too, so that the document has it.
    OpenAPI 3.1 knows no lines: they are described as an array.
    """
    items = {"$ref": f"#/components/schemas/{line.__name__}"}
    schema = {
        "type": "array",
        "maxItems": LINES_MAX,
        "items": items,
        "description": "One object in each line",
    }
    return {"requestBody": {"required": True, "content": {LINES_TYPE: {"schema": schema}}}}
