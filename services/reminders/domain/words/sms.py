"""How many SMS a text takes: GSM 03.38 when it can be written so, else UCS-2 (3GPP TS 23.038, 23.040)."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")
"""Each takes two places."""


def segments(text: str) -> int:
    """The number of SMS that carry the text."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        places, alone, joined = len(text) + sum(char in _EXTENDED for char in text), 160, 153
    else:
        places, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if places <= alone else -(-places // joined)
