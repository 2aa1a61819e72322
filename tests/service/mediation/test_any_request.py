"""Whatever is sent to mediation's API: no server error, and no answer that its document does not announce."""

import asyncio
from collections.abc import Mapping

import pytest

from tests.fuzzing import fuzz, served
from tests.service.mediation.client import ADA, BORROWER, MIRA, OLGA, People

SHORT, LONG = 4, 100


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", [ADA, BORROWER, OLGA, MIRA], ids=["staff", "borrower", "lender", "mediator"])
async def test_no_request_breaks_the_api_or_its_document(
    people: People, who: Mapping[str, str], request: pytest.FixtureRequest
) -> None:
    case_id = await people.until_negotiating()
    examples = LONG if request.config.getoption("--long") else SHORT
    async with served(people.app) as url:
        assert await asyncio.to_thread(fuzz, url, who, examples, {"case_id": case_id}) >= 25
