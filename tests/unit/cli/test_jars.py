"""Only the jars that huancui knows are loaded."""

import hashlib
from pathlib import Path

import pytest

from cli.stack import jars
from cli.stack.process import StackError


def _jar(folder: Path, name: str, content: bytes) -> tuple[Path, str]:
    path = folder / name
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def test_a_jar_with_its_known_hash_is_taken(tmp_path: Path) -> None:
    jar, digest = _jar(tmp_path, "kafka.jar", b"kafka")
    jars.check([jar], {"kafka.jar": digest})


def test_a_jar_that_was_changed_is_refused_by_name(tmp_path: Path) -> None:
    jar, digest = _jar(tmp_path, "kafka.jar", b"kafka")
    jar.write_bytes(b"kafkA")
    with pytest.raises(StackError, match=r"kafka\.jar has been changed"):
        jars.check([jar], {"kafka.jar": digest})


def test_a_jar_that_nobody_knows_is_refused_by_name(tmp_path: Path) -> None:
    jar, digest = _jar(tmp_path, "more.jar", b"more")
    with pytest.raises(StackError, match=r"more\.jar is not among the jars"):
        jars.check([jar], {"kafka.jar": digest})


def test_the_class_path_names_the_known_jars_and_no_other_file(tmp_path: Path) -> None:
    folder = tmp_path / f"kafka-{jars.KAFKA_VERSION}"
    folder.mkdir()
    known = {name: _jar(folder, name, name.encode())[1] for name in ("b.jar", "a.jar")}
    _jar(folder, "unknown.jar", b"unknown")
    path = jars.classpath(tmp_path, known)
    assert path == f"{folder / 'a.jar'}:{folder / 'b.jar'}"


def test_a_cached_jar_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / f"kafka-{jars.KAFKA_VERSION}"
    folder.mkdir()
    jar, digest = _jar(folder, "kafka.jar", b"kafka")
    jar.write_bytes(b"other")
    with pytest.raises(StackError, match="changed"):
        jars.classpath(tmp_path, {"kafka.jar": digest})


def test_the_known_jars_are_those_of_the_version_that_is_started() -> None:
    known = jars.known_hashes()
    assert f"kafka_2.13-{jars.KAFKA_VERSION}.jar" in known
    assert all(name.endswith(".jar") and len(digest) == 64 for name, digest in known.items())
