"""The checker bites: what is lost, doubled, out of order or unbalanced is reported."""

from tests.chaos.load import a_story
from tests.chaos.world import World


async def test_a_quiet_day_leaves_nothing_to_report(world: World) -> None:
    async with world.inside("ledger"), world.inside("followup"):
        await world.publish(a_story(5, 40))
        await world.balances()
