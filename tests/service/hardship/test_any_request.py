"""Whatever is sent to hardship's API: no server error, and no answer that its document does not announce."""

import asyncio
from collections.abc import Mapping

import pytest

from shared.decision import Role
from tests.fuzzing import fuzz, served
from tests.service.hardship.helping import (
    ADVISER,
    HELEN,
    LOANS,
    OLGA,
    PERSON,
    THEMSELVES,
    World,
    lent,
    stated,
)
from tests.web import bearer

SHORT, LONG = 4, 100
ADA = bearer(Role.ADMINISTRATOR, "ada")
CALLERS = {"staff": ADA, "borrower": THEMSELVES, "officer": HELEN, "lender": OLGA, "adviser": ADVISER}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", CALLERS.values(), ids=CALLERS)
async def test_no_request_breaks_the_api_or_its_document(
    world: World, who: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    await lent(world, "L-1", "L-2")
    case = await world.opened()
    await world.post(f"cases/{case}/adviser", {"adviser": "anna"})
    await world.post(f"cases/{case}/statement", stated("2600.00", "2480.00"))
    option = (await world.post(f"cases/{case}/options"))["options"][0]["option"]
    made = await world.post(f"cases/{case}/plans", {"option": option})
    known = {
        "person_id": str(PERSON),
        "loan_id": str(LOANS["L-1"]),
        "case_id": case,
        "plan_id": made["plan_id"],
    }
    examples = LONG if request.config.getoption("--long") else SHORT
    async with served(world.app) as url:
        assert await asyncio.to_thread(fuzz, url, who, examples, known) >= 40
