"""`python -m tests.followup`: the second service as a process of its own, with the operators' routes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from shared.main import make_app, serve
from shared.messaging.sends import Dispatcher, DispatchSettings
from shared.service import Service, Source
from shared.settings import ServiceSettings
from shared.spine import ClaimedSend
from tests.followup.flow import FLOW, NoteSettled

MIGRATIONS = Path(__file__).parent / "migrations"


class NotesFile:
    """A provider that appends each note it is handed, with its idempotency key, to a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def deliver(self, send: ClaimedSend, payload: Mapping[str, Any]) -> str:
        """Take a note."""
        with open(self._path, "a") as file:  # noqa: ASYNC230, PTH123  # one short line
            file.write(f"{send.id} {send.key.id} {payload['number']}\n")
        return str(send.id)


def make() -> tuple[Service, FastAPI]:
    """The service and its application."""
    provider = NotesFile(os.environ.get("FOLLOWUP_NOTES", os.devnull))

    def dispatcher(service: Service) -> Dispatcher:
        quick = DispatchSettings(poll_ms=50, first_pause_s=0.1, lease_s=5)
        return Dispatcher(
            service.engine,
            service.door,
            service.clock,
            {"note": provider.deliver},
            NoteSettled,
            settings=quick,
        )

    service = Service(
        FLOW,
        ServiceSettings(),
        [Source("", topics=["clock", "ledger-events"])],
        dispatcher=dispatcher,
        migrations=MIGRATIONS,
    )
    return service, make_app(
        service, title="Follow-up", description="A second service for proofs.", routers=[]
    )


if __name__ == "__main__":
    serve(make)
