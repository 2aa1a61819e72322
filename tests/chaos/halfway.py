"""`python -m tests.chaos.halfway`: a ledger's relay that dies when half of a batch is acknowledged."""

import asyncio

from shared.messaging.kafka import KafkaBroker
from shared.messaging.relay import Relay, RelaySettings
from shared.observe import Metrics, configure_logs
from shared.settings import ServiceSettings
from tests.chaos.relays import Halfway

if __name__ == "__main__":
    settings = ServiceSettings()
    configure_logs(settings.log_level)
    relay = Relay(
        "ledger",
        settings.database_url.get_secret_value(),
        Halfway(KafkaBroker(settings.kafka("halfway"))),
        Metrics("ledger"),
        RelaySettings(),
    )
    asyncio.run(relay.run())
