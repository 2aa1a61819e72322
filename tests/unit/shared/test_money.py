"""Money's arithmetic and its wire form."""

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.money import EXPONENTS, Money

WIRE = TypeAdapter(Money)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1234.50", "CNY", 123450),
        ("1234.5", "CNY", 123450),
        ("7", "JPY", 7),
        ("1.234", "KWD", 1234),
        ("-0.01", "EUR", -1),
    ],
)
def test_a_decimal_string_becomes_minor_units(amount: str, currency: str, minor: int) -> None:
    assert Money.parse(amount, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.5", "JPY"), ("1.2345", "KWD"), ("1.234", "CNY"), ("NaN", "CNY"), ("1e3", "CNY"), ("", "CNY"),
        ("1,00", "EUR"), (12.5, "EUR"), (12, "EUR"), (True, "EUR"), ("1.00", "XXX"), ("1.00", None),
        ("٣", "EUR"), ("5.00\n", "EUR"), ("9" * 16, "EUR"), ("9" * 15, "CLF"), ("+1.00", "EUR"),

        (" 1", "EUR"),
    ],
)  # fmt: skip
def test_what_is_no_exact_amount_is_refused(amount: object, currency: object) -> None:
    with pytest.raises(ValueError, match=r"amount|currency"):
        Money.parse(amount, currency)


def test_the_wire_form_comes_back_with_all_its_decimals() -> None:
    money = WIRE.validate_json('{"amount": "5.1", "currency": "KWD"}')
    assert WIRE.dump_json(money) == b'{"amount":"5.100","currency":"KWD"}'


@pytest.mark.parametrize(
    "wire",
    ['{"amount": 5, "currency": "EUR"}', '"5"', '{"amount": "5"}', '{"amount":"5","currency":"EUR","x":1}'],
)
def test_json_numbers_and_other_shapes_are_refused(wire: str) -> None:
    with pytest.raises(ValidationError):
        WIRE.validate_json(wire)


def test_currencies_never_mix() -> None:
    with pytest.raises(ValueError, match="mixed"):
        Money(1, "EUR") + Money(1, "CNY")


@pytest.mark.parametrize(("currency", "decimals"), sorted(EXPONENTS.items()))
def test_the_largest_amount_of_every_currency_fits_a_bigint(currency: str, decimals: int) -> None:
    whole = "9" * min(15, 18 - decimals)
    largest = Money.parse(f"-{whole}.{'9' * decimals}".rstrip("."), currency)
    assert -(2**63) <= largest.minor <= -(10**14)
    assert Money.parse(largest.amount, currency) == largest
