"""Texts under a key per person."""

from base64 import b64encode
from pathlib import Path
from uuid import uuid4

import pytest

from shared.sealed import Forgotten, PersonKey, SealingKeyMissing, read_sealer

KEY = PersonKey(uuid4(), bytes(range(32)))


def test_a_sealed_text_opens_with_its_own_key_and_name() -> None:
    sealed = KEY.seal("收入 3000", "statement/1")

    assert "收入".encode() not in sealed
    assert KEY.open(sealed, "statement/1") == "收入 3000"
    assert KEY.seal("收入 3000", "statement/1") != sealed, "the same text never looks the same twice"


@pytest.mark.parametrize(
    ("key", "about"),
    [
        (KEY, "statement/2"),
        (PersonKey(KEY.person_id, bytes(32)), "statement/1"),
        (PersonKey(uuid4(), bytes(range(32))), "statement/1"),
    ],
)
def test_under_another_name_key_or_person_it_does_not_open(key: PersonKey, about: str) -> None:
    with pytest.raises(Forgotten):
        key.open(KEY.seal("text", "statement/1"), about)


def test_a_changed_text_does_not_open() -> None:
    sealed = bytearray(KEY.seal("text", "note"))
    sealed[-1] ^= 1

    with pytest.raises(Forgotten):
        KEY.open(bytes(sealed), "note")


def test_nothing_is_kept_without_a_key_to_seal_it_with() -> None:
    with pytest.raises(SealingKeyMissing):
        read_sealer(None)


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b64encode(b"short"))
    with pytest.raises(ValueError, match="32 bytes"):
        read_sealer(file)
