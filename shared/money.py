"""Money: integer minor units and an ISO 4217 currency. On the wire a decimal string, never a JSON number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from shared.quick import quick

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS "
    "GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL "
    "MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK "
    "PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS "
    "TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
EXPONENTS: dict[str, int] = {
    code: exponent
    for exponent, codes in {0: _NONE, 2: _TWO, 3: _THREE, 4: _FOUR}.items()
    for code in codes.split()
}
"""ISO 4217: the active currencies and how many decimals each has."""

_DECIMAL = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]+))?")
_DIGITS_MAX = 18
"""Whole digits and decimals together: minor units must fit a signed 64-bit integer."""
_BY_EXPONENT = [1, 10, 100, 1_000, 10_000]


@quick
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, fen, yen) of one currency. Mixing currencies raises ValueError."""

    minor: int
    currency: str

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in a currency."""
        return cls(0, currency)

    @classmethod
    def parse(cls, amount: object, currency: object) -> "Money":
        """Money from a decimal string with at most the currency's decimals. Raises ValueError."""
        if not isinstance(currency, str) or (exponent := EXPONENTS.get(currency)) is None:
            raise ValueError("currency must be an active ISO 4217 code, such as CNY")
        if not isinstance(amount, str):
            raise ValueError('amount must be a decimal string, such as "1234.50", not a JSON number')
        match = _DECIMAL.fullmatch(amount)
        if match is None:
            raise ValueError('amount must be plain decimal digits, such as "1234.50"')
        sign, whole, decimals = match.group(1), match.group(2), match.group(3) or ""
        if len(decimals) > exponent:
            raise ValueError(f"amount has more decimals than {currency} allows ({exponent})")
        if len(whole) + exponent > _DIGITS_MAX:
            raise ValueError(f"amount has more digits than {currency} allows ({_DIGITS_MAX - exponent})")
        minor = int(whole) * _BY_EXPONENT[exponent] + int(decimals.ljust(exponent, "0") or "0")
        return cls(-minor if sign else minor, currency)

    @property
    def amount(self) -> str:
        """The decimal string with exactly the currency's decimals."""
        exponent = EXPONENTS[self.currency]
        sign, minor = ("-", -self.minor) if self.minor < 0 else ("", self.minor)
        if exponent == 0:
            return f"{sign}{minor}"
        whole, decimals = divmod(minor, _BY_EXPONENT[exponent])
        return f"{sign}{whole}.{decimals:0{exponent}d}"

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same(other).minor

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same(other).minor

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same(other).minor

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")
        return other

    def split(self, weights: Sequence[int | Fraction]) -> list["Money"]:
        """Shares in proportion to `weights` by largest remainder: their sum is exact.

        Of equal remainders the first gets more.
        Raises ValueError when no weight is above zero or one is below.
        """
        total = sum((Fraction(weight) for weight in weights), Fraction(0))
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights must not be negative, and one must be above zero")
        sign, minor = (-1, -self.minor) if self.minor < 0 else (1, self.minor)
        exact = [minor * Fraction(weight) / total for weight in weights]
        shares = [int(share) for share in exact]
        by_remainder = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
        for i in by_remainder[: minor - sum(shares)]:
            shares[i] += 1
        return [Money(sign * share, self.currency) for share in shares]

    @classmethod
    def _from_wire(cls, value: Any) -> "Money":
        if isinstance(value, Money):
            return value
        if not isinstance(value, dict) or value.keys() != {"amount", "currency"}:
            raise ValueError('money is {"amount": "1234.50", "currency": "CNY"}')
        return cls.parse(value["amount"], value["currency"])

    def _to_wire(self) -> dict[str, str]:
        return {"amount": self.amount, "currency": self.currency}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls._from_wire, serialization=core_schema.plain_serializer_function_ser_schema(cls._to_wire)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "title": "Money",
            "description": "A decimal string with at most the currency's decimals; never a JSON number.",
            "type": "object",
            "additionalProperties": False,
            "required": ["amount", "currency"],
            "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
            "anyOf": [_branch(decimals) for decimals in sorted(set(EXPONENTS.values()))],
        }


def _branch(decimals: int) -> dict[str, Any]:
    """The JSON Schema of amounts in all currencies that have so many decimals."""
    whole = min(15, _DIGITS_MAX - decimals)
    pattern = f"^-?[0-9]{{1,{whole}}}" + (rf"(\.[0-9]{{1,{decimals}}})?$" if decimals else "$")
    currencies = sorted(code for code, exponent in EXPONENTS.items() if exponent == decimals)
    return {
        "properties": {
            "amount": {"type": "string", "pattern": pattern},
            "currency": {"type": "string", "enum": currencies},
        }
    }
