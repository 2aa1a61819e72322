"""Sums, days and times as people of a language write them."""

from datetime import date, datetime

from shared.money import Money

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SIGNS = {"CNY": "元", "USD": "美元", "HKD": "港元", "EUR": "欧元", "GBP": "英镑"}


def spoken(value: object, language: str) -> str:
    """The value in words of the language; what is neither a sum nor a day stays as it is."""
    chinese = language.startswith("zh")
    if isinstance(value, Money):
        whole, _, decimals = value.amount.partition(".")
        grouped = f"{int(whole):,}" + (f".{decimals}" if decimals else "")
        return (
            f"{grouped}{_SIGNS.get(value.currency, value.currency)}"
            if chinese
            else f"{value.currency} {grouped}"
        )
    if isinstance(value, date):
        day = (
            f"{value.year}年{value.month}月{value.day}日"
            if chinese
            else f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
        )
        return f"{day} {value:%H:%M}" if isinstance(value, datetime) else day
    return str(value)
