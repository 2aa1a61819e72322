"""`python -m benchmarks.ordinary_gc`: the ledger with the garbage collector as Python sets it."""

import gc

from fastapi import FastAPI

from services.ledger.main import make as make_ledger
from shared.main import make_app, serve
from shared.service import Service


class OrdinaryGc(Service):
    """A service that undoes what its start did to the collector."""

    async def start(self) -> None:
        """Start, then restore."""
        thresholds = gc.get_threshold()
        await super().start()
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def make() -> tuple[Service, FastAPI]:
    """The ledger's parts in another service."""
    ledger, _ = make_ledger()
    service = OrdinaryGc(ledger.flow, ledger.settings, ledger.sources, migrations=ledger.migrations)
    return service, make_app(service, title="Ledger", description="For comparison.", routers=[])


if __name__ == "__main__":
    serve(make)
