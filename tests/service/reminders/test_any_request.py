"""Whatever is sent to reminders' API: no server error, and no answer that its document does not announce."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.events.examples import LENDER
from tests.fuzzing import fuzz, served
from tests.service.reminders.helping import ADA, GATEWAY, LOAN, OLGA, PERSON, THEMSELVES, World, missed

SHORT, LONG = 4, 100
CALLERS = {"staff": ADA, "borrower": THEMSELVES, "lender": OLGA, "gateway": GATEWAY}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", CALLERS.values(), ids=CALLERS)
async def test_no_request_breaks_the_api_or_its_document(
    world: World, who: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    await world.lent()
    await world.on("2026-01-06")
    await world.publish(missed())
    permit = {
        "person_id": str(PERSON),
        "lender": LENDER,
        "loan_ids": [str(LOAN)],
        "channel": "mail",
        "purpose": "help",
    }
    contact = (await world.post("contacts/permits", permit))["contact_id"]
    known = {"person_id": str(PERSON), "contact_id": contact, "lender": LENDER}
    examples = LONG if request.config.getoption("--long") else SHORT
    async with served(world.app) as url:
        assert await asyncio.to_thread(fuzz, url, who, examples, known) >= 30
