"""Files of the stack: private secrets, state written in one piece, locks that end with their holder."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

import msgspec

T = TypeVar("T")


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner enters; parents that are missing are made so too."""
    if not path.is_dir():
        private_folder(path.parent)
        path.mkdir(exist_ok=True, mode=0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file in one piece, readable by its owner alone; makes its folder."""
    private_folder(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    beside.replace(path)


def keep(path: Path, state: object) -> None:
    """Write where something stands, as JSON, in one piece."""
    write_private(path, msgspec.json.encode(state).decode())


def kept(path: Path, type_: type[T]) -> T | None:
    """What was kept, if anything."""
    return msgspec.json.decode(path.read_bytes(), type=type_) if path.exists() else None


def secret(path: Path) -> str:
    """The secret kept in this file; made on first use."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(24))
    return path.read_text()


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from a file, or None when there is none that can be read."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def take_lock(path: Path, *, shared: bool = False, wait: bool = True) -> IO[str] | None:
    """Hold a lock until the returned file is closed or this process ends; None when it is held elsewhere."""
    private_folder(path.parent)
    file = path.open("a")
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(file, kind if wait else kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    file = take_lock(path)
    assert file is not None, "a lock that waits is always taken"
    with file:
        yield
