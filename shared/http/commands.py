"""`run`: how a route hands a command to the door, once for each Idempotency-Key."""

import re
from hashlib import blake2b
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response

from shared.access import Caller
from shared.answers import typed, value_of
from shared.commands import KeyReused, Origin
from shared.database import transaction
from shared.events.ids import message_id
from shared.http.problems import BadRequest
from shared.observe import current_traceparent
from shared.spine import seen

A = TypeVar("A")

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
KEY_LENGTH_MAX = 255
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


class IdempotencyKeyMissing(BadRequest):
    """Every write needs an Idempotency-Key, so that repeating it after a lost answer does nothing twice."""


class IdempotencyKeyMalformed(BadRequest):
    """An Idempotency-Key is 1 to 255 visible ASCII characters."""


class Runner:
    """Hands one command to the door."""

    def __init__(self, request: Request, response: Response, key: str) -> None:
        self._request, self._response, self._key = request, response, key
        self._used = False

    async def __call__(self, command: object) -> Any:
        """Decide `command` and give the decision's answer, or the stored one if this request came before.

        Raises refusals, StillRunning, KeyReused and Unavailable. A route runs one command at most.
        """
        assert not self._used, "a route runs one command: a second would count as a repetition of the first"
        self._used = True
        request = self._request
        answered = await request.app.state.door.submit(command, await self.origin())
        if answered.replayed:
            self._response.headers[REPLAYED_HEADER] = "true"
        return answered.value

    async def known(self, answer: type[A]) -> A | None:
        """What this request was answered when it came before, in the type that its command is answered in.

        For a route that looks things up before its command: what it would find has changed by then. Raises
        the stored refusal and KeyReused.
        """
        origin = await self.origin()
        async with transaction(self._request.app.state.engine) as connection:
            row = (await seen(connection, [origin.message_id])).get(origin.message_id)
        if row is None or row.answer is None:
            return None
        if row.body != origin.body_hash:
            raise KeyReused()
        found: A = typed(value_of(row.answer), answer)
        self._response.headers[REPLAYED_HEADER] = "true"
        return found

    async def origin(self) -> Origin:
        """Where this request comes from, and what tells it from others with its key."""
        return origin_of(self._request, self._key, await self._request.body())


def origin_of(request: Request, key: str, body: bytes) -> Origin:
    """Where a command of a request comes from: `key` names it among the caller's, `body` is what it says."""
    scope = request.scope
    caller = caller_of(request)
    action = action_of(request)
    target = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"] + b"\n"
    body_hash = blake2b(target + body, digest_size=8).digest()
    return Origin(
        message_id=message_id(f"http\n{caller.id}\n{action}", key),
        body_hash=int.from_bytes(body_hash, signed=True),
        actor=caller.actor,
        traceparent=current_traceparent() or _traceparent(request.headers.get("traceparent")),
        action=action,
    )


def caller_of(request: Request) -> Caller:
    """Whose request this is, once its route's `Allow` has let it in."""
    caller: Caller = request.scope["huancui.caller"]
    return caller


def action_of(request: Request) -> str:
    """What the request does, as the audit and the API document call it: the route's operation id."""
    route = request.scope["route"]
    operation: str = route.operation_id or route.name
    return operation


async def _idempotency_key(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias=KEY_HEADER,
            description="Yours to choose: new for each new request, the same for each repetition of it. "
            "The answer to a repetition is the stored one.",
            examples=["9f1c1c7e-5f5e-4f0a-9d8e-0c1f6a1b2c3d"],
        ),
    ] = None,
) -> str:
    if idempotency_key is None:
        raise IdempotencyKeyMissing()
    if _KEY.fullmatch(idempotency_key) is None:
        raise IdempotencyKeyMalformed()
    return idempotency_key


IdempotencyKey = Annotated[str, Depends(_idempotency_key)]
"""The caller's own name for a write."""


async def _runner(request: Request, response: Response, key: IdempotencyKey) -> Runner:
    return Runner(request, response, key)


def _traceparent(header: str | None) -> str | None:
    return header if header is not None and _TRACEPARENT.fullmatch(header) else None


Run = Annotated[Runner, Depends(_runner)]
"""Declares a route as a write: `answer: Loan = await run(OpenLoan(...))`."""
