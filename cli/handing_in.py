"""Handing a file of events in to the ledger over HTTP, to be taken up again where it stopped; taking over a
book.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from cli.access import local_token, reason_of
from cli.stack.layout import Layout
from cli.stack.process import StackError
from shared.decision import Role

CHUNK_LINES, CHUNK_BYTES = 4_000, 8 * 1024 * 1024
ANSWERS_WITHIN_S = 300.0
PAUSES_S = (1, 2, 4, 8, 15, 30, 60)
"""How long we wait, try after try, for a ledger that does not answer."""
WRAPPED = b'{"type": "LoanMigrated", "data": %b}'
_AWAY = (502, 503, 504)

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Measured:
    """A file before it is handed in."""

    lines: int
    digest: str


def measure(file: Path) -> Measured:
    """Count the lines of a file, and tell it from any other by its contents."""
    digest, lines, last = blake2b(digest_size=16), 0, b"\n"
    with file.open("rb") as opened:
        while part := opened.read(1 << 20):
            digest.update(part)
            lines += part.count(b"\n")
            last = part[-1:]
    return Measured(lines + (last != b"\n"), digest.hexdigest())


def repeated_loans(file: Path) -> Iterator[str]:
    """What a takeover names twice: a line for each. Lines that cannot be read are the ledger's affair."""
    seen: dict[str, int] = {}
    with file.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            try:
                reference = str(json.loads(line)["loan_reference"])
            except (ValueError, TypeError, KeyError):
                continue
            if (first := seen.setdefault(reference, number)) != number:
                yield f"line {number}: the loan {reference} is in line {first} too"


class HandIn:
    """Hands files of one lender in. Every call raises StackError with the ledger's own reason."""

    def __init__(
        self,
        layout: Layout,
        lender: str,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._layout, self._lender, self._pause = layout, lender, pause
        self._client = httpx.Client(
            base_url=f"{layout.url('ledger')}/v1/",
            timeout=ANSWERS_WITHIN_S,
            trust_env=False,
            transport=transport,
        )

    def run(self, file: Path, on_progress: Progress, *, takeover: bool = False, dry: bool = False) -> Any:
        """Hand a file in, or what is left of it: the same file again goes on where it stopped, and one that
        was handed in before is not handed in again. How the import stands then.
        """
        measured = measure(file)
        kind = "takeover" if takeover else "events"
        # Nothing of a dry run stays, so that each is a new one.
        key = uuid4().hex if dry else f"{kind}-{self._lender}-{measured.digest}"
        body = {"lender": self._lender, "kind": kind, "dry_run": dry, "lines_total": measured.lines}
        begun = self._asked("POST", "imports", json=body, headers={"Idempotency-Key": key})
        path = f"imports/{begun['import_id']}"
        now = self._asked("GET", path)
        on_progress(now)
        if now["status"] == "finished":
            return now
        for first, lines in _chunks(file, now["lines_read"]):
            now = self._hand_in(path, begun["import_id"], first, lines, takeover)
            on_progress(now)
        return self._asked("POST", f"{path}/finish", headers={"Idempotency-Key": f"finish-{key}"})

    def report(self, import_id: str) -> Any:
        """What a takeover adds up to, by its file and by the books."""
        return self._asked("GET", f"imports/{import_id}/report")

    def problems(self, import_id: str) -> Iterator[str]:
        """Every line that was not applied, as JSON."""
        with self._client.stream("GET", f"imports/{import_id}/lines", headers=self._authorized()) as answer:
            if not answer.is_success:
                answer.read()
                raise StackError(f"the ledger refused: {reason_of(answer)}")
            yield from (line for line in answer.iter_lines() if line)

    def _hand_in(self, path: str, import_id: str, first: int, lines: list[bytes], takeover: bool) -> Any:
        """One chunk. Should its answer be lost, ask how far it came and hand the rest in."""
        last, now = first + len(lines) - 1, {"lines_read": first - 1}
        for pause in (*PAUSES_S, None):
            rest = lines[now["lines_read"] - first + 1 :]
            if not rest:
                return now
            content = b"\n".join(WRAPPED % line if takeover and line.strip() else line for line in rest)
            try:
                return self._asked(
                    "POST",
                    "imports/lines",
                    params={"import_id": import_id, "first": last - len(rest) + 1},
                    content=content,
                    headers={"Content-Type": "application/x-ndjson", "Idempotency-Key": uuid4().hex},
                )
            except _NotServed as not_served:
                if pause is None:
                    raise StackError(str(not_served)) from not_served
                self._pause(pause)
                now = self._progress(path, now)
        raise AssertionError("the last try has returned or raised")

    def _progress(self, path: str, known: Any) -> Any:
        try:
            return self._asked("GET", path)
        except _NotServed:
            return known

    def _asked(self, method: str, path: str, **options: Any) -> Any:
        headers = {**self._authorized(), **options.pop("headers", {})}
        try:
            answer = self._client.request(method, path, headers=headers, **options)
        except httpx.HTTPError as error:
            raise _NotServed(
                f"the ledger does not answer ({type(error).__name__}): see ./huancui status"
            ) from error
        if answer.status_code in _AWAY:
            raise _NotServed(f"the ledger cannot take it now: {reason_of(answer)}")
        if not answer.is_success:
            raise StackError(f"the ledger refused: {reason_of(answer)}")
        return answer.json()

    def _authorized(self) -> dict[str, str]:
        token = local_token(self._layout, Role.ADMINISTRATOR, subject="huancui import")
        return {"Authorization": f"Bearer {token}"}


class _NotServed(StackError):
    """Not refused: to be tried again."""


def _chunks(file: Path, after: int) -> Iterator[tuple[int, list[bytes]]]:
    """The lines after one of them, some at a time, with the number of the first."""
    first, lines, size = after + 1, [], 0
    with file.open("rb") as opened:
        for number, line in enumerate(opened, 1):
            if number <= after:
                continue
            lines.append(line.rstrip(b"\r\n"))
            size += len(line)
            if len(lines) == CHUNK_LINES or size > CHUNK_BYTES:
                yield first, lines
                first, lines, size = number + 1, [], 0
    if lines:
        yield first, lines
