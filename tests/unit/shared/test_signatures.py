from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest

from shared.signatures import is_signed, read_secret, signatures, written

SECRET, FORMER = b"s" * 32, b"f" * 32
NOW = datetime(2026, 3, 1, tzinfo=UTC)
STAMP = int(NOW.timestamp())
BODY = b'{"text": "STOP"}'
SIGNED = signatures([SECRET], "m1", STAMP, BODY)


def accepted(
    secrets: list[bytes] = [SECRET],  # noqa: B006  # nobody changes it
    message: str = "m1",
    stamp: str = str(STAMP),
    signature: str = SIGNED,
    body: bytes = BODY,
    now: datetime = NOW,
) -> bool:
    return is_signed(secrets, message, stamp, signature, body, now)


def test_a_signature_is_made_as_the_specification_says() -> None:
    secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_was_signed_with_a_secret_in_use_is_accepted() -> None:
    assert accepted()
    assert accepted([FORMER, SECRET])
    assert accepted(signature=f"v1,bm9uc2Vuc2U= {SIGNED}")


@pytest.mark.parametrize(
    "changed",
    [
        {"secrets": [FORMER]},
        {"secrets": []},
        {"message": "m2"},
        {"message": ""},
        {"stamp": str(STAMP + 1)},
        {"stamp": "soon"},
        {"signature": ""},
        {"signature": "ünsigned"},
        {"body": BODY + b" "},
        {"now": NOW + timedelta(seconds=301)},
        {"now": NOW - timedelta(seconds=301)},
    ],
)
def test_whatever_else_is_not(changed: dict[str, object]) -> None:
    assert not accepted(**changed)  # type: ignore[arg-type]


def test_a_secret_is_read_as_it_was_written() -> None:
    assert read_secret(written(SECRET)) == SECRET
    with pytest.raises(ValueError, match="begins with"):
        read_secret("secret")
