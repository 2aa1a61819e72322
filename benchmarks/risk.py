"""Scores of cards: figures made of facts and asked of the committed model, one thread."""

import random
import time

from benchmarks.figures import Figure
from benchmarks.ground import Ground
from services.hardship.adapters.risk_model import load
from services.hardship.domain.risk.facts import Account, Month
from services.hardship.domain.risk.features import ACCOUNT_FEATURES, of_account

WANTED, GOAL_S = 1_000_000, 60.0
TOGETHER = 10_000


def _account(source: random.Random) -> Account:
    months = tuple(
        Month(source.randint(-2, 4), source.randint(0, 500_000), source.randint(0, 100_000)) for _ in range(6)
    )
    return Account(source.randint(10_000, 1_000_000), months, 1.0)


async def scores(ground: Ground) -> list[Figure]:
    """In batches, as for a whole portfolio; scaled to a million."""
    source, model = random.Random(1), load("card-misses", ACCOUNT_FEATURES)
    accounts = [_account(source) for _ in range(TOGETHER)]
    rounds = ground.sized(WANTED // TOGETHER, 5)
    model.raw([of_account(one) for one in accounts[:10]])
    began = time.perf_counter()
    for _ in range(rounds):
        raw = model.raw([of_account(one) for one in accounts])
        for one in raw:
            model.calibration.probability(one)
    taken = (time.perf_counter() - began) * WANTED / (rounds * TOGETHER)
    return [
        Figure(
            "scores",
            f"{WANTED:,} scores of cards",
            "s",
            [taken],
            goal=GOAL_S,
            at_most=True,
            note=f"from facts to probability, {rounds * TOGETHER:,} measured",
        )
    ]
