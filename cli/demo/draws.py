"""Chance that does not depend on the order of events: each question has one answer for a seed."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


def draw(seed: int, *question: object) -> float:
    """A number from 0 up to 1, evenly distributed: always the same for the same seed and question."""
    text = "\n".join(map(str, (seed, *question)))
    return int.from_bytes(blake2b(text.encode(), digest_size=7).digest(), "big") / 2**56


def happens(probability: float, seed: int, *question: object) -> bool:
    """Whether something of a probability happens."""
    return draw(seed, *question) < probability


def one_of(choices: Sequence[T], seed: int, *question: object) -> T:
    """One of several, each as likely."""
    return choices[int(draw(seed, *question) * len(choices))]


def weighted(choices: Sequence[tuple[float, T]], seed: int, *question: object) -> T:
    """One of several by their weights, which add up to 1."""
    left = draw(seed, *question)
    for weight, choice in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][1]
